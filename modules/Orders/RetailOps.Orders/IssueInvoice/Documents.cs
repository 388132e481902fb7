using RetailOps.Integration;
using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>What an order says to the books of the ERP.</summary>
internal static class Documents
{
    // The retailer's books are kept in its own zone: a sale of the last hour of the day belongs to that day there.
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    public static ErpDocument Of(IssuedInvoice invoice) => new(
        "SalesInvoice",
        invoice.Id,
        invoice.ExternalId,
        invoice.CustomerId,
        DayOf(invoice.IssuedAt),
        invoice.Total.Currency,
        [.. invoice.Lines.Select(l => new ErpLine(l.Kind, l.Sku, l.Quantity, l.Amount, l.Tax, l.Description))]);

    /// <summary>The shipment of a fulfilment that has left.</summary>
    public static ErpDocument Of(Order order, Fulfilment fulfilment) => new(
        "Shipment",
        fulfilment.Id,
        order.ExternalId,
        order.CustomerId,
        DayOf(fulfilment.ShippedAt!.Value),
        order.Currency,
        [.. fulfilment.Lines.OrderBy(l => l.LineId).Select(l => new ErpLine("stock", l.Sku, l.Quantity, Money.Zero(order.Currency), Money.Zero(order.Currency)))]);

    private static DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, Zone).DateTime);
}
