using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What somebody proposes.</summary>
/// <param name="Reason">Why, 1 to 500 characters.</param>
/// <param name="Action"><c>publish</c>, <c>retract</c> or <c>delete</c>.</param>
internal sealed record WorkflowWish(string Reason, string Action = Proposal.Publish);

/// <summary>The second person's words.</summary>
/// <param name="Reason">1 to 500 characters; needed to reject.</param>
/// <param name="Action">Which proposal, when several are open about the version.</param>
internal sealed record WorkflowDecision(string? Reason = null, string? Action = null);

internal static class ChangeControlEndpoints
{
    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder workflows)
    {
        api.MapPost("/workflows:lint", Lint).WithTags("Workflows").WithName("LintWorkflow").WithSummary("What is wrong with a drawing; nothing is kept").WithMetadata(new RequestSizeLimitAttribute(ElsaJson.MaxBody)).ProducesRefusals();
        workflows.MapGet("/proposals", List).WithName("ListWorkflowProposals").WithSummary("What is proposed about governed workflows, oldest first; open ones unless a status is asked for").ProducesRefusals();
        var versions = workflows.MapGroup("/definitions/{definitionId}/versions");
        versions.MapGet("/", Versions).WithName("ListWorkflowVersions").WithSummary("Versions of a workflow, newest first: who drew, who approved, why").ProducesRefusals(404);
        versions.MapGet("/{number:int}/difference", Compare).WithName("CompareWorkflowVersions").WithSummary("What a version says differently from the live one, or from another").ProducesRefusals(404);
        versions.MapPost("/{number:int}:propose", Propose).WithName("ProposeWorkflow").WithSummary("Ask another person to let it go live, to retract or to delete it").TakesIdempotencyKey(required: false).ProducesRefusals(404, 409, 422);
        versions.MapPost("/{number:int}:approve", Approve).WithName("ApproveWorkflow").WithSummary("Do what is proposed; never by who drew or proposed it").ProducesRefusals(404, 409, 422);
        versions.MapPost("/{number:int}:reject", Reject).WithName("RejectWorkflow").WithSummary("Turn a proposal down, with a reason").ProducesRefusals(404, 409);
    }

    private static async Task<Results<Ok<Page<WorkflowProposal>>, ProblemHttpResult>> List(
        [FromQuery] string? status, [FromQuery] string? definitionId, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListWorkflowProposals(status ?? Proposal.Open, definitionId, after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, p => p.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<WorkflowProblems>, ProblemHttpResult>> Lint(JsonElement body, Door door, CancellationToken ct) => (await door.Run(new LintWorkflow(body), ct)).ToOk();

    private static async Task<Results<Ok<IReadOnlyList<WorkflowVersion>>, ProblemHttpResult>> Versions(string definitionId, Door door, CancellationToken ct) =>
        (await door.Run(new ListWorkflowVersions(definitionId), ct)).ToOk();

    private static async Task<Results<Ok<WorkflowDifference>, ProblemHttpResult>> Compare(string definitionId, int number, [FromQuery] int? against, Door door, CancellationToken ct) =>
        (await door.Run(new CompareWorkflowVersions(definitionId, number, against), ct)).ToOk();

    private static async Task<Results<Created<WorkflowProposal>, ProblemHttpResult>> Propose(string definitionId, int number, WorkflowWish body, Door door, CancellationToken ct) =>
        (await door.Run(new ProposeWorkflow(definitionId, number, body.Action, body.Reason), ct)).ToCreated(p => "/api/v1/workflows/proposals?definitionId=" + Uri.EscapeDataString(p.DefinitionId));

    private static async Task<Results<Ok<WorkflowProposal>, ProblemHttpResult>> Approve(string definitionId, int number, WorkflowDecision? body, Door door, CancellationToken ct) =>
        (await door.Run(new DecideWorkflow(definitionId, number, true, body?.Reason, body?.Action), ct)).ToOk();

    private static async Task<Results<Ok<WorkflowProposal>, ProblemHttpResult>> Reject(string definitionId, int number, WorkflowDecision body, Door door, CancellationToken ct) =>
        (await door.Run(new DecideWorkflow(definitionId, number, false, body.Reason, body.Action), ct)).ToOk();
}
