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
        inventory.MapPut("/items/{sku}", PutItem)
            .WithName("PutItem")
            .WithSummary("Add an item or rename it")
            .ProducesRefusals();
        inventory.MapPut("/nodes/{code}", PutNode)
            .WithName("PutNode")
            .WithSummary("Add a place that holds stock, or rename it")
            .ProducesRefusals();
        inventory.MapGet("/inventory/positions", Positions)
            .WithName("ListPositions")
            .WithSummary("Stock by item, node and condition")
            .ProducesRefusals();
        inventory.MapPost("/inventory/movements", Move)
            .WithName("RecordMovement")
            .WithSummary("Write a line of the stock ledger: a receipt or a correction")
            .TakesIdempotencyKey()
            .ProducesRefusals(404);
    }

    private static async Task<Results<Ok<ItemView>, ProblemHttpResult>> PutItem(string sku, ItemBody body, Door door, CancellationToken ct) =>
        (await door.Run(new PutItem(new(sku), body.Name, body.Uom ?? "each"), ct)).ToOk();

    private static async Task<Results<Ok<NodeView>, ProblemHttpResult>> PutNode(string code, NodeBody body, Door door, CancellationToken ct) =>
        (await door.Run(new PutNode(code, body.Name, body.Kind), ct)).ToOk();

    private static async Task<Results<Ok<Page<PositionView>>, ProblemHttpResult>> Positions(string? sku, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        var rows = await door.Run(new ListPositions(sku is null ? null : new Sku(sku), paging.After, paging.Size + 1), ct);
        return rows.IsSuccess
            ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, p => $"{p.Sku}/{p.Node}/{p.Condition}"))
            : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Created<StockMovement>, ProblemHttpResult>> Move(RecordMovement body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToCreated(m => $"/api/v1/inventory/positions?sku={Uri.EscapeDataString(m.Sku.Value)}");
}

/// <summary>What an item says besides its code.</summary>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Uom">The unit in which it is counted; <c>each</c> when it is left out.</param>
internal sealed record ItemBody(string Name, string? Uom = null);

/// <summary>What a node says besides its code.</summary>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Kind"><c>store</c>, <c>dc</c> or <c>supplier</c>.</param>
internal sealed record NodeBody(string Name, string Kind);
