namespace RetailOps.Host;

/// <summary>One line of an invoice or a credit note, as the files have it.</summary>
/// <param name="Number">Its place over all files, from 1; rejected lines count.</param>
/// <param name="File">The file's name.</param>
/// <param name="Line">Where in it, from 1.</param>
/// <param name="Invoice">In upper case; a <c>C</c> in front makes it a credit note.</param>
/// <param name="Code">The stock code in upper case.</param>
/// <param name="Description">May be empty.</param>
/// <param name="Quantity">Signed, never 0.</param>
/// <param name="Local">The time in the United Kingdom.</param>
/// <param name="Price">In pounds, exact; can have more than two decimals.</param>
/// <param name="Customer">Digits; null where the source says nothing.</param>
internal sealed record SalesRow(int Number, string File, int Line, string Invoice, string Code, string Description, int Quantity, DateTime Local, decimal Price, string? Customer)
{
    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    public bool IsCredit => Invoice.StartsWith('C');

    /// <summary>Five digits with letters behind or not, or one of the gift series.</summary>
    public bool IsGoods => Code.StartsWith("DCGS", StringComparison.Ordinal)
        || (Code.Length >= 5 && Code.AsSpan(0, 5).IndexOfAnyExceptInRange('0', '9') < 0 && Code.AsSpan(5).IndexOfAnyExceptInRange('A', 'Z') < 0);

    /// <summary>Quantity × price in pence, half away from zero.</summary>
    public long Amount => Pence(Quantity);

    /// <summary>The instant of <see cref="Local"/>.</summary>
    public DateTimeOffset At => Instant(Local);

    /// <summary>So many units × price in pence, half away from zero.</summary>
    public long Pence(int units) => (long)Math.Round(units * Price * 100m, MidpointRounding.AwayFromZero);

    /// <summary>The instant of a time in the United Kingdom. A time that the clocks jump over in spring is taken an hour later, one that comes twice in autumn as the second.</summary>
    public static DateTimeOffset Instant(DateTime local) =>
        new(TimeZoneInfo.ConvertTimeToUtc(London.IsInvalidTime(local) ? local.AddHours(1) : local, London), TimeSpan.Zero);
}

/// <summary>A line that is not played, and why.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">Where in it, from 1.</param>
/// <param name="Reason">
/// <c>quote</c>, <c>encoding</c>, <c>fields</c>, <c>invoice</c>, <c>code</c>, <c>quantity</c>, <c>date</c>, <c>price</c>, <c>customer</c>, <c>ledger-adjustment</c>,
/// <c>truncated-file</c> or <c>damaged-file</c>.
/// </param>
/// <param name="Words">For a person.</param>
/// <param name="Local">When, or the time of the line before where the line does not say.</param>
internal sealed record RejectedRow(string File, int Line, string Reason, string Words, DateTime Local);

/// <summary>What stands in the files, rejected lines apart.</summary>
/// <param name="Rows">In time order; rows of one minute as they stand in the files.</param>
/// <param name="Rejected">In the order of the files.</param>
/// <param name="Repeats">How many lines equal an earlier one in every column.</param>
/// <param name="Broken">One sentence for each file that could not be read to its end.</param>
internal sealed record SalesRows(IReadOnlyList<SalesRow> Rows, IReadOnlyList<RejectedRow> Rejected, int Repeats, IReadOnlyList<string> Broken)
{
    /// <summary>All of them.</summary>
    public int Count => Rows.Count + Rejected.Count;
}
