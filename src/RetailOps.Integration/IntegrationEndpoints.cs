using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

namespace RetailOps.Integration;

internal static class IntegrationEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapSchemas();
        InboxPart.Map(api);
        api.MapWebhooks();
        api.MapNotices();
        var integrations = api.MapGroup("/integrations").WithTags("Integrations");
        integrations.MapReconciliation();
        integrations.MapGet("/postings", List)
            .WithName("ListPostings")
            .WithSummary("Documents on their way to the ERP, and what became of them")
            .ProducesRefusals();
        integrations.MapGet("/postings/{kind}/{subject:guid}/{revision:int}", Get)
            .WithName("GetPosting")
            .WithSummary("One document on its way to the ERP")
            .ProducesRefusals(404);
        integrations.MapPost("/postings/{kind}/{subject:guid}/{revision:int}:retry", Retry)
            .WithName("RetryPosting")
            .WithSummary("Send a document that was refused or given up once more")
            .ProducesRefusals(404, 409);
        integrations.MapPost("/postings:retry", RetryAll)
            .WithName("RetryPostings")
            .WithSummary("Send all documents of a range that were refused, given up or set aside once more")
            .ProducesRefusals(422);
        integrations.MapPost("/postings/{kind}/{subject:guid}/{revision:int}:repair", Repair)
            .WithName("RepairPosting")
            .WithSummary("Change what a document says, but not its total, and send it once more")
            .ProducesRefusals(404, 409, 422);
        integrations.MapGet("/postings/{kind}/{subject:guid}/{revision:int}/preview", Preview)
            .WithName("PreviewPosting")
            .WithSummary("What would be sent to the ERP for a document, and what is missing for it")
            .ProducesRefusals(404);
        integrations.MapGet("/systems", Systems)
            .WithName("ListSystems")
            .WithSummary("The systems outside: whether they answer, and what waits for them")
            .ProducesRefusals();
        integrations.MapPut("/sandbox/misbehaviour", Tell)
            .WithName("TellSandbox")
            .WithSummary("Put the sandbox ERP under orders to misbehave (Demo only)")
            .ProducesRefusals(404);
        TrytonPart.Map(integrations);
    }

    private static async Task<Results<Ok<Page<PostingView>>, ProblemHttpResult>> List(string? status, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        var rows = await door.Run(new ListPostings(status, paging.After, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, p => p.Key)) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<PostingView>, ProblemHttpResult>> Get(string kind, Guid subject, int revision, Door door, CancellationToken ct) =>
        (await door.Run(new GetPosting($"{kind}/{subject}/{revision}"), ct)).ToOk();

    private static async Task<Results<Ok<PostingView>, ProblemHttpResult>> Retry(string kind, Guid subject, int revision, Door door, CancellationToken ct) =>
        (await door.Run(new RetryPosting($"{kind}/{subject}/{revision}"), ct)).ToOk();

    private static async Task<Results<Ok<RetriedPostings>, ProblemHttpResult>> RetryAll(RetryPostings body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToOk();

    private static async Task<Results<Ok<PostingView>, ProblemHttpResult>> Repair(string kind, Guid subject, int revision, PostingRepair body, Door door, CancellationToken ct) =>
        (await door.Run(new RepairPosting($"{kind}/{subject}/{revision}", body.Document, body.Reason), ct)).ToOk();

    private static async Task<Results<Ok<PostingPreview>, ProblemHttpResult>> Preview(string kind, Guid subject, int revision, Door door, CancellationToken ct) =>
        (await door.Run(new PreviewPosting($"{kind}/{subject}/{revision}"), ct)).ToOk();

    private static async Task<Results<Ok<IReadOnlyList<SystemView>>, ProblemHttpResult>> Systems(Door door, CancellationToken ct) =>
        (await door.Run(new ListSystems(), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> Tell(IReadOnlyList<Misbehaviour> body, Door door, CancellationToken ct) =>
        (await door.Run(new TellSandbox(body), ct)).ToNoContent();
}

/// <summary>What a document should say.</summary>
/// <param name="Document">All of it, under the same key and with the same total.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
internal sealed record PostingRepair(ErpDocument Document, string Reason);
