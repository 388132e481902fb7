using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Returns;

internal sealed class DecideApprovalValidator : AbstractValidator<DecideApproval>
{
    public DecideApprovalValidator() => RuleFor(r => r.Comment).Must((r, c) => c is null ? r.Approve : Text.HasLength(c, 500))
        .WithErrorCode("returns.comment").WithMessage("1 to 500 characters; mandatory for a no.");
}

internal sealed class DecideApprovalHandler(UnitOfWork work, ISender sender) : IRequestHandler<DecideApproval, Result<ApprovalView>>
{
    public async Task<Result<ApprovalView>> Handle(DecideApproval request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (await returns.Approvals.Include(a => a.Decisions).SingleOrDefaultAsync(a => a.Id == request.Id, ct) is not { } approval)
        {
            return Refusal.NotFound("returns.unknown-approval", "There is no such approval.");
        }

        // A client or a flow can be somebody's own hand: only a person who signed in stands for himself.
        if (work.Caller is not Caller.Person)
        {
            return Refusal.Rule("returns.approver-is-no-person", "Only a person who signed in decides about money.");
        }

        if (request.Revision is { } seen && seen != approval.Revision)
        {
            return Revision.StaleRefusal();
        }

        var refund = (await returns.FindRefund(approval.RefundId, ct))!;
        if (approval.Decide(refund, request.Approve, request.Comment, work.Caller.Actor, work.Now) is { } refusal)
        {
            return refusal;
        }

        work.Raise(approval, new ApprovalDecided(Guid.CreateVersion7(), work.Now, approval.Id, refund.Id, approval.Status.ToSnakeCase()));
        if (approval.Status is not ApprovalStatus.Open)
        {
            var told = await sender.Send(
                new SettleTasks("refund-approval", BusinessKey.Of("refund", refund.Id), approval.Status is ApprovalStatus.Approved ? "Approved" : "Rejected"), ct);
            if (!told.IsSuccess)
            {
                return told.Refusal;
            }
        }

        return RefundViews.Of(approval);
    }
}
