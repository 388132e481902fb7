using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class OpenApprovalHandler(UnitOfWork work, GovernedDocuments documents) : IRequestHandler<OpenApproval, Result<ApprovalView>>
{
    public async Task<Result<ApprovalView>> Handle(OpenApproval request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (await returns.FindRefund(request.RefundId, ct) is not { } refund)
        {
            return Refusal.NotFound("returns.unknown-refund", "There is no such refund.");
        }

        if (await returns.FindApproval(refund, ct) is { } earlier)
        {
            return RefundViews.Of(earlier, refund);
        }

        if (refund.Status is not RefundStatus.Granted || !refund.NeedsApproval)
        {
            return Refusal.Conflict("returns.not-granted", "This refund waits for nobody's approval.", new { status = refund.Status.ToSnakeCase() });
        }

        var approval = Approval.Open(refund, ReturnPolicy.Live(documents).ApprovalDue, work.Now);
        returns.Approvals.Add(approval);
        work.Raise(approval, new ApprovalOpened(Guid.CreateVersion7(), work.Now, approval.Id, refund.Id, approval.Tier));
        return RefundViews.Of(approval, refund);
    }
}
