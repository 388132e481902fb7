using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class ListApprovalsValidator : AbstractValidator<ListApprovals>
{
    public ListApprovalsValidator()
    {
        RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("returns.limit");
        RuleFor(r => r.Status).Must(s => s is null or "open" or "approved" or "rejected").WithErrorCode("returns.status").WithMessage("open, approved or rejected.");
        RuleFor(r => r.Tier).Must(t => t is null or 1 or 2).WithErrorCode("returns.tier").WithMessage("1 or 2.");
        RuleFor(r => r.Sort).Must(s => s is null or "opened" or "due" or "amount").WithErrorCode("returns.sort").WithMessage("opened, due or amount.");
    }
}

internal sealed class ListApprovalsHandler(UnitOfWork work, OwnOrders own) : IRequestHandler<ListApprovals, Result<IReadOnlyList<ApprovalView>>>
{
    public async Task<Result<IReadOnlyList<ApprovalView>>> Handle(ListApprovals request, CancellationToken ct)
    {
        if (own.IsBound)
        {
            return Refusal.Rule("returns.name-the-refund", "The caller is bound to channels: read the refund, which names its approval.");
        }

        var returns = await work.Join<ReturnsDbContext>(ct);
        var ids = await ApprovalReads.Page(work, request, ct);
        var approvals = await returns.Approvals.AsNoTracking().Include(a => a.Decisions).Where(a => ids.Contains(a.Id)).ToDictionaryAsync(a => a.Id, ct);
        var about = approvals.Values.Select(a => a.RefundId).ToList();
        var refunds = await returns.Refunds.AsNoTracking().Where(r => about.Contains(r.Id)).ToDictionaryAsync(r => r.Id, ct);
        return ids.Select(id => RefundViews.Of(approvals[id], refunds[approvals[id].RefundId])).ToList();
    }
}
