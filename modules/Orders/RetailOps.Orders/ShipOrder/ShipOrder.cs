using MediatR;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class ShipOrderHandler(UnitOfWork work, ISender sender) : IRequestHandler<ShipOrder, Result<OrderShipment>>
{
    public async Task<Result<OrderShipment>> Handle(ShipOrder request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.Find(request.Id, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        if (order.Lines.All(l => l.Allocated == 0))
        {
            return Refusal.Conflict("orders.nothing-to-ship", "Nothing of this order is allocated.", new { status = order.Status.ToSnakeCase() });
        }

        var stock = await sender.Send(new ShipAllocation(order.Id), ct);
        if (!stock.IsSuccess)
        {
            return stock.Refusal;
        }

        var units = order.Ship();
        if (units != stock.Value.Lines.Sum(l => l.Quantity))
        {
            throw new InvalidOperationException($"Order {order.Id} has {units} units allocated, its stock says {stock.Value.Lines.Sum(l => l.Quantity)}.");
        }

        work.Raise(order, new OrderShipped(Guid.CreateVersion7(), work.Now, order.Id, stock.Value.ShipmentId, units, order.Status is OrderStatus.Shipped));
        return new OrderShipment(order.Id, stock.Value.ShipmentId, order.Status.ToSnakeCase(), units, order.Revision);
    }
}
