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
        var found = await questions.Find(request.Id, request.Revision, ct);
        if (!found.IsSuccess)
        {
            return found.Refusal;
        }

        if (found.Value.Approval.Closed() is { } closed)
        {
            return closed;
        }

        found.Value.Approval.Ask(request.Words, work.Caller.Actor, work.Now);
        questions.Remarked(found.Value);
        return found.Value.View();
    }
}
