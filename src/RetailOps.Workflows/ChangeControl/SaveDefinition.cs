using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Saves what somebody drew, and lets it go live when that is wanted and may be.</summary>
/// <param name="Model">A definition as the designer posts it.</param>
/// <param name="Publish">Whether it is to go live.</param>
/// <param name="IsImport">It comes from elsewhere: it becomes a version of its own and overwrites no draft.</param>
/// <param name="DefinitionId">Into which definition; null for the one the model names, or a new one.</param>
/// <returns>
/// The version with its warnings, <c>workflows.definition-unreadable</c> (Malformed), <c>workflows.definition-invalid</c> (Malformed, only when it is to go live),
/// <c>workflows.definition-stale</c> (Conflict: it was drawn upon a version that is not the latest any more).
/// </returns>
[Needs("workflows.draw"), AsksDatabase]
internal sealed record SaveDefinition(JsonElement Model, bool Publish, bool IsImport = false, string? DefinitionId = null) : IRequest<Result<SavedDefinition>>;

/// <param name="Version">As it stands now.</param>
/// <param name="WasPublished">It was live as it is already.</param>
/// <param name="Consumers">How many workflows draw it as an activity.</param>
/// <param name="Problems">What the linter says.</param>
/// <param name="Notice">That another person must approve it; null for nothing.</param>
internal sealed record SavedDefinition(StoredVersion Version, bool WasPublished, int Consumers, IReadOnlyList<DefinitionProblem> Problems, string? Notice);

internal sealed class SaveDefinitionHandler(UnitOfWork work, DefinitionDesk desk) : IRequestHandler<SaveDefinition, Result<SavedDefinition>>
{
    private const int LongestId = 128;

    public async Task<Result<SavedDefinition>> Handle(SaveDefinition request, CancellationToken ct)
    {
        WorkflowDefinition read;
        JsonObject normal;
        try
        {
            // Read as strictly as a file: sizes, depth, doubled members.
            read = DefinitionReader.Read(Encoding.UTF8.GetBytes(request.Model.GetRawText()));
            normal = ElsaDocument.Normal(read.Document);
        }
        catch (Exception e) when (e is DefinitionException or JsonException or ArgumentException or InvalidOperationException)
        {
            return DefinitionRefusals.Unreadable(e is DefinitionException ? e.Message : "The definition cannot be read; see what the designer posts.");
        }

        var definitionId = request.DefinitionId ?? (read.DefinitionId.Length > 0 ? read.DefinitionId : DefinitionDesk.NewId());
        if (definitionId.Length > LongestId || !definitionId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            return DefinitionRefusals.Unreadable($"A definitionId has 1 to {LongestId} letters, digits, hyphens, dots and underscores.");
        }

        var head = await desk.Lock(definitionId, ct);
        if (!request.IsImport && head.Latest is { } latest && !IsDrawnUpon(latest, read) && !(head.WasProposed && await IsOwnProposal(latest, read, ct)))
        {
            return DefinitionRefusals.Stale(latest);
        }

        var version = desk.Draft(head, definitionId, normal, [], request.IsImport);
        var outcome = new WishOutcome(version);
        if (request.Publish)
        {
            var published = await desk.Publish(head, version, null, ct);
            if (!published.IsSuccess)
            {
                return published.Refusal;
            }

            outcome = published.Value;
        }

        var consumers = await Consumers.Of(work, definitionId, ct);
        return new SavedDefinition(outcome.Version, outcome is { WasSo: true, Proposal: null }, consumers.Length, await desk.Problems(version.Document, ct), outcome.Notice);
    }

    /// <summary>
    /// The designer reads nothing from the answer that its wish to publish became a proposal (it is an error to it), so it goes on from what it had before that save. Only one save
    /// lies between, its own: what is proposed is never saved into again, and what comes now becomes the next version.
    /// </summary>
    private async Task<bool> IsOwnProposal(StoredVersion latest, WorkflowDefinition read, CancellationToken ct) =>
        await ProposalTable.LastFor(await work.Connection(ct), latest.VersionId, ct) is { Action: Proposal.Publish, Reason: "" } proposal
        && proposal.ProposedBy == work.Caller.Actor
        && (read.VersionId == latest.VersionId ? SeenRevision(read) == latest.Revision - 1 : read.Version == latest.Version - 1 && latest.Revision == 1);

    /// <summary>
    /// The designer sends back which version it opened. A draft keeps its id while it is saved, so the revision, which travels among the custom properties, tells two
    /// people who opened the same one apart.
    /// </summary>
    private static bool IsDrawnUpon(StoredVersion latest, WorkflowDefinition read) =>
        read.VersionId == latest.VersionId
        && (read.Document.Member("version") is null || read.Version == latest.Version)
        && (read.Document.Member("customProperties")?.Member(ElsaDocument.Revision) is null || SeenRevision(read) == latest.Revision);

    private static int? SeenRevision(WorkflowDefinition read) =>
        read.Document.Member("customProperties")?.Member(ElsaDocument.Revision) is { ValueKind: JsonValueKind.Number } seen && seen.TryGetInt32(out var revision) ? revision : null;
}

/// <summary>Who draws a workflow as an activity.</summary>
internal static class Consumers
{
    public static async Task<StoredVersion[]> Of(UnitOfWork work, string definitionId, CancellationToken ct) =>
        [.. (await DefinitionReads.Naming(await work.Connection(ct), definitionId, ct)).Where(v => ElsaDocument.Parse(v.Document).Member("root") is { } root && Draws(root, definitionId))];

    private static bool Draws(JsonElement json, string definitionId) => json.ValueKind switch
    {
        JsonValueKind.Object => json.Text("workflowDefinitionId") == definitionId || json.EnumerateObject().Any(m => Draws(m.Value, definitionId)),
        JsonValueKind.Array => json.EnumerateArray().Any(i => Draws(i, definitionId)),
        _ => false,
    };
}
