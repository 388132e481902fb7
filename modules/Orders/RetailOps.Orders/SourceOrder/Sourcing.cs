using RetailOps.Inventory;
using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>The choice of nodes: a pure function of profile, wants and free stock.</summary>
internal static class Sourcing
{
    /// <summary>Applies a profile.</summary>
    /// <param name="profile">The rules.</param>
    /// <param name="wanted">What is missing, line by line; the same item may stand on several lines.</param>
    /// <param name="stock">What is free where.</param>
    /// <param name="excluded">Nodes that must not serve this time.</param>
    public static (IReadOnlyList<PlannedLine> Lines, IReadOnlyList<SourcingCandidate> Candidates) Plan(
        SourcingProfile profile, IReadOnlyList<MissingUnits> wanted, IReadOnlyList<StockCandidate> stock, IReadOnlyCollection<string> excluded)
    {
        var nodes = stock.GroupBy(s => s.Node, StringComparer.Ordinal)
            .Select(g => new Node(g.Key, g.First().Kind, g.GroupBy(s => s.Sku).ToDictionary(s => s.Key, s => s.Sum(x => x.Free))))
            .OrderBy(n => n.Code, StringComparer.Ordinal)
            .ToList();
        var wants = wanted.GroupBy(w => w.Sku).ToDictionary(w => w.Key, w => w.Sum(x => x.Quantity));
        var banned = nodes.Where(n => excluded.Contains(n.Code) || profile.Excluded?.Contains(n.Code) == true).ToList();
        List<Node> best = [];
        SourcingStrategy? by = null;
        foreach (var strategy in profile.Strategies)
        {
            var eligible = nodes.Where(n => !banned.Contains(n) && strategy.Kinds.Contains(n.Kind)).ToList();
            var chosen = strategy.Whole
                ? eligible.Where(n => n.Covers(wants) == wants.Values.Sum()).OrderByDescending(n => Score(profile, strategy, n, wants)).Take(1).ToList()
                : Spread(profile, strategy, eligible, wants);
            if (by is null || Served(chosen, wants) > Served(best, wants))
            {
                (best, by) = (chosen, strategy);
            }

            if (Served(best, wants) == wants.Values.Sum())
            {
                break;
            }
        }

        var candidates = nodes.ConvertAll(n => new SourcingCandidate(
            n.Code, Score(profile, by!, n, wants), best.Contains(n) ? null : Reason(n, by!, banned.Contains(n), wants, best.Count >= profile.MaxNodes)));
        return (Assign(wanted, best), [.. candidates.OrderByDescending(c => c.Score).ThenBy(c => c.Node, StringComparer.Ordinal)]);
    }

    /// <summary>Node by node whatever serves most of the rest, so that few nodes send; of equals the better ranked.</summary>
    private static List<Node> Spread(SourcingProfile profile, SourcingStrategy strategy, List<Node> eligible, Dictionary<Sku, int> wants)
    {
        var rest = new Dictionary<Sku, int>(wants);
        var left = new List<Node>(eligible);
        var chosen = new List<Node>();
        while (chosen.Count < profile.MaxNodes
            && left.OrderByDescending(n => n.Covers(rest)).ThenByDescending(n => Score(profile, strategy, n, wants)).FirstOrDefault() is { } next && next.Covers(rest) > 0)
        {
            foreach (var (sku, free) in next.Free)
            {
                rest[sku] = Math.Max(0, rest.GetValueOrDefault(sku) - free);
            }

            chosen.Add(next);
            left.Remove(next);
        }

        return chosen;
    }

    private static int Served(List<Node> nodes, Dictionary<Sku, int> wants) =>
        wants.Sum(w => Math.Min(w.Value, nodes.Sum(n => n.Free.GetValueOrDefault(w.Key))));

    /// <summary>Each rank between 0 and 1, the weightier a thousand times the next.</summary>
    private static decimal Score(SourcingProfile profile, SourcingStrategy strategy, Node node, Dictionary<Sku, int> wants)
    {
        var score = 0m;
        foreach (var rank in profile.Rank)
        {
            score = (score * 1_000) + (rank is "kind" ? Kind(strategy, node) : Free(node, wants));
        }

        return Math.Round(score, 6);
    }

    private static decimal Kind(SourcingStrategy strategy, Node node) =>
        strategy.Kinds.TakeWhile(k => k != node.Kind).Count() is var index && index < strategy.Kinds.Count ? 1m - ((decimal)index / strategy.Kinds.Count) : 0;

    private static decimal Free(Node node, Dictionary<Sku, int> wants)
    {
        var free = wants.Keys.Sum(s => (decimal)node.Free.GetValueOrDefault(s));
        return free / (free + wants.Values.Sum(w => (decimal)w));
    }

    private static string Reason(Node node, SourcingStrategy by, bool banned, Dictionary<Sku, int> wants, bool full) =>
        banned ? "excluded"
        : !by.Kinds.Contains(node.Kind) ? $"kind {node.Kind} is not in {by.Name}"
        : by.Whole && node.Covers(wants) < wants.Values.Sum() ? "does not have everything"
        : full ? "as many nodes as the profile allows"
        : by.Whole ? "ranked lower"
        : "not needed";

    private static List<PlannedLine> Assign(IReadOnlyList<MissingUnits> wanted, List<Node> nodes)
    {
        var free = nodes.ConvertAll(n => (n.Code, Free: new Dictionary<Sku, int>(n.Free)));
        var plan = new List<PlannedLine>();
        foreach (var line in wanted)
        {
            var left = line.Quantity;
            foreach (var (code, has) in free)
            {
                var units = Math.Min(left, has.GetValueOrDefault(line.Sku));
                if (units > 0)
                {
                    plan.Add(new(line.LineId, line.Sku, units, code));
                    has[line.Sku] -= units;
                    left -= units;
                }
            }
        }

        return plan;
    }

    private sealed record Node(string Code, string Kind, Dictionary<Sku, int> Free)
    {
        public int Covers(Dictionary<Sku, int> wants) => wants.Sum(w => Math.Min(w.Value, Free.GetValueOrDefault(w.Key)));
    }
}
