using System.Numerics;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// Finds what no row answers, what two rows answer, and rows that never count. Every input falls into finitely many classes that the
/// table's conditions tell apart; one sample of each stands for all. Combinations are tried as long as they are few enough.
/// </summary>
internal sealed class DecisionCoverage
{
    private const int MostFaults = 10;
    private const int MostSteps = 200_000;

    /// <summary>Bounds and words of one input: each is tried with every row, and named in a sentence.</summary>
    private const int MostBounds = 4_000;

    private readonly DecisionTable table;
    private readonly List<(BigInteger Rows, string Words)>[] classes;
    private readonly HashSet<(int, int)> pairs = [];
    private readonly List<RequestFault> faults = [];
    private BigInteger counted;
    private int steps;

    private DecisionCoverage(DecisionTable table)
    {
        this.table = table;
        classes = [.. table.Inputs.Select((input, i) => Classes(input, [.. table.Conditions.Select(c => c[i])]))];
    }

    public static IReadOnlyList<RequestFault> Faults(DecisionTable table)
    {
        if (Enumerable.Range(0, table.Inputs.Count).Any(i => table.Conditions.Sum(c => c[i].Bounds.Count() + c[i].Words.Count) > MostBounds))
        {
            return [];
        }

        var coverage = new DecisionCoverage(table);
        var all = (BigInteger.One << table.Rows.Count) - 1;
        if (!coverage.Walk(0, all, []) || table.HitPolicy is HitPolicy.Collect)
        {
            return coverage.faults;
        }

        for (var row = 0; row < table.Rows.Count && coverage.faults.Count < MostFaults; row++)
        {
            if (!Has(coverage.counted, row) && !coverage.pairs.Any(p => p.Item1 == row || p.Item2 == row))
            {
                coverage.faults.Add(new($"rows[{row}]", "decisions.never", $"Row {row + 1} never counts: other rows always come before it, or nothing can meet its conditions."));
            }
        }

        return coverage.faults;
    }

    /// <summary>Classes that let the same rows pass are one.</summary>
    private static List<(BigInteger Rows, string Words)> Classes(ConditionInput input, Condition[] conditions)
    {
        var found = new Dictionary<BigInteger, string>();
        foreach (var (sample, words) in input.Samples(conditions))
        {
            var rows = BigInteger.Zero;
            for (var row = 0; row < conditions.Length; row++)
            {
                if (conditions[row].Holds(sample))
                {
                    rows |= BigInteger.One << row;
                }
            }

            found[rows] = found.TryGetValue(rows, out var before) ? $"{before} or {words}" : words;
        }

        return [.. found.Select(f => (f.Key, f.Value))];
    }

    /// <summary>False when there is more than can be tried.</summary>
    private bool Walk(int input, BigInteger rows, List<string> words)
    {
        if (++steps > MostSteps)
        {
            return false;
        }

        if (rows.IsZero)
        {
            if (!table.MayHitNothing)
            {
                Add("rows", "decisions.gap", $"No row answers {(words.Count == 0 ? "anything" : string.Join(" and ", words))}; add a row, or otherwise.");
            }

            return true;
        }

        if (input == classes.Length)
        {
            Look(rows, words);
            return true;
        }

        foreach (var (passing, name) in classes[input])
        {
            var left = rows & passing;
            if (!Walk(input + 1, left, left == rows && classes[input].Count == 1 ? words : [.. words, name]))
            {
                return false;
            }
        }

        return true;
    }

    private void Look(BigInteger rows, List<string> words)
    {
        var hits = Enumerable.Range(0, table.Rows.Count).Where(r => Has(rows, r)).ToList();
        var where = words.Count == 0 ? "" : $" for {string.Join(" and ", words)}";
        switch (table.HitPolicy)
        {
            case HitPolicy.Unique when hits.Count > 1:
                if (pairs.Add((hits[0], hits[1])))
                {
                    Add($"rows[{hits[1]}]", "decisions.overlap", $"Rows {hits[0] + 1} and {hits[1] + 1} both hit{where}; the policy unique permits one.");
                }

                break;
            case HitPolicy.Priority:
                var best = hits.Min(r => table.Ranks[r]);
                var ties = hits.Where(r => table.Ranks[r] == best).ToList();
                if (ties.Count > 1 && !Same(ties[0], ties[1]) && pairs.Add((ties[0], ties[1])))
                {
                    Add($"rows[{ties[1]}]", "decisions.tie", $"Rows {ties[0] + 1} and {ties[1] + 1} hit with one priority and other outputs{where}.");
                }

                foreach (var tie in ties)
                {
                    counted |= BigInteger.One << tie;
                }

                break;
            default:
                counted |= BigInteger.One << hits[0];
                break;
        }
    }

    private bool Same(int one, int other) => table.Rows[one].Then.All(t => System.Text.Json.JsonElement.DeepEquals(t.Value, table.Rows[other].Then[t.Key]));

    private void Add(string path, string code, string message)
    {
        if (faults.Count < MostFaults)
        {
            faults.Add(new(path, code, message));
        }
    }

    private static bool Has(BigInteger rows, int row) => !(rows & (BigInteger.One << row)).IsZero;
}
