using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>A document of ours as an invoice of Tryton's. A credit memo is an invoice with negative quantities.</summary>
internal static partial class TrytonInvoice
{
    /// <summary>Tryton keeps unit prices to so many decimals.</summary>
    private const int PriceDecimals = 4;

    /// <summary>What our keys begin with there; the unique index of the ERP holds for these only.</summary>
    public const string Prefix = "ORC:";

    public static bool IsMemo(ErpDocument document) => document.Kind is DocumentKinds.CreditMemo;

    public static string ReferenceOf(ErpDocument document) => Prefix + document.Key;

    /// <summary>For people, and for us: whom and what it is about, when it happened, and what it said when it was sent.</summary>
    public static string DescriptionOf(ErpDocument document) =>
        string.Create(CultureInfo.InvariantCulture, $"{document.Reference} of {document.BusinessDate:yyyy-MM-dd} {document.Subject} #{Fingerprint(document)}");

    /// <summary>What was written there when the document was sent; null when somebody has changed it, or it is not ours.</summary>
    public static string? FingerprintIn(string? description) => description is not null && Mark().Match(description) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>The reference of the document within its description.</summary>
    public static string? ReferenceIn(string? description) => description is not null && Head().Match(description) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>Tells two contents apart; the same for ever for the same content.</summary>
    public static string Fingerprint(ErpDocument document)
    {
        var text = new StringBuilder()
            .AppendJoin('\u001f', document.Key, document.Reference, document.Party, document.BusinessDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), document.Currency, document.Corrects);
        foreach (var line in document.Lines)
        {
            text.Append('\u001e').AppendJoin('\u001f', line.Account, line.Sku, line.Quantity.ToString(CultureInfo.InvariantCulture), line.Amount.MinorUnits.ToString(CultureInfo.InvariantCulture),
                line.Tax.MinorUnits.ToString(CultureInfo.InvariantCulture), line.Description);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    /// <summary>What is sent. The amounts are ours to the last minor unit, taxes too: Tryton keeps the amount of a tax whose base is the sum of its lines.</summary>
    /// <param name="document">What should stand there.</param>
    /// <param name="words">Its records.</param>
    /// <param name="day">The posting date.</param>
    /// <param name="origins">Ids of the lines of the document that it credits, by SKU; empty for none.</param>
    /// <param name="gaps">Gets a sentence for each record that is missing; then the payload is of no use.</param>
    public static JsonObject Payload(ErpDocument document, TrytonWords words, DateOnly day, IReadOnlyDictionary<string, int> origins, ICollection<string> gaps)
    {
        var party = words.Find(TrytonKinds.Party, document.Party ?? TrytonKinds.Sundry, gaps);
        if (party is { Facts.Address: null })
        {
            gaps.Add($"The party \"{party.Code}\" has no address in Tryton, and an invoice needs one.");
        }

        var lines = new JsonArray();
        var sums = new SortedDictionary<(int Tax, bool IsReturn), (TrytonRecord Tax, long Base, long Amount)>();
        foreach (var (line, tax) in document.Lines.Zip(words.TaxesOf(document, gaps) ?? document.Lines.Select(_ => (TrytonRecord?)null)))
        {
            var account = words.Find(TrytonKinds.Account, line.Account, gaps)?.Id;
            var product = line.Sku is { } sku ? words.Find(TrytonKinds.Product, sku.ToString(), gaps)?.Id : null;
            var unit = line.Sku is null ? null : words.Find(TrytonKinds.Uom, "unit", gaps)?.Id;
            foreach (var (quantity, price) in Split(line))
            {
                var row = new JsonObject
                {
                    ["type"] = "line",
                    ["invoice_type"] = "out",
                    ["account"] = account,
                    ["description"] = line.Description ?? line.Sku?.ToString() ?? line.Account,
                    ["quantity"] = (double)(IsMemo(document) ? -quantity : quantity),
                    ["unit_price"] = TrytonValues.Decimal(price),
                    // Named, or left empty on purpose: the product's own taxes are not asked.
                    ["taxes"] = tax is null ? [] : TrytonValues.Added(tax.Id),
                };
                if (line.Sku is not null)
                {
                    (row["product"], row["unit"]) = (product, unit);
                }

                if (line.Sku is { } returned && origins.TryGetValue(returned.ToString(), out var origin))
                {
                    row["origin"] = $"account.invoice.line,{origin}";
                }

                lines.Add(row);
            }

            if (tax is not null)
            {
                var (net, due) = IsMemo(document) ? (-line.Amount.MinorUnits, -line.Tax.MinorUnits) : (line.Amount.MinorUnits, line.Tax.MinorUnits);
                var sum = sums.GetValueOrDefault((tax.Id, net < 0), (tax, 0, 0));
                sums[(tax.Id, net < 0)] = (tax, sum.Base + net, sum.Amount + due);
            }
        }

        return new()
        {
            ["type"] = "out",
            ["reference"] = ReferenceOf(document),
            ["description"] = DescriptionOf(document),
            ["party"] = party?.Id,
            ["invoice_address"] = party?.Facts.Address,
            ["currency"] = words.Find(TrytonKinds.Currency, document.Currency, gaps)?.Id,
            ["journal"] = words.Find(TrytonKinds.Journal, "revenue", gaps)?.Id,
            ["account"] = words.Find(TrytonKinds.Account, "receivable", gaps)?.Id,
            ["payment_term"] = words.Find(TrytonKinds.PaymentTerm, "usual")?.Id,
            ["invoice_date"] = TrytonValues.Date(day),
            ["lines"] = new JsonArray(new JsonArray("create", lines)),
            ["taxes"] = TrytonValues.Made(sums.Select(s => new JsonObject
            {
                ["manual"] = false,
                ["tax"] = s.Value.Tax.Id,
                ["account"] = s.Key.IsReturn ? s.Value.Tax.Facts.ReturnAccount : s.Value.Tax.Facts.SaleAccount,
                ["description"] = s.Value.Tax.Code,
                ["base"] = TrytonValues.Money(s.Value.Base, document.Currency),
                ["amount"] = TrytonValues.Money(s.Value.Amount, document.Currency),
            })),
        };
    }

    /// <summary>
    /// Quantities and unit prices whose products, rounded each, are the line's amount. One, as long as the unit price has few enough decimals; else all units
    /// but one at the rounded price, and the last one at what is left.
    /// </summary>
    private static IEnumerable<(int Quantity, decimal Price)> Split(ErpLine line)
    {
        var (amount, quantity) = (TrytonValues.Major(line.Amount.MinorUnits, line.Amount.Currency), Math.Max(line.Quantity, 1));
        var (price, decimals) = (Math.Round(amount / quantity, PriceDecimals), Money.Decimals(line.Amount.Currency));
        if (Rounded(quantity) == amount)
        {
            yield return (quantity, price);
            yield break;
        }

        yield return (quantity - 1, price);
        yield return (1, amount - Rounded(quantity - 1));

        // As Tryton rounds: half to even.
        decimal Rounded(int of) => Math.Round(of * price, decimals, MidpointRounding.ToEven);
    }

    [GeneratedRegex(" #([0-9a-f]{16})$")]
    private static partial Regex Mark();

    [GeneratedRegex("^(.*) of [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9a-f-]{36} #[0-9a-f]{16}$")]
    private static partial Regex Head();
}
