using Npgsql;

using RetailOps.Inventory;
using RetailOps.Testing;

namespace RetailOps.Bench;

/// <summary>Items with ample stock at one distribution centre; the first is the hot one.</summary>
internal sealed class BenchShop(IReadOnlyList<Guid> items)
{
    public const int Items = 1_000;

    /// <summary>Units of each item that there are at first.</summary>
    public const int Stock = 1_000_000;

    /// <summary>Where all of them lie.</summary>
    public const string Node = "DC-1";

    /// <summary>The item that all want where one is hot.</summary>
    public const int Hot = 0;

    public Guid ItemId(int number) => items[number];

    public static string Sku(int number) => $"ITEM-{number}";

    public static async Task<BenchShop> Fill(TestHost host, string ownerConnection)
    {
        await host.Must(new PutNode(Node, "Distribution centre", "dc"));
        await Parallel.ForEachAsync(Enumerable.Range(0, Items), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, _) =>
        {
            await host.Must(new PutItem(new(Sku(n)), "Item", "each"));
            await host.Must(new RecordMovement("received", new(Sku(n)), Node, "sellable", Stock));
        });
        await using var source = NpgsqlDataSource.Create(ownerConnection);
        await using var ask = source.CreateCommand("select id from inventory.items where sku = any($1) order by array_position($1, sku)");
        ask.Parameters.Add(new() { Value = Enumerable.Range(0, Items).Select(Sku).ToArray() });
        await using var reader = await ask.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetGuid(0));
        }

        return new(ids);
    }
}
