using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>Lists documents on their way, in the order of their keys.</summary>
/// <param name="Status"><c>requested</c>, <c>posted</c>, <c>refused</c>, <c>gave-up</c> or <c>set-aside</c>; null for all.</param>
/// <param name="After">The last key of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("integration.read"), AsksDatabase]
public sealed record ListPostings(string? Status, string? After, int Limit) : IRequest<Result<IReadOnlyList<PostingView>>>;

/// <summary>Sends a document that was refused, given up or set aside once more, after a person has mended what stood against it.</summary>
/// <param name="Key">The document's.</param>
/// <returns>
/// The posting, on its way again; the same when it is under way already. <c>integration.already-posted</c> (Conflict) when there is nothing left
/// to do.
/// </returns>
[Needs("integration.replay"), AsksDatabase]
public sealed record RetryPosting(string Key) : IRequest<Result<PostingView>>;

/// <summary>Sends documents that were refused, given up or set aside once more: all that fit, the oldest first, at most 500 a call.</summary>
/// <param name="Status"><c>refused</c>, <c>gave-up</c> or <c>set-aside</c>.</param>
/// <param name="Kind">Only of this kind; null for all.</param>
/// <param name="From">Only those asked for at this instant or later; null for all.</param>
/// <param name="To">Only those asked for before this instant; null for all.</param>
/// <returns>How many are on their way again, and whether more fit. A second call finds what is left.</returns>
[Needs("integration.replay"), AsksDatabase]
public sealed record RetryPostings(string Status, string? Kind = null, DateTimeOffset? From = null, DateTimeOffset? To = null) : IRequest<Result<RetriedPostings>>;

/// <summary>What a range of retries came to.</summary>
/// <param name="Count">Documents that are on their way again.</param>
/// <param name="More">Whether more fit; call again.</param>
public sealed record RetriedPostings(int Count, bool More);

/// <summary>Changes what a document says that was refused, given up or set aside, and sends it once more. Its key, currency and total stay.</summary>
/// <param name="Key">The document's.</param>
/// <param name="Document">What it should say.</param>
/// <param name="Reason">Why, 1 to 500 characters; kept in the audit trail.</param>
/// <returns>
/// The posting, on its way again. <c>integration.posting-unknown</c> (NotFound), <c>integration.already-posted</c> (Conflict), <c>integration.under-way</c>
/// (Conflict: it may stand there already), <c>integration.not-taken</c> (Conflict), <c>integration.other-total</c> (Rule: an amount is corrected by another
/// document, never by another content).
/// </returns>
[Needs("integration.repair"), AsksDatabase]
public sealed record RepairPosting(string Key, ErpDocument Document, string Reason) : IRequest<Result<PostingView>>;

/// <summary>Says what would be sent to the ERP for a document, and what is missing for it. Sends and changes nothing.</summary>
/// <param name="Key">The document's.</param>
/// <returns>The preview, <c>integration.posting-unknown</c> (NotFound), or <c>integration.erp-silent</c> (Conflict) when the ERP had to be asked and did not answer.</returns>
[Needs("integration.read"), AsksDatabase]
public sealed record PreviewPosting(string Key) : IRequest<Result<PostingPreview>>;

/// <summary>What would be sent for a document.</summary>
/// <param name="Key">The document's.</param>
/// <param name="System">To which ERP.</param>
/// <param name="Calls">In their order.</param>
/// <param name="Gaps">What is missing for it, for a person; empty when nothing is.</param>
public sealed record PostingPreview(string Key, string System, IReadOnlyList<PreviewedCall> Calls, IReadOnlyList<string> Gaps);

/// <summary>One call that would be made.</summary>
/// <param name="Operation">In the ERP's words.</param>
/// <param name="Payload">What would be sent with it, without secrets.</param>
public sealed record PreviewedCall(string Operation, System.Text.Json.JsonElement Payload);

/// <summary>The systems outside, as they look from here.</summary>
[Needs("integration.read"), AsksDatabase]
public sealed record ListSystems : IRequest<Result<IReadOnlyList<SystemView>>>;

/// <summary>A system outside.</summary>
/// <param name="Name">Which one, like <c>sandbox</c>.</param>
/// <param name="Purpose">What it is for us: <c>erp</c>, <c>wms</c>, <c>carrier</c>, <c>channel</c>, <c>payment</c>, <c>notice</c>, <c>loyalty</c> or <c>consumer</c>.</param>
/// <param name="Answers">Whether it answered when it was asked just now; of one that cannot be asked, whether its operations got answers last.</param>
/// <param name="Trouble">Why not; null when it did.</param>
/// <param name="LastAnswer">When it last decided about a document, business time; null for never.</param>
/// <param name="Backlog">What waits for its answer, over all operations.</param>
/// <param name="OldestWait">When the oldest of it was asked for; null when nothing waits.</param>
/// <param name="LedgerBalance">Of an ERP: debits less credits of all its moves, as a number: 0 or something is badly wrong. Null when it did not say.</param>
/// <param name="Posted">Of an ERP: posted documents by kind; empty when it did not say.</param>
/// <param name="Operations">What we do there.</param>
public sealed record SystemView(
    string Name, string Purpose, bool Answers, string? Trouble, DateTimeOffset? LastAnswer, long Backlog, DateTimeOffset? OldestWait, long? LedgerBalance,
    IReadOnlyDictionary<string, long> Posted, IReadOnlyList<OperationView> Operations);

/// <summary>One thing that is done at a system, as this host sees it; backlog and outages over all hosts.</summary>
/// <param name="Name">In words.</param>
/// <param name="Lane">The subscriber's name: under it stand deliveries, dead letters and metrics.</param>
/// <param name="Retry">Why it may be tried again: <c>asks-first</c>, <c>same-id</c> or <c>never</c>.</param>
/// <param name="Breaker"><c>closed</c>: it calls. <c>open</c>: it pauses, because nobody answered. <c>probing</c>: it tries one.</param>
/// <param name="Failures">Calls in a row that got no answer.</param>
/// <param name="FailingSince">Since when; null while it answers.</param>
/// <param name="LastTrouble">What went wrong last since this host started; null for nothing.</param>
/// <param name="AnswersPerSecond">Over the last minute at most; null when there were no calls.</param>
/// <param name="MedianSeconds">Half of the last 256 calls took no longer; null when there were none.</param>
/// <param name="P95Seconds">19 of 20 took no longer.</param>
/// <param name="Backlog">What is to be done.</param>
/// <param name="Waiting">Of it, what waits for something else: for another document, or behind another delivery of its key.</param>
/// <param name="DeadLetters">What a person must decide about.</param>
/// <param name="OldestWait">When the oldest of the backlog was recorded; null when nothing waits.</param>
/// <param name="RecoversInSeconds">How long the backlog takes at the rate of the last minute, what waits for something else left out; null when nobody answers, or nothing waits.</param>
/// <param name="LastOutage">The last time in which nobody answered; null for none.</param>
public sealed record OperationView(
    string Name, string Lane, string Retry, string Breaker, int Failures, DateTimeOffset? FailingSince, string? LastTrouble, double? AnswersPerSecond, double? MedianSeconds, double? P95Seconds,
    long Backlog, long Waiting, long DeadLetters, DateTimeOffset? OldestWait, double? RecoversInSeconds, OutageView? LastOutage);

/// <summary>A time in which a system did not answer. Machine time.</summary>
/// <param name="Began">The end of the first call that got no answer.</param>
/// <param name="Answered">When it answered again; null while it does not.</param>
/// <param name="CaughtUp">When nothing that had piled up was due any more; null before.</param>
/// <param name="RecoverySeconds">From the first answer until it had caught up; null before.</param>
/// <param name="Error">What was heard instead of an answer.</param>
public sealed record OutageView(DateTimeOffset Began, DateTimeOffset? Answered, DateTimeOffset? CaughtUp, double? RecoverySeconds, string Error);
