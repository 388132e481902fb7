using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class InformApprovalValidator : AbstractValidator<InformApproval>
{
    public InformApprovalValidator() => RuleFor(r => r.Words).Must(w => Text.HasLength(w, 500)).WithErrorCode("returns.words").WithMessage("1 to 500 characters.");
}

internal sealed class InformApprovalHandler(UnitOfWork work, OpenQuestion questions) : IRequestHandler<InformApproval, Result<ApprovalView>>
{
    public async Task<Result<ApprovalView>> Handle(InformApproval request, CancellationToken ct)
    {
        var said = await questions.Remark(request.Id, request.Revision, a => a.Tell(request.Words, work.Caller.Actor, work.Now), ct);
        return said.IsSuccess ? said.Value.View() : said.Refusal;
    }
}
