using System.Globalization;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>What could not be delivered, and what a person decides about it.</summary>
internal static class DeadLetterEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var letters = api.MapGroup("/integrations/dead-letters").WithTags("Integrations");
        letters.MapGet("/", List).WithName("ListDeadLetters").WithSummary("Deliveries that nobody could make, oldest first").ProducesRefusals();
        letters.MapPost("/{id:long}:replay", Replay).WithName("ReplayDeadLetter").WithSummary("Try it again").ProducesRefusals(409);
        letters.MapPost("/{id:long}:discard", Discard).WithName("DiscardDeadLetter").WithSummary("Give it up, so that its key goes on").ProducesRefusals(409);
    }

    private static async Task<Results<Ok<Page<DeadLetter>>, ProblemHttpResult>> List([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<long>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListDeadLetters(after ?? 0, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, d => d.Id.ToString(CultureInfo.InvariantCulture))) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Replay(long id, Door door, CancellationToken ct) =>
        (await door.Run(new DecideDeadLetter(id, DeadLetterDecision.Replay), ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> Discard(long id, Door door, CancellationToken ct) =>
        (await door.Run(new DecideDeadLetter(id, DeadLetterDecision.Discard), ct)).ToNoContent();
}
