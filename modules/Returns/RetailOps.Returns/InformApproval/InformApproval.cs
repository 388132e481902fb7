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
        var found = await questions.Find(request.Id, request.Revision, ct);
        if (!found.IsSuccess)
        {
            return found.Refusal;
        }

        if (found.Value.Approval.Closed() is { } closed)
        {
            return closed;
        }

        found.Value.Approval.Tell(request.Words, work.Caller.Actor, work.Now);
        questions.Remarked(found.Value);
        return found.Value.View();
    }
}
