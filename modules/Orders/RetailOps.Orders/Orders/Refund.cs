using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal enum RefundStatus
{
    Reserved,
    Settled,
    Released,
}

/// <summary>How an order was paid, and how much of it goes back; refunding + refunded ≤ captured, always.</summary>
internal sealed class OrderTender(OrderId orderId, string tender, string? reference, long capturedMinor)
{
    public OrderId OrderId { get; private init; } = orderId;

    public string Tender { get; private init; } = tender;

    public string? Reference { get; private init; } = reference;

    public long CapturedMinor { get; private init; } = capturedMinor;

    public long RefundingMinor { get; private set; }

    public long RefundedMinor { get; private set; }

    public long LeftMinor => CapturedMinor - RefundingMinor - RefundedMinor;

    public void Reserve(long amount) => RefundingMinor += amount;

    public void Settle(long amount) => (RefundingMinor, RefundedMinor) = (RefundingMinor - amount, RefundedMinor + amount);

    public void Release(long amount) => RefundingMinor -= amount;
}

/// <summary>Money of an order that is kept for a refund, until it is paid or let go.</summary>
internal sealed class OrderRefund
{
    private readonly List<RefundLine> lines = [];
    private readonly List<RefundTender> tenders = [];

    private OrderRefund()
    {
    }

    public Guid Id { get; private init; }

    public OrderId OrderId { get; private init; }

    public RefundStatus Status { get; private set; }

    public long ExtraMinor { get; private init; }

    public long AmountMinor { get; private init; }

    public DateTimeOffset ReservedAt { get; private init; }

    public DateTimeOffset? EndedAt { get; private set; }

    public IReadOnlyList<RefundLine> Lines => lines;

    public IReadOnlyList<RefundTender> Tenders => tenders;

    /// <summary>Takes money for units that came back and an extra; null when the tenders do not hold it. The order's tenders must be loaded.</summary>
    public static OrderRefund? Reserve(Order order, Guid id, IReadOnlyList<ClaimedUnits> units, long extra, DateTimeOffset now)
    {
        var shares = units.Select(u => (u.LineId, u.Quantity, Share: order.LineOrNull(u.LineId)!.RefundShare(u.Quantity))).ToList();
        var amount = shares.Sum(s => s.Share.Amount + s.Share.Tax) + extra;
        var tenders = order.Tenders.OrderBy(t => t.Tender, StringComparer.Ordinal).ToList();
        var left = tenders.ConvertAll(t => t.LeftMinor);
        if (amount > left.Sum(l => (decimal)l))
        {
            return null;
        }

        var refund = new OrderRefund { Id = id, OrderId = order.Id, Status = RefundStatus.Reserved, ExtraMinor = extra, AmountMinor = amount, ReservedAt = now };
        foreach (var (lineId, quantity, (net, tax)) in shares)
        {
            order.LineOrNull(lineId)!.Refund(quantity, net, tax);
            refund.lines.Add(new(id, lineId, quantity, net, tax));
        }

        foreach (var (tender, part) in tenders.Zip(Shares.Split(amount, left)).Where(p => p.Second > 0))
        {
            tender.Reserve(part);
            refund.tenders.Add(new(id, tender.Tender, part));
        }

        return refund;
    }

    public void Settle(Order order, DateTimeOffset now)
    {
        (Status, EndedAt) = (RefundStatus.Settled, now);
        tenders.ForEach(t => order.Tenders.Single(x => x.Tender == t.Tender).Settle(t.AmountMinor));
    }

    public void Release(Order order, DateTimeOffset now)
    {
        (Status, EndedAt) = (RefundStatus.Released, now);
        tenders.ForEach(t => order.Tenders.Single(x => x.Tender == t.Tender).Release(t.AmountMinor));
        lines.ForEach(l => order.LineOrNull(l.LineId)!.TakeBackRefund(l.Quantity, l.AmountMinor, l.TaxMinor));
    }

    public RefundChanged Changed(Order order, DateTimeOffset now) => new(Guid.CreateVersion7(), now, OrderId, Id, Status.ToSnakeCase(), new(AmountMinor, order.Currency));

    public ReservedRefund ToView(Order order) => new(
        Id,
        new(AmountMinor, order.Currency),
        [.. lines.OrderBy(l => l.LineId).Select(l => new RefundedLine(l.LineId, order.LineOrNull(l.LineId)!.Sku, l.Quantity, new(l.AmountMinor, order.Currency), new(l.TaxMinor, order.Currency)))],
        [.. tenders.OrderBy(t => t.Tender, StringComparer.Ordinal).Select(t => new RefundedTender(t.Tender, new(t.AmountMinor, order.Currency)))]);
}

internal sealed class RefundLine(Guid refundId, int lineId, int quantity, long amountMinor, long taxMinor)
{
    public Guid RefundId { get; private init; } = refundId;

    public int LineId { get; private init; } = lineId;

    public int Quantity { get; private init; } = quantity;

    public long AmountMinor { get; private init; } = amountMinor;

    public long TaxMinor { get; private init; } = taxMinor;
}

internal sealed class RefundTender(Guid refundId, string tender, long amountMinor)
{
    public Guid RefundId { get; private init; } = refundId;

    public string Tender { get; private init; } = tender;

    public long AmountMinor { get; private init; } = amountMinor;
}
