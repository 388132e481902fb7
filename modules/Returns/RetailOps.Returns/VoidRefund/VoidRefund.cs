using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class VoidRefundValidator : AbstractValidator<VoidRefund>
{
    public VoidRefundValidator() => RuleFor(r => r.Reason).Must(t => Text.HasLength(t, 200)).WithErrorCode("returns.reason").WithMessage("1 to 200 characters.");
}

internal sealed class VoidRefundHandler(UnitOfWork work, ISender sender) : IRequestHandler<VoidRefund, Result<RefundView>>
{
    public async Task<Result<RefundView>> Handle(VoidRefund request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        await RefundAccounts.LockOrderOf(work, request.RefundId, ct);
        if (await returns.FindRefund(request.RefundId, ct) is not { } refund)
        {
            return Refusal.NotFound("returns.unknown-refund", "There is no such refund.");
        }

        var approval = await returns.FindApproval(refund, ct);
        switch (refund.Status)
        {
            case RefundStatus.Voided:
                return RefundViews.Of(refund, approval);
            case RefundStatus.Settled:
                return Refusal.Conflict("returns.settled", "This refund was paid; it cannot be given up.");
            default:
                break;
        }

        if (refund.OrderId is { } order)
        {
            var released = await sender.Send(new ReleaseRefund(order, refund.Id), ct);
            if (!released.IsSuccess)
            {
                return released.Refusal;
            }
        }

        refund.Void(request.Reason, work.Now);
        work.Raise(refund, new RefundVoided(Guid.CreateVersion7(), work.Now, refund.Id, request.Reason));
        if (approval is { Status: ApprovalStatus.Open })
        {
            approval.Withdraw(work.Now);
            work.Raise(approval, new ApprovalDecided(Guid.CreateVersion7(), work.Now, approval.Id, refund.Id, approval.Status.ToSnakeCase()));
        }

        return RefundViews.Of(refund, approval);
    }
}
