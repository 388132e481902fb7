using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>Lists documents on their way, in the order of their keys.</summary>
/// <param name="Status"><c>requested</c>, <c>posted</c>, <c>refused</c>, <c>gave-up</c> or <c>set-aside</c>; null for all.</param>
/// <param name="After">The last key of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("integration.read"), AsksDatabase]
public sealed record ListPostings(string? Status, string? After, int Limit) : IRequest<Result<IReadOnlyList<PostingView>>>;

/// <summary>Sends a document that was refused or given up once more, after a person has mended what stood against it.</summary>
/// <param name="Key">The document's.</param>
/// <returns>
/// The posting, on its way again; the same when it is under way already. <c>integration.already-posted</c> (Conflict) when there is nothing left
/// to do.
/// </returns>
[Needs("integration.replay"), AsksDatabase]
public sealed record RetryPosting(string Key) : IRequest<Result<PostingView>>;

/// <summary>The systems outside, as they look from here.</summary>
[Needs("integration.read"), AsksDatabase]
public sealed record ListSystems : IRequest<Result<IReadOnlyList<SystemView>>>;

/// <summary>A system outside.</summary>
/// <param name="Name">Which one: <c>sandbox</c>.</param>
/// <param name="Purpose">What it is for us: <c>erp</c>.</param>
/// <param name="Answers">Whether it answered when it was asked just now.</param>
/// <param name="Trouble">Why not; null when it did.</param>
/// <param name="LastAnswer">When it last decided about a document, business time; null for never.</param>
/// <param name="Backlog">Documents that wait for its answer.</param>
/// <param name="OldestWait">When the oldest of them was asked for, business time; null when nothing waits.</param>
/// <param name="LedgerBalance">Debits less credits of all its moves, as a number: 0 or something is badly wrong. Null when it did not say.</param>
/// <param name="Posted">Posted documents by kind; empty when it did not say.</param>
public sealed record SystemView(
    string Name, string Purpose, bool Answers, string? Trouble, DateTimeOffset? LastAnswer, long Backlog, DateTimeOffset? OldestWait, long? LedgerBalance, IReadOnlyDictionary<string, long> Posted);
