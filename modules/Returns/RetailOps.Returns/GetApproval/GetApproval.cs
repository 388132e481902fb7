using FluentValidation;

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
            && (!own.IsBound || (await returns.FindRefund(approval.RefundId, ct) is { } refund && await own.Has(refund.OrderId, ct)))
            ? RefundViews.Of(approval)
            : Refusal.NotFound("returns.unknown-approval", "There is no such approval.");
    }
}

internal sealed class ListApprovalsValidator : AbstractValidator<ListApprovals>
{
    public ListApprovalsValidator()
    {
        RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("returns.limit");
        RuleFor(r => r.Status).Must(s => s is null or "open" or "approved" or "rejected").WithErrorCode("returns.status").WithMessage("open, approved or rejected.");
    }
}

internal sealed class ListApprovalsHandler(UnitOfWork work, OwnOrders own) : IRequestHandler<ListApprovals, Result<IReadOnlyList<ApprovalView>>>
{
    public async Task<Result<IReadOnlyList<ApprovalView>>> Handle(ListApprovals request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (own.IsBound)
        {
            return Refusal.Rule("returns.name-the-refund", "The caller is bound to channels: read the refund, which names its approval.");
        }

        var page = returns.Approvals.AsNoTracking().Include(a => a.Decisions).AsQueryable();
        if (request.Status is { } status)
        {
            var wanted = SnakeCaseEnums.Parse<ApprovalStatus>(status);
            page = page.Where(a => a.Status == wanted);
        }

        if (request.After is { } after)
        {
            page = page.Where(a => a.Id > after);
        }

        return (await page.OrderBy(a => a.Id).Take(request.Limit).ToListAsync(ct)).ConvertAll(RefundViews.Of);
    }
}
