using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;

namespace RetailOps.Testing;

/// <summary>What most tests say about a shop, in one line each.</summary>
public static class Shop
{
    /// <summary>An item with stock at a distribution centre.</summary>
    public static async Task Stock(this TestHost host, string sku, int onHand, string node = "DC-1")
    {
        await host.Must(new PutItem(new(sku), sku, "each"));
        await host.Must(new PutNode(node, node, "dc"));
        if (onHand > 0)
        {
            await host.Must(new RecordMovement("received", new(sku), node, "sellable", onHand));
        }
    }

    /// <summary>An order of lines of one unit price.</summary>
    public static PlaceOrder Order(string externalId, params (string Sku, int Quantity)[] lines) => new(
        "web", externalId, new("Ada Byron", "ada@example.org", "1 Mill Lane"), "GBP", [.. lines.Select(l => new NewOrderLine(new(l.Sku), l.Quantity, new(250, "GBP")))]);

    /// <summary>Places an order that must be accepted.</summary>
    public static async Task<OrderId> Place(this TestHost host, string externalId, params (string Sku, int Quantity)[] lines) =>
        (await host.Must(Order(externalId, lines))).Id;

    /// <summary>An order as it stands.</summary>
    public static Task<OrderView> Order(this TestHost host, OrderId id) => host.Must(new GetOrder(id));

    /// <summary>The sellable position of an item at a node.</summary>
    public static async Task<PositionView> Position(this TestHost host, string sku, string node = "DC-1") =>
        (await host.Must(new ListPositions(new(sku), null, 100))).Single(p => p.Node == node && p.Condition == "sellable");
}
