using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

internal sealed class ProposeWorkflowValidator : AbstractValidator<ProposeWorkflow>
{
    public ProposeWorkflowValidator()
    {
        RuleFor(r => r.Action).Must(a => a is Proposal.Publish or Proposal.Retract or Proposal.Delete).WithErrorCode("workflows.proposal-action").WithMessage("publish, retract or delete.");
        RuleFor(r => r.Reason).Must(r => Text.HasLength(r, 500)).WithErrorCode("workflows.proposal-reason").WithMessage("Why, 1 to 500 characters.");
    }
}

internal sealed class DecideWorkflowValidator : AbstractValidator<DecideWorkflow>
{
    public DecideWorkflowValidator()
    {
        RuleFor(r => r.Reason).Must((r, reason) => (r.Approve && reason is null) || Text.HasLength(reason, 500)).WithErrorCode("workflows.decision-reason").WithMessage("1 to 500 characters; needed to reject.");
        RuleFor(r => r.Action).Must(a => a is null or Proposal.Publish or Proposal.Retract or Proposal.Delete).WithErrorCode("workflows.proposal-action").WithMessage("publish, retract or delete.");
    }
}

internal sealed class ProposeWorkflowHandler(UnitOfWork work, DefinitionDesk desk) : IRequestHandler<ProposeWorkflow, Result<WorkflowProposal>>
{
    public async Task<Result<WorkflowProposal>> Handle(ProposeWorkflow request, CancellationToken ct)
    {
        var head = await desk.Lock(request.DefinitionId, ct);
        if (head.Latest is null || await DefinitionReads.Find(await work.Connection(ct), request.DefinitionId, VersionChoice.Number(request.Version), ct) is not { } version)
        {
            return DefinitionRefusals.Unknown();
        }

        if (!head.IsGoverned && !(request.Action == Proposal.Publish && await desk.Govern(version, ct) is not null))
        {
            return Refusal.Rule("workflows.not-governed", "This workflow goes live by one person; publish, retract or delete it.");
        }

        if (work.Caller is not Caller.Person)
        {
            return Refusal.Rule("workflows.proposer-not-a-person", "A person who has signed in proposes; an application may only draw.");
        }

        if (!Proposals.IsStillWanted(head, version, request.Action))
        {
            return Proposals.Superseded();
        }

        if (request.Action == Proposal.Publish && DefinitionRefusals.Invalid(await desk.Problems(version.Document, ct)) is { } invalid)
        {
            return invalid;
        }

        return (await desk.Propose(version, request.Action, request.Reason, ct)).Value.Proposal!.ToView();
    }
}

internal sealed class DecideWorkflowHandler(UnitOfWork work, DefinitionDesk desk) : IRequestHandler<DecideWorkflow, Result<WorkflowProposal>>
{
    public async Task<Result<WorkflowProposal>> Handle(DecideWorkflow request, CancellationToken ct)
    {
        var head = await desk.Lock(request.DefinitionId, ct);
        var connection = await work.Connection(ct);
        if (await DefinitionReads.Find(connection, request.DefinitionId, VersionChoice.Number(request.Version), ct) is not { } version)
        {
            return DefinitionRefusals.Unknown();
        }

        if (await ProposalTable.OpenFor(connection, version.VersionId, request.Action, ct) is not { } proposal)
        {
            return await ProposalTable.LastFor(connection, version.VersionId, ct) is not { } last
                ? Refusal.NotFound("workflows.not-proposed", "Nobody has proposed anything about this version.")
                : last.DecidedBy == work.Caller.Actor && last.Status == (request.Approve ? Proposal.Approved : Proposal.Rejected)
                    ? last.ToView()
                    : Refusal.Conflict("workflows.proposal-decided", $"This proposal is {last.Status} already.");
        }

        if (!request.Approve)
        {
            return Decided(proposal, false, request.Reason);
        }

        // Two people: not an application behind which the first may stand, not who asks, and nobody whose work it is.
        if (work.Caller is not Caller.Person)
        {
            return Refusal.Rule("workflows.approver-not-a-person", "A person who has signed in approves; an application never does.");
        }

        if (proposal.ProposedBy == work.Caller.Actor || (proposal.Action == Proposal.Publish && version.Authors.Contains(work.Caller.Actor)))
        {
            return Refusal.Rule("workflows.own-proposal", "Nobody approves what he drew or proposed; ask somebody else.");
        }

        if (!Proposals.IsStillWanted(head, version, proposal.Action))
        {
            return Proposals.Superseded();
        }

        if (ElsaDocument.Checksum(version.Document) != proposal.Checksum)
        {
            return Refusal.Conflict("workflows.proposal-changed", "The version does not say any more what was proposed; reject it and propose it anew.");
        }

        if (proposal.Action == Proposal.Publish && DefinitionRefusals.Invalid(await desk.Problems(version.Document, ct)) is { } invalid)
        {
            return invalid;
        }

        await desk.Carry(head, version, proposal, ct);
        return Decided(proposal, true, request.Reason);
    }

    private WorkflowProposal Decided(Proposal proposal, bool approve, string? reason)
    {
        proposal.Decide(work, approve, reason);
        work.Raise(proposal, proposal.Change(work.Now));
        work.Write(new ProposalDecidedRow(proposal));
        return proposal.ToView();
    }
}

/// <summary>What holds for every proposal.</summary>
internal static class Proposals
{
    /// <summary>Whether what is asked about a version still has a meaning: no later one is live, it is the live one, or the last one.</summary>
    public static bool IsStillWanted(DefinitionHead head, StoredVersion version, string action) => action switch
    {
        Proposal.Publish => head.Published is null || head.Published.Version < version.Version,
        Proposal.Retract => head.Published?.VersionId == version.VersionId,
        _ => head.Latest?.VersionId == version.VersionId,
    };

    public static Refusal Superseded() => Refusal.Conflict("workflows.superseded", "Another version is live, or the latest, by now; look at it, and propose what you want on top of it.");

    public static WorkflowProposal ToView(this Proposal p) => new(
        p.Id, p.DefinitionId, p.VersionId, p.Version, p.Action, p.ProposedBy, p.Reason, p.Proposed, p.Status, p.DecidedBy, p.DecisionReason, p.Decided, p.Checksum);
}
