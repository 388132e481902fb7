using System.Text.Json;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>A governed document by name.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Which one.</param>
/// <param name="Live">The version that rules; null for none yet.</param>
/// <param name="Latest">The highest version.</param>
/// <param name="Proposed">Versions that wait for a second person.</param>
public sealed record DocumentSummary(string Kind, string Name, int? Live, int Latest, IReadOnlyList<int> Proposed);

/// <summary>One version of a governed document.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Which one.</param>
/// <param name="Version">From 1.</param>
/// <param name="Status"><c>proposed</c>, <c>live</c>, <c>retired</c> or <c>rejected</c>.</param>
/// <param name="Content">Its JSON; null in lists.</param>
/// <param name="IsFromFile">Whether it came with the build.</param>
/// <param name="Author">Who proposed it.</param>
/// <param name="Reason">Why.</param>
/// <param name="CreatedAt">Business time, UTC.</param>
/// <param name="DecidedBy">Who approved or rejected it; null while it is proposed.</param>
/// <param name="DecisionReason">What that person wrote; null for nothing.</param>
/// <param name="DecidedAt">When; null while it is proposed.</param>
/// <param name="RetiredAt">When the next one went live; null for others.</param>
/// <param name="Revision">The ETag.</param>
public sealed record DocumentView(
    string Kind,
    string Name,
    int Version,
    string Status,
    JsonElement? Content,
    bool IsFromFile,
    string Author,
    string Reason,
    DateTimeOffset CreatedAt,
    string? DecidedBy,
    string? DecisionReason,
    DateTimeOffset? DecidedAt,
    DateTimeOffset? RetiredAt,
    int Revision);

/// <summary>Documents of one kind, by name.</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="After">The last name of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("documents.read"), AsksDatabase]
public sealed record ListDocuments(string Kind, string? After, int Limit) : IRequest<Result<IReadOnlyList<DocumentSummary>>>;

/// <summary>Versions of one document, newest first, without their content.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Which one.</param>
/// <param name="Before">The last version of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("documents.read"), AsksDatabase]
public sealed record ListDocumentVersions(string Kind, string Name, int? Before, int Limit) : IRequest<Result<IReadOnlyList<DocumentView>>>;

/// <summary>One version with its content.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Which one.</param>
/// <param name="Version">Which version; null for the live one.</param>
/// <returns>The version, or <c>documents.unknown</c> (NotFound).</returns>
[Needs("documents.read"), AsksDatabase]
public sealed record GetDocument(string Kind, string Name, int? Version = null) : IRequest<Result<DocumentView>>;

/// <summary>Proposes a new version. It rules when another person has approved it.</summary>
/// <param name="Kind">What it is; a kind that a module stands for.</param>
/// <param name="Name">1 to 64 small letters, digits and hyphens; a new one makes a new document.</param>
/// <param name="Content">The whole content, at most 256 KB.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
/// <returns>The proposal, <c>documents.unknown-kind</c> (NotFound), <c>documents.invalid</c> (Rule, with every fault by its JSON path), <c>documents.unchanged</c> (Conflict: it says what the latest version says).</returns>
[Needs("documents.propose"), AsksDatabase]
public sealed record ProposeDocument(string Kind, string Name, JsonElement Content, string Reason) : IRequest<Result<DocumentView>>;

/// <summary>A second person approves a proposal, which then rules, or rejects it. A second call with the same answer by the same person changes nothing.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Which one.</param>
/// <param name="Version">Which version.</param>
/// <param name="Approve">The answer.</param>
/// <param name="Reason">At most 500 characters; needed to reject.</param>
/// <returns>
/// The version, <c>documents.unknown</c> (NotFound), <c>documents.own-proposal</c> (Rule: never by its author, who may only withdraw it by
/// rejecting), <c>documents.approver-not-a-person</c> (Rule: an application never approves), <c>documents.decided</c>, <c>documents.superseded</c> (Conflict: a later version is live), <c>documents.invalid</c> (Rule).
/// </returns>
[Needs("documents.approve"), AsksDatabase]
public sealed record DecideDocument(string Kind, string Name, int Version, bool Approve, string? Reason = null) : IRequest<Result<DocumentView>>;

/// <summary>Takes over files of the build.</summary>
[Needs("documents.propose"), AsksDatabase]
internal sealed record ImportDocuments(IReadOnlyList<DocumentFile> Files) : IRequest<Result<ImportedDocuments>>;

internal sealed record DocumentFile(string Kind, string Name, string File, JsonElement Content);

internal sealed record ImportedDocuments(int Count);

/// <summary>Somebody, or a changed file, wants a document to say something else.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Which one.</param>
/// <param name="Version">The proposed version.</param>
[EventName("platform.document-proposed.v1")]
public sealed record DocumentProposed(Guid EventId, DateTimeOffset OccurredAt, string Kind, string Name, int Version) : IFact
{
    string IFact.Aggregate => $"document/{Kind}/{Name}/{Version}";

    string IFact.Key => $"document/{Kind}/{Name}";
}

/// <summary>A version rules from now on; the one before it is retired.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Which one.</param>
/// <param name="Version">The version.</param>
/// <param name="Replaced">The version that ruled before; null for none.</param>
[EventName("platform.document-approved.v1")]
public sealed record DocumentApproved(Guid EventId, DateTimeOffset OccurredAt, string Kind, string Name, int Version, int? Replaced) : IFact
{
    string IFact.Aggregate => $"document/{Kind}/{Name}/{Version}";

    string IFact.Key => $"document/{Kind}/{Name}";
}

/// <summary>A proposal will never rule.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Which one.</param>
/// <param name="Version">The version.</param>
[EventName("platform.document-rejected.v1")]
public sealed record DocumentRejected(Guid EventId, DateTimeOffset OccurredAt, string Kind, string Name, int Version) : IFact
{
    string IFact.Aggregate => $"document/{Kind}/{Name}/{Version}";

    string IFact.Key => $"document/{Kind}/{Name}";
}
