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
        api.MapPost("/integrations/dead-letters:replay", ReplayAll).WithTags("Integrations").WithName("ReplayDeadLetters").WithSummary("Try all of a range again").ProducesRefusals();
        api.MapGet("/integrations/deliveries", Deliveries).WithTags("Integrations").WithName("ListDeliveries").WithSummary("What each subscriber is owed: under way, put off, waiting behind another one, dead").ProducesRefusals();
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

    private static async Task<Results<Ok<DecidedDeadLetters>, ProblemHttpResult>> ReplayAll(DeadLetterRange body, Door door, CancellationToken ct) =>
        (await door.Run(new DecideDeadLetters(DeadLetterDecision.Replay, body.Subscriber, body.From, body.To), ct)).ToOk();

    private static async Task<Results<Ok<Page<DeliveryView>>, ProblemHttpResult>> Deliveries(string? subscriber, string? key, string? state, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<long>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListDeliveries(subscriber, key, state, after ?? 0, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, d => d.Id.ToString(CultureInfo.InvariantCulture))) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Replay(long id, Door door, CancellationToken ct) =>
        (await door.Run(new DecideDeadLetter(id, DeadLetterDecision.Replay), ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> Discard(long id, Door door, CancellationToken ct) =>
        (await door.Run(new DecideDeadLetter(id, DeadLetterDecision.Discard), ct)).ToNoContent();
}

/// <summary>Which dead letters.</summary>
/// <param name="Subscriber">Only of this subscriber; null for all.</param>
/// <param name="From">Only those whose event was recorded at this instant or later; null for all.</param>
/// <param name="To">Only those whose event was recorded before this instant; null for all.</param>
internal sealed record DeadLetterRange(string? Subscriber = null, DateTimeOffset? From = null, DateTimeOffset? To = null);
