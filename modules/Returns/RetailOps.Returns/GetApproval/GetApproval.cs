using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class GetApprovalHandler(UnitOfWork work) : IRequestHandler<GetApproval, Result<ApprovalView>>
{
    public async Task<Result<ApprovalView>> Handle(GetApproval request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        return await returns.Approvals.AsNoTracking().Include(a => a.Decisions).SingleOrDefaultAsync(a => a.Id == request.Id, ct) is { } approval
            ? RefundViews.Of(approval, await returns.Refunds.AsNoTracking().SingleAsync(r => r.Id == approval.RefundId, ct))
            : OpenQuestion.Unknown();
    }
}
