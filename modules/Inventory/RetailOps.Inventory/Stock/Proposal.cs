using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>What one line gets from one position.</summary>
internal sealed record Grant(AllocationLine Line, StockCount From, int Quantity);

/// <summary>Who gives how much. Changes nothing.</summary>
/// <param name="Granted">Line by line, node by node.</param>
/// <param name="Missing">Item by item, what could not be met.</param>
internal sealed record Proposal(IReadOnlyList<Grant> Granted, IReadOnlyList<ShortStock> Missing)
{
    /// <summary>
    /// Lines that name their node come first. The others are served from what the asker has reserved, then from the open node with most
    /// free, spread when one is not enough.
    /// </summary>
    /// <param name="lines">What is wanted.</param>
    /// <param name="stock">What there is.</param>
    /// <param name="own">What the asker holds already, and may be given again.</param>
    /// <param name="ct">Cancels.</param>
    public static async ValueTask<Proposal> For(IReadOnlyList<AllocationLine> lines, StockReads stock, IReadOnlyDictionary<PositionKey, int> own, CancellationToken ct)
    {
        var granted = new List<Grant>(lines.Count);
        var promised = new Dictionary<PositionKey, int>();
        foreach (var line in lines.OrderBy(l => l.Node is null))
        {
            var left = line.Quantity;
            var places = (await stock.Sellable(line.Sku, ct))
                .Where(p => line.Node is null ? Held(p) > 0 || p.Place is { Serves: true } : string.Equals(p.Position.Node, line.Node, StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(p => Math.Min(1, Held(p)))
                .ThenByDescending(Left)
                .ThenBy(p => p.Position.Node, StringComparer.Ordinal);
            foreach (var place in places)
            {
                var quantity = Math.Min(left, Left(place));
                if (quantity > 0)
                {
                    granted.Add(new(line, place, quantity));
                    promised[place.Position] = promised.GetValueOrDefault(place.Position) + quantity;
                    left -= quantity;
                }

                if (left == 0)
                {
                    break;
                }
            }
        }

        var got = granted.GroupBy(g => g.Line.Sku).ToDictionary(g => g.Key, g => g.Sum(x => x.Quantity));
        var missing = lines.GroupBy(l => l.Sku)
            .Select(l => new ShortStock(l.Key, l.Sum(x => x.Quantity), got.GetValueOrDefault(l.Key)))
            .Where(s => s.Free < s.Wanted);
        return new(granted, [.. missing]);

        int Held(StockCount place) => Math.Max(0, own.GetValueOrDefault(place.Position) - promised.GetValueOrDefault(place.Position));

        int Left(StockCount place) => place.FreeWith(own.GetValueOrDefault(place.Position)) - promised.GetValueOrDefault(place.Position);
    }
}
