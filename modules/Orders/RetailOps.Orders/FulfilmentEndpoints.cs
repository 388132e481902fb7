using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

namespace RetailOps.Orders;

internal static class FulfilmentEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var fulfilments = api.MapGroup("/fulfilments").WithTags("Fulfilments");
        fulfilments.MapGet("/", List)
            .WithName("ListFulfilments")
            .WithSummary("Fulfilments, oldest first; by status, node or time of release")
            .ProducesRefusals();
        fulfilments.MapGet("/{id:guid}", Read)
            .WithName("GetFulfilment")
            .WithSummary("One fulfilment and what is in it")
            .ProducesRefusals(404);
        fulfilments.MapPost("/{id:guid}:ship", Ship)
            .WithName("ShipFulfilment")
            .WithSummary("The goods leave their node")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
        fulfilments.MapPost("/{id:guid}:deliver", Deliver)
            .WithName("DeliverFulfilment")
            .WithSummary("The goods have arrived, now or before")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
    }

    private static async Task<Results<Ok<Page<FulfilmentView>>, ProblemHttpResult>> List(
        string? status, string? node, DateTimeOffset? releasedSince, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListFulfilments(status, node, after, paging.Size + 1, releasedSince), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, f => f.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<FulfilmentView>, ProblemHttpResult>> Read(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetFulfilment(id), ct)).ToOk(response, f => f.Revision);

    private static async Task<Results<Ok<FulfilmentView>, ProblemHttpResult>> Ship(Guid id, ShipBody? body, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new ShipFulfilment(id, body?.Carrier, body?.TrackingNumber), ct)).ToOk(response, f => f.Revision);

    private static async Task<Results<Ok<FulfilmentView>, ProblemHttpResult>> Deliver(Guid id, DeliverBody? body, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new DeliverFulfilment(id, body?.DeliveredAt), ct)).ToOk(response, f => f.Revision);
}

/// <summary>What a shipment says.</summary>
/// <param name="Carrier">Who carries, at most 64 characters; left out when nobody said.</param>
/// <param name="TrackingNumber">At most 128 characters; left out for none.</param>
internal sealed record ShipBody(string? Carrier = null, string? TrackingNumber = null);

/// <summary>What a delivery says.</summary>
/// <param name="DeliveredAt">When, at most now; left out for now.</param>
internal sealed record DeliverBody(DateTimeOffset? DeliveredAt = null);
