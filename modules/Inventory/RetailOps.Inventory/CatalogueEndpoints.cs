using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal static class CatalogueEndpoints
{
    public static void Map(IEndpointRouteBuilder inventory)
    {
        inventory.MapGet("/items", Items)
            .WithName("ListItems")
            .WithSummary("Items in the order of their codes")
            .ProducesRefusals();
        inventory.MapPut("/items", PutItems)
            .WithName("PutItems")
            .WithSummary("Add or change up to 5,000 items, all or none")
            .InBulk()
            .ProducesRefusals();
        inventory.MapGet("/items/{sku}", Item)
            .WithName("GetItem")
            .WithSummary("One item")
            .ProducesRefusals(404);
        inventory.MapPut("/items/{sku}", PutItem)
            .WithName("PutItem")
            .WithSummary("Add an item or change what is known of it")
            .ProducesRefusals();
        inventory.MapGet("/nodes", Nodes)
            .WithName("ListNodes")
            .WithSummary("Places that hold stock, in the order of their codes")
            .ProducesRefusals();
        inventory.MapGet("/nodes/{code}", Node)
            .WithName("GetNode")
            .WithSummary("One place that holds stock")
            .ProducesRefusals(404);
        inventory.MapPut("/nodes/{code}", PutNode)
            .WithName("PutNode")
            .WithSummary("Add a place that holds stock, or change what is known of it")
            .ProducesRefusals();
    }

    private static async Task<Results<Ok<Page<ItemView>>, ProblemHttpResult>> Items([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        var rows = await door.Run(new ListItems(paging.After, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, i => i.Sku.Value)) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<WrittenItems>, ProblemHttpResult>> PutItems(ItemsBody body, Door door, CancellationToken ct) =>
        (await door.Run(new PutItems([.. body.Items.Select(i => i?.ToRequest()!)]), ct)).ToOk();

    private static async Task<Results<Ok<ItemView>, ProblemHttpResult>> Item(string sku, Door door, CancellationToken ct) =>
        (await door.Run(new GetItem(new(sku)), ct)).ToOk();

    private static async Task<Results<Ok<ItemView>, ProblemHttpResult>> PutItem(string sku, ItemBody body, Door door, CancellationToken ct) =>
        (await door.Run(body.ToRequest(new(sku)), ct)).ToOk();

    private static async Task<Results<Ok<Page<NodeView>>, ProblemHttpResult>> Nodes([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        var rows = await door.Run(new ListNodes(paging.After, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, n => n.Code)) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<NodeView>, ProblemHttpResult>> Node(string code, Door door, CancellationToken ct) =>
        (await door.Run(new GetNode(code), ct)).ToOk();

    private static async Task<Results<Ok<NodeView>, ProblemHttpResult>> PutNode(string code, NodeBody body, Door door, CancellationToken ct) =>
        (await door.Run(new PutNode(code, body.Name, body.Kind, body.Region, body.Open), ct)).ToOk();
}

/// <summary>What an item says besides its code.</summary>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Uom">The unit in which it is counted; <c>each</c> when it is left out.</param>
/// <param name="WeightGrams">Of one unit; left out, it stays as it is.</param>
/// <param name="Category">1 to 100 characters; left out, it stays as it is.</param>
/// <param name="Cost">What one unit cost; left out, it stays as it is.</param>
/// <param name="Price">What one unit is sold for; left out, it stays as it is.</param>
internal sealed record ItemBody(string Name, string? Uom = null, int? WeightGrams = null, string? Category = null, Money? Cost = null, Money? Price = null)
{
    public PutItem ToRequest(Sku sku) => new(sku, Name, Uom ?? "each", WeightGrams, Category, Cost, Price);
}

/// <summary>Many items.</summary>
/// <param name="Items">1 to 5,000, each once.</param>
internal sealed record ItemsBody(IReadOnlyList<ItemLine> Items);

/// <summary>An item with its code.</summary>
/// <param name="Sku">Its code.</param>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Uom">The unit in which it is counted; <c>each</c> when it is left out.</param>
/// <param name="WeightGrams">Of one unit; left out, it stays as it is.</param>
/// <param name="Category">1 to 100 characters; left out, it stays as it is.</param>
/// <param name="Cost">What one unit cost; left out, it stays as it is.</param>
/// <param name="Price">What one unit is sold for; left out, it stays as it is.</param>
internal sealed record ItemLine(
    Sku Sku, string Name, string? Uom = null, int? WeightGrams = null, string? Category = null, Money? Cost = null, Money? Price = null)
{
    public PutItem ToRequest() => new(Sku, Name, Uom ?? "each", WeightGrams, Category, Cost, Price);
}

/// <summary>What a node says besides its code.</summary>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Kind"><c>store</c>, <c>dc</c> or <c>supplier</c>.</param>
/// <param name="Region">Where it lies; left out, it stays as it is.</param>
/// <param name="Open">Whether it serves orders; left out, it stays as it is, and a new one is open.</param>
internal sealed record NodeBody(string Name, string Kind, string? Region = null, bool? Open = null);
