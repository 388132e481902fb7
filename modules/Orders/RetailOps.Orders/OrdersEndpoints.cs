using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal static class OrdersEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var orders = api.MapGroup("/orders").WithTags("Orders");
        orders.MapPost("/", Place)
            .WithName("PlaceOrder")
            .WithSummary("Accept an order; idempotent by channel and external id as well as by key")
            .TakesIdempotencyKey();
        orders.MapGet("/", List)
            .WithName("ListOrders")
            .WithSummary("Orders, oldest first; by channel, external id, status or customer")
            .ProducesRefusals();
        orders.MapGet("/{id:guid}", Read)
            .WithName("GetOrder")
            .WithSummary("One order and where its units are")
            .ProducesRefusals(404);
        orders.MapGet("/{id:guid}/timeline", Timeline)
            .WithName("GetTimeline")
            .WithSummary("What happened to an order, from the first event on")
            .ProducesRefusals(404);
        orders.MapGet("/{id:guid}/allocation/explanation", Explain)
            .WithName("ExplainSourcing")
            .WithSummary("Why these nodes: every sourcing decision with its candidates")
            .ProducesRefusals(404);
        orders.MapPost("/{id:guid}:ship", Ship)
            .WithName("ShipOrder")
            .WithSummary("Send out everything that is allocated")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
        orders.MapPost("/{id:guid}:cancel", Cancel)
            .WithName("CancelOrder")
            .WithSummary("Cancel what has not left, all of it or some lines")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
        orders.MapPost("/{id:guid}/holds", Hold)
            .WithName("HoldOrder")
            .WithSummary("Put a named stop on an order")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
        orders.MapPost("/{id:guid}/holds/{kind}:release", ReleaseHold)
            .WithName("ReleaseHold")
            .WithSummary("Take a named stop off an order; the others stay")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
    }

    private static async Task<Results<Created<PlacedOrder>, ProblemHttpResult>> Place(PlaceOrder body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToCreated(o => $"/api/v1/orders/{o.Id}");

    private static async Task<Results<Ok<Page<OrderView>>, ProblemHttpResult>> List(
        string? channel, string? externalId, string? status, string? customerId, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListOrders(after is { } id ? new OrderId(id) : null, paging.Size + 1, channel, externalId, status, customerId), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, o => o.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Read(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetOrder(new(id)), ct)).ToOk(response, o => o.Revision);

    private static async Task<Results<Ok<IReadOnlyList<TimelineEntry>>, ProblemHttpResult>> Timeline(Guid id, Door door, CancellationToken ct) =>
        (await door.Run(new GetTimeline(new(id)), ct)).ToOk();

    private static async Task<Results<Ok<IReadOnlyList<SourcingExplanation>>, ProblemHttpResult>> Explain(Guid id, Door door, CancellationToken ct) =>
        (await door.Run(new ExplainSourcing(new(id)), ct)).ToOk();

    private static async Task<Results<Ok<OrderShipment>, ProblemHttpResult>> Ship(Guid id, Door door, CancellationToken ct) =>
        (await door.Run(new ShipOrder(new(id)), ct)).ToOk();

    private static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Cancel(Guid id, CancelBody body, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new CancelOrder(new(id), body.Reason, body.Lines), ct)).ToOk(response, o => o.Revision);

    private static async Task<Results<Ok<OrderHolds>, ProblemHttpResult>> Hold(Guid id, HoldBody body, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new HoldOrder(new(id), body.Kind, body.Reason), ct)).ToOk(response, h => h.Revision);

    private static async Task<Results<Ok<OrderHolds>, ProblemHttpResult>> ReleaseHold(Guid id, string kind, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new ReleaseHold(new(id), kind), ct)).ToOk(response, h => h.Revision);
}

/// <summary>What a cancellation says.</summary>
/// <param name="Reason">1 to 200 characters.</param>
/// <param name="Lines">What of the order, at most what has not left; left out for everything.</param>
internal sealed record CancelBody(string Reason, IReadOnlyList<CancelledUnits>? Lines = null);

/// <summary>What a hold says.</summary>
/// <param name="Kind"><c>fraud</c>, <c>credit</c>, <c>address</c> or <c>manual</c>.</param>
/// <param name="Reason">1 to 200 characters.</param>
internal sealed record HoldBody(string Kind, string Reason);
