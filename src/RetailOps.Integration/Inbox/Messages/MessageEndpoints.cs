using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

namespace RetailOps.Integration;

internal static class MessageEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var inbox = api.MapGroup("/integrations/inbox").WithTags("Integrations");
        inbox.MapGet("/", List).WithName("ListMessages").WithSummary("What other systems sent, and what became of it").ProducesRefusals();
        inbox.MapGet("/{id:guid}", Read).WithName("GetMessage").WithSummary("One message, without what it says").ProducesRefusals(404);
        inbox.MapGet("/{id:guid}/payload", Payload).WithName("ReadMessage").WithSummary("What a message says, as it came; that it was read is recorded").ProducesRefusals(404, 409);
        inbox.MapPost("/{id:guid}:try", Try).WithName("TryMapping").WithSummary("What a mapping would make of the message; nothing is done").ProducesRefusals(404, 409, 422);
        inbox.MapPost("/{id:guid}:map", MapAgain).WithName("MapMessage").WithSummary("Map it again, after what stood against it was mended").ProducesRefusals(404, 409);
        inbox.MapPost("/{id:guid}:discard", Discard).WithName("DiscardMessage").WithSummary("Set it aside for good; what waits behind it goes on").ProducesRefusals(404, 409);
        inbox.MapPost("/{id:guid}:release", Release).WithName("ReleaseMessage").WithSummary("Let a quarantined message through").ProducesRefusals(404, 409);
        api.MapPost("/integrations/inbox:map", MapRange).WithTags("Integrations").WithName("MapMessages").WithSummary("Map messages of one state in a span of time again, at most 1,000 at once").InBulk().ProducesRefusals();
        api.MapGet("/integrations/ownership", Ownership).WithTags("Integrations").WithName("GetOwnership").WithSummary("Who owns which fact, and who else may write it").ProducesRefusals(404);
        api.MapGet("/shipments/{id:guid}", Shipment).WithTags("Fulfilments").WithName("GetShipment").WithSummary("Where a shipment is, and what carriers said of it").ProducesRefusals(404);
    }

    private static async Task<Results<Ok<Page<MessageView>>, ProblemHttpResult>> List(string? status, string? source, string? key, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListMessages(status, source, key, after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, m => m.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<MessageView>, ProblemHttpResult>> Read(Guid id, Door door, CancellationToken ct) => (await door.Run(new GetMessage(id), ct)).ToOk();

    private static async Task<Results<Ok<MessagePayload>, ProblemHttpResult>> Payload(Guid id, Door door, HttpResponse response, CancellationToken ct)
    {
        response.Headers.CacheControl = "no-store";
        return (await door.Run(new ReadMessage(id), ct)).ToOk();
    }

    private static async Task<Results<Ok<MappingTrial>, ProblemHttpResult>> Try(Guid id, MappingToTry? body, Door door, CancellationToken ct) =>
        (await door.Run(new TryMapping(id, body?.Template), ct)).ToOk();

    private static async Task<Results<Ok<MessageView>, ProblemHttpResult>> MapAgain(Guid id, Door door, CancellationToken ct) => (await door.Run(new MapMessage(id), ct)).ToOk();

    private static async Task<Results<Ok<RemappedMessages>, ProblemHttpResult>> MapRange(MapMessages body, Door door, CancellationToken ct) => (await door.Run(body, ct)).ToOk();

    private static async Task<Results<Ok<MessageView>, ProblemHttpResult>> Discard(Guid id, MessageReason body, Door door, CancellationToken ct) =>
        (await door.Run(new DiscardMessage(id, body.Reason), ct)).ToOk();

    private static async Task<Results<Ok<MessageView>, ProblemHttpResult>> Release(Guid id, MessageReason body, Door door, CancellationToken ct) =>
        (await door.Run(new ReleaseMessage(id, body.Reason), ct)).ToOk();

    private static async Task<Results<Ok<OwnershipView>, ProblemHttpResult>> Ownership(Door door, CancellationToken ct) => (await door.Run(new GetOwnership(), ct)).ToOk();

    private static async Task<Results<Ok<ShipmentView>, ProblemHttpResult>> Shipment(Guid id, Door door, CancellationToken ct) => (await door.Run(new GetShipment(id), ct)).ToOk();
}

/// <summary>A mapping to be tried.</summary>
/// <param name="Template">Liquid; left out for what reads the source's messages.</param>
internal sealed record MappingToTry(string? Template = null);

/// <summary>Why somebody decides so.</summary>
/// <param name="Reason">1 to 500 characters, without personal data.</param>
internal sealed record MessageReason(string Reason);
