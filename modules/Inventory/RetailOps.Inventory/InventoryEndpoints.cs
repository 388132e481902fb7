using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal static class InventoryEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var inventory = api.MapGroup("").WithTags("Inventory");
        CatalogueEndpoints.Map(inventory);
        ReservationEndpoints.Map(inventory);
        inventory.MapGet("/inventory/positions", Positions)
            .WithName("ListPositions")
            .WithSummary("Stock by item, node and condition")
            .ProducesRefusals();
        inventory.MapGet("/inventory/movements", Movements)
            .WithName("ListMovements")
            .WithSummary("Lines of the stock ledger, oldest first")
            .ProducesRefusals();
        inventory.MapPost("/inventory/movements", Move)
            .WithName("RecordMovement")
            .WithSummary("Write a line of the stock ledger: a receipt, a correction or goods that are no more")
            .TakesIdempotencyKey()
            .ProducesRefusals(404);
        inventory.MapPost("/inventory/receipts", Receive)
            .WithName("ReceiveStock")
            .WithSummary("Take a delivery of up to 5,000 lines into stock; idempotent by its reference")
            .InBulk()
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404, 409);
        inventory.MapPost("/inventory/adjustments", Adjust)
            .WithName("AdjustStock")
            .WithSummary("Correct an item's stock when nobody says where; idempotent by its key")
            .TakesIdempotencyKey()
            .ProducesRefusals(404, 409);
        inventory.MapGet("/inventory/availability", Available)
            .WithName("GetAvailability")
            .WithSummary("What could be sold of one item")
            .ProducesRefusals();
        inventory.MapPost("/inventory/availability", AvailableOfMany)
            .WithName("GetAvailabilities")
            .WithSummary("What could be sold of up to 500 items")
            .ProducesRefusals();
    }

    private static async Task<Results<Ok<Page<PositionView>>, ProblemHttpResult>> Positions(
        string? sku, string? node, string? condition, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        var rows = await door.Run(new ListPositions(sku is null ? null : new Sku(sku), paging.After, paging.Size + 1, node, condition), ct);
        return rows.IsSuccess
            ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, p => $"{p.Sku}/{p.Node}/{p.Condition}"))
            : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<Page<StockMovement>>, ProblemHttpResult>> Movements(
        string? sku, string? node, string? kind, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListMovements(sku is null ? null : new Sku(sku), node, kind, after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, m => m.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Created<StockMovement>, ProblemHttpResult>> Move(RecordMovement body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToCreated(m => $"/api/v1/inventory/positions?sku={Uri.EscapeDataString(m.Sku.Value)}");

    private static async Task<Results<Ok<MovedStock>, ProblemHttpResult>> Receive(ReceiveStock body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToOk();

    private static async Task<Results<Ok<AdjustedStock>, ProblemHttpResult>> Adjust(AdjustStock body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToOk();

    private static async Task<Results<Ok<ItemAvailability>, ProblemHttpResult>> Available(string sku, Door door, CancellationToken ct)
    {
        var answer = await door.Run(new GetAvailability([new(sku)]), ct);
        return answer.IsSuccess ? TypedResults.Ok(answer.Value[0]) : Problems.Of(answer.Refusal);
    }

    private static async Task<Results<Ok<Page<ItemAvailability>>, ProblemHttpResult>> AvailableOfMany(GetAvailability body, Door door, CancellationToken ct)
    {
        var answer = await door.Run(body, ct);
        return answer.IsSuccess ? TypedResults.Ok(new Page<ItemAvailability>(answer.Value, null)) : Problems.Of(answer.Refusal);
    }
}
