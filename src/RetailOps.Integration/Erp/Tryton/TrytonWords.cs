namespace RetailOps.Integration;

/// <summary>Our words and the records of Tryton's that they mean.</summary>
/// <param name="mapped">What people said: (kind, our word) to the record's code.</param>
/// <param name="known">Records by kind and code.</param>
internal sealed class TrytonWords(IReadOnlyDictionary<(string Kind, string Code), string> mapped, Dictionary<(string Kind, string Code), TrytonRecord> known)
{
    // An amount was shared out by largest remainder, more than once perhaps: a line's tax is a minor unit or two beside what its rate gives.
    private const decimal Slack = 2;

    /// <summary>The rates that can be sent, and the tax of each.</summary>
    private readonly List<(decimal Rate, TrytonRecord Tax)> taxes = [.. TaxesOf(mapped, known)];

    public string Target(string kind, string code) => mapped.GetValueOrDefault((kind, code)) ?? TrytonKinds.UsualOf(kind, code);

    public TrytonRecord? Find(string kind, string code) => known.GetValueOrDefault((kind, Target(kind, code)));

    /// <summary>The record, or a gap.</summary>
    public TrytonRecord? Find(string kind, string code, ICollection<string> gaps)
    {
        if (Find(kind, code) is { } record)
        {
            return record;
        }

        var gap = $"There is no {kind} \"{Target(kind, code)}\" in Tryton, or more than one: mend that there, or map the {kind} {code} to another.";
        if (!gaps.Contains(gap))
        {
            gaps.Add(gap);
        }

        return null;
    }

    public void Add(IEnumerable<TrytonRecord> records)
    {
        foreach (var record in records)
        {
            known[(record.Kind, record.Code)] = record;
        }
    }

    public bool KnowsTaxesOf(ErpDocument document) => TaxesOf(document, []) is not null;

    /// <summary>The tax of each line, null for none. The amounts stay ours; the rate is only what they are filed under.</summary>
    /// <param name="document">With its lines.</param>
    /// <param name="gaps">Gets a sentence for each line whose tax has no rate.</param>
    /// <returns>One per line, in their order; null when there is a gap.</returns>
    public IReadOnlyList<TrytonRecord?>? TaxesOf(ErpDocument document, ICollection<string> gaps)
    {
        var taxed = document.Lines.Where(l => l.Tax.MinorUnits != 0).ToList();
        // One rate for the whole document, if one fits: on a line of pennies many do.
        var one = taxes.Where(t => taxed.All(l => Off(l, t.Rate) <= Slack)).OrderBy(t => taxed.Sum(l => Off(l, t.Rate))).Select(t => t.Tax).FirstOrDefault();
        var found = document.Lines.Select(l => l.Tax.MinorUnits == 0 ? null : one ?? taxes.Where(t => Off(l, t.Rate) <= Slack).OrderBy(t => Off(l, t.Rate)).Select(t => t.Tax).FirstOrDefault()).ToList();
        var isWhole = true;
        foreach (var (line, _) in document.Lines.Zip(found).Where(p => p.First.Tax.MinorUnits != 0 && p.Second is null))
        {
            isWhole = false;
            gaps.Add($"No tax of Tryton's gives {line.Tax} on {line.Amount}; it has the rates {string.Join(", ", taxes.Select(t => TrytonKinds.Percent(t.Rate)))} %. Make one there, or map the tax of that rate.");
        }

        return isWhole ? found : null;
    }

    private static decimal Off(ErpLine line, decimal rate) => Math.Abs((line.Amount.MinorUnits * rate) - line.Tax.MinorUnits);

    /// <summary>A rate that several taxes have means none, until somebody says which.</summary>
    private static IEnumerable<(decimal, TrytonRecord)> TaxesOf(IReadOnlyDictionary<(string Kind, string Code), string> mapped, Dictionary<(string Kind, string Code), TrytonRecord> known)
    {
        foreach (var rate in known.Values.Where(r => r is { Kind: TrytonKinds.Tax, Facts: { Rate: > 0, SaleAccount: not null, ReturnAccount: not null } }).GroupBy(r => r.Facts.Rate!.Value).OrderByDescending(g => g.Key))
        {
            var said = mapped.GetValueOrDefault((TrytonKinds.Tax, TrytonKinds.Percent(rate.Key)));
            if (rate.FirstOrDefault(t => t.Code == said) is { } chosen)
            {
                yield return (rate.Key, chosen);
            }
            else if (said is null && rate.Count() == 1)
            {
                yield return (rate.Key, rate.First());
            }
        }
    }
}
