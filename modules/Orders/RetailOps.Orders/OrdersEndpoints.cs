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
            .WithSummary("Orders, oldest first")
            .ProducesRefusals();
        orders.MapGet("/{id:guid}", Read)
            .WithName("GetOrder")
            .WithSummary("One order and where its units are")
            .ProducesRefusals(404);
        orders.MapPost("/{id:guid}:ship", Ship)
            .WithName("ShipOrder")
            .WithSummary("Send out everything that is allocated")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
    }

    private static async Task<Results<Created<PlacedOrder>, ProblemHttpResult>> Place(PlaceOrder body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToCreated(o => $"/api/v1/orders/{o.Id}");

    private static async Task<Results<Ok<Page<OrderView>>, ProblemHttpResult>> List([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListOrders(after is { } id ? new OrderId(id) : null, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, o => o.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Read(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetOrder(new(id)), ct)).ToOk(response, o => o.Revision);

    private static async Task<Results<Ok<OrderShipment>, ProblemHttpResult>> Ship(Guid id, Door door, CancellationToken ct) =>
        (await door.Run(new ShipOrder(new(id)), ct)).ToOk();
}
