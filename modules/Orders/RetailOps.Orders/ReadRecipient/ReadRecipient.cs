using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class ReachOrderHandler(UnitOfWork work) : IRequestHandler<ReachOrder, Result<OrderReach>>
{
    public async Task<Result<OrderReach>> Handle(ReachOrder request, CancellationToken ct) =>
        await (await work.Join<OrdersDbContext>(ct)).Look(request.OrderId, ct) is { } order
            ? new OrderReach(order.Channel, order.PersonId is not null)
            : Refusal.NotFound("orders.unknown", "There is no such order.");
}

internal sealed class ReadRecipientHandler(UnitOfWork work) : IRequestHandler<ReadRecipient, Result<OrderRecipient>>
{
    public async Task<Result<OrderRecipient>> Handle(ReadRecipient request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.Look(request.OrderId, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        var person = order.PersonId is { } id ? await orders.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) : null;
        return new OrderRecipient(person?.Name, person?.Email);
    }
}
