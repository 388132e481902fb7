using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

using RetailOps.Testing;

namespace RetailOps.Faults.Tests;

/// <summary>The recordings beside the repository, and what a replay of them must come to.</summary>
internal static partial class Recordings
{
    // What a shop that runs out of stock has in common with one that does not.
    private static readonly string[] WhateverTheStock =
        ["rows", "saleRows", "chargeRows", "adjustmentRows", "returnRows", "unmatchedCreditRows", "creditChargeRows", "rejectedRows", "rejects", "duplicateRows", "orders", "chargeOnlyOrders", "unitsOrdered", "revenue", "creditNotes", "unmatchedCreditAmount", "creditChargeAmount", "ledgerBalance"];

    private static readonly string[] Fates = ["saleRows", "chargeRows", "adjustmentRows", "returnRows", "unmatchedCreditRows", "creditChargeRows", "rejectedRows"];

    public static string[] Files(params string[] months) =>
        [.. months.Select(m => Path.Combine(RepositoryRoot.Find(), "..", "shared", "data", "online-retail", m + ".csv.gz"))];

    /// <summary>By a calculation that shares nothing with the product.</summary>
    /// <param name="arguments">Files, and <c>--until</c> with a day.</param>
    /// <param name="stock"><c>ample</c>: everything. <c>tight</c>: what does not depend on the stock.</param>
    public static async Task<JsonElement> Expected(IEnumerable<string> arguments, string stock)
    {
        using var python = Process.Start(new ProcessStartInfo("python3", [Path.Combine(RepositoryRoot.Find(), "tests", "replay", "expected.py"), .. arguments]) { RedirectStandardOutput = true })!;
        var said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        python.ExitCode.Should().Be(0);

        // It writes amounts as text.
        var all = JsonElement.Parse(Amount().Replace(said, "$1"));
        return stock == "ample" ? all : JsonSerializer.SerializeToElement(all.EnumerateObject().Where(f => WhateverTheStock.Contains(f.Name)).ToDictionary(f => f.Name, f => f.Value));
    }

    /// <summary>Every row has one fate, of no item more left than was there, found or came back, as the ledger says, and nobody waits beside what is free.</summary>
    public static async Task AreAccountedFor(JsonElement figures, Scene scene)
    {
        Fates.Sum(f => figures.GetProperty(f).GetInt32()).Should().Be(figures.GetProperty("rows").GetInt32());
        (await Ask.All<string>(
            Scene.In(scene.Admin, figures.GetProperty("database").GetString()!),
            """
            select l.sku || ': ' || l.shipped || ' left, there were ' || coalesce(m.there, 0)
            from (select sku, sum(shipped) as shipped from orders.lines group by sku) l
            left join (
              select i.sku, sum(m.quantity) filter (where m.kind in ('received', 'returned') or m.kind = 'adjusted' and m.quantity > 0) as there
              from inventory.movements m join inventory.items i on i.id = m.item_id group by i.sku) m on m.sku = l.sku
            where l.shipped > coalesce(m.there, 0)
            """)).Should().BeEmpty();
        (await Ask.All<string>(
            Scene.In(scene.Admin, figures.GetProperty("database").GetString()!),
            """
            select w.sku || ': ' || w.units || ' units wait, ' || f.units || ' are free'
            from (select l.sku, sum(l.backordered) as units from orders.lines l join orders.orders o on o.id = l.order_id where l.backordered > 0 and o.holds = '{}' group by l.sku) w
            join (
              select i.sku, sum(greatest(0, p.on_hand - p.allocated - p.reserved - p.safety)) as units
              from inventory.positions p join inventory.items i on i.id = p.item_id join inventory.nodes n on n.code = p.node
              where p.condition = 'sellable' and n.open and n.kind <> 'supplier' group by i.sku) f on f.sku = w.sku
            where f.units > 0
            """)).Should().BeEmpty("nobody waits beside what is free");
        (await Ask.One<long>(Scene.In(scene.Admin, figures.GetProperty("database").GetString()!), "select sum(shipped)::bigint from orders.lines"))
            .Should().Be(figures.GetProperty("unitsShipped").GetInt64()).And.BePositive();
    }

    [GeneratedRegex("\"(-?[0-9]+\\.[0-9]{2})\"")]
    private static partial Regex Amount();
}
