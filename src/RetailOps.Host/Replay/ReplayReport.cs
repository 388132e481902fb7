using System.Globalization;

namespace RetailOps.Host;

/// <summary>How often a reason stood against a row.</summary>
internal sealed record RejectCount(string Reason, int Count);

/// <summary>A line that was not played.</summary>
internal sealed record RejectedLine(string File, int Line, string Reason, string Words);

/// <summary>A credit that found no order and waits for a person.</summary>
internal sealed record UnmatchedCredit(string CreditNote, string? Customer, string Sku, int Quantity, decimal Amount);

/// <summary>How many invariants were checked, and how many do not hold.</summary>
internal sealed record CheckedInvariants(int Checked, int Broken);

/// <summary>What a replay came to; amounts in pounds. Counts of rows are the reader's, everything else was read back from the system.</summary>
internal sealed record ReplayReport
{
    public required int Rows { get; init; }

    public required int SaleRows { get; init; }

    public required int ChargeRows { get; init; }

    public required int AdjustmentRows { get; init; }

    public required int ReturnRows { get; init; }

    public required int UnmatchedCreditRows { get; init; }

    public required int CreditChargeRows { get; init; }

    public required int RejectedRows { get; init; }

    public required IReadOnlyList<RejectCount> Rejects { get; init; }

    public required int DuplicateRows { get; init; }

    public required int Orders { get; init; }

    public required int ChargeOnlyOrders { get; init; }

    public required long UnitsOrdered { get; init; }

    public required long UnitsShipped { get; init; }

    public required long UnitsBackordered { get; init; }

    public required decimal Revenue { get; init; }

    public required decimal Invoiced { get; init; }

    public required int CreditNotes { get; init; }

    public required int Returns { get; init; }

    public required long UnitsReturned { get; init; }

    public required decimal Refunded { get; init; }

    public required decimal CreditDifferenceAmount { get; init; }

    public required decimal UnmatchedCreditAmount { get; init; }

    public required decimal CreditChargeAmount { get; init; }

    public required int Shipments { get; init; }

    public required int InvoicesPosted { get; init; }

    public required int CreditMemosPosted { get; init; }

    public required decimal LedgerBalance { get; init; }

    public required CheckedInvariants Invariants { get; init; }

    public required double ElapsedSeconds { get; init; }

    public required double OrdersPerSecond { get; init; }

    public required int ExceptionsOpen { get; init; }

    public required IReadOnlyList<string> Problems { get; init; }

    public required IReadOnlyList<UnmatchedCredit> UnmatchedCredits { get; init; }

    public required IReadOnlyList<RejectedLine> RejectedLines { get; init; }

    public required string Database { get; init; }

    /// <summary>For people.</summary>
    public string Table()
    {
        (string Name, IFormattable Value, string Words)[] rows =
        [
            ("rows", Rows, "read"),
            ("  sale", SaleRows, ""),
            ("  charge", ChargeRows, ""),
            ("  adjustment", AdjustmentRows, ""),
            ("  return", ReturnRows, "matched to an order, wholly or partly"),
            ("  unmatched credit", UnmatchedCreditRows, "wait for a person"),
            ("  credit charge", CreditChargeRows, ""),
            ("  rejected", RejectedRows, string.Join(", ", Rejects.Select(r => $"{r.Count} {r.Reason}"))),
            ("duplicates", DuplicateRows, "counted above, too"),
            ("orders", Orders, $"and {ChargeOnlyOrders} of charges only"),
            ("units ordered", UnitsOrdered, $"{UnitsShipped} shipped, {UnitsBackordered} wait for stock"),
            ("revenue", Revenue, "as ordered"),
            ("invoiced", Invoiced, $"in {InvoicesPosted} posted invoices for {Shipments} shipments"),
            ("returns", Returns, $"of {CreditNotes} credit notes, {UnitsReturned} units"),
            ("refunded", Refunded, $"in {CreditMemosPosted} posted credit memos, with those for charges"),
            ("  difference", CreditDifferenceAmount, "asked for beyond what was paid"),
            ("  unmatched", UnmatchedCreditAmount, "asked for without an order"),
            ("  charges", CreditChargeAmount, "credited"),
            ("ledger balance", LedgerBalance, ""),
            ("exceptions", ExceptionsOpen, "wait for a person"),
            ("invariants", Invariants.Checked, $"checked, {Invariants.Broken} broken"),
            ("seconds", ElapsedSeconds, string.Create(CultureInfo.InvariantCulture, $"{OrdersPerSecond:0.0} orders a second")),
        ];
        return string.Join('\n', rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Name,-18} {Text(r.Value),14}  {r.Words}").TrimEnd()));

        static string Text(IFormattable value) => value.ToString(value is decimal ? "#,##0.00" : value is double ? "0.0" : "#,##0", CultureInfo.InvariantCulture);
    }
}
