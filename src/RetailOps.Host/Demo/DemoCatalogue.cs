using RetailOps.Kernel;

namespace RetailOps.Host;

/// <summary>What the Demo's shop sells, where, and to whom. All invented.</summary>
internal static class DemoCatalogue
{
    /// <summary>Twenty nodes: two distribution centres and the stores they serve.</summary>
    public static IReadOnlyList<(string Code, string Name, string Kind)> Nodes { get; } =
    [
        ("DC-NORTH", "Distribution centre Leeds", "dc"),
        ("DC-SOUTH", "Distribution centre Reading", "dc"),
        .. ((string[])
        [
            "Aberdeen", "Bath", "Birmingham", "Brighton", "Bristol", "Cambridge", "Cardiff", "Edinburgh", "Exeter", "Glasgow", "Lincoln", "Liverpool", "Manchester", "Newcastle",
            "Norwich", "Oxford", "Sheffield", "York",
        ]).Select(town => ("ST-" + town[..3].ToUpperInvariant() + town.Length, "Store " + town, "store")),
    ];

    /// <summary>Sixty items with their prices in pence.</summary>
    public static IReadOnlyList<(Sku Sku, string Name, long Pence)> Items { get; } =
    [
        .. from good in (IEnumerable<(string Code, string Name, long Pence)>)
            [
                ("MUG", "Stoneware mug", 895), ("LAMP", "Desk lamp", 4_900), ("CUSH", "Linen cushion", 2_450), ("VASE", "Glass vase", 1_995), ("CLOCK", "Wall clock", 3_600),
                ("THROW", "Wool throw", 7_900), ("BOWL", "Serving bowl", 2_200), ("FRAME", "Picture frame", 1_450), ("BASK", "Seagrass basket", 2_950), ("CAND", "Beeswax candles", 1_250),
                ("CHAIR", "Oak chair", 18_900), ("RUG", "Woven rug", 24_500),
            ]
            from colour in (IEnumerable<(string Code, string Name)>)[("01", "chalk"), ("02", "slate"), ("03", "moss"), ("04", "rust"), ("05", "ink")]
            select (new Sku($"{good.Code}-{colour.Code}"), $"{good.Name}, {colour.Name}", good.Pence),
    ];

    /// <summary>Credits that wait for finance when the shop opens: two that one person may give, one for two people. Key, pence, reason, customer.</summary>
    public static IReadOnlyList<(string Key, long Pence, string Reason, string Customer)> Credits { get; } =
    [
        ("DEMO-CR-1", 18_500, "Delivered eleven days late", "C08Al"),
        ("DEMO-CR-2", 64_000, "Six chairs with the wrong fabric, kept at a discount", "C10Gp"),
        ("DEMO-CR-3", 725_000, "Hotel order: carriage charged twice over a quarter", "C09Iw"),
    ];

    /// <summary>People who buy again and again.</summary>
    public static IReadOnlyList<string> Customers { get; } =
    [
        "Ada Lamb", "Ben Okoro", "Cara Singh", "Dan Evans", "Ella Novak", "Finn Walsh", "Gwen Price", "Hugo Marsh", "Iris Chen", "Jack Obi", "Kate Rowe", "Liam Ford", "Mia Bauer",
        "Noah Reid", "Olga Petrov", "Paul Dias", "Quinn Hale", "Rosa Lima", "Sam Ito", "Tess Boyd",
    ];
}
