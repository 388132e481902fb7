using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class RecordAllocationHandler(UnitOfWork work, WaitingForStock waiting) : IRequestHandler<RecordAllocation, Result<AllocationState>>
{
    public async Task<Result<AllocationState>> Handle(RecordAllocation request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.Find(request.OrderId, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        if (!order.CanAllocate(request.Granted))
        {
            return Refusal.Conflict("orders.over-granted", "More was granted than the order still waits for.");
        }

        if (request.Granted.Count > 0 && order.IsHeld)
        {
            return Refusal.Conflict("orders.held", "The order is held; release the hold first.", new { holds = order.Holds });
        }

        var before = WaitingForStock.Units(order);
        var begin = order.Allocate(request.Granted);
        waiting.Tell(order, before);
        var missing = order.Missing();
        var released = Release(order, request.Granted, Guid.CreateVersion7, work.Now);
        orders.Fulfilments.AddRange(released);
        if (request.Granted.Count > 0)
        {
            work.Raise(order, new OrderAllocated(Guid.CreateVersion7(), work.Now, order.Id, request.Granted.Sum(g => g.Quantity), missing.Count == 0));
        }

        foreach (var fulfilment in released)
        {
            work.Raise(fulfilment, new FulfilmentReleased(Guid.CreateVersion7(), work.Now, fulfilment.Id, order.Id, fulfilment.Node, fulfilment.Units));
        }

        if (begin.Count > 0 && order.TakesBackorders)
        {
            work.Raise(order, new OrderBackordered(Guid.CreateVersion7(), work.Now, order.Id, begin));
        }
        else if (begin.Count > 0)
        {
            work.Raise(order, new OrderCancelled(Guid.CreateVersion7(), work.Now, order.Id, "short", begin.Sum(m => m.Quantity), order.Status is OrderStatus.Cancelled));
        }

        else if (request.Granted.Count > 0 && missing.Count > 0)
        {
            work.Raise(order, new BackorderPartlyFilled(Guid.CreateVersion7(), work.Now, order.Id, missing));
        }

        return new AllocationState(missing, released.ConvertAll(f => f.Id), order.Status is OrderStatus.Cancelled);
    }

    /// <summary>One fulfilment per node.</summary>
    internal static List<Fulfilment> Release(Order order, IReadOnlyList<GrantedUnits> granted, Func<Guid> newId, DateTimeOffset now) =>
        [.. granted.GroupBy(g => g.Node, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Fulfilment.Release(newId(), order, g.Key, g, now))];
}
