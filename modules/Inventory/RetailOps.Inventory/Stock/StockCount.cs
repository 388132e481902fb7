using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>What sourcing asks of a node.</summary>
internal sealed record Place(string Kind, string? Region, bool IsOpen)
{
    /// <summary>Whether orders may be served from there without being told to.</summary>
    public bool Serves => IsOpen && Kind != "supplier";
}

/// <summary>One position as far as this transaction knows: what was read, and what the transaction did since.</summary>
internal sealed class StockCount(PositionKey position, Sku sku, int onHand, int allocated, int reserved, int safety)
{
    public PositionKey Position { get; } = position;

    public Sku Sku { get; } = sku;

    public int OnHand { get; private set; } = onHand;

    public int Allocated { get; private set; } = allocated;

    public int Reserved { get; private set; } = reserved;

    /// <summary>Null where only the counters were asked for.</summary>
    public Place? Place { get; set; }

    /// <summary>What can still be promised.</summary>
    public int Free => FreeWith(0);

    /// <summary>What is promised and does not lie there.</summary>
    public int Short => Math.Max(0, Allocated + Reserved - OnHand);

    /// <summary>What can still be promised to somebody who has reserved so much of it.</summary>
    public int FreeWith(int own) => Math.Max(0, OnHand - Allocated - Reserved + own - safety);

    public void Change(int allocatedBy, int reservedBy, int onHandBy)
    {
        Allocated += allocatedBy;
        Reserved += reservedBy;
        OnHand += onHandBy;
    }
}

/// <summary>What an order was promised in one attempt for one line from one node, and what became of it.</summary>
internal sealed class HeldAllocation(AllocationRow row, int shipped, int released)
{
    public AllocationRow Row { get; } = row;

    public int Shipped { get; set; } = shipped;

    public int Released { get; set; } = released;

    public int Open => Row.Quantity - Shipped - Released;
}

/// <summary>What a reservation holds where.</summary>
internal sealed record HeldLine(int LineId, PositionKey Position, int Quantity);

/// <summary>A reservation, as it was read or made.</summary>
internal sealed record HeldReservation(Guid Id, string Key, string Status, DateTimeOffset? Expires, OrderId? OrderId, IReadOnlyList<HeldLine> Lines)
{
    /// <summary>Whether it holds anything at this moment: one whose time has come does not, even before it is swept away.</summary>
    public bool IsOpen(DateTimeOffset now) => Status == "open" && !(Expires <= now);

    public ReservationView View(DateTimeOffset now) => new(
        Id, Key, Status == "open" && !IsOpen(now) ? "expired" : Status, Expires, [.. Lines.Select(l => new GrantedStock(l.LineId, l.Position.Node, l.Quantity))]);

    public ReservationChanged Changed(string status, DateTimeOffset now) => new(Guid.CreateVersion7(), now, Id, status, Lines.Sum(l => l.Quantity));
}
