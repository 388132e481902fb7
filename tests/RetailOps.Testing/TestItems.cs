using System.Collections.Concurrent;

using Npgsql;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;

namespace RetailOps.Testing;

/// <summary>
/// An order may name only items that somebody has put. Most tests are about something else, so what their orders name is put before the first
/// order that names it, once per database; items that are there already stay as they are.
/// </summary>
internal static class TestItems
{
    private static readonly ConcurrentDictionary<string, Shelf> Shelves = new();

    /// <summary>Puts what an order names and nobody has put yet.</summary>
    public static async Task Ensure(TestHost host, PlaceOrder order)
    {
        var shelf = Shelves.GetOrAdd(new NpgsqlConnectionStringBuilder(host.ConnectionString).Database!, _ => new());
        if (Missing().Count == 0)
        {
            return;
        }

        // One at a time: neighbours who put the same item would only lose races to each other.
        await shelf.Turn.WaitAsync();
        try
        {
            foreach (var part in Missing().Chunk(2_000))
            {
                if (await host.Must(new FindUnknownItems(part)) is { Count: > 0 } unknown)
                {
                    await host.Must(new PutItems([.. unknown.Select(s => new PutItem(s, s.Value, "each"))]));
                }

                foreach (var sku in part)
                {
                    shelf.Skus.TryAdd(sku, 0);
                }
            }
        }
        finally
        {
            shelf.Turn.Release();
        }

        List<Sku> Missing() => [.. (order.Lines ?? []).Where(l => l is not null && l.Sku.IsWellFormed).Select(l => l.Sku).Where(s => !shelf.Skus.ContainsKey(s)).Distinct()];
    }

    private sealed class Shelf
    {
        public ConcurrentDictionary<Sku, byte> Skus { get; } = new();

        public SemaphoreSlim Turn { get; } = new(1);
    }
}
