using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class ShipOrderHandler(UnitOfWork work, Departure departure) : IRequestHandler<ShipOrder, Result<OrderShipment>>
{
    public async Task<Result<OrderShipment>> Handle(ShipOrder request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.FindOwn(request.Id, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        var released = await orders.Fulfilments.Include(f => f.Lines)
            .Where(f => f.OrderId == request.Id && f.Status == FulfilmentStatus.Released).OrderBy(f => f.Id).ToListAsync(ct);
        released.RemoveAll(f => !work.Caller.ReachesNode(f.Node));
        if (released.Count == 0)
        {
            return Refusal.Conflict("orders.nothing-to-ship", "Nothing of this order is allocated.", new { status = order.Status.ToSnakeCase() });
        }

        if (order.IsHeld)
        {
            return Refusal.Conflict("orders.held", "The order is held; release the hold first.", new { holds = order.Holds });
        }

        foreach (var fulfilment in released)
        {
            if (await departure.Of(order, fulfilment, null, null, ct) is { } refusal)
            {
                return refusal;
            }
        }

        return new OrderShipment(order.Id, released[0].Id, order.Status.ToSnakeCase(), released.Sum(f => f.Units), order.Revision);
    }
}
