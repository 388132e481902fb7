using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

internal sealed class ListWorkflowProposalsValidator : AbstractValidator<ListWorkflowProposals>
{
    public ListWorkflowProposalsValidator()
    {
        RuleFor(r => r.Status).Must(s => s is Proposal.Open or Proposal.Approved or Proposal.Rejected).WithErrorCode("workflows.proposal-status").WithMessage("open, approved or rejected.");
        RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("workflows.proposal-limit");
    }
}

internal sealed class ListWorkflowProposalsHandler(UnitOfWork work) : IRequestHandler<ListWorkflowProposals, Result<IReadOnlyList<WorkflowProposal>>>
{
    public async Task<Result<IReadOnlyList<WorkflowProposal>>> Handle(ListWorkflowProposals request, CancellationToken ct) =>
        (await ProposalTable.List(await work.Connection(ct), request.Status, request.DefinitionId, request.After, request.Limit, ct)).ConvertAll(p => p.ToView());
}

internal sealed class ListWorkflowVersionsHandler(UnitOfWork work) : IRequestHandler<ListWorkflowVersions, Result<IReadOnlyList<WorkflowVersion>>>
{
    public async Task<Result<IReadOnlyList<WorkflowVersion>>> Handle(ListWorkflowVersions request, CancellationToken ct)
    {
        var connection = await work.Connection(ct);
        var versions = await DefinitionReads.Versions(connection, request.DefinitionId, withDocuments: false, ct);
        if (versions.Count == 0)
        {
            return DefinitionRefusals.Unknown();
        }

        var proposals = await ProposalTable.LastOfEach(connection, request.DefinitionId, ct);
        return versions.ConvertAll(v => new WorkflowVersion(
            v.DefinitionId, v.VersionId, v.Version, v.Name, v.IsLatest, v.IsPublished, v.IsFromFile, v.Authors, v.ApprovedBy, v.Approved, v.Reason, v.Created, proposals.Find(p => p.VersionId == v.VersionId)?.ToView()));
    }
}

internal sealed class CompareWorkflowVersionsHandler(UnitOfWork work) : IRequestHandler<CompareWorkflowVersions, Result<WorkflowDifference>>
{
    public async Task<Result<WorkflowDifference>> Handle(CompareWorkflowVersions request, CancellationToken ct)
    {
        var connection = await work.Connection(ct);
        if (await DefinitionReads.Find(connection, request.DefinitionId, VersionChoice.Number(request.Version), ct) is not { } version)
        {
            return DefinitionRefusals.Unknown();
        }

        var choice = request.Against is { } number ? VersionChoice.Number(number) : version.IsPublished ? VersionChoice.Before(version.Version) : VersionChoice.Published;
        var against = await DefinitionReads.Find(connection, request.DefinitionId, choice, ct);
        return request.Against is not null && against is null ? DefinitionRefusals.Unknown() : Difference.Of(against, version);
    }
}
