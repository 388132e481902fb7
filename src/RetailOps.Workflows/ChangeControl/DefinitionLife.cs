using System.Text.Json.Nodes;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Lets the latest version of a definition go live, or proposes it.</summary>
[Needs("workflows.draw"), AsksDatabase]
internal sealed record PublishDefinition(string DefinitionId) : IRequest<Result<SavedDefinition>>;

/// <summary>Starts no more of a definition, or proposes that. A definition that is not live is answered as it is.</summary>
[Needs("workflows.draw"), AsksDatabase]
internal sealed record RetractDefinition(string DefinitionId) : IRequest<Result<WishOutcome>>;

/// <summary>Deletes a definition with all versions, or proposes that. What runs goes on.</summary>
[Needs("workflows.draw"), AsksDatabase]
internal sealed record DeleteDefinition(string DefinitionId) : IRequest<Result<WishOutcome>>;

/// <summary>Deletes one version that is not live. What runs goes on.</summary>
/// <param name="VersionId">Which; null when definition and number are given.</param>
/// <param name="DefinitionId">Of which definition; null when the version's id is given.</param>
/// <param name="Version">The number.</param>
[Needs("workflows.draw"), AsksDatabase]
internal sealed record DeleteVersion(string? VersionId, string? DefinitionId = null, int Version = 0) : IRequest<Result<WishOutcome>>;

/// <summary>Makes a new draft that says what an earlier version said.</summary>
[Needs("workflows.draw"), AsksDatabase]
internal sealed record RevertDefinition(string DefinitionId, int Version) : IRequest<Result<StoredVersion>>;

/// <summary>Lets a workflow that draws another one as an activity draw its live version: a new draft that goes live, or is proposed, when the one before was live.</summary>
/// <param name="DefinitionId">The workflow that draws.</param>
/// <param name="Drawn">The one that is drawn.</param>
/// <returns>What became of it, <c>workflows.unknown-definition</c> (NotFound: also when nothing of it is live, or it is not drawn), <c>workflows.definition-invalid</c> (Malformed).</returns>
[Needs("workflows.draw"), AsksDatabase]
internal sealed record UpdateReferences(string DefinitionId, string Drawn) : IRequest<Result<WishOutcome>>;

internal sealed class UpdateReferencesHandler(UnitOfWork work, DefinitionDesk desk) : IRequestHandler<UpdateReferences, Result<WishOutcome>>
{
    public async Task<Result<WishOutcome>> Handle(UpdateReferences request, CancellationToken ct)
    {
        var head = await desk.Lock(request.DefinitionId, ct);
        if (head.Latest is not { } latest || await DefinitionReads.Find(await work.Connection(ct), request.Drawn, VersionChoice.Published, ct) is not { } drawn)
        {
            return DefinitionRefusals.Unknown();
        }

        var normal = ElsaDocument.Normal(ElsaDocument.Parse(latest.Document));
        if (!Renew(normal["root"], drawn))
        {
            return DefinitionRefusals.Unknown();
        }

        var version = desk.Draft(head, request.DefinitionId, normal, [], isApart: true);
        return latest.IsPublished ? await desk.Publish(head, version, $"{drawn.Name} has a new version.", ct) : new WishOutcome(version);
    }

    private static bool Renew(JsonNode? node, StoredVersion drawn)
    {
        var found = false;
        if (node is JsonObject one)
        {
            if (one["workflowDefinitionId"] is JsonValue id && id.TryGetValue<string>(out var text) && text == drawn.DefinitionId)
            {
                (one["version"], one["workflowDefinitionVersionId"]) = (drawn.Version, drawn.VersionId);
                (one["latestAvailablePublishedVersion"], one["latestAvailablePublishedVersionId"]) = (drawn.Version, drawn.VersionId);
                found = true;
            }

            foreach (var (_, inner) in one.ToList())
            {
                found |= Renew(inner, drawn);
            }
        }
        else if (node is JsonArray many)
        {
            foreach (var inner in many)
            {
                found |= Renew(inner, drawn);
            }
        }

        return found;
    }
}

internal sealed class PublishDefinitionHandler(UnitOfWork work, DefinitionDesk desk) : IRequestHandler<PublishDefinition, Result<SavedDefinition>>
{
    public async Task<Result<SavedDefinition>> Handle(PublishDefinition request, CancellationToken ct)
    {
        var head = await desk.Lock(request.DefinitionId, ct);
        if (head.Latest is not { } latest)
        {
            return DefinitionRefusals.Unknown();
        }

        var outcome = await desk.Publish(head, latest, null, ct);
        if (!outcome.IsSuccess)
        {
            return outcome.Refusal;
        }

        var consumers = await Consumers.Of(work, request.DefinitionId, ct);
        return new SavedDefinition(outcome.Value.Version, outcome.Value is { WasSo: true, Proposal: null }, consumers.Length, await desk.Problems(latest.Document, ct), outcome.Value.Notice);
    }
}

internal sealed class RetractDefinitionHandler(DefinitionDesk desk) : IRequestHandler<RetractDefinition, Result<WishOutcome>>
{
    public async Task<Result<WishOutcome>> Handle(RetractDefinition request, CancellationToken ct)
    {
        var head = await desk.Lock(request.DefinitionId, ct);
        return head switch
        {
            { Latest: null } => DefinitionRefusals.Unknown(),
            { Published: { } published } => await desk.Retract(head, published, null, ct),
            _ => new WishOutcome(head.Latest, WasSo: true),
        };
    }
}

internal sealed class DeleteDefinitionHandler(DefinitionDesk desk) : IRequestHandler<DeleteDefinition, Result<WishOutcome>>
{
    public async Task<Result<WishOutcome>> Handle(DeleteDefinition request, CancellationToken ct)
    {
        var head = await desk.Lock(request.DefinitionId, ct);
        return head.Latest is null ? DefinitionRefusals.Unknown() : await desk.Delete(head, null, ct);
    }
}

internal sealed class DeleteVersionHandler(UnitOfWork work, DefinitionDesk desk) : IRequestHandler<DeleteVersion, Result<WishOutcome>>
{
    public async Task<Result<WishOutcome>> Handle(DeleteVersion request, CancellationToken ct)
    {
        var connection = await work.Connection(ct);
        var definitionId = request.DefinitionId ?? (await DefinitionReads.Find(connection, request.VersionId!, ct))?.DefinitionId;
        if (definitionId is null)
        {
            return DefinitionRefusals.Unknown();
        }

        var head = await desk.Lock(definitionId, ct);
        var versions = await DefinitionReads.Versions(connection, definitionId, withDocuments: false, ct);
        if (versions.Find(v => request.VersionId is { } id ? v.VersionId == id : v.Version == request.Version) is not { } version)
        {
            return DefinitionRefusals.Unknown();
        }

        if (version.IsPublished)
        {
            return Refusal.Conflict("workflows.version-is-live", "This version is live; retract it first, or publish another one.");
        }

        if (await ProposalTable.OpenFor(connection, version.VersionId, null, ct) is not null)
        {
            return Refusal.Conflict("workflows.version-is-proposed", "Somebody is to decide about this version; reject the proposal first.");
        }

        // Who approved what once ruled must be found again.
        if (head.IsGoverned && version.Approved is not null)
        {
            return Refusal.Conflict("workflows.version-was-live", "This version was live once; it stays for the record.");
        }

        var gone = desk.Raise(version, new DefinitionDeleted(Guid.CreateVersion7(), work.Now, definitionId, version.VersionId, IsWhole: false, null));
        work.Write(new CountedVersionRow(gone));
        work.Write(new DeletedVersionRow(gone.VersionId, work.Now));
        if (version.IsLatest && versions.Find(v => v.VersionId != version.VersionId) is { } before)
        {
            work.Write(new LatestRow(before.VersionId));
        }

        return new WishOutcome(gone);
    }
}

internal sealed class RevertDefinitionHandler(UnitOfWork work, DefinitionDesk desk) : IRequestHandler<RevertDefinition, Result<StoredVersion>>
{
    public async Task<Result<StoredVersion>> Handle(RevertDefinition request, CancellationToken ct)
    {
        var head = await desk.Lock(request.DefinitionId, ct);
        if (head.Latest is null || await DefinitionReads.Find(await work.Connection(ct), request.DefinitionId, VersionChoice.Number(request.Version), ct) is not { } version)
        {
            return DefinitionRefusals.Unknown();
        }

        // What was never approved is still its authors' work, whoever digs it out.
        JsonObject normal = ElsaDocument.Normal(ElsaDocument.Parse(version.Document));
        return desk.Draft(head, request.DefinitionId, normal, version.Approved is null ? version.Authors : [], isApart: true);
    }
}
