using System.Text.Json;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>A case as a person sees it.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Key">The business key of what it is about.</param>
/// <param name="Cause">Stable and machine-readable.</param>
/// <param name="Severity"><c>low</c>, <c>medium</c> or <c>high</c>.</param>
/// <param name="Message">What is wrong and what to do next.</param>
/// <param name="AtStake">Money that hangs on it; null when it is not known.</param>
/// <param name="Proposed">A correction that can be accepted; null for none.</param>
/// <param name="Status"><c>open</c>, <c>taken</c>, <c>resolved</c> (by a person) or <c>healed</c> (by itself).</param>
/// <param name="Count">How often it was found while it was open.</param>
/// <param name="OpenedAt">Business time, UTC.</param>
/// <param name="LastFoundAt">When it was found last.</param>
/// <param name="AgeSeconds">From its opening to now, or to its end.</param>
/// <param name="TakenBy">Who works on it; null for nobody.</param>
/// <param name="ClosedAt">Null while it is open or taken.</param>
/// <param name="ClosedBy">Who resolved it, or what healed it; null before.</param>
/// <param name="Resolution">What the person who resolved it wrote; null for others.</param>
/// <param name="Revision">The ETag. Finding it again does not change it.</param>
public sealed record ExceptionView(
    Guid Id,
    string Key,
    string Cause,
    string Severity,
    string Message,
    Money? AtStake,
    JsonElement? Proposed,
    string Status,
    int Count,
    DateTimeOffset OpenedAt,
    DateTimeOffset LastFoundAt,
    long AgeSeconds,
    string? TakenBy,
    DateTimeOffset? ClosedAt,
    string? ClosedBy,
    string? Resolution,
    int Revision);

/// <summary>Cases, oldest first.</summary>
/// <param name="Status">Only these; null for open and taken.</param>
/// <param name="Cause">Only of this cause; null for all.</param>
/// <param name="Severity">Only these; null for all.</param>
/// <param name="Key">Only about this business key; null for all.</param>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("exceptions.read"), AsksDatabase]
public sealed record ListExceptions(string? Status, string? Cause, string? Severity, string? Key, Guid? After, int Limit) : IRequest<Result<IReadOnlyList<ExceptionView>>>;

/// <summary>One case.</summary>
/// <param name="Id">Which.</param>
/// <returns>The case, or <c>exceptions.unknown</c> (NotFound).</returns>
[Needs("exceptions.read"), AsksDatabase]
public sealed record GetException(Guid Id) : IRequest<Result<ExceptionView>>;

/// <summary>Takes a case, so that nobody else works on it. A second call by the same person changes nothing.</summary>
/// <param name="Id">Which.</param>
/// <param name="TakeOver">Whether to take it even from somebody who has it.</param>
/// <returns>The case, <c>exceptions.unknown</c> (NotFound), <c>exceptions.taken</c>, <c>exceptions.closed</c> (Conflict).</returns>
[Needs("exceptions.resolve"), AsksDatabase]
public sealed record TakeException(Guid Id, bool TakeOver = false) : IRequest<Result<ExceptionView>>;

/// <summary>Closes a case because a person has dealt with it. Found again afterwards it is a new case.</summary>
/// <param name="Id">Which.</param>
/// <param name="Reason">What was done, 1 to 500 characters. A second call with the same reason changes nothing.</param>
/// <returns>The case, <c>exceptions.unknown</c> (NotFound), <c>exceptions.taken</c> (Conflict: by somebody else, take it over first), <c>exceptions.closed</c> (Conflict).</returns>
[Needs("exceptions.resolve"), AsksDatabase]
public sealed record ResolveException(Guid Id, string Reason) : IRequest<Result<ExceptionView>>;

/// <summary>Something new is wrong. Raised once per case, not when it is found again.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ExceptionId">The case.</param>
/// <param name="Key">The business key of what it is about.</param>
/// <param name="Cause">Why.</param>
/// <param name="Severity"><c>low</c>, <c>medium</c> or <c>high</c>.</param>
/// <param name="AtStake">Money that hangs on it; null when it is not known.</param>
[EventName("platform.exception-opened.v1")]
public sealed record ExceptionOpened(Guid EventId, DateTimeOffset OccurredAt, Guid ExceptionId, string Key, string Cause, string Severity, Money? AtStake) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("exception", ExceptionId);

    string IFact.Key => Key;
}

/// <summary>A person works on a case.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ExceptionId">The case.</param>
/// <param name="Key">The business key of what it is about.</param>
/// <param name="Cause">Why.</param>
[EventName("platform.exception-taken.v1")]
public sealed record ExceptionTaken(Guid EventId, DateTimeOffset OccurredAt, Guid ExceptionId, string Key, string Cause) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("exception", ExceptionId);

    string IFact.Key => Key;
}

/// <summary>A person closed a case. What was done stands in the case.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ExceptionId">The case.</param>
/// <param name="Key">The business key of what it is about.</param>
/// <param name="Cause">Why.</param>
[EventName("platform.exception-resolved.v1")]
public sealed record ExceptionResolved(Guid EventId, DateTimeOffset OccurredAt, Guid ExceptionId, string Key, string Cause) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("exception", ExceptionId);

    string IFact.Key => Key;
}

/// <summary>What was wrong mended itself; no person was needed.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ExceptionId">The case.</param>
/// <param name="Key">The business key of what it is about.</param>
/// <param name="Cause">Why it had been opened.</param>
[EventName("platform.exception-healed.v1")]
public sealed record ExceptionHealed(Guid EventId, DateTimeOffset OccurredAt, Guid ExceptionId, string Key, string Cause) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("exception", ExceptionId);

    string IFact.Key => Key;
}
