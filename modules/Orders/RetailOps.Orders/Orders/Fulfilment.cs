using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal enum FulfilmentStatus
{
    Released,
    Shipped,
    Delivered,
    Cancelled,
}

/// <summary>The part of an order that one node ships. Changes only together with its order, whose revision decides every race.</summary>
internal sealed class Fulfilment : IAggregate
{
    private readonly List<FulfilmentLine> lines = [];

    private Fulfilment()
    {
    }

    public Guid Id { get; private init; }

    public OrderId OrderId { get; private init; }

    public string Node { get; private init; } = "";

    public FulfilmentStatus Status { get; private set; }

    public string? Carrier { get; private set; }

    public string? TrackingNumber { get; private set; }

    public DateTimeOffset ReleasedAt { get; private init; }

    public DateTimeOffset? ShippedAt { get; private set; }

    public DateTimeOffset? DeliveredAt { get; private set; }

    public int Revision { get; private set; }

    public IReadOnlyList<FulfilmentLine> Lines => lines;

    public int Units => lines.Sum(l => l.Quantity);

    public bool HasLeft => Status is FulfilmentStatus.Shipped or FulfilmentStatus.Delivered;

    public int NextRevision() => ++Revision;

    /// <summary>Tells a node to send what it granted.</summary>
    public static Fulfilment Release(Guid id, Order order, string node, IEnumerable<GrantedUnits> granted, DateTimeOffset now)
    {
        var fulfilment = new Fulfilment { Id = id, OrderId = order.Id, Node = node, Status = FulfilmentStatus.Released, ReleasedAt = now };
        fulfilment.lines.AddRange(granted.GroupBy(g => g.LineId).OrderBy(g => g.Key)
            .Select(g => new FulfilmentLine(fulfilment.Id, g.Key, order.LineOrNull(g.Key)!.Sku, g.Sum(x => x.Quantity))));
        return fulfilment;
    }

    public void Ship(string? carrier, string? trackingNumber, DateTimeOffset now) =>
        (Status, Carrier, TrackingNumber, ShippedAt) = (FulfilmentStatus.Shipped, carrier, trackingNumber, now);

    public void Deliver(DateTimeOffset at) => (Status, DeliveredAt) = (FulfilmentStatus.Delivered, at);

    /// <summary>Takes units out of it; with the last one it is cancelled, and keeps the lines that it had.</summary>
    public void Take(IReadOnlyDictionary<int, int> unitsByLine)
    {
        if (lines.TrueForAll(l => unitsByLine.GetValueOrDefault(l.LineId) == l.Quantity))
        {
            Status = FulfilmentStatus.Cancelled;
            return;
        }

        foreach (var (lineId, units) in unitsByLine)
        {
            var line = lines.Single(l => l.LineId == lineId);
            if (line.Quantity == units)
            {
                lines.Remove(line);
            }
            else
            {
                line.Take(units);
            }
        }
    }

    public FulfilmentView ToView() => new(
        Id, OrderId, Node, Status.ToSnakeCase(), Carrier, TrackingNumber, ReleasedAt, ShippedAt, DeliveredAt, Revision,
        [.. lines.OrderBy(l => l.LineId).Select(l => new FulfilledUnits(l.LineId, l.Sku, l.Quantity))]);
}

/// <summary>Units of a line in a fulfilment.</summary>
internal sealed class FulfilmentLine(Guid fulfilmentId, int lineId, Sku sku, int quantity)
{
    public Guid FulfilmentId { get; private init; } = fulfilmentId;

    public int LineId { get; private init; } = lineId;

    public Sku Sku { get; private init; } = sku;

    public int Quantity { get; private set; } = quantity;

    public void Take(int units) => Quantity -= units;
}
