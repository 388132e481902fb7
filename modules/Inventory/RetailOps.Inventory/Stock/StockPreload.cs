using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>Loads stock and earlier promises of the orders that a group is about to allocate.</summary>
internal sealed class StockPreload(StockReads stock) : IPreload
{
    public IReadOnlyCollection<string> EventNames { get; } = ["orders.order-placed.v1"];

    public async ValueTask Load(IReadOnlyList<PreloadItem> items, CancellationToken ct)
    {
        var skus = new List<Sku>();
        var orders = new List<OrderId>();
        foreach (var item in items)
        {
            if (item.Data is null)
            {
                continue;
            }

            // The event belongs to another module: only its published shape is known here, and a reading that fails costs a trip later.
            using var data = JsonDocument.Parse(item.Data);
            if (data.RootElement.TryGetProperty("orderId", out var id) && id.TryGetGuid(out var order))
            {
                orders.Add(new(order));
            }

            if (data.RootElement.TryGetProperty("lines", out var lines))
            {
                skus.AddRange(lines.EnumerateArray().Select(l => new Sku(l.GetProperty("sku").GetString() ?? "")));
            }
        }

        await stock.Load(skus, orders, ct);
    }
}
