using System.Text.Json;

namespace RetailOps.Integration;

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

    /// <summary>Whether this ERP keeps documents of a kind for us. What it does not keep is set aside and never sent.</summary>
    bool Takes(string kind);

    /// <summary>How long a document may take by itself.</summary>
    TimeSpan Patience(ErpDocument document);

    /// <summary>What would be sent for a document, and what is missing for it. Changes nothing.</summary>
    /// <exception cref="Exception">It had to be asked for that, and does not answer.</exception>
    Task<ErpPreview> Preview(ErpDocument document, CancellationToken ct);

    /// <summary>What stands posted in the books with a posting date in these days, whoever wrote it.</summary>
    /// <param name="from">First day.</param>
    /// <param name="to">Last day.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="Exception">It does not answer.</exception>
    Task<IReadOnlyList<ErpEntry>> Booked(DateOnly from, DateOnly to, CancellationToken ct);
}

/// <summary>What would be sent for a document.</summary>
/// <param name="Calls">In their order.</param>
/// <param name="Gaps">What would be missing, for a person; empty when nothing is.</param>
internal sealed record ErpPreview(IReadOnlyList<ErpCall> Calls, IReadOnlyList<string> Gaps);

/// <summary>One call to the ERP.</summary>
/// <param name="Operation">In the ERP's words.</param>
/// <param name="Payload">What is sent with it, without secrets.</param>
internal sealed record ErpCall(string Operation, JsonElement Payload);

/// <summary>A posted document as the books have it.</summary>
/// <param name="Key">Our key; null for one that is not ours.</param>
/// <param name="Kind">In our words.</param>
/// <param name="Number">The ERP's.</param>
/// <param name="PostingDate">The day it is posted on.</param>
/// <param name="Totals">Positive on invoices and credit memos alike.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Reference">What people there see; empty for nothing.</param>
/// <param name="Settled">Of the total, what was paid or paid back with it.</param>
internal sealed record ErpEntry(string? Key, string Kind, string Number, DateOnly PostingDate, ErpTotals Totals, string Currency, string Reference, long Settled);

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

    /// <summary>What changed hands with a document.</summary>
    public static long PaidWith(ErpDocument document) => document.Payments?.Sum(p => p.Amount.MinorUnits) ?? 0;
}

/// <summary>How a system is.</summary>
/// <param name="LedgerBalance">Debits less credits of all its moves; 0 or something is badly wrong.</param>
/// <param name="Posted">Posted documents by kind.</param>
internal sealed record ErpHealth(long LedgerBalance, IReadOnlyDictionary<string, long> Posted);
