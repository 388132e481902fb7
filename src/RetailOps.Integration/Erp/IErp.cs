namespace RetailOps.Integration;

/// <summary>The documents that an ERP takes from us. The words are those of <see cref="ErpDocument.Kind"/>.</summary>
internal static class DocumentKinds
{
    public const string SalesInvoice = nameof(SalesInvoice);
    public const string CreditMemo = nameof(CreditMemo);
    public const string Shipment = nameof(Shipment);
    public const string InventoryAdjustment = nameof(InventoryAdjustment);

    public static IReadOnlyList<string> All { get; } = [SalesInvoice, CreditMemo, Shipment, InventoryAdjustment];
}

/// <summary>The port to the financial system of record. One adapter per kind of ERP; which one serves is a matter of set-up.</summary>
internal interface IErp
{
    /// <summary>The system's name, as people see it.</summary>
    string Name { get; }

    /// <summary>
    /// Makes sure that each document stands in the books once: looks for its key first, writes what is missing, reads back and compares. Safe to
    /// repeat, and to be repeated by another host at the same time.
    /// </summary>
    /// <param name="documents">What should stand there, each with another key.</param>
    /// <param name="today">
    /// The posting date, in the retailer's time zone. Not the business date: numbers must not go back in time (an ERP refuses to number a document
    /// before the last one of its sequence), so a document that comes late is dated when it comes and keeps its business date as a field.
    /// </param>
    /// <param name="ct">Ends when the time for the call is up.</param>
    /// <returns>One answer per document, in their order. An exception means that nothing is known of any.</returns>
    Task<IReadOnlyList<ErpAnswer>> Ensure(IReadOnlyList<ErpDocument> documents, DateOnly today, CancellationToken ct);

    /// <summary>Asks the system how it is.</summary>
    /// <exception cref="Exception">It does not answer.</exception>
    Task<ErpHealth> Look(CancellationToken ct);
}

/// <summary>What an ERP says about one document.</summary>
internal abstract record ErpAnswer
{
    /// <summary>It stands in the books.</summary>
    /// <param name="Number">The ERP's number.</param>
    /// <param name="Totals">As read back.</param>
    public sealed record Posted(string Number, ErpTotals Totals) : ErpAnswer;

    /// <summary>It will not stand there as it is.</summary>
    /// <param name="Words">The ERP's.</param>
    public sealed record Refused(string Words) : ErpAnswer;

    /// <summary>It may stand there or not: ask again.</summary>
    /// <param name="Why">What was heard instead of an answer.</param>
    public sealed record Unknown(string Why) : ErpAnswer;
}

/// <summary>Totals of a document in minor units of its currency.</summary>
internal readonly record struct ErpTotals(long Untaxed, long Tax)
{
    public long Total => Untaxed + Tax;

    public static ErpTotals Of(ErpDocument document) =>
        new(document.Lines.Sum(l => l.Amount.MinorUnits), document.Lines.Sum(l => l.Tax.MinorUnits));
}

/// <summary>How a system is.</summary>
/// <param name="LedgerBalance">Debits less credits of all its moves; 0 or something is badly wrong.</param>
/// <param name="Posted">Posted documents by kind.</param>
internal sealed record ErpHealth(long LedgerBalance, IReadOnlyDictionary<string, long> Posted);
