using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class RecordAllocationHandler(UnitOfWork work) : IRequestHandler<RecordAllocation, Result<AllocationState>>
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

        var begin = order.Allocate(request.Granted);
        var missing = order.Missing();
        if (request.Granted.Count > 0)
        {
            work.Raise(order, new OrderAllocated(Guid.CreateVersion7(), work.Now, order.Id, request.Granted.Sum(g => g.Quantity), missing.Count == 0));
        }

        if (begin.Count > 0)
        {
            work.Raise(order, new OrderBackordered(Guid.CreateVersion7(), work.Now, order.Id, begin));
        }

        return new AllocationState(missing, []);
    }
}
