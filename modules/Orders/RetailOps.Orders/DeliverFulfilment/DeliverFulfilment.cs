using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class DeliverFulfilmentHandler(UnitOfWork work, Closing closing) : IRequestHandler<DeliverFulfilment, Result<FulfilmentView>>
{
    public async Task<Result<FulfilmentView>> Handle(DeliverFulfilment request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.FindFulfilment(request.Id, ct) is not { } fulfilment || await orders.Find(fulfilment.OrderId, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown-fulfilment", "There is no such fulfilment.");
        }

        if (fulfilment.Status is FulfilmentStatus.Delivered)
        {
            return fulfilment.ToView();
        }

        if (!fulfilment.HasLeft)
        {
            return Refusal.Conflict("orders.not-shipped", "The goods have not left yet.", new { status = fulfilment.Status.ToSnakeCase() });
        }

        if (request.DeliveredAt > work.Now)
        {
            return Refusal.Rule("orders.delivered-later", "Goods arrive now or arrived before, not later than now.");
        }

        var at = (request.DeliveredAt ?? work.Now).ToUniversalTime();
        fulfilment.Deliver(at);
        order.Deliver(fulfilment.Lines);
        work.Raise(fulfilment, new FulfilmentDelivered(Guid.CreateVersion7(), work.Now, fulfilment.Id, order.Id, at));
        work.Raise(order, new OrderDelivered(Guid.CreateVersion7(), work.Now, order.Id, fulfilment.Id, fulfilment.Units, order.Status is OrderStatus.Delivered));
        closing.Of(order);
        return fulfilment.ToView();
    }
}

/// <summary>Closes an order when nothing is left to do; asked after whatever may have been the last thing.</summary>
internal sealed class Closing(UnitOfWork work)
{
    public void Of(Order order)
    {
        if (order.TryClose())
        {
            work.Raise(order, new OrderClosed(Guid.CreateVersion7(), work.Now, order.Id));
        }
    }
}
