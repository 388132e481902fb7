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
}

/// <summary>What a customer wants, and where every unit of it is.</summary>
internal sealed class Order : IAggregate
{
    private readonly List<OrderLine> lines = [];

    private Order()
    {
    }

    public OrderId Id { get; private init; }

    public string Channel { get; private init; } = "";

    public string ExternalId { get; private init; } = "";

    public byte[] PayloadHash { get; private init; } = [];

    public string Currency { get; private init; } = "";

    public OrderStatus Status { get; private set; }

    public Guid? PersonId { get; private init; }

    public DateTimeOffset RequestedAt { get; private init; }

    public DateTimeOffset PlacedAt { get; private init; }

    public long TotalMinor { get; private init; }

    public int Revision { get; private set; }

    public IReadOnlyList<OrderLine> Lines => lines;

    public Money Total => new(TotalMinor, Currency);

    public int NextRevision() => ++Revision;

    /// <summary>Accepts an order as it was sent; shape was checked before.</summary>
    public static Order Place(PlaceOrder request, byte[] payloadHash, Guid? person, DateTimeOffset now)
    {
        var order = new Order
        {
            Id = OrderId.New(),
            Channel = request.Channel,
            ExternalId = request.ExternalId,
            PayloadHash = payloadHash,
            Currency = request.Currency,
            Status = OrderStatus.Placed,
            PersonId = person,
            RequestedAt = (request.RequestedAt ?? now).ToUniversalTime(),
            PlacedAt = now,
            TotalMinor = request.Lines.Aggregate(Money.Zero(request.Currency), (sum, l) => sum + (l.UnitPrice * l.Quantity)).MinorUnits,
        };
        foreach (var (line, number) in request.Lines.Select((l, i) => (l, i + 1)))
        {
            order.lines.Add(new(order.Id, line.LineId ?? number, line.Sku, line.UnitPrice.MinorUnits, line.Quantity));
        }

        return order;
    }

    /// <summary>Units that wait for a decision or for stock.</summary>
    public IReadOnlyList<MissingUnits> Missing() => [.. lines.Where(l => l.Pending + l.Backordered > 0).Select(l => new MissingUnits(l.LineId, l.Sku, l.Pending + l.Backordered))];

    /// <summary>Whether what is granted fits what still waits.</summary>
    public bool CanAllocate(IReadOnlyList<GrantedUnits> granted) => granted.GroupBy(g => g.LineId).All(g =>
        g.All(x => x.Quantity > 0) && lines.SingleOrDefault(l => l.LineId == g.Key) is { } line && line.Pending + line.Backordered >= g.Sum(x => x.Quantity));

    /// <summary>Writes the outcome of an allocation.</summary>
    /// <returns>Units that begin to wait for stock now.</returns>
    public IReadOnlyList<MissingUnits> Allocate(IReadOnlyList<GrantedUnits> granted)
    {
        foreach (var grant in granted)
        {
            lines.Single(l => l.LineId == grant.LineId).Allocate(grant.Quantity);
        }

        var begin = lines.Where(l => l.Pending > 0).Select(l => new MissingUnits(l.LineId, l.Sku, l.Pending)).ToList();
        lines.ForEach(l => l.Backorder());
        UpdateStatus();
        return begin;
    }

    /// <summary>Everything that is allocated leaves.</summary>
    /// <returns>How many units.</returns>
    public int Ship()
    {
        var units = lines.Sum(l => l.Ship());
        UpdateStatus();
        return units;
    }

    private void UpdateStatus() => Status =
        lines.All(l => l.Shipped + l.Cancelled == l.Ordered) ? OrderStatus.Shipped
        : lines.Any(l => l.Shipped > 0) ? OrderStatus.PartlyShipped
        : lines.All(l => l.Allocated + l.Cancelled == l.Ordered) ? OrderStatus.Allocated
        : lines.Any(l => l.Allocated > 0) ? OrderStatus.PartlyAllocated
        : lines.All(l => l.Pending == l.Ordered) ? OrderStatus.Placed
        : OrderStatus.Backordered;
}

/// <summary>One line; ordered = pending + allocated + backordered + shipped + cancelled, always.</summary>
internal sealed class OrderLine(OrderId orderId, int lineId, Sku sku, long unitPriceMinor, int ordered)
{
    public OrderId OrderId { get; private init; } = orderId;

    public int LineId { get; private init; } = lineId;

    public Sku Sku { get; private init; } = sku;

    public long UnitPriceMinor { get; private init; } = unitPriceMinor;

    public int Ordered { get; private init; } = ordered;

    public int Pending { get; private set; } = ordered;

    public int Allocated { get; private set; }

    public int Backordered { get; private set; }

    public int Shipped { get; private set; }

    public int Cancelled { get; private set; }

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

    public int Ship()
    {
        var units = Allocated;
        Shipped += units;
        Allocated = 0;
        return units;
    }
}

/// <summary>Who bought: the only personal data of the system.</summary>
internal sealed class Person(Guid id, string name, string email, string? shipTo, DateTimeOffset created)
{
    public Guid Id { get; private init; } = id;

    public string Name { get; private init; } = name;

    public string Email { get; private init; } = email;

    public string? ShipTo { get; private init; } = shipTo;

    public DateTimeOffset Created { get; private init; } = created;
}
