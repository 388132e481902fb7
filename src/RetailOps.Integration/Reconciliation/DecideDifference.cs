using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class DismissDifferenceValidator : AbstractValidator<DismissDifference>
{
    public DismissDifferenceValidator() =>
        RuleFor(r => r.Reason).Must(r => Text.HasLength(r, 500)).WithErrorCode("integration.reason").WithMessage("Why it may stay, 1 to 500 characters.");
}

/// <summary>Finds a difference as a run has found it, if it still is what the run has found.</summary>
internal sealed class OpenDifferences(UnitOfWork work)
{
    public async Task<Result<(Finding Finding, Difference Difference)>> Find(Guid run, int number, CancellationToken ct)
    {
        var context = await work.Join<IntegrationDbContext>(ct);
        if (await context.Reconciliations.FindAsync([run], ct) is null)
        {
            return Refusal.NotFound("integration.reconciliation-unknown", "There is no such reconciliation.");
        }

        if (await context.Findings.FindAsync([run, number], ct) is not { } finding)
        {
            return Refusal.NotFound("integration.difference-unknown", "The reconciliation has found no difference of this number.");
        }

        return (finding, (await context.Differences.FindAsync([finding.DifferenceKey], ct))!);
    }

    /// <summary>Null when it can be decided about.</summary>
    public static Refusal? Against(Finding finding, Difference difference) =>
        difference.Status is not DifferenceStatus.Open
            ? Refusal.Conflict("integration.difference-decided", $"The difference is {difference.Status.ToSnakeCase()} already.", new { status = difference.Status.ToSnakeCase(), difference.DecidedBy })
        : difference.Says != finding.Says ? Changed() : null;

    public static Refusal Changed() =>
        Refusal.Conflict("integration.difference-changed", "It is not any more as this run has found it; compare the books of that day again and decide about what the new run says.");
}

internal sealed class AcceptDifferenceHandler(OpenDifferences open, UnitOfWork work, ExceptionDesk desk, IErp erp) : IRequestHandler<AcceptDifference, Result<DifferenceView>>
{
    public async Task<Result<DifferenceView>> Handle(AcceptDifference request, CancellationToken ct)
    {
        var asked = await open.Find(request.Id, request.Number, ct);
        if (!asked.IsSuccess)
        {
            return asked.Refusal;
        }

        var (finding, difference) = asked.Value;
        if (OpenDifferences.Against(finding, difference) is { } no)
        {
            return no;
        }

        if (finding.Correction() is not { } correction)
        {
            return Refusal.Rule("integration.nothing-proposed", "There is nothing here that would mend it: mend it where it is wrong and compare again, or dismiss it with a reason.");
        }

        var done = correction.Document is { } document ? await Ask(document, ct) : await Mend(finding, difference, correction, ct);
        if (!done.IsSuccess)
        {
            return done.Refusal;
        }

        work.Raise(difference, difference.Accept(correction.Action, done.Value, work.Caller.Actor, work.Now));
        desk.Heal(difference.Subject, DifferenceKinds.CauseOf(difference.Kind));
        return finding.ToView(difference);
    }

    /// <summary>Sends once more, or takes over the number that stands there.</summary>
    private async Task<Result<string>> Mend(Finding finding, Difference difference, Correction correction, CancellationToken ct)
    {
        var ours = finding.OurSide();
        if (await (await work.Join<IntegrationDbContext>(ct)).Postings.FindAsync([difference.Subject], ct) is not { } posting
            || Posting.Word(posting.Status) != ours?.Status || posting.Number != ours.ErpNumber || posting.System != erp.Name)
        {
            return OpenDifferences.Changed();
        }

        if (posting.Status is PostingStatus.Requested && await ReconciliationReads.IsUnderWay(work, posting.Key, ct))
        {
            return Refusal.Conflict("integration.under-way", "The document is on its way; its answer will say what stands there.");
        }

        if (correction.Action == Corrections.SendAgain)
        {
            work.Raise(posting, posting.Lost(work.Now));
        }
        else
        {
            work.Raise(posting, posting.Stand(correction.ErpNumber!, work.Now));
            desk.Heal(posting.Key, ErpConnector.NoAnswer);
            desk.Heal(posting.Key, ErpConnector.Refused);
        }

        return posting.Key;
    }

    private async Task<Result<string>> Ask(ErpDocument document, CancellationToken ct)
    {
        var context = await work.Join<IntegrationDbContext>(ct);
        if (await context.Postings.FindAsync([document.Key], ct) is not null)
        {
            return OpenDifferences.Changed();
        }

        var posting = Posting.Of(document, erp.Name, work.Now);
        context.Postings.Add(posting);
        work.Raise(posting, erp.Takes(posting.Kind) ? posting.Requested(work.Now) : posting.SetAside(work.Now));
        return posting.Key;
    }
}

internal sealed class DismissDifferenceHandler(OpenDifferences open, UnitOfWork work, ExceptionDesk desk) : IRequestHandler<DismissDifference, Result<DifferenceView>>
{
    public async Task<Result<DifferenceView>> Handle(DismissDifference request, CancellationToken ct)
    {
        var asked = await open.Find(request.Id, request.Number, ct);
        if (!asked.IsSuccess)
        {
            return asked.Refusal;
        }

        var (finding, difference) = asked.Value;
        if (difference.Status is DifferenceStatus.Dismissed && difference.Reason == request.Reason)
        {
            return finding.ToView(difference);
        }

        if (OpenDifferences.Against(finding, difference) is { } no)
        {
            return no;
        }

        work.Raise(difference, difference.Dismiss(request.Reason, work.Caller.Actor, work.Now));
        desk.Heal(difference.Subject, DifferenceKinds.CauseOf(difference.Kind));
        return finding.ToView(difference);
    }
}
