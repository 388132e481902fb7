using System.Security.Cryptography;
using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>What a channel sent, so that what says the same looks the same, and what differs has a name.</summary>
internal static class PlacedPayload
{
    /// <summary>Lines numbered and in order, what is left out written as what it means, the instant in UTC and as fine as the database keeps it.</summary>
    public static PlaceOrder Normal(PlaceOrder request)
    {
        var none = Money.Zero(request.Currency);
        return request with
        {
            Lines = [.. request.Lines.Select((l, i) => l with { LineId = l.LineId ?? i + 1, Discount = l.Discount ?? none, Tax = l.Tax ?? none }).OrderBy(l => l.LineId)],
            RequestedAt = request.RequestedAt is { } at ? new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero) : null,
            Customer = request.Customer is { Name: null, Email: null, ShipTo: null, Id: null } ? null : request.Customer,
            Charges = [.. (request.Charges ?? []).Select(c => c with { Tax = c.Tax ?? none })],
            Payments = [.. (request.Payments ?? [new(OrderTotal.UsualTender, new((long)OrderTotal.Of(request), request.Currency))]).OrderBy(p => p.Tender, StringComparer.Ordinal)],
        };
    }

    /// <summary>What tells two payloads apart.</summary>
    public static byte[] Hash(PlaceOrder normal) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(normal));

    /// <summary>The members of the second payload that say something else than the order.</summary>
    public static List<string> Differences(PlaceOrder wanted, Order order, Person? buyer, IReadOnlyList<OrderCharge> charges, IReadOnlyList<OrderTender> tenders)
    {
        var differences = new List<string>();
        Compare("currency", order.Currency == wanted.Currency);
        Compare("lines", wanted.Lines.Select(l => (l.LineId!.Value, l.Sku, l.Quantity, l.UnitPrice.MinorUnits, l.Discount!.Value.MinorUnits, l.Tax!.Value.MinorUnits))
            .SequenceEqual(order.Lines.OrderBy(l => l.LineId).Select(l => (l.LineId, l.Sku, l.Ordered, l.UnitPriceMinor, l.DiscountMinor, l.TaxMinor))));
        Compare("charges", wanted.Charges!.Select(c => (c.Kind, c.Amount.MinorUnits, c.Tax!.Value.MinorUnits, c.Description))
            .SequenceEqual(charges.Select(c => (c.Kind, c.AmountMinor, c.TaxMinor, c.Description))));
        Compare("payments", wanted.Payments!.Select(p => (p.Tender, p.Amount.MinorUnits, p.Reference))
            .SequenceEqual(tenders.OrderBy(t => t.Tender, StringComparer.Ordinal).Select(t => (t.Tender, t.CapturedMinor, t.Reference))));
        Compare("requestedAt", (wanted.RequestedAt ?? order.PlacedAt) == order.RequestedAt);
        Compare("customer", buyer?.Erased is not null ? wanted.Customer?.Id == order.CustomerId : wanted.Customer == (buyer is null && order.CustomerId is null ? null : new Customer(buyer?.Name, buyer?.Email, buyer?.ShipTo, order.CustomerId)));
        Compare("shippingMethod", wanted.ShippingMethod == order.ShippingMethod);
        Compare("requireStock", (wanted.RequireStock && order.Lines.Count > 0) == order.ReservationId is not null);
        Compare("backorder", wanted.Backorder == order.Backorder);
        return differences;

        void Compare(string member, bool same)
        {
            if (!same)
            {
                differences.Add(member);
            }
        }
    }
}
