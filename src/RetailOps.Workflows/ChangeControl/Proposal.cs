using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Whether every definition goes live by two people, or only those that came from files.</summary>
/// <param name="All">Every one.</param>
public sealed record WorkflowGovernance(bool All);

/// <summary>What one person wants done with a governed definition, and another decides.</summary>
internal sealed class Proposal : IAggregate
{
    public const string Publish = "publish";
    public const string Retract = "retract";
    public const string Delete = "delete";

    public const string Open = "open";
    public const string Approved = "approved";
    public const string Rejected = "rejected";

    public required Guid Id { get; init; }

    public required string DefinitionId { get; init; }

    public required string VersionId { get; init; }

    public required int Version { get; init; }

    public required string Action { get; init; }

    /// <summary>Of what the version said when it was proposed.</summary>
    public required string Checksum { get; init; }

    public required string ProposedBy { get; init; }

    /// <summary>Empty when the designer's button proposed it, until who pressed it says why.</summary>
    public required string Reason { get; set; }

    public required DateTimeOffset Proposed { get; init; }

    public string Status { get; private set; } = Open;

    public string? DecidedBy { get; private set; }

    public string? DecisionReason { get; private set; }

    public DateTimeOffset? Decided { get; private set; }

    public int Revision { get; private set; }

    public static Proposal Stored(Proposal proposal, string status, string? decidedBy, string? decisionReason, DateTimeOffset? decided, int revision)
    {
        (proposal.Status, proposal.DecidedBy, proposal.DecisionReason, proposal.Decided, proposal.Revision) = (status, decidedBy, decisionReason, decided, revision);
        return proposal;
    }

    public void Explain(string reason) => Reason = reason;

    public void Decide(UnitOfWork work, bool approve, string? reason) =>
        (Status, DecidedBy, DecisionReason, Decided) = (approve ? Approved : Rejected, work.Caller.Actor, reason, work.Now);

    public ProposalChanged Change(DateTimeOffset now) => new(Guid.CreateVersion7(), now, Id, DefinitionId, VersionId, Version, Action, Status, Status == Open ? Reason : DecisionReason);

    public int NextRevision() => ++Revision;
}
