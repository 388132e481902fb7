using RetailOps.Integration;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>What an order says to the books of the ERP.</summary>
internal static class Documents
{
    public static ErpDocument Of(IssuedInvoice invoice) => new(
        "SalesInvoice",
        invoice.Id,
        invoice.ExternalId,
        invoice.CustomerId,
        invoice.BusinessDate,
        invoice.Total.Currency,
        [.. invoice.Lines.Select(l => new ErpLine(l.Kind, l.Sku, l.Quantity, l.Amount, l.Tax, l.Description))]);

    /// <summary>The shipment of a fulfilment that has left.</summary>
    public static ErpDocument Of(Order order, Fulfilment fulfilment, BusinessZone zone) => new(
        "Shipment",
        fulfilment.Id,
        order.ExternalId,
        order.CustomerId,
        zone.DayOf(fulfilment.ShippedAt!.Value),
        order.Currency,
        [.. fulfilment.Lines.OrderBy(l => l.LineId).Select(l => new ErpLine("stock", l.Sku, l.Quantity, Money.Zero(order.Currency), Money.Zero(order.Currency)))]);
}
