using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>Something that is sold. Its id never changes, whatever happens to the code.</summary>
internal sealed class Item(Guid id, Sku sku, string name, string uom) : IAggregate
{
    public Guid Id { get; private init; } = id;

    public Sku Sku { get; private set; } = sku;

    public string Name { get; private set; } = name;

    public string Uom { get; private set; } = uom;

    public int Revision { get; private set; }

    public int NextRevision() => ++Revision;

    /// <summary>False when it is called that already.</summary>
    public bool Rename(string newName, string newUom)
    {
        var changes = (Name, Uom) != (newName, newUom);
        (Name, Uom) = (newName, newUom);
        return changes;
    }

    public ItemChanged Changed(DateTimeOffset now) => new(Guid.CreateVersion7(), now, Id, Sku, Name, Uom);
}

/// <summary>A place that holds stock.</summary>
internal sealed class Node(string code, string name, string kind) : IAggregate
{
    public string Code { get; private init; } = code;

    public string Name { get; private set; } = name;

    public string Kind { get; private set; } = kind;

    public int Revision { get; private set; }

    public int NextRevision() => ++Revision;

    /// <summary>False when it is called that already.</summary>
    public bool Rename(string newName, string newKind)
    {
        var changes = (Name, Kind) != (newName, newKind);
        (Name, Kind) = (newName, newKind);
        return changes;
    }

    public NodeChanged Changed(DateTimeOffset now) => new(Guid.CreateVersion7(), now, Code, Name, Kind);
}

/// <summary>Stock of one item at one node in one condition; written by guarded statements, read here.</summary>
internal sealed class Position
{
    public Guid ItemId { get; private init; }

    public required string Node { get; init; }

    public required string Condition { get; init; }

    public int OnHand { get; private init; }

    public int Allocated { get; private init; }

    public int Reserved { get; private init; }

    public int Short { get; private init; }

    public int Safety { get; private init; }
}

/// <summary>A line of the ledger; written by the write set, read here.</summary>
internal sealed class Movement
{
    public Guid Id { get; private init; }

    public Guid ItemId { get; private init; }

    public required string Node { get; init; }

    public required string Condition { get; init; }

    public required string Kind { get; init; }

    public int Quantity { get; private init; }

    public string? Reason { get; private init; }

    public required string Cause { get; init; }

    public DateTimeOffset Occurred { get; private init; }

    public DateTimeOffset Recorded { get; private init; }
}

/// <summary>A promise to an order; written by the write set, read here.</summary>
internal sealed class Allocation
{
    public OrderId OrderId { get; private init; }

    public int Attempt { get; private init; }

    public int LineId { get; private init; }

    public Guid ItemId { get; private init; }

    public required string Node { get; init; }

    public int Quantity { get; private init; }

    public int Shipped { get; private init; }

    public DateTimeOffset Created { get; private init; }
}

/// <summary>What was wanted and not there; written by the write set, read here.</summary>
internal sealed class UnmetDemand
{
    public Sku Sku { get; private init; }

    public DateOnly Day { get; private init; }

    public long Quantity { get; private init; }

    public long Orders { get; private init; }
}
