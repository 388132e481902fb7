namespace RetailOps.Integration;

/// <summary>One side of a move.</summary>
/// <param name="Account">Of the sandbox's chart.</param>
/// <param name="Amount">Minor units: a debit above 0, a credit below.</param>
internal readonly record struct SandboxEntry(string Account, long Amount);

/// <summary>The sandbox's chart of accounts, and which document moves what.</summary>
internal static class SandboxLedger
{
    public const string Bank = "1100";
    public const string Receivable = "1200";
    public const string Stock = "1400";
    public const string Tax = "2200";
    public const string CostOfSales = "5100";
    public const string StockOutput = "5210";
    public const string Adjustments = "5220";

    /// <summary>The documents that it keeps.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [DocumentKinds.SalesInvoice, DocumentKinds.CreditMemo, DocumentKinds.Shipment, DocumentKinds.InventoryAdjustment];

    private static readonly Dictionary<string, string> Revenue = new(StringComparer.Ordinal)
    {
        ["goods"] = "4000",
        ["shipping"] = "4100",
        ["discount"] = "4200",
        ["service"] = "4300",
        ["sundry"] = "4900",
    };

    /// <summary>What the document's move consists of; together nothing, and one entry per account and side at most.</summary>
    /// <exception cref="SandboxRefusalException">The books do not take such a document.</exception>
    public static IReadOnlyList<SandboxEntry> Entries(ErpDocument document)
    {
        var entries = document.Kind switch
        {
            DocumentKinds.SalesInvoice => Sale(document, 1),
            DocumentKinds.CreditMemo => Sale(document, -1),
            DocumentKinds.Shipment => Delivery(document),
            DocumentKinds.InventoryAdjustment => Adjustment(document),
            _ => throw new SandboxRefusalException($"There is no document type \"{document.Kind}\"."),
        };
        return [.. entries.Where(e => e.Amount != 0).GroupBy(e => (e.Account, e.Amount > 0)).Select(g => new SandboxEntry(g.Key.Account, g.Sum(e => e.Amount)))];
    }

    private static IEnumerable<SandboxEntry> Sale(ErpDocument document, int sign)
    {
        var totals = ErpTotals.Of(document);
        if (totals.Total < 0)
        {
            throw new SandboxRefusalException($"The total of a {document.Kind} cannot be negative; use the other type.");
        }

        var paid = ErpTotals.PaidWith(document);
        if (paid > totals.Total)
        {
            throw new SandboxRefusalException($"More is paid with the {document.Kind} than it is about.");
        }

        // Paid back with a credit memo: owed to the customer and gone from the bank. Beside, not instead: the account shows both.
        yield return new(Receivable, -sign * paid);
        yield return new(Bank, sign * paid);
        yield return new(Receivable, sign * totals.Total);
        yield return new(Tax, -sign * totals.Tax);
        foreach (var line in document.Lines)
        {
            yield return new(
                Revenue.GetValueOrDefault(line.Account) ?? throw new SandboxRefusalException($"There is no account for \"{line.Account}\" on a {document.Kind}."),
                -sign * line.Amount.MinorUnits);
        }
    }

    /// <summary>The goods leave the stock for the output account, and that is the cost of what was sold.</summary>
    private static IEnumerable<SandboxEntry> Delivery(ErpDocument document)
    {
        foreach (var line in Goods(document))
        {
            var cost = line.Amount.MinorUnits;
            if (line.Quantity <= 0 || cost < 0)
            {
                throw new SandboxRefusalException("A shipment takes goods out: quantities above 0, costs not below.");
            }

            yield return new(StockOutput, cost);
            yield return new(Stock, -cost);
            yield return new(CostOfSales, cost);
            yield return new(StockOutput, -cost);
        }
    }

    private static IEnumerable<SandboxEntry> Adjustment(ErpDocument document)
    {
        foreach (var line in Goods(document))
        {
            if (line.Quantity == 0 || line.Amount.MinorUnits * Math.Sign(line.Quantity) < 0)
            {
                throw new SandboxRefusalException("An adjustment's cost has the sign of its quantity, which is not 0.");
            }

            yield return new(Stock, line.Amount.MinorUnits);
            yield return new(Adjustments, -line.Amount.MinorUnits);
        }
    }

    private static IEnumerable<ErpLine> Goods(ErpDocument document) => document.Lines.Select(line =>
        line.Account != "stock" ? throw new SandboxRefusalException($"A {document.Kind} moves stock, not \"{line.Account}\".")
        : line.Sku is null ? throw new SandboxRefusalException($"A {document.Kind} needs the item of each line.")
        : line.Tax.MinorUnits != 0 ? throw new SandboxRefusalException($"There is no tax on a {document.Kind}.")
        : line);
}

/// <summary>A no of the sandbox, in its words: the business stands against it, and repeating does not help.</summary>
internal sealed class SandboxRefusalException(string words) : Exception(words);

/// <summary>The sandbox's answer did not come: it cannot be asked at this moment, and what it did nobody knows.</summary>
internal sealed class SandboxSilenceException(string what) : Exception(what);

/// <summary>The sandbox answered with a failure of its own. What it had done by then stands, so look.</summary>
internal sealed class SandboxFailureException(string what) : Exception(what);
