using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class GetApprovalHandler(UnitOfWork work, OwnOrders own) : IRequestHandler<GetApproval, Result<ApprovalView>>
{
    public async Task<Result<ApprovalView>> Handle(GetApproval request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        return await returns.Approvals.AsNoTracking().Include(a => a.Decisions).SingleOrDefaultAsync(a => a.Id == request.Id, ct) is { } approval
            && await returns.Refunds.AsNoTracking().SingleAsync(r => r.Id == approval.RefundId, ct) is var refund && await own.Has(refund.OrderId, ct)
            ? RefundViews.Of(approval, refund)
            : OpenQuestion.Unknown();
    }
}
