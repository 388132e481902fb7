using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class GetRefundHandler(UnitOfWork work, OwnOrders own) : IRequestHandler<GetRefund, Result<RefundView>>
{
    public async Task<Result<RefundView>> Handle(GetRefund request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        return await returns.Refunds.AsNoTracking().Include(r => r.Lines).SingleOrDefaultAsync(r => r.Id == request.Id, ct) is { } refund && await own.Has(refund.OrderId, ct)
            ? (await RefundViews.Of(returns, [refund], ct))[0]
            : Refusal.NotFound("returns.unknown-refund", "There is no such refund.");
    }
}
