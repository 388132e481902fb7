using System.Text.Json;

using MediatR;

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

/// <summary>What one person wants done with a governed workflow, and another decides.</summary>
/// <param name="Id">Ours.</param>
/// <param name="DefinitionId">Which workflow.</param>
/// <param name="VersionId">The version.</param>
/// <param name="Version">Its number, from 1.</param>
/// <param name="Action"><c>publish</c>, <c>retract</c> or <c>delete</c>.</param>
/// <param name="ProposedBy">Who asks; a changed file by its name.</param>
/// <param name="Reason">Why; empty when the designer asked, which has no place for it.</param>
/// <param name="ProposedAt">Business time, UTC.</param>
/// <param name="Status"><c>open</c>, <c>approved</c> or <c>rejected</c>.</param>
/// <param name="DecidedBy">Who decided; null while it is open.</param>
/// <param name="DecisionReason">What that person wrote; null for nothing.</param>
/// <param name="DecidedAt">When; null while it is open.</param>
/// <param name="Checksum">Of what is proposed; an approval is worth nothing for anything else.</param>
public sealed record WorkflowProposal(
    Guid Id,
    string DefinitionId,
    string VersionId,
    int Version,
    string Action,
    string ProposedBy,
    string Reason,
    DateTimeOffset ProposedAt,
    string Status,
    string? DecidedBy,
    string? DecisionReason,
    DateTimeOffset? DecidedAt,
    string Checksum);

/// <summary>One version of a workflow, and who answers for it.</summary>
/// <param name="DefinitionId">Which workflow.</param>
/// <param name="VersionId">Its own id, which instances keep.</param>
/// <param name="Version">Its number, from 1.</param>
/// <param name="Name">For people.</param>
/// <param name="IsLatest">Whether it is the last one.</param>
/// <param name="IsPublished">Whether it is live.</param>
/// <param name="IsFromFile">Whether it came with the build.</param>
/// <param name="Authors">Who changed it since a version was last approved; a file by its name.</param>
/// <param name="ApprovedBy">Who let it go live; null before, and for files.</param>
/// <param name="ApprovedAt">When; null before.</param>
/// <param name="Reason">Why; null before, or when nobody said.</param>
/// <param name="CreatedAt">When it was begun.</param>
/// <param name="Proposal">The last proposal about it; null for none.</param>
public sealed record WorkflowVersion(
    string DefinitionId,
    string VersionId,
    int Version,
    string Name,
    bool IsLatest,
    bool IsPublished,
    bool IsFromFile,
    IReadOnlyList<string> Authors,
    string? ApprovedBy,
    DateTimeOffset? ApprovedAt,
    string? Reason,
    DateTimeOffset CreatedAt,
    WorkflowProposal? Proposal);

/// <summary>An activity of a drawing.</summary>
/// <param name="Id">Unique in the definition.</param>
/// <param name="Type">What kind.</param>
/// <param name="Name">What it is called in the drawing; null for nothing.</param>
/// <param name="Says">Its inputs, outputs and properties, where the whole of it is new or gone; null elsewhere.</param>
public sealed record DrawnActivity(string Id, string Type, string? Name, IReadOnlyList<DrawnMember>? Says = null);

/// <summary>What an activity says.</summary>
/// <param name="Name">An input, output or property; dots lead inwards.</param>
/// <param name="Value">As it stands in the drawing.</param>
public sealed record DrawnMember(string Name, JsonElement Value);

/// <summary>Something that says something else than before.</summary>
/// <param name="Name">An input, output, variable, option or other member; dots lead inwards.</param>
/// <param name="Before">Null when it was not there.</param>
/// <param name="After">Null when it is not there any more.</param>
public sealed record MemberChange(string Name, JsonElement? Before, JsonElement? After);

/// <summary>An activity that is drawn otherwise than before.</summary>
/// <param name="Activity">As it is now.</param>
/// <param name="Changes">What of it.</param>
public sealed record ActivityChange(DrawnActivity Activity, IReadOnlyList<MemberChange> Changes);

/// <summary>What two versions of a workflow say differently. Where things stand in the picture is no difference.</summary>
/// <param name="DefinitionId">Which workflow.</param>
/// <param name="Version">The version that is looked at.</param>
/// <param name="Against">The version it is compared with; null for nothing, when everything is new.</param>
/// <param name="Added">Activities.</param>
/// <param name="Removed">Activities.</param>
/// <param name="Changed">Activities.</param>
/// <param name="ConnectionsAdded">Like <c>allocate –Short→ backorder</c>.</param>
/// <param name="ConnectionsRemoved">Like <c>allocate –Short→ backorder</c>.</param>
/// <param name="Members">Name, description, variables, inputs, outputs, outcomes, options and what else the definition says.</param>
public sealed record WorkflowDifference(
    string DefinitionId,
    int Version,
    int? Against,
    IReadOnlyList<DrawnActivity> Added,
    IReadOnlyList<DrawnActivity> Removed,
    IReadOnlyList<ActivityChange> Changed,
    IReadOnlyList<string> ConnectionsAdded,
    IReadOnlyList<string> ConnectionsRemoved,
    IReadOnlyList<MemberChange> Members);

/// <summary>Proposals, oldest first.</summary>
/// <param name="Status"><c>open</c>, <c>approved</c> or <c>rejected</c>.</param>
/// <param name="DefinitionId">Only about this workflow; null for all.</param>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("workflows.read"), AsksDatabase]
public sealed record ListWorkflowProposals(string Status, string? DefinitionId, Guid? After, int Limit) : IRequest<Result<IReadOnlyList<WorkflowProposal>>>;

/// <summary>Versions of a workflow, newest first, at most 1,000.</summary>
/// <param name="DefinitionId">Which workflow.</param>
/// <returns>The versions, or <c>workflows.unknown-definition</c> (NotFound).</returns>
[Needs("workflows.read"), AsksDatabase]
public sealed record ListWorkflowVersions(string DefinitionId) : IRequest<Result<IReadOnlyList<WorkflowVersion>>>;

/// <summary>What a version says differently.</summary>
/// <param name="DefinitionId">Which workflow.</param>
/// <param name="Version">Its number.</param>
/// <param name="Against">Compared with this one; null for the live one, or the one before when it is live itself.</param>
/// <returns>The difference, or <c>workflows.unknown-definition</c> (NotFound).</returns>
[Needs("workflows.read"), AsksDatabase]
public sealed record CompareWorkflowVersions(string DefinitionId, int Version, int? Against) : IRequest<Result<WorkflowDifference>>;

/// <summary>Puts a version before another person. A second call about the same gives the same proposal.</summary>
/// <param name="DefinitionId">Which workflow; a governed one.</param>
/// <param name="Version">Its number.</param>
/// <param name="Action"><c>publish</c>, <c>retract</c> (the live version) or <c>delete</c> (all of it, by its latest version).</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
/// <returns>
/// The proposal, <c>workflows.unknown-definition</c> (NotFound), <c>workflows.definition-invalid</c> (Malformed), <c>workflows.not-governed</c>, <c>workflows.proposer-not-a-person</c> (Rule),
/// <c>workflows.superseded</c> (Conflict: another version is live, or the latest, by now).
/// </returns>
[Needs("workflows.draw"), AsksDatabase]
public sealed record ProposeWorkflow(string DefinitionId, int Version, string Action, string Reason) : IRequest<Result<WorkflowProposal>>;

/// <summary>A second person approves what is proposed about a version, which is then done, or rejects it. A second call with the same answer by the same person changes nothing.</summary>
/// <param name="DefinitionId">Which workflow.</param>
/// <param name="Version">Its number.</param>
/// <param name="Approve">The answer.</param>
/// <param name="Reason">At most 500 characters; needed to reject.</param>
/// <param name="Action">Which proposal, when several are open about the version; null for the only one.</param>
/// <returns>
/// The proposal, <c>workflows.unknown-definition</c>, <c>workflows.not-proposed</c> (NotFound), <c>workflows.own-proposal</c> (Rule: never by its proposer or an author of what is
/// published, who may only reject), <c>workflows.approver-not-a-person</c> (Rule), <c>workflows.proposal-decided</c>, <c>workflows.proposal-changed</c>, <c>workflows.superseded</c> (Conflict),
/// <c>workflows.definition-invalid</c> (Malformed).
/// </returns>
[Needs("workflows.approve"), AsksDatabase]
public sealed record DecideWorkflow(string DefinitionId, int Version, bool Approve, string? Reason = null, string? Action = null) : IRequest<Result<WorkflowProposal>>;

/// <summary>Something wrong with a drawing.</summary>
/// <param name="Code">Stable and machine-readable, like <c>join-stuck</c>.</param>
/// <param name="Severity"><c>error</c> stops it from going live, <c>warning</c> may be meant.</param>
/// <param name="ActivityId">Where; null for the workflow as a whole.</param>
/// <param name="Message">One sentence for the analyst.</param>
public sealed record WorkflowProblem(string Code, string Severity, string? ActivityId, string Message);

/// <summary>What the linter says.</summary>
/// <param name="Problems">Errors first; empty when there is nothing to say. At most 500.</param>
public sealed record WorkflowProblems(IReadOnlyList<WorkflowProblem> Problems);

/// <summary>Looks at a drawing without keeping it.</summary>
/// <param name="Definition">As the designer or a file has it, at most 2 MB.</param>
/// <returns>The problems, or <c>workflows.definition-unreadable</c> (Malformed).</returns>
[Needs("workflows.read")]
public sealed record LintWorkflow(JsonElement Definition) : IRequest<Result<WorkflowProblems>>;
