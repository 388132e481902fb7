namespace RetailOps.Orders;

/// <summary>What an order comes to: lines less discounts, charges, taxes on.</summary>
internal static class OrderTotal
{
    /// <summary>How an order is paid when the channel does not say.</summary>
    public const string UsualTender = "account";

    /// <summary>In minor units; a decimal, because what was sent may be beyond 64 bits until it is checked.</summary>
    public static decimal Of(PlaceOrder request) =>
        request.Lines.Sum(l => NetOf(l) + (l.Tax?.MinorUnits ?? 0))
        + (request.Charges ?? []).Sum(c => (decimal)c.Amount.MinorUnits + (c.Tax?.MinorUnits ?? 0));

    /// <summary>A line less its discount, without tax.</summary>
    public static decimal NetOf(NewOrderLine line) => ((decimal)line.UnitPrice.MinorUnits * line.Quantity) - (line.Discount?.MinorUnits ?? 0);
}
