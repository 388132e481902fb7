using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class RequestInformationValidator : AbstractValidator<RequestInformation>
{
    public RequestInformationValidator() => RuleFor(r => r.Words).Must(w => Text.HasLength(w, 500)).WithErrorCode("returns.words").WithMessage("1 to 500 characters.");
}

internal sealed class RequestInformationHandler(UnitOfWork work, OpenQuestion questions) : IRequestHandler<RequestInformation, Result<ApprovalView>>
{
    public async Task<Result<ApprovalView>> Handle(RequestInformation request, CancellationToken ct)
    {
        var said = await questions.Remark(request.Id, request.Revision, a => a.Ask(request.Words, work.Caller.Actor, work.Now), ct);
        return said.IsSuccess ? said.Value.View() : said.Refusal;
    }
}
