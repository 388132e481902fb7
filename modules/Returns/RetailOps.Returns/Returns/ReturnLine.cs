using RetailOps.Kernel;

namespace RetailOps.Returns;

/// <summary>One line; received = quarantined + restocked + refurbished + liquidated + scrapped + sent to vendor, always.</summary>
internal sealed class ReturnLine(Guid returnId, int lineId, int? orderLineId, Sku sku, int quantity, string reason, string resolution, long? askedMinor)
{
    public Guid ReturnId { get; private init; } = returnId;

    public int LineId { get; private init; } = lineId;

    public int? OrderLineId { get; private init; } = orderLineId;

    public Sku Sku { get; private init; } = sku;

    public int Quantity { get; private init; } = quantity;

    public string Reason { get; private init; } = reason;

    public string Resolution { get; private init; } = resolution;

    public long? AskedMinor { get; private init; } = askedMinor;

    public int Received { get; private set; }

    public int Quarantined { get; private set; }

    public int Restocked { get; private set; }

    public int Refurbished { get; private set; }

    public int Liquidated { get; private set; }

    public int Scrapped { get; private set; }

    public int SentToVendor { get; private set; }

    public string? Grade { get; private set; }

    public string? Note { get; private set; }

    public string? Disposition { get; private set; }

    public string[] HandledBy { get; private set; } = [];

    /// <summary>Units whose money can be given back: what came and is what was sold.</summary>
    public int Refundable => Grade == "wrong-item" ? 0 : Received;

    public void Receive(int units)
    {
        // What comes later must be looked at for itself.
        (Grade, Note, Disposition) = (null, null, null);
        Received += units;
        Quarantined += units;
    }

    public void Inspect(string grade, string? note, string by)
    {
        (Grade, Note) = (grade, note);
        HandledBy = [.. HandledBy.Union([by])];
    }

    public void Dispose(string disposition, string by)
    {
        switch (disposition)
        {
            case "restock":
                Restocked += Quarantined;
                break;
            case "refurbish":
                Refurbished += Quarantined;
                break;
            case "liquidate":
                Liquidated += Quarantined;
                break;
            case "scrap":
                Scrapped += Quarantined;
                break;
            case "vendor":
                SentToVendor += Quarantined;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(disposition), disposition, "The validator lets no other one through.");
        }

        Disposition = disposition;
        Quarantined = 0;
        HandledBy = [.. HandledBy.Union([by])];
    }
}

/// <summary>Units of a line that came in together.</summary>
internal sealed class ReturnReceipt(Guid returnId, Guid receiptId, int lineId, string node, int quantity, DateTimeOffset receivedAt, string receivedBy)
{
    public Guid ReturnId { get; private init; } = returnId;

    public Guid ReceiptId { get; private init; } = receiptId;

    public int LineId { get; private init; } = lineId;

    public string Node { get; private init; } = node;

    public int Quantity { get; private init; } = quantity;

    /// <summary>Whether the units have left quarantine.</summary>
    public bool IsDisposed { get; set; }

    public DateTimeOffset ReceivedAt { get; private init; } = receivedAt;

    public string ReceivedBy { get; private init; } = receivedBy;
}
