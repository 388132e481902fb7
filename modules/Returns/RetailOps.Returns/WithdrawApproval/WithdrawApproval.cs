using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class WithdrawApprovalValidator : AbstractValidator<WithdrawApproval>
{
    public WithdrawApprovalValidator() => RuleFor(r => r.Reason).Must(w => Text.HasLength(w, 200)).WithErrorCode("returns.reason").WithMessage("1 to 200 characters.");
}

internal sealed class WithdrawApprovalHandler(UnitOfWork work, OpenQuestion questions) : IRequestHandler<WithdrawApproval, Result<ApprovalView>>
{
    public async Task<Result<ApprovalView>> Handle(WithdrawApproval request, CancellationToken ct)
    {
        var found = await questions.Find(request.Id, request.Revision, ct);
        if (!found.IsSuccess)
        {
            return found.Refusal;
        }

        var approval = found.Value.Approval;
        if (approval.Closed() is { } closed)
        {
            return closed;
        }

        if (approval.RequestedBy != work.Caller.Actor && !work.Caller.May("refunds.approve"))
        {
            return Refusal.Rule("returns.not-yours", "Only who asked for a refund gives it up, or finance.");
        }

        // The flow that waits for the answer frees the money, as after any no.
        approval.Withdraw(request.Reason, work.Caller.Actor, work.Now);
        questions.Remarked(found.Value);
        return await questions.Decided(found.Value, ct) is { } untold ? untold : found.Value.View();
    }
}
