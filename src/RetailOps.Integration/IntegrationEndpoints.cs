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
        integrations.MapGet("/systems", Systems)
            .WithName("ListSystems")
            .WithSummary("The systems outside: whether they answer, and what waits for them")
            .ProducesRefusals();
        integrations.MapPut("/sandbox/misbehaviour", Tell)
            .WithName("TellSandbox")
            .WithSummary("Put the sandbox ERP under orders to misbehave (Demo only)")
            .ProducesRefusals(404);
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

    private static async Task<Results<Ok<IReadOnlyList<SystemView>>, ProblemHttpResult>> Systems(Door door, CancellationToken ct) =>
        (await door.Run(new ListSystems(), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> Tell(IReadOnlyList<Misbehaviour> body, Door door, CancellationToken ct) =>
        (await door.Run(new TellSandbox(body), ct)).ToNoContent();
}
