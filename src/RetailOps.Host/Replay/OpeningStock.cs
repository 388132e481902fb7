using RetailOps.Inventory;
using RetailOps.Kernel;

namespace RetailOps.Host;

/// <summary>How much there is to sell.</summary>
internal enum ReplayStock
{
    /// <summary>All that is sold and all that goes missing, in the distribution centres.</summary>
    Ample,

    /// <summary>Nine tenths of it, a tenth of that in the stores: stock runs out, and comes again with what is found and what comes back.</summary>
    Tight,
}

/// <summary>What a replay opens with: the same for the same files, whatever the order of anything.</summary>
internal static class OpeningStock
{
    // What one line of a delivery takes, and how many lines one has here.
    private const int MostUnits = 1_000_000;
    private const int MostLines = 2_000;

    // Stores that have an item: few have all, all have some.
    private const int StoresOfAnItem = 3;

    /// <summary>Units of each item.</summary>
    public static IReadOnlyDictionary<string, int> Units(SalesPlan plan, ReplayStock stock) =>
        stock is ReplayStock.Ample ? plan.OpeningStock : new SortedDictionary<string, int>(plan.OpeningStock.ToDictionary(s => s.Key, s => (int)(s.Value * 9L / 10)), StringComparer.Ordinal);

    /// <summary>The deliveries that bring it, node by node: 60 % of what the stores do not have to the first distribution centre, the rest to the second.</summary>
    /// <param name="plan">Says what is sold.</param>
    /// <param name="stock">How much of it there is.</param>
    /// <param name="nodes">Two distribution centres and so many less two stores.</param>
    public static IEnumerable<ReceiveStock> Deliveries(SalesPlan plan, ReplayStock stock, int nodes) =>
        from share in Units(plan, stock).SelectMany(s => Shares(s.Key, s.Value, stock is ReplayStock.Tight ? nodes - 2 : 0)).GroupBy(s => s.Node).OrderBy(g => g.Key, StringComparer.Ordinal)
        from part in share.SelectMany(s => Pieces(s.Units).Select(n => new ReceivedUnits(new Sku(s.Sku), n))).Chunk(MostLines).Select((lines, i) => (Lines: lines, Number: i + 1))
        select new ReceiveStock(share.Key, part.Lines, $"opening/{share.Key}/{part.Number}");

    private static IEnumerable<(string Node, string Sku, int Units)> Shares(string sku, int units, int stores)
    {
        var tenth = stores == 0 ? 0 : units / 10;
        var first = (int)Math.Round((units - tenth) * 0.6m, MidpointRounding.AwayFromZero);
        List<(string Node, string Sku, int Units)> shares = [("DC-1", sku, first), ("DC-2", sku, units - tenth - first)];
        var places = Math.Min(stores, StoresOfAnItem);
        for (var place = 0; place < places; place++)
        {
            var share = (tenth / places) + (place < tenth % places ? 1 : 0);
            var store = (BitConverter.ToUInt32(ReplayPeople.IdOf("stores " + sku).ToByteArray(), 0) + (uint)place) % (uint)stores;
            shares.Add(($"ST-{store + 1:000}", sku, share));
        }

        return shares.Where(s => s.Units > 0);
    }

    private static IEnumerable<int> Pieces(int units)
    {
        for (; units > 0; units -= MostUnits)
        {
            yield return Math.Min(units, MostUnits);
        }
    }
}
