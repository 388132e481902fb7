using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class DecideApprovalValidator : AbstractValidator<DecideApproval>
{
    public DecideApprovalValidator() => RuleFor(r => r.Comment).Must((r, c) => c is null ? r.Approve : Text.HasLength(c, 500))
        .WithErrorCode("returns.comment").WithMessage("1 to 500 characters; mandatory for a no.");
}

internal sealed class DecideApprovalHandler(UnitOfWork work, OpenQuestion questions) : IRequestHandler<DecideApproval, Result<ApprovalView>>
{
    // Where two people must agree, each must have given the password just now.
    private const int TopTier = 2;

    public async Task<Result<ApprovalView>> Handle(DecideApproval request, CancellationToken ct)
    {
        var found = await questions.Find(request.Id, null, ct);
        if (!found.IsSuccess)
        {
            return found.Refusal;
        }

        var (approval, refund, limits) = found.Value;
        if (questions.NoPerson() is { } nobody)
        {
            return nobody;
        }

        // What changed says more than that something did, so it comes before the revision.
        if (request.Subject is { } shown && (!approval.IsAbout(refund) || shown != Convert.ToHexStringLower(approval.Subject)))
        {
            return SubjectChange.Refused(approval.SubjectText, refund);
        }

        if (request.Revision is { } seen && seen != approval.Revision)
        {
            return Revision.StaleRefusal();
        }

        if (approval.Hinders(refund, work.Caller.Actor, limits) is { } hindrance)
        {
            return hindrance;
        }

        if (approval.Tier > request.MostTier)
        {
            return Refusal.Rule("returns.one-by-one", "Where two people must agree each looks at it by itself; open it and decide there.");
        }

        if (request.Approve && approval.Tier >= TopTier && FreshSignIn.Asked(work.Caller, work.Now) is { } tooOld)
        {
            return tooOld;
        }

        if (approval.Decide(refund, request.Approve, request.Comment, work.Caller.Actor, limits, work.Now) is { } refusal)
        {
            return refusal;
        }

        return await questions.Decided(found.Value, ct) is { } untold ? untold : found.Value.View();
    }
}
