using System.Text.RegularExpressions;

namespace RetailOps.Bench;

/// <summary>What differs from one order to the next in the rows that it leaves.</summary>
internal sealed partial class Tokens
{
    /// <summary>An id, as a regular expression that .NET and PostgreSQL read alike.</summary>
    public const string Id = "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})";

    private readonly HashSet<string> known;
    private readonly Dictionary<string, int> itemIds;
    private readonly Dictionary<string, int> skus;
    private readonly string name;
    private readonly Dictionary<string, int> fresh = [];
    private readonly Dictionary<(string Space, long Number), int> numbers = [];

    /// <param name="known">Ids that stay what they are.</param>
    /// <param name="name">The sample's external id and key.</param>
    /// <param name="items">What the sample ordered, as its shop knows it.</param>
    /// <param name="shop">The sample's.</param>
    public Tokens(HashSet<string> known, string name, IReadOnlyList<int> items, BenchShop shop)
    {
        (this.known, this.name) = (known, name);
        itemIds = items.Select((item, n) => (Id: shop.ItemId(item).ToString(), n)).ToDictionary(x => x.Id, x => x.n);
        skus = items.Select((item, n) => (Sku: BenchShop.Sku(item), n)).ToDictionary(x => x.Sku, x => x.n);
    }

    /// <summary>How many ids an order brings.</summary>
    public int Ids => fresh.Count;

    /// <summary>How many numbers an order takes from counters.</summary>
    public int Numbers => numbers.Count;

    /// <summary>A number that a counter gave: the same one in the same space is the same number.</summary>
    public Func<Fresh, long> Number(string space, long number)
    {
        if (!numbers.TryGetValue((space, number), out var at))
        {
            numbers.Add((space, number), at = numbers.Count);
        }

        return fresh => fresh.Number(at);
    }

    /// <summary>An id of the order, of one of its items, or one that stays.</summary>
    public Func<Fresh, Guid> Guid(string text)
    {
        if (itemIds.TryGetValue(text, out var item))
        {
            return fresh => fresh.Items[item].Id;
        }

        if (known.Contains(text))
        {
            var same = System.Guid.Parse(text);
            return _ => same;
        }

        var at = At(text);
        return fresh => fresh.Ids[at];
    }

    /// <summary>A text with the order's own words in it.</summary>
    public Func<Fresh, string> Text(string text)
    {
        var parts = new List<Func<Fresh, string>>();
        var end = 0;
        foreach (Match found in Words().Matches(text))
        {
            if (Part(found.Value) is { } part)
            {
                Literal(end, found.Index);
                parts.Add(part);
                end = found.Index + found.Length;
            }
        }

        if (parts.Count == 0)
        {
            return _ => text;
        }

        Literal(end, text.Length);
        var all = parts.ToArray();
        return fresh => string.Concat(all.Select(p => p(fresh)));

        void Literal(int from, int to)
        {
            var literal = text[from..to];
            if (literal.Length > 0)
            {
                parts.Add(_ => literal);
            }
        }
    }

    /// <summary>Whether a text differs from order to order.</summary>
    public bool Differs(string text) => Words().Matches(text).Any(m => m.Value == name || (m.Value.Length == 36 && !known.Contains(m.Value)));

    private Func<Fresh, string>? Part(string word)
    {
        if (word == name)
        {
            return fresh => fresh.Name;
        }

        if (skus.TryGetValue(word, out var item))
        {
            return fresh => fresh.Items[item].Sku;
        }

        if (word.Length != 36 || (known.Contains(word) && !itemIds.ContainsKey(word)))
        {
            return null;
        }

        var id = Guid(word);
        return fresh => id(fresh).ToString();
    }

    private int At(string text)
    {
        if (!fresh.TryGetValue(text, out var at))
        {
            fresh.Add(text, at = fresh.Count);
        }

        return at;
    }

    [GeneratedRegex(Id + @"|ITEM-\d+|bench-[0-9a-f]+-\d+")]
    private static partial Regex Words();
}

/// <summary>One order's own words.</summary>
/// <param name="Name">Its external id.</param>
/// <param name="Ids">New ones.</param>
/// <param name="Items">What it orders.</param>
/// <param name="FirstNumber">Of the numbers that it takes.</param>
/// <param name="Later">How much later than the sample it happens.</param>
internal sealed record Fresh(string Name, Guid[] Ids, (Guid Id, string Sku)[] Items, long FirstNumber, TimeSpan Later)
{
    public long Number(int at) => FirstNumber + at;
}
