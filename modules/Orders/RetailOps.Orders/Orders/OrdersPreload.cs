using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>
/// Loads the orders that a group is about to work on: two statements for orders that are to be allocated, five for shipments
/// that are to be invoiced, whatever their number.
/// </summary>
internal sealed class OrdersPreload(UnitOfWork work, InvoiceReads invoices) : IPreload
{
    private const string Shipped = "orders.fulfilment-shipped.v1";

    public IReadOnlyCollection<string> EventNames { get; } =
        ["orders.order-placed.v1", "orders.stock-arrived.v1", "orders.hold-released.v1", "orders.fulfilment-released.v1", Shipped, "orders.fulfilment-delivered.v1", "orders.order-closed.v1", "orders.order-cancelled.v1"];

    public async ValueTask Load(IReadOnlyList<PreloadItem> items, CancellationToken ct)
    {
        var ids = items.Select(OrderOf).OfType<OrderId>().Distinct().ToList();
        if (ids.Count == 0)
        {
            return;
        }

        var orders = await work.Join<OrdersDbContext>(ct);
        await orders.Load(ids, ct);
        var shipped = items.Where(i => i.EventName == Shipped).ToList();
        if (shipped.Count == 0)
        {
            return;
        }

        await orders.LoadFulfilments(shipped.ConvertAll(i => BusinessKey.IdOf("fulfilment", i.Key)), ct);
        var invoiced = shipped.Select(OrderOf).OfType<OrderId>().Distinct().ToList();
        await orders.LoadCharges(invoiced, ct);
        await invoices.Load(invoiced, ct);
    }

    /// <summary>The order that an event is about; null when it does not say, and then a reading costs a trip later.</summary>
    private static OrderId? OrderOf(PreloadItem item)
    {
        if (item.Key.StartsWith("order/", StringComparison.Ordinal))
        {
            return OrderKey.Of(item.Key);
        }

        using var data = item.Data is null ? null : JsonDocument.Parse(item.Data);
        return data?.RootElement.TryGetProperty("orderId", out var id) == true && id.TryGetGuid(out var order) ? new OrderId(order) : null;
    }
}
