using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class ExplainSourcingHandler(UnitOfWork work) : IRequestHandler<ExplainSourcing, Result<IReadOnlyList<SourcingExplanation>>>
{
    public async Task<Result<IReadOnlyList<SourcingExplanation>>> Handle(ExplainSourcing request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        var decisions = await orders.SourcingDecisions.Where(d => d.OrderId == request.OrderId).OrderBy(d => d.Attempt).ToListAsync(ct);
        var isBound = work.Caller.Channels is not null || work.Caller.Nodes is not null;
        return (decisions.Count > 0 && !isBound) || await orders.LookOwn(request.OrderId, ct) is not null
            ? decisions.ConvertAll(d => d.ToExplanation())
            : Refusal.NotFound("orders.unknown", "There is no such order.");
    }
}
