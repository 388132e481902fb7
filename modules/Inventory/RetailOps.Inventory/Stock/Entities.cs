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

    public int? WeightGrams { get; private set; }

    public string? Category { get; private set; }

    public long? CostMinor { get; private set; }

    public string? CostCurrency { get; private set; }

    public long? PriceMinor { get; private set; }

    public string? PriceCurrency { get; private set; }

    private Money? Cost => CostMinor is { } minor ? new Money(minor, CostCurrency!) : null;

    private Money? Price => PriceMinor is { } minor ? new Money(minor, PriceCurrency!) : null;

    public int NextRevision() => ++Revision;

    /// <summary>Takes over what is said, and keeps what is not. False when all of it was known.</summary>
    public bool Put(PutItem said)
    {
        var before = View();
        (Name, Uom) = (said.Name, said.Uom);
        (WeightGrams, Category) = (said.WeightGrams ?? WeightGrams, said.Category ?? Category);
        if (said.Cost is { } cost)
        {
            (CostMinor, CostCurrency) = (cost.MinorUnits, cost.Currency);
        }

        if (said.Price is { } price)
        {
            (PriceMinor, PriceCurrency) = (price.MinorUnits, price.Currency);
        }

        return before != View();
    }

    public ItemView View() => new(Sku, Name, Uom, WeightGrams, Category, Cost, Price);

    public ItemChanged Changed(DateTimeOffset now) => new(Guid.CreateVersion7(), now, Id, Sku, Name, Uom, WeightGrams, Category, Cost, Price);
}

/// <summary>A place that holds stock.</summary>
internal sealed class Node(string code, string name, string kind) : IAggregate
{
    public string Code { get; private init; } = code;

    public string Name { get; private set; } = name;

    public string Kind { get; private set; } = kind;

    public int Revision { get; private set; }

    public string? Region { get; private set; }

    public bool Open { get; private set; } = true;

    public int NextRevision() => ++Revision;

    /// <summary>Takes over what is said, and keeps what is not. False when all of it was known.</summary>
    public bool Put(PutNode said)
    {
        var before = View();
        (Name, Kind, Region, Open) = (said.Name, said.Kind, said.Region ?? Region, said.Open ?? Open);
        return before != View();
    }

    public NodeView View() => new(Code, Name, Kind, Region, Open);

    public NodeChanged Changed(DateTimeOffset now) => new(Guid.CreateVersion7(), now, Code, Name, Kind, Region, Open);
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

/// <summary>A promise to an order; written by the write set or a history, read here.</summary>
internal sealed class Allocation
{
    public OrderId OrderId { get; init; }

    public int Attempt { get; init; }

    public int LineId { get; init; }

    public Guid ItemId { get; init; }

    public required string Node { get; init; }

    public int Quantity { get; init; }

    public int Shipped { get; set; }

    public DateTimeOffset Created { get; init; }

    public int Released { get; init; }
}

/// <summary>A promise that lapses by itself; written by the write set, read here.</summary>
internal sealed class Reservation
{
    public Guid Id { get; private init; }

    public required string Key { get; init; }

    public required string Status { get; init; }

    public DateTimeOffset? Expires { get; private init; }

    public OrderId? OrderId { get; private init; }

    public DateTimeOffset Created { get; private init; }
}

/// <summary>What a reservation holds; written by the write set, read here.</summary>
internal sealed class ReservationLine
{
    public Guid ReservationId { get; private init; }

    public int LineId { get; private init; }

    public Guid ItemId { get; private init; }

    public required string Node { get; init; }

    public int Quantity { get; private init; }
}

/// <summary>Movements that somebody asked for under a name; written by the write set, read here.</summary>
internal sealed class Batch
{
    public required string Key { get; init; }

    public required string Answer { get; init; }

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
