using RetailOps.Kernel;

namespace RetailOps.Orders;

internal enum OrderStatus
{
    Placed,
    Allocated,
    PartlyAllocated,
    Backordered,
    PartlyShipped,
    Shipped,
    Delivered,
    Closed,
    Cancelled,
}

/// <summary>What a customer wants, and where every unit of it is.</summary>
internal sealed class Order : IAggregate
{
    /// <summary>The stops that an order can have.</summary>
    public static readonly IReadOnlyList<string> HoldKinds = ["fraud", "credit", "address", "manual"];

    private const string Allow = "allow";

    private readonly List<OrderLine> lines = [];
    private readonly List<OrderCharge> charges = [];
    private readonly List<OrderTender> tenders = [];

    private Order()
    {
    }

    public OrderId Id { get; private init; }

    public string Channel { get; private init; } = "";

    public string ExternalId { get; private init; } = "";

    public byte[] PayloadHash { get; private set; } = [];

    public string Currency { get; private init; } = "";

    public OrderStatus Status { get; private set; }

    public Guid? PersonId { get; private init; }

    /// <summary>The channel's own number of the customer.</summary>
    public string? CustomerId { get; private init; }

    public string? ShippingMethod { get; private init; }

    /// <summary><c>allow</c> or <c>never</c>.</summary>
    public string Backorder { get; private init; } = Allow;

    /// <summary>Stock that was held when the order was placed; null when none was.</summary>
    public Guid? ReservationId { get; private set; }

    /// <summary>The stops that stand, oldest first.</summary>
    public string[] Holds { get; private set; } = [];

    public DateTimeOffset RequestedAt { get; private init; }

    public DateTimeOffset PlacedAt { get; private init; }

    public long TotalMinor { get; private init; }

    public int Revision { get; private set; }

    public IReadOnlyList<OrderLine> Lines => lines;

    /// <summary>Not loaded unless somebody asked for them.</summary>
    public IReadOnlyList<OrderCharge> Charges => charges;

    /// <summary>Not loaded unless somebody asked for them.</summary>
    public IReadOnlyList<OrderTender> Tenders => tenders;

    public Money Total => new(TotalMinor, Currency);

    public bool IsHeld => Holds.Length > 0;

    public bool TakesBackorders => Backorder == Allow;

    public int NextRevision() => ++Revision;

    /// <summary>Accepts an order as it was sent; shape was checked before.</summary>
    public static Order Place(OrderId id, PlaceOrder request, byte[] payloadHash, Guid? person, DateTimeOffset now)
    {
        var order = new Order
        {
            Id = id,
            Channel = request.Channel,
            ExternalId = request.ExternalId,
            PayloadHash = payloadHash,
            Currency = request.Currency,
            Status = OrderStatus.Placed,
            PersonId = person,
            CustomerId = request.Customer?.Id,
            ShippingMethod = request.ShippingMethod,
            Backorder = request.Backorder,
            RequestedAt = (request.RequestedAt ?? now).ToUniversalTime(),
            PlacedAt = now,
            TotalMinor = (long)OrderTotal.Of(request),
        };
        order.lines.AddRange(request.Lines.Select((l, i) => new OrderLine(order.Id, l.LineId ?? i + 1, l)));
        order.charges.AddRange((request.Charges ?? []).Select((c, i) => new OrderCharge(order.Id, i + 1, c.Kind, c.Amount.MinorUnits, c.Tax?.MinorUnits ?? 0, c.Description)));
        order.tenders.AddRange((request.Payments ?? [new(OrderTotal.UsualTender, order.Total)]).Select(p => new OrderTender(order.Id, p.Tender, p.Reference, p.Amount.MinorUnits)));
        return order;
    }

    /// <summary>Stock was held for the order in the commit that placed it.</summary>
    public void Reserve(Guid reservation) => ReservationId = reservation;

    /// <summary>What the channel sent can no longer be told apart from something else by its hash, which would give away who guesses the buyer.</summary>
    public void ForgetPayload() => PayloadHash = [];

    /// <summary>Why the buyer cannot be forgotten yet; null when the order is over. Tenders have been loaded.</summary>
    public string? WhyBuyerIsNeeded() =>
        Status is OrderStatus.Placed or OrderStatus.Allocated or OrderStatus.PartlyAllocated or OrderStatus.Backordered or OrderStatus.PartlyShipped ? "open"
        : lines.Exists(l => l.ReturnOpen > 0) ? "return"
        : tenders.Exists(t => t.RefundingMinor > 0) ? "refund"
        : null;

    /// <summary>Units that wait for a decision or for stock.</summary>
    public IReadOnlyList<MissingUnits> Missing() => [.. lines.Where(l => l.Missing > 0).Select(l => new MissingUnits(l.LineId, l.Sku, l.Missing))];

    /// <summary>Whether what is granted fits what still waits.</summary>
    public bool CanAllocate(IReadOnlyList<GrantedUnits> granted) => granted.GroupBy(g => g.LineId).All(g =>
        g.All(x => x.Quantity > 0) && lines.SingleOrDefault(l => l.LineId == g.Key) is { } line && line.Missing >= g.Sum(x => (long)x.Quantity));

    /// <summary>Writes the outcome of an allocation. What is short begins to wait, or is cancelled where the order says never.</summary>
    /// <returns>Units that begin to wait for stock now, or that are cancelled.</returns>
    public IReadOnlyList<MissingUnits> Allocate(IReadOnlyList<GrantedUnits> granted)
    {
        foreach (var grant in granted)
        {
            Line(grant.LineId).Allocate(grant.Quantity);
        }

        var begin = lines.Where(l => l.Pending > 0).Select(l => new MissingUnits(l.LineId, l.Sku, l.Pending)).ToList();
        lines.ForEach(l =>
        {
            if (TakesBackorders)
            {
                l.Backorder();
            }
            else
            {
                l.CancelMissing(l.Missing);
            }
        });
        UpdateStatus();
        return begin;
    }

    /// <summary>Allocated units leave.</summary>
    public void Ship(IEnumerable<FulfilmentLine> units)
    {
        foreach (var unit in units)
        {
            Line(unit.LineId).Ship(unit.Quantity);
        }

        UpdateStatus();
    }

    /// <summary>Units that left have arrived.</summary>
    public void Deliver(IEnumerable<FulfilmentLine> units)
    {
        foreach (var unit in units)
        {
            Line(unit.LineId).Deliver(unit.Quantity);
        }

        UpdateStatus();
    }

    /// <summary>Units are not wanted any more: those without stock first, the rest comes out of fulfilments.</summary>
    /// <param name="lineId">The line.</param>
    /// <param name="quantity">At most what is open.</param>
    /// <returns>How many of them had stock.</returns>
    public int Cancel(int lineId, int quantity)
    {
        var line = Line(lineId);
        var missing = Math.Min(line.Missing, quantity);
        line.CancelMissing(missing);
        line.CancelAllocated(quantity - missing);
        UpdateStatus();
        return quantity - missing;
    }

    /// <summary>An order without goods is not wanted any more; possible until its invoice is written.</summary>
    public void CancelCharges() => Status = OrderStatus.Cancelled;

    /// <summary>False when it stands already.</summary>
    public bool Hold(string kind)
    {
        var isNew = !Holds.Contains(kind);
        Holds = isNew ? [.. Holds, kind] : Holds;
        return isNew;
    }

    /// <summary>False when it does not stand.</summary>
    public bool ReleaseHold(string kind)
    {
        var stands = Holds.Contains(kind);
        Holds = stands ? [.. Holds.Where(h => h != kind)] : Holds;
        return stands;
    }

    /// <summary>What units of a shipment come to on the next invoice, and their tax.</summary>
    public (long Amount, long Tax) Invoice(int lineId, int quantity) => Line(lineId).Invoice(quantity);

    /// <summary>An order without goods has its invoice: nobody waits for anything to arrive.</summary>
    public void InvoiceCharges() => Status = OrderStatus.Delivered;

    /// <summary>
    /// Closes the order when nothing is left to do: no unit is open, all that left has arrived and stands on an invoice, and something
    /// did leave, or nothing had to. An order that was cancelled as a whole is not closed: it ended before anything began.
    /// </summary>
    /// <returns>Whether it closed now.</returns>
    public bool TryClose()
    {
        if (Status is not OrderStatus.Delivered || lines.Exists(l => l.Invoiced < l.Shipped))
        {
            return false;
        }

        Status = OrderStatus.Closed;
        return true;
    }

    public OrderLine? LineOrNull(int lineId) => lines.Find(l => l.LineId == lineId);

    private OrderLine Line(int lineId) => LineOrNull(lineId) ?? throw new InvalidOperationException($"Order {Id} has no line {lineId}.");

    private void UpdateStatus() => Status =
        lines.Count == 0 ? Status
        : lines.All(l => l.Cancelled == l.Ordered) ? OrderStatus.Cancelled
        : lines.All(l => l.Open == 0) ? (lines.All(l => l.Delivered == l.Shipped) ? OrderStatus.Delivered : OrderStatus.Shipped)
        : lines.Any(l => l.Shipped > 0) ? OrderStatus.PartlyShipped
        : lines.All(l => l.Missing == 0) ? OrderStatus.Allocated
        : lines.Any(l => l.Allocated > 0) ? OrderStatus.PartlyAllocated
        : lines.All(l => l.Backordered == 0) ? OrderStatus.Placed
        : OrderStatus.Backordered;
}

/// <summary>What is paid beside the goods.</summary>
internal sealed class OrderCharge(OrderId orderId, int position, string kind, long amountMinor, long taxMinor, string? description)
{
    public OrderId OrderId { get; private init; } = orderId;

    public int Position { get; private init; } = position;

    public string Kind { get; private init; } = kind;

    public long AmountMinor { get; private init; } = amountMinor;

    public long TaxMinor { get; private init; } = taxMinor;

    public string? Description { get; private init; } = description;
}
