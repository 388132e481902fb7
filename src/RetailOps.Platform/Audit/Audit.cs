using System.Text.Json;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>What happened, oldest first, from the event rows themselves.</summary>
/// <param name="Object">Only about this thing, <c>kind/id</c> as in <c>order/…</c>: what happened to it, and what stands under it as its business key; null for all.</param>
/// <param name="Actor">Only by this one: <c>person:…</c>, <c>client:…</c>, <c>engine:…</c> or <c>system:…</c>; null for all. Of the engine and the system only with an object or both instants.</param>
/// <param name="From">Only what was recorded at or after it; null for all.</param>
/// <param name="To">Only what was recorded before it; null for all.</param>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("audit.read"), AsksDatabase]
public sealed record ReadAudit(string? Object, string? Actor, DateTimeOffset? From, DateTimeOffset? To, Guid? After, int Limit) : IRequest<Result<IReadOnlyList<AuditEntry>>>;

/// <summary>One change of state.</summary>
/// <param name="Id">The event's.</param>
/// <param name="Type">What happened.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="RecordedAt">When the row was written, by the database's clock.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="ActorName">What the person is called by the account; null for others, and when there is no account any more.</param>
/// <param name="Object">What it happened to.</param>
/// <param name="Revision">Of the object, after it.</param>
/// <param name="Key">The business key it stands under.</param>
/// <param name="Cause">The event or stimulus behind it; null for a request from outside.</param>
/// <param name="Trace">W3C trace context; null when nobody traced.</param>
/// <param name="Data">What was said, without personal data.</param>
/// <param name="Link">Its place in the chain; null when it is not linked yet, which takes about a second.</param>
public sealed record AuditEntry(
    Guid Id, string Type, DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, string Actor, string? ActorName, string Object, int Revision, string Key, Guid? Cause, string? Trace, JsonElement Data,
    AuditLink? Link);

/// <summary>A link of the chain.</summary>
/// <param name="Sequence">Its number, from 1.</param>
/// <param name="Head">SHA-256 of the head before it and the hashes of its rows, in hexadecimal digits.</param>
/// <param name="LinkedAt">When, by the database's clock.</param>
public sealed record AuditLink(long Sequence, string Head, DateTimeOffset LinkedAt);

/// <summary>Where the chain over the events has come to.</summary>
[Needs("audit.read"), AsksDatabase]
public sealed record GetAuditChain : IRequest<Result<AuditChainState>>;

/// <summary>The chain over the events.</summary>
/// <param name="Last">The last link; null for none.</param>
/// <param name="Rows">How many rows all links cover.</param>
/// <param name="Unlinked">How many rows wait to be linked; counted up to 10,000.</param>
public sealed record AuditChainState(AuditLink? Last, long Rows, long Unlinked);
