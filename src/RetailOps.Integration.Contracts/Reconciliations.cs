using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>
/// Compares what we hold to be posted with what stands in the books, by the days of posting. Writes the wish and returns; the books are read after the commit, and the run says what came of
/// it. Comparing the same days again finds the same and shows nothing twice.
/// </summary>
/// <param name="From">First day, in the retailer's time zone.</param>
/// <param name="To">Last day, at most 30 days later and not in the future.</param>
/// <param name="System">The ERP, like <c>sandbox</c>; null for the one that serves.</param>
/// <returns>The run, <c>requested</c>; <c>integration.system-unknown</c> (NotFound), <c>integration.future-day</c> (Rule).</returns>
[Needs("reconciliations.run"), AsksDatabase]
public sealed record ReconcileBooks(DateOnly From, DateOnly To, string? System = null) : IRequest<Result<ReconciliationView>>;

/// <summary>Runs, the newest first.</summary>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("reconciliations.read"), AsksDatabase]
public sealed record ListReconciliations(Guid? After, int Limit) : IRequest<Result<IReadOnlyList<ReconciliationView>>>;

/// <summary>One run with what it found.</summary>
/// <param name="Id">Which.</param>
/// <param name="After">The number of the last difference of the page before; null for the first page.</param>
/// <param name="Limit">Most differences, 1 to 501.</param>
/// <returns>The run, or <c>integration.reconciliation-unknown</c> (NotFound).</returns>
[Needs("reconciliations.read"), AsksDatabase]
public sealed record GetReconciliation(Guid Id, int? After, int Limit) : IRequest<Result<ReconciliationReport>>;

/// <summary>Does what is proposed for a difference, where it is ours to do.</summary>
/// <param name="Id">The run that found it.</param>
/// <param name="Number">Which of its differences, from 1.</param>
/// <returns>
/// The difference, <c>accepted</c>. <c>integration.reconciliation-unknown</c>, <c>integration.difference-unknown</c> (NotFound); <c>integration.difference-decided</c>,
/// <c>integration.difference-changed</c>, <c>integration.under-way</c> (Conflict) when it no longer holds as it was found; <c>integration.nothing-proposed</c> (Rule).
/// </returns>
[Needs("reconciliations.approve"), AsksDatabase]
public sealed record AcceptDifference(Guid Id, int Number) : IRequest<Result<DifferenceView>>;

/// <summary>Leaves a difference as it is. It is not shown again as long as it says the same.</summary>
/// <param name="Id">The run that found it.</param>
/// <param name="Number">Which of its differences, from 1.</param>
/// <param name="Reason">Why, 1 to 500 characters. A second call with the same reason changes nothing.</param>
/// <returns>The difference, <c>dismissed</c>, or the refusals of <see cref="AcceptDifference"/>.</returns>
[Needs("reconciliations.approve"), AsksDatabase]
public sealed record DismissDifference(Guid Id, int Number, string Reason) : IRequest<Result<DifferenceView>>;

/// <summary>A comparison of our postings with the books.</summary>
/// <param name="Id">Ours.</param>
/// <param name="System">The ERP.</param>
/// <param name="From">First day of posting.</param>
/// <param name="To">Last day of posting.</param>
/// <param name="Status"><c>requested</c>, <c>done</c>, or <c>failed</c>: the books could not be read.</param>
/// <param name="RequestedAt">Business time, UTC.</param>
/// <param name="EndedAt">Null while it is under way.</param>
/// <param name="Trouble">Why it failed; null otherwise.</param>
/// <param name="Found">Differences that it found, whatever became of them.</param>
/// <param name="UnderWay">Documents that were on their way while it looked: they are no differences.</param>
/// <param name="Totals">Both sides by kind and currency; empty before it is done.</param>
public sealed record ReconciliationView(
    Guid Id, string System, DateOnly From, DateOnly To, string Status, DateTimeOffset RequestedAt, DateTimeOffset? EndedAt, string? Trouble, int Found, int UnderWay,
    IReadOnlyList<ReconciliationTotal> Totals);

/// <summary>Both sides of one kind of document in one currency.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Ours">What we hold to be posted on these days.</param>
/// <param name="Theirs">What stands in the books with keys of ours.</param>
/// <param name="Foreign">What stands there without one.</param>
public sealed record ReconciliationTotal(string Kind, BookSum Ours, BookSum Theirs, BookSum Foreign);

/// <summary>Documents together.</summary>
/// <param name="Documents">How many.</param>
/// <param name="Untaxed">Without tax.</param>
/// <param name="Tax">The tax.</param>
/// <param name="Settled">What was paid or paid back with them.</param>
public sealed record BookSum(int Documents, Money Untaxed, Money Tax, Money Settled);

/// <summary>A run with a page of what it found.</summary>
/// <param name="Run">The run.</param>
/// <param name="Differences">In the order of their numbers.</param>
/// <param name="Next">Ask for what comes after it; null on the last page.</param>
public sealed record ReconciliationReport(ReconciliationView Run, IReadOnlyList<DifferenceView> Differences, string? Next);

/// <summary>Something that stands otherwise in the books than here.</summary>
/// <param name="Number">Within the run, from 1.</param>
/// <param name="Kind">
/// <c>missing</c>, <c>unknown</c>, <c>foreign</c>, <c>other-kind</c>, <c>other-currency</c>, <c>other-amount</c>, <c>other-tax</c>, <c>other-settled</c>, <c>other-number</c>,
/// <c>other-day</c>, <c>duplicate</c>, <c>posted-there</c>, <c>not-asked</c>, <c>other-than-billed</c> or <c>over-adjusted</c>; see docs/reconciliation.md.
/// </param>
/// <param name="Subject">The document's key, with the ERP's number behind it for a duplicate; <c>books/system/number</c> for a foreign one. The key of its exception.</param>
/// <param name="Day">The day of posting by which it is found.</param>
/// <param name="Severity"><c>low</c>, <c>medium</c> or <c>high</c>.</param>
/// <param name="Says">What differs, in a sentence, as it was found by this run.</param>
/// <param name="Ours">What we hold; null for nothing.</param>
/// <param name="Theirs">What stands in the books; null for nothing.</param>
/// <param name="AtStake">The money that hangs on it; null for none.</param>
/// <param name="Proposed">What can be accepted; null where it is not ours to mend.</param>
/// <param name="Status"><c>open</c>, <c>accepted</c>, <c>dismissed</c> or <c>healed</c>, as it is now.</param>
/// <param name="DecidedBy">Who accepted or dismissed it; null for nobody.</param>
/// <param name="DecidedAt">When; null for never.</param>
/// <param name="Reason">Why it was dismissed; null otherwise.</param>
public sealed record DifferenceView(
    int Number, string Kind, string Subject, DateOnly Day, string Severity, string Says, BookedSide? Ours, BookedSide? Theirs, Money? AtStake, Correction? Proposed, string Status,
    string? DecidedBy, DateTimeOffset? DecidedAt, string? Reason);

/// <summary>A document on one side.</summary>
/// <param name="ErpNumber">The ERP's number; null for none.</param>
/// <param name="Status">Of our posting; null for the books.</param>
/// <param name="Day">The day of posting, here the one on which we learned of it; null when it is not posted.</param>
/// <param name="Untaxed">Without tax.</param>
/// <param name="Tax">The tax.</param>
/// <param name="Settled">What was paid or paid back with it.</param>
public sealed record BookedSide(string? ErpNumber, string? Status, DateOnly? Day, Money Untaxed, Money Tax, Money Settled);

/// <summary>What would mend a difference.</summary>
/// <param name="Action">
/// <c>send-again</c>: the document is sent once more, and looked for first; <c>record-number</c>: it is held to be posted under the number that stands there; <c>adjust</c>: another document
/// makes up for the difference.
/// </param>
/// <param name="Says">In a sentence.</param>
/// <param name="ErpNumber">The number to record; null for other actions.</param>
/// <param name="Document">The document to post; null for other actions.</param>
public sealed record Correction(string Action, string Says, string? ErpNumber = null, ErpDocument? Document = null);

/// <summary>The books should be compared. Its delivery is the reading of the books.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ReconciliationId">The run.</param>
/// <param name="System">The ERP.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
[EventName("integration.reconciliation-requested.v1")]
public sealed record ReconciliationRequested(Guid EventId, DateTimeOffset OccurredAt, Guid ReconciliationId, string System, DateOnly From, DateOnly To) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("reconciliation", ReconciliationId);

    string IFact.Key => BusinessKey.Of("reconciliation", ReconciliationId);
}

/// <summary>The books were compared.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ReconciliationId">The run.</param>
/// <param name="System">The ERP.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
/// <param name="Found">Differences that it found.</param>
[EventName("integration.reconciliation-done.v1")]
public sealed record ReconciliationDone(Guid EventId, DateTimeOffset OccurredAt, Guid ReconciliationId, string System, DateOnly From, DateOnly To, int Found) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("reconciliation", ReconciliationId);

    string IFact.Key => BusinessKey.Of("reconciliation", ReconciliationId);
}

/// <summary>The books could not be read.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ReconciliationId">The run.</param>
/// <param name="System">The ERP.</param>
/// <param name="Trouble">What was heard instead.</param>
[EventName("integration.reconciliation-failed.v1")]
public sealed record ReconciliationFailed(Guid EventId, DateTimeOffset OccurredAt, Guid ReconciliationId, string System, string Trouble) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("reconciliation", ReconciliationId);

    string IFact.Key => BusinessKey.Of("reconciliation", ReconciliationId);
}

/// <summary>Something stands otherwise in the books than here. Raised once, and again when it comes back.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Difference">Its key.</param>
/// <param name="Kind">What kind of difference.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="ReconciliationId">The run that found it.</param>
[EventName("integration.difference-found.v1")]
public sealed record DifferenceFound(Guid EventId, DateTimeOffset OccurredAt, string Difference, string Kind, string Subject, Guid ReconciliationId) : IFact
{
    string IFact.Aggregate => $"difference/{Difference}";

    string IFact.Key => $"difference/{Difference}";
}

/// <summary>A difference is not there any more.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Difference">Its key.</param>
/// <param name="ReconciliationId">The run that did not find it.</param>
[EventName("integration.difference-healed.v1")]
public sealed record DifferenceHealed(Guid EventId, DateTimeOffset OccurredAt, string Difference, Guid ReconciliationId) : IFact
{
    string IFact.Aggregate => $"difference/{Difference}";

    string IFact.Key => $"difference/{Difference}";
}

/// <summary>A person had done what was proposed for a difference.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Difference">Its key.</param>
/// <param name="Action">What was done.</param>
/// <param name="DocumentKey">The document that was sent again, numbered or asked for.</param>
[EventName("integration.difference-accepted.v1")]
public sealed record DifferenceAccepted(Guid EventId, DateTimeOffset OccurredAt, string Difference, string Action, string DocumentKey) : IFact
{
    string IFact.Aggregate => $"difference/{Difference}";

    string IFact.Key => $"difference/{Difference}";
}

/// <summary>A person left a difference as it is.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Difference">Its key.</param>
/// <param name="Reason">Why.</param>
[EventName("integration.difference-dismissed.v1")]
public sealed record DifferenceDismissed(Guid EventId, DateTimeOffset OccurredAt, string Difference, string Reason) : IFact
{
    string IFact.Aggregate => $"difference/{Difference}";

    string IFact.Key => $"difference/{Difference}";
}
