using MediatR;

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
