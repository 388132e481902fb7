using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class DelegateApprovalValidator : AbstractValidator<DelegateApproval>
{
    public DelegateApprovalValidator()
    {
        RuleFor(r => r.To).Must(t => Text.HasLength(t, 100)).WithErrorCode("returns.delegate").WithMessage("The name of an account, 1 to 100 characters.");
        RuleFor(r => r.Words).Must(w => w is null || Text.HasLength(w, 500)).WithErrorCode("returns.words").WithMessage("1 to 500 characters.");
    }
}

internal sealed class DelegateApprovalHandler(UnitOfWork work, OpenQuestion questions) : IRequestHandler<DelegateApproval, Result<ApprovalView>>
{
    private static readonly string Needed = typeof(DecideApproval).GetCustomAttributes(typeof(NeedsAttribute), false).Cast<NeedsAttribute>().Single().Permission;

    public async Task<Result<ApprovalView>> Handle(DelegateApproval request, CancellationToken ct)
    {
        var found = await questions.Find(request.Id, request.Revision, ct);
        if (!found.IsSuccess)
        {
            return found.Refusal;
        }

        if (questions.NoPerson() is { } nobody)
        {
            return nobody;
        }

        if (await PeopleNames.Find(work, request.To, ct) is not { } other || !other.May(Needed))
        {
            return Refusal.NotFound("returns.unknown-person", "Nobody of this name decides about refunds.");
        }

        var (approval, refund, limits) = found.Value;
        if (approval.Delegate(refund, request.Words, work.Caller.Actor, other.Actor, limits, work.Now) is { } refusal)
        {
            return refusal;
        }

        questions.Remarked(found.Value);
        return found.Value.View();
    }
}
