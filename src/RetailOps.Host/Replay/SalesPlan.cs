namespace RetailOps.Host;

/// <summary>What the rows of the files mean: a list of things to do, and the figures that must come out.</summary>
/// <param name="Orders">By time.</param>
/// <param name="Returns">Credits that found their order lines, one per credit note and order, by time.</param>
/// <param name="BlindReturns">Credits that found none, one per credit note, by time.</param>
/// <param name="Sundries">Credits of what is no goods, one per row, by time.</param>
/// <param name="Adjustments">Corrections of stock, one per row, by time.</param>
/// <param name="Items">Every code of goods and what it is called.</param>
/// <param name="OpeningStock">Units per item that cover all sales and all decreases.</param>
/// <param name="Rejected">In the order of the files.</param>
/// <param name="Figures">What the rows alone say.</param>
internal sealed record SalesPlan(
    IReadOnlyList<PlannedOrder> Orders,
    IReadOnlyList<PlannedReturn> Returns,
    IReadOnlyList<PlannedBlindReturn> BlindReturns,
    IReadOnlyList<PlannedSundry> Sundries,
    IReadOnlyList<PlannedAdjustment> Adjustments,
    IReadOnlyDictionary<string, string> Items,
    IReadOnlyDictionary<string, int> OpeningStock,
    IReadOnlyList<RejectedRow> Rejected,
    PlannedFigures Figures);

/// <summary>An invoice of the source.</summary>
/// <param name="Invoice">The order's external id.</param>
/// <param name="Local">Of its earliest line, in the United Kingdom.</param>
/// <param name="Customer">Null for a guest.</param>
/// <param name="Lines">Goods, in the order of the file; empty for charges only.</param>
/// <param name="Charges">In the order of the file.</param>
internal sealed record PlannedOrder(string Invoice, DateTime Local, string? Customer, IReadOnlyList<PlannedLine> Lines, IReadOnlyList<PlannedCharge> Charges)
{
    public DateTimeOffset At { get; } = SalesRow.Instant(Local);
}

/// <summary>Goods of an order.</summary>
/// <param name="LineId">Within the order, from 1.</param>
/// <param name="Row">The row's number.</param>
/// <param name="Sku">In upper case.</param>
/// <param name="Quantity">Above 0.</param>
/// <param name="Price">In pounds, exact.</param>
/// <param name="Amount">Pence.</param>
internal sealed record PlannedLine(int LineId, int Row, string Sku, int Quantity, decimal Price, long Amount);

/// <summary>What is paid beside the goods.</summary>
/// <param name="Kind"><c>shipping</c>, <c>discount</c> or <c>service</c>.</param>
/// <param name="Amount">Pence.</param>
/// <param name="Description">As the source has it.</param>
internal sealed record PlannedCharge(string Kind, long Amount, string Description);

/// <summary>What of a credit note goes back on one order.</summary>
/// <param name="CreditNote">The source's number.</param>
/// <param name="Invoice">The order's external id.</param>
/// <param name="Local">Of the credit note's earliest row for this order.</param>
/// <param name="Lines">Each order line once.</param>
internal sealed record PlannedReturn(string CreditNote, string Invoice, DateTime Local, IReadOnlyList<PlannedReturnLine> Lines)
{
    public DateTimeOffset At { get; } = SalesRow.Instant(Local);

    /// <summary>The return's external id.</summary>
    public string ExternalId => $"{CreditNote}/{Invoice}";

    public long Refund => Lines.Sum(l => l.Refund);
}

/// <summary>Units of an order line that come back.</summary>
/// <param name="LineId">The order's line.</param>
/// <param name="Quantity">Above 0.</param>
/// <param name="Asked">Pence that the credit note says.</param>
/// <param name="Refund">Pence that were paid for them.</param>
/// <param name="Reason">The description on the credit note.</param>
internal sealed record PlannedReturnLine(int LineId, int Quantity, long Asked, long Refund, string Reason);

/// <summary>What of a credit note found no order line.</summary>
/// <param name="CreditNote">The source's number.</param>
/// <param name="Local">Of its earliest row.</param>
/// <param name="Customer">Null for a guest.</param>
/// <param name="Lines">Each item once.</param>
internal sealed record PlannedBlindReturn(string CreditNote, DateTime Local, string? Customer, IReadOnlyList<PlannedBlindLine> Lines)
{
    public DateTimeOffset At { get; } = SalesRow.Instant(Local);

    /// <summary>The return's external id.</summary>
    public string ExternalId => $"{CreditNote}/blind";
}

/// <summary>Goods that nobody knows to have been bought here.</summary>
/// <param name="Sku">In upper case.</param>
/// <param name="Quantity">Above 0.</param>
/// <param name="Asked">Pence.</param>
internal sealed record PlannedBlindLine(string Sku, int Quantity, long Asked);

/// <summary>A credit that belongs to no goods.</summary>
/// <param name="Key">Names the row.</param>
/// <param name="Local">When.</param>
/// <param name="Customer">Null for none.</param>
/// <param name="Amount">Pence, above or equal to 0.</param>
/// <param name="Reason">The description, or the code where there is none.</param>
internal sealed record PlannedSundry(string Key, DateTime Local, string? Customer, long Amount, string Reason)
{
    public DateTimeOffset At { get; } = SalesRow.Instant(Local);
}

/// <summary>A correction of stock.</summary>
/// <param name="Key">Names the row.</param>
/// <param name="Local">When.</param>
/// <param name="Sku">In upper case.</param>
/// <param name="Quantity">Signed.</param>
/// <param name="Reason">The description, or <c>unknown</c>.</param>
internal sealed record PlannedAdjustment(string Key, DateTime Local, string Sku, int Quantity, string Reason)
{
    public DateTimeOffset At { get; } = SalesRow.Instant(Local);
}

/// <summary>Counts and sums that the rows say; amounts in pence.</summary>
internal sealed record PlannedFigures
{
    public int Rows { get; init; }

    public int SaleRows { get; init; }

    public int ChargeRows { get; init; }

    public int AdjustmentRows { get; init; }

    public int ReturnRows { get; init; }

    public int UnmatchedCreditRows { get; init; }

    public int CreditChargeRows { get; init; }

    public int RejectedRows { get; init; }

    public IReadOnlyDictionary<string, int> Rejects { get; init; } = new SortedDictionary<string, int>();

    public int DuplicateRows { get; init; }

    public int Orders { get; init; }

    public int ChargeOnlyOrders { get; init; }

    public long UnitsOrdered { get; init; }

    public long Revenue { get; init; }

    public int CreditNotes { get; init; }

    public int Returns { get; init; }

    public long UnitsReturned { get; init; }

    public long Refunded { get; init; }

    public long CreditDifference { get; init; }

    public long UnmatchedCredit { get; init; }

    public long CreditCharges { get; init; }

    /// <summary>One per return that has something to refund, and one per credit charge.</summary>
    public int CreditMemos { get; init; }
}
