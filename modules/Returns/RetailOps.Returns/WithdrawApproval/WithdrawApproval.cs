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
        var said = await questions.Remark(request.Id, request.Revision, a => a.Withdraw(request.Reason, work.Caller.Actor, work.Caller.May("refunds.approve"), work.Now), ct);
        if (!said.IsSuccess)
        {
            return said.Refusal;
        }

        // The flow that waits for the answer frees the money, as after any no.
        return await questions.Decided(said.Value, ct) is { } untold ? untold : said.Value.View();
    }
}
