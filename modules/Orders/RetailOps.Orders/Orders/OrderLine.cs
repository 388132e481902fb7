using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>One line; ordered = pending + allocated + backordered + shipped + cancelled, always.</summary>
internal sealed class OrderLine
{
    private OrderLine()
    {
    }

    public OrderLine(OrderId orderId, int lineId, NewOrderLine line)
    {
        (OrderId, LineId, Sku, Ordered, Pending) = (orderId, lineId, line.Sku, line.Quantity, line.Quantity);
        (UnitPriceMinor, DiscountMinor, TaxMinor) = (line.UnitPrice.MinorUnits, line.Discount?.MinorUnits ?? 0, line.Tax?.MinorUnits ?? 0);
    }

    public OrderId OrderId { get; private init; }

    public int LineId { get; private init; }

    public Sku Sku { get; private init; }

    public long UnitPriceMinor { get; private init; }

    public long DiscountMinor { get; private init; }

    public long TaxMinor { get; private init; }

    public int Ordered { get; private init; }

    public int Pending { get; private set; }

    public int Allocated { get; private set; }

    public int Backordered { get; private set; }

    public int Shipped { get; private set; }

    public int Cancelled { get; private set; }

    /// <summary>Of those that were shipped.</summary>
    public int Delivered { get; private set; }

    /// <summary>Of those that were shipped.</summary>
    public int Invoiced { get; private set; }

    /// <summary>Claimed by returns that are under way.</summary>
    public int ReturnOpen { get; private set; }

    public int Returned { get; private set; }

    /// <summary>Of those that came back, how many have their refund, granted or paid.</summary>
    public int RefundUnits { get; private set; }

    public long RefundMinor { get; private set; }

    public long RefundTaxMinor { get; private set; }

    /// <summary>What the line comes to without tax.</summary>
    public long NetMinor => (UnitPriceMinor * Ordered) - DiscountMinor;

    /// <summary>Units that have not left and are still wanted.</summary>
    public int Open => Pending + Allocated + Backordered;

    /// <summary>Units that have no stock yet.</summary>
    public int Missing => Pending + Backordered;

    public int Returnable => Shipped - ReturnOpen - Returned;

    public void Allocate(int quantity)
    {
        var pending = Math.Min(Pending, quantity);
        Pending -= pending;
        Backordered -= quantity - pending;
        Allocated += quantity;
    }

    public void Backorder()
    {
        Backordered += Pending;
        Pending = 0;
    }

    /// <summary>Units without stock are not wanted any more.</summary>
    public void CancelMissing(int quantity)
    {
        var pending = Math.Min(Pending, quantity);
        Pending -= pending;
        Backordered -= quantity - pending;
        Cancelled += quantity;
    }

    /// <summary>Units that had their stock are not wanted any more.</summary>
    public void CancelAllocated(int quantity)
    {
        Allocated -= quantity;
        Cancelled += quantity;
    }

    public void Ship(int quantity)
    {
        Allocated -= quantity;
        Shipped += quantity;
    }

    public void Deliver(int quantity) => Delivered += quantity;

    /// <summary>The next units' share of the line, without tax, and their tax.</summary>
    public (long Amount, long Tax) Invoice(int quantity)
    {
        var share = (Shares.Next(NetMinor, Invoiced, quantity, Ordered), Shares.Next(TaxMinor, Invoiced, quantity, Ordered));
        Invoiced += quantity;
        return share;
    }

    public void Claim(int quantity) => ReturnOpen += quantity;

    public void ReleaseClaim(int quantity) => ReturnOpen -= quantity;

    public void SettleClaim(int quantity)
    {
        ReturnOpen -= quantity;
        Returned += quantity;
    }

    /// <summary>
    /// The cumulative share up to these units, less what earlier refunds got. After a refund was let go the others may have got more
    /// than their share: then there is nothing, never less.
    /// </summary>
    public (long Amount, long Tax) RefundShare(int quantity) => (
        Math.Max(0, Shares.Cumulative(NetMinor, RefundUnits + quantity, Ordered) - RefundMinor),
        Math.Max(0, Shares.Cumulative(TaxMinor, RefundUnits + quantity, Ordered) - RefundTaxMinor));

    public void Refund(int quantity, long amount, long tax) =>
        (RefundUnits, RefundMinor, RefundTaxMinor) = (RefundUnits + quantity, RefundMinor + amount, RefundTaxMinor + tax);

    public void TakeBackRefund(int quantity, long amount, long tax) =>
        (RefundUnits, RefundMinor, RefundTaxMinor) = (RefundUnits - quantity, RefundMinor - amount, RefundTaxMinor - tax);
}
