using RetailOps.Kernel;

namespace RetailOps.Workflows;

/// <summary>Somebody changed what a draft says.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DefinitionId">Which workflow.</param>
/// <param name="VersionId">The draft.</param>
/// <param name="Version">Its number, from 1.</param>
[EventName("workflows.definition-saved.v1")]
public sealed record DefinitionSaved(Guid EventId, DateTimeOffset OccurredAt, string DefinitionId, string VersionId, int Version) : IFact
{
    string IFact.Aggregate => $"workflow-version/{VersionId}";

    string IFact.Key => $"workflow/{DefinitionId}";
}

/// <summary>A version is live: what starts from now on runs it. Running instances stay where they are.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DefinitionId">Which workflow.</param>
/// <param name="VersionId">The version.</param>
/// <param name="Version">Its number, from 1.</param>
/// <param name="Replaced">The number of the version that was live before; null for none.</param>
/// <param name="Authors">Who changed it since a version was last approved.</param>
/// <param name="ProposalId">What was approved; null for a definition that is not governed.</param>
/// <param name="Reason">Why; null when nobody said.</param>
[EventName("workflows.definition-published.v1")]
public sealed record DefinitionPublished(
    Guid EventId, DateTimeOffset OccurredAt, string DefinitionId, string VersionId, int Version, int? Replaced, IReadOnlyList<string> Authors, Guid? ProposalId, string? Reason) : IFact
{
    string IFact.Aggregate => $"workflow-version/{VersionId}";

    string IFact.Key => $"workflow/{DefinitionId}";
}

/// <summary>A workflow is started no more. Running instances go on.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DefinitionId">Which workflow.</param>
/// <param name="VersionId">The version that was live.</param>
/// <param name="Version">Its number.</param>
/// <param name="ProposalId">What was approved; null for a definition that is not governed.</param>
[EventName("workflows.definition-retracted.v1")]
public sealed record DefinitionRetracted(Guid EventId, DateTimeOffset OccurredAt, string DefinitionId, string VersionId, int Version, Guid? ProposalId) : IFact
{
    string IFact.Aggregate => $"workflow-version/{VersionId}";

    string IFact.Key => $"workflow/{DefinitionId}";
}

/// <summary>A workflow, or one version of it, is gone for the designer. Running instances go on.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DefinitionId">Which workflow.</param>
/// <param name="VersionId">The version: the latest when all are gone.</param>
/// <param name="IsWhole">Whether all versions are gone.</param>
/// <param name="ProposalId">What was approved; null for a definition that is not governed.</param>
[EventName("workflows.definition-deleted.v1")]
public sealed record DefinitionDeleted(Guid EventId, DateTimeOffset OccurredAt, string DefinitionId, string VersionId, bool IsWhole, Guid? ProposalId) : IFact
{
    string IFact.Aggregate => $"workflow-version/{VersionId}";

    string IFact.Key => $"workflow/{DefinitionId}";
}

/// <summary>Somebody wants a governed workflow published, retracted or deleted, for another person to decide; or that person did.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ProposalId">The proposal.</param>
/// <param name="DefinitionId">Which workflow.</param>
/// <param name="VersionId">The version.</param>
/// <param name="Version">Its number.</param>
/// <param name="Action"><c>publish</c>, <c>retract</c> or <c>delete</c>.</param>
/// <param name="Status"><c>open</c>, <c>approved</c> or <c>rejected</c>.</param>
/// <param name="Reason">Why, as the person of this step wrote it; null for nothing.</param>
[EventName("workflows.proposal-changed.v1")]
public sealed record ProposalChanged(
    Guid EventId, DateTimeOffset OccurredAt, Guid ProposalId, string DefinitionId, string VersionId, int Version, string Action, string Status, string? Reason) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("workflow-proposal", ProposalId);

    string IFact.Key => $"workflow/{DefinitionId}";
}
