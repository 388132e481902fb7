using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>An invoice as it stands in Tryton.</summary>
/// <param name="Id">Its id there.</param>
/// <param name="Reference">Our key behind its prefix, or whatever its people wrote.</param>
/// <param name="Number">Null before it is posted.</param>
/// <param name="IsPosted">Whether it has a move in the ledger: also one that its people have cancelled by another since.</param>
/// <param name="Day">The posting date.</param>
/// <param name="Party">Its party's code.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Description">What stands there.</param>
/// <param name="Untaxed">In minor units, below 0 on a credit memo.</param>
/// <param name="Tax">In minor units, signed likewise.</param>
/// <param name="Open">What is not paid yet, in minor units, signed likewise.</param>
internal sealed record TrytonFound(
    int Id, string? Reference, string? Number, bool IsPosted, DateOnly? Day, string? Party, string Currency, string? Description, long Untaxed, long Tax, long Open)
{
    public static string[] Fields { get; } =
        ["reference", "number", "move", "invoice_date", "accounting_date", "party.code", "currency.code", "description", "untaxed_amount", "tax_amount", "amount_to_pay"];

    public bool IsMemo => Untaxed < 0 || (Untaxed == 0 && Tax < 0);

    public ErpTotals Totals(bool isMemo) => isMemo ? new(-Untaxed, -Tax) : new(Untaxed, Tax);

    public static TrytonFound Of(JsonElement row)
    {
        var currency = row.Nested("currency", "code")!;
        return new(
            row.Id(), row.TextOf("reference"), row.TextOf("number"), row.GetProperty("move").ValueKind is JsonValueKind.Number, row.Day("accounting_date") ?? row.Day("invoice_date"),
            row.Nested("party", "code"), currency, row.TextOf("description"), row.Minor("untaxed_amount", currency), row.Minor("tax_amount", currency), row.Minor("amount_to_pay", currency));
    }

    /// <summary>A draft of what the document said before a person mended it: nothing of it is in the ledger, and nobody there has touched it.</summary>
    public bool IsOutdated(ErpDocument document) => !IsPosted && TrytonInvoice.FingerprintIn(Description) is { } print && print != TrytonInvoice.Fingerprint(document);

    /// <summary>What stands against it being the document; null when it is that.</summary>
    /// <param name="document">Ours.</param>
    /// <param name="party">The code of the party that it should have.</param>
    public string? Contradicts(ErpDocument document, string party)
    {
        var name = Number ?? "a draft";
        if (TrytonInvoice.FingerprintIn(Description) is { } print && print != TrytonInvoice.Fingerprint(document))
        {
            return $"There is another document with the key {document.Key} in Tryton: {name}.";
        }

        if (Currency != document.Currency || Party != party)
        {
            return $"{name} of {document.Key} is for {Party} in {Currency}, not for {party} in {document.Currency}.";
        }

        var (ours, theirs) = (ErpTotals.Of(document), Totals(TrytonInvoice.IsMemo(document)));
        return ours == theirs ? null : $"{name} of {document.Key} has the total {In(theirs)}, not {In(ours)}.";

        string In(ErpTotals totals) => $"{new Money(totals.Total, Currency)} with {new Money(totals.Tax, Currency)} tax";
    }
}
