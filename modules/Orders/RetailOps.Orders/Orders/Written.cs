using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>An invoice; written by the write set, read here.</summary>
internal sealed class Invoice
{
    public Guid Id { get; private init; }

    public OrderId OrderId { get; private init; }

    public Guid? FulfilmentId { get; private init; }

    public DateTimeOffset IssuedAt { get; private init; }

    public long TotalMinor { get; private init; }
}

/// <summary>A line of an invoice; written by the write set, read here.</summary>
internal sealed class InvoiceLine
{
    public Guid InvoiceId { get; private init; }

    public int Position { get; private init; }

    public required string Kind { get; init; }

    public int? LineId { get; private init; }

    public string? Sku { get; private init; }

    public int Quantity { get; private init; }

    public long AmountMinor { get; private init; }

    public long TaxMinor { get; private init; }

    public string? Description { get; private init; }
}

/// <summary>Why these nodes; written by the write set, read here.</summary>
internal sealed class SourcingDecision
{
    public OrderId OrderId { get; private init; }

    public int Attempt { get; private init; }

    public DateTimeOffset DecidedAt { get; private init; }

    public required string Profile { get; init; }

    public bool IsWhole { get; private init; }

    /// <summary>JSON text.</summary>
    public required string Candidates { get; init; }

    /// <summary>JSON text.</summary>
    public required string Plan { get; init; }
}

/// <summary>What a return claimed; written by the write set, read here.</summary>
internal sealed class ReturnClaim
{
    public Guid ReturnId { get; private init; }

    public OrderId OrderId { get; private init; }

    /// <summary>JSON text.</summary>
    public required string Lines { get; init; }

    public DateTimeOffset ClaimedAt { get; private init; }
}
