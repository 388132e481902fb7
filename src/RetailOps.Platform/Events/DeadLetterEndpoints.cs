using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace RetailOps.Platform;

/// <summary>What could not be delivered, and what a person decides about it.</summary>
internal static class DeadLetterEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var letters = api.MapGroup("/integrations/dead-letters").WithTags("Integrations");
        letters.MapGet("", List)
            .WithName("ListDeadLetters")
            .WithSummary("List deliveries that nobody could make, oldest first, at most 200 after an id")
            .ProducesRefusals();
        letters.MapPost("/{id:long}:replay", (long id, Door door, CancellationToken ct) => Decide(new(id, DeadLetterDecision.Replay), door, ct))
            .WithName("ReplayDeadLetter")
            .WithSummary("Try a delivery again from its first attempt")
            .ProducesRefusals(409);
        letters.MapPost("/{id:long}:discard", (long id, Door door, CancellationToken ct) => Decide(new(id, DeadLetterDecision.Discard), door, ct))
            .WithName("DiscardDeadLetter")
            .WithSummary("Give a delivery up, so that later ones of its key go on")
            .ProducesRefusals(409);
    }

    private static async Task<Results<Ok<IReadOnlyList<DeadLetter>>, ProblemHttpResult>> List(Door door, CancellationToken ct, long after = 0) =>
        (await door.Run(new ListDeadLetters(after), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> Decide(DecideDeadLetter decision, Door door, CancellationToken ct) =>
        (await door.Run(decision, ct)).ToNoContent();
}
