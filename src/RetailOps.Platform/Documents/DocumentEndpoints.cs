using System.Globalization;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Policies of every kind under <c>/policies/{kind}</c>; decision tables, which are one of the kinds, under <c>/decisions</c>.</summary>
internal static class DocumentEndpoints
{
    private const string Decision = "decision";

    public static void Map(IEndpointRouteBuilder api)
    {
        var policies = api.MapGroup("/policies/{kind}").WithTags("Policies");
        policies.MapGet("/", (string kind, [AsParameters] Paging paging, Door door, CancellationToken ct) => List(kind, paging, door, ct))
            .WithName("ListPolicies").WithSummary("Policies of a kind, by name").ProducesRefusals();
        policies.MapGet("/{name}", (string kind, string name, Door door, HttpResponse response, CancellationToken ct) => Read(kind, name, null, door, response, ct))
            .WithName("GetPolicy").WithSummary("The version that rules").ProducesRefusals(404);
        policies.MapGet("/{name}/versions", (string kind, string name, [AsParameters] Paging paging, Door door, CancellationToken ct) => Versions(kind, name, paging, door, ct))
            .WithName("ListPolicyVersions").WithSummary("All versions, newest first, without their content").ProducesRefusals();
        policies.MapGet("/{name}/versions/{number:int}", (string kind, string name, int number, Door door, HttpResponse response, CancellationToken ct) => Read(kind, name, number, door, response, ct))
            .WithName("GetPolicyVersion").WithSummary("One version").ProducesRefusals(404);
        policies.MapPost("/{name}:propose", (string kind, string name, DocumentProposal body, Door door, CancellationToken ct) => Propose("policies/" + kind, kind, name, body, door, ct))
            .WithName("ProposePolicy").WithSummary("Propose a new version, for another person to approve").TakesIdempotencyKey(required: false).ProducesRefusals(404);
        policies.MapPost("/{name}/versions/{number:int}:approve", (string kind, string name, int number, DocumentDecision? body, Door door, HttpResponse response, CancellationToken ct) => Decide(kind, name, number, true, body, door, response, ct))
            .WithName("ApprovePolicy").WithSummary("Let a proposed version rule; never by its author").ProducesRefusals(404, 409, 422);
        policies.MapPost("/{name}/versions/{number:int}:reject", (string kind, string name, int number, DocumentDecision body, Door door, HttpResponse response, CancellationToken ct) => Decide(kind, name, number, false, body, door, response, ct))
            .WithName("RejectPolicy").WithSummary("Turn a proposed version down, with a reason").ProducesRefusals(404, 409);

        var decisions = api.MapGroup("/decisions").WithTags("Decisions");
        decisions.MapGet("/", ([AsParameters] Paging paging, Door door, CancellationToken ct) => List(Decision, paging, door, ct))
            .WithName("ListDecisionTables").WithSummary("Decision tables, by name").ProducesRefusals();
        decisions.MapGet("/{name}", (string name, Door door, HttpResponse response, CancellationToken ct) => Read(Decision, name, null, door, response, ct))
            .WithName("GetDecisionTable").WithSummary("The version that rules").ProducesRefusals(404);
        decisions.MapGet("/{name}/versions", (string name, [AsParameters] Paging paging, Door door, CancellationToken ct) => Versions(Decision, name, paging, door, ct))
            .WithName("ListDecisionTableVersions").WithSummary("All versions, newest first, without their content").ProducesRefusals();
        decisions.MapGet("/{name}/versions/{number:int}", (string name, int number, Door door, HttpResponse response, CancellationToken ct) => Read(Decision, name, number, door, response, ct))
            .WithName("GetDecisionTableVersion").WithSummary("One version").ProducesRefusals(404);
        decisions.MapPost("/{name}:propose", (string name, DocumentProposal body, Door door, CancellationToken ct) => Propose("decisions", Decision, name, body, door, ct))
            .WithName("ProposeDecisionTable").WithSummary("Propose a new version, for another person to approve").TakesIdempotencyKey(required: false).ProducesRefusals(404);
        decisions.MapPost("/{name}/versions/{number:int}:approve", (string name, int number, DocumentDecision? body, Door door, HttpResponse response, CancellationToken ct) => Decide(Decision, name, number, true, body, door, response, ct))
            .WithName("ApproveDecisionTable").WithSummary("Let a proposed version rule; never by its author").ProducesRefusals(404, 409, 422);
        decisions.MapPost("/{name}/versions/{number:int}:reject", (string name, int number, DocumentDecision body, Door door, HttpResponse response, CancellationToken ct) => Decide(Decision, name, number, false, body, door, response, ct))
            .WithName("RejectDecisionTable").WithSummary("Turn a proposed version down, with a reason").ProducesRefusals(404, 409);
    }

    private static async Task<Results<Ok<Page<DocumentSummary>>, ProblemHttpResult>> List(string kind, Paging paging, Door door, CancellationToken ct)
    {
        var rows = await door.Run(new ListDocuments(kind, paging.After, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, d => d.Name)) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<Page<DocumentView>>, ProblemHttpResult>> Versions(string kind, string name, Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<int>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListDocumentVersions(kind, name, after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, d => d.Version.ToString(CultureInfo.InvariantCulture))) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<DocumentView>, ProblemHttpResult>> Read(string kind, string name, int? version, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetDocument(kind, name, version), ct)).ToOk(response, d => d.Revision);

    private static async Task<Results<Created<DocumentView>, ProblemHttpResult>> Propose(string place, string kind, string name, DocumentProposal body, Door door, CancellationToken ct) =>
        (await door.Run(new ProposeDocument(kind, name, body.Content, body.Reason), ct)).ToCreated(d => $"/api/v1/{place}/{d.Name}/versions/{d.Version}");

    private static async Task<Results<Ok<DocumentView>, ProblemHttpResult>> Decide(
        string kind, string name, int version, bool approve, DocumentDecision? body, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new DecideDocument(kind, name, version, approve, body?.Reason), ct)).ToOk(response, d => d.Revision);
}

/// <summary>What a document should say.</summary>
/// <param name="Content">The whole content, at most 256 KB.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
internal sealed record DocumentProposal(JsonElement Content, string Reason);

/// <summary>The second person's words.</summary>
/// <param name="Reason">1 to 500 characters; needed to reject.</param>
internal sealed record DocumentDecision(string? Reason = null);
