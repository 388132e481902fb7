using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>What a seeded shop sells and where it lies: the Demo's nodes; few items that sell all day, and many that hardly do.</summary>
internal sealed class SeedCatalogue
{
    public const string Pounds = "GBP";

    private const int ShelfUnits = 6;

    // Below it a distribution centre gets its next delivery.
    private const int Least = 24;

    private static readonly IReadOnlyList<string> Goods = [.. DemoCatalogue.Items.Select(i => i.Name)];

    private readonly PastWork past;
    private readonly PastIds chance;
    private readonly Sku[] skus;
    private readonly long[] prices;
    private readonly double[] cumulative;
    private readonly int[] lots;
    private readonly string[] centres = [.. DemoCatalogue.Nodes.Where(n => n.Kind == "dc").Select(n => n.Code)];
    private readonly string[] stores = [.. DemoCatalogue.Nodes.Where(n => n.Kind == "store").Select(n => n.Code)];
    private int deliveries;

    public SeedCatalogue(SeedPlan plan, PastWork past, PastIds chance)
    {
        (this.past, this.chance) = (past, chance);
        skus = [.. Enumerable.Range(0, plan.Items).Select(i => new Sku($"ITEM-{i + 1:00000}"))];
        prices = [.. Enumerable.Range(0, plan.Items).Select(i => 249L + (100 * ((i * 7919L) % 56)))];
        cumulative = Zipf(plan.Items);
        var units = (plan.Orders + plan.Sleeping) * 3.0;
        lots = [.. Enumerable.Range(0, plan.Items).Select(i => Math.Max(60, (int)Math.Ceiling(units * Weight(i) / 8)))];
    }

    /// <summary>Opens the shop: nodes, items and the first stock of all of them.</summary>
    public void Open(DateTimeOffset at)
    {
        past.Act("system:seed", null, at);
        foreach (var (code, name, kind) in DemoCatalogue.Nodes)
        {
            past.Ask(new PutNode(code, name, kind));
        }

        for (var i = 0; i < skus.Length; i++)
        {
            past.Ask(new PutItem(skus[i], $"{Goods[i % Goods.Count]}, pattern {(i / Goods.Count) + 1}", "each", 100 + (i % 40 * 50), Goods[i % Goods.Count].Split(' ')[0], new(prices[i] / 2, Pounds), new(prices[i], Pounds)));
        }

        past.EndStory();
        foreach (var centre in centres)
        {
            Receive(centre, Enumerable.Range(0, skus.Length).Select(i => new Inventory.ReceivedUnits(skus[i], lots[i])), $"opening/{centre}");
        }

        foreach (var (store, number) in stores.Select((s, i) => (s, i)))
        {
            Receive(store, Enumerable.Range(0, skus.Length).Where(i => i % stores.Length == number || (i * 5) % stores.Length == number).Select(i => new Inventory.ReceivedUnits(skus[i], ShelfUnits)), $"opening/{store}");
        }
    }

    /// <summary>Which item somebody wants.</summary>
    public int Draw()
    {
        var found = Array.BinarySearch(cumulative, chance.Share());
        return Math.Min(found < 0 ? ~found : found + 1, skus.Length - 1);
    }

    public Sku SkuOf(int item) => skus[item];

    public long PriceOf(int item) => prices[item];

    /// <summary>Sees to it that the centres have enough of what is wanted.</summary>
    public void Replenish(IReadOnlyList<int> items, DateTimeOffset at)
    {
        var there = past.Ask(new FindStock([.. items.Select(SkuOf)]));
        foreach (var item in items)
        {
            foreach (var centre in centres)
            {
                if (there.FirstOrDefault(s => s.Sku == skus[item] && s.Node == centre) is not { Free: >= Least })
                {
                    past.Act("system:seed", null, at);
                    past.Ask(new ReceiveStock(centre, [new(skus[item], lots[item])], $"delivery/{++deliveries:0000000}"));
                }
            }
        }
    }

    private void Receive(string node, IEnumerable<Inventory.ReceivedUnits> units, string reference)
    {
        foreach (var (part, number) in units.Chunk(2_000).Select((c, i) => (c, i + 1)))
        {
            past.Ask(new ReceiveStock(node, part, $"{reference}/{number}"));
        }
    }

    private double Weight(int item) => cumulative[item] - (item == 0 ? 0 : cumulative[item - 1]);

    private static double[] Zipf(int items)
    {
        var sums = new double[items];
        var sum = 0.0;
        for (var i = 0; i < items; i++)
        {
            sums[i] = sum += 1 / Math.Pow(i + 3, 0.9);
        }

        for (var i = 0; i < items; i++)
        {
            sums[i] /= sum;
        }

        return sums;
    }
}
