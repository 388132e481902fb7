using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Returns;

namespace RetailOps.Host;

/// <summary>The plan in the words of the modules, and what is random in it: by the order's number, so that every run of the same files is the same.</summary>
internal static class ReplayRequests
{
    public const string Channel = "web";

    private const string Pounds = "GBP";

    private const int LongestText = 200;

    /// <summary>An order as its channel sends it.</summary>
    public static PlaceOrder Order(PlannedOrder order) => new(
        Channel,
        order.Invoice,
        order.Customer is { } id ? new Customer(null, null, null, id) : null,
        Pounds,
        [.. order.Lines.Select(Line)],
        order.At,
        [.. order.Charges.Select(c => new NewCharge(c.Kind, new(c.Amount, Pounds), null, Short(c.Description)))]);

    /// <summary>What of a credit note goes back on one order. Its time is not the policy's: the source gave credit without asking it.</summary>
    public static RequestReturn Return(PlannedReturn planned, OrderId order) => new(
        order,
        [.. planned.Lines.Select(l => new NewReturnLine(l.LineId, null, l.Quantity, Short(l.Reason.Length > 0 ? l.Reason : "credit note")))],
        planned.ExternalId,
        Override: $"Credit note {planned.CreditNote} of the source",
        RequestedAt: planned.At);

    /// <summary>What of a credit note found no order.</summary>
    public static RequestReturn Return(PlannedBlindReturn planned) => new(
        null,
        [.. planned.Lines.Select(l => new NewReturnLine(null, new Sku(l.Sku), l.Quantity, $"Credit note {planned.CreditNote}", AskedAmount: new Money(l.Asked, Pounds)))],
        planned.ExternalId,
        planned.Customer,
        RequestedAt: planned.At);

    /// <summary>A credit that belongs to no goods.</summary>
    public static GrantSundryCredit Sundry(PlannedSundry planned) => new(planned.Key, new(planned.Amount, Pounds), Short(planned.Reason), planned.Customer);

    /// <summary>A correction of stock.</summary>
    public static AdjustStock Adjustment(PlannedAdjustment planned) => new(new Sku(planned.Sku), planned.Quantity, Short(planned.Reason), planned.Key);

    /// <summary>The nodes of the shop: two distribution centres, the rest stores.</summary>
    public static IEnumerable<PutNode> Nodes(int count) => Enumerable.Range(1, count)
        .Select(n => n <= 2 ? new PutNode($"DC-{n}", $"Distribution centre {n}", "dc") : new PutNode($"ST-{n - 2:000}", $"Store {n - 2}", "store"));

    /// <summary>Items, as many at once as one request takes.</summary>
    public static IEnumerable<PutItems> Items(SalesPlan plan) =>
        plan.Items.Select(i => new PutItem(new Sku(i.Key), Short(i.Value), "each")).Chunk(2_000).Select(c => new PutItems(c));

    /// <summary>How long after its release an order leaves: 4 to 48 hours.</summary>
    public static TimeSpan UntilShipped(string invoice) => TimeSpan.FromMinutes(Between("ship", invoice, 4 * 60, 48 * 60));

    /// <summary>How long after it left it arrives: one to five days.</summary>
    public static TimeSpan UntilDelivered(string invoice) => TimeSpan.FromMinutes(Between("deliver", invoice, 24 * 60, 5 * 24 * 60));

    private static NewOrderLine Line(PlannedLine line)
    {
        // A price below a penny cannot be written: the next penny, and the rest of the line as a discount.
        var price = (long)Math.Ceiling(line.Price * 100m);
        var rest = (price * line.Quantity) - line.Amount;
        return new(new Sku(line.Sku), line.Quantity, new(price, Pounds), line.LineId, rest > 0 ? new Money(rest, Pounds) : null);
    }

    private static int Between(string what, string invoice, int least, int most) => least + (int)(BitConverter.ToUInt32(ReplayPeople.IdOf($"{what} {invoice}").ToByteArray(), 0) % (uint)(most - least + 1));

    private static string Short(string text) => text.Length <= LongestText ? text : text[..LongestText];
}
