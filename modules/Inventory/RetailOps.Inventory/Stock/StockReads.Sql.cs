using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>Free stock of one item at one node, as far as this transaction knows: what was read, less what it took since.</summary>
internal sealed class FreeStock(PositionKey position, int free)
{
    public PositionKey Position { get; } = position;

    public int Free { get; private set; } = free;

    public void Take(int quantity) => Free -= quantity;
}

/// <summary>
/// What the module knows of stock within one transaction: loaded rows plus what the transaction wrote. In a group a reading is a
/// proposal that the guarded statement decides about; anywhere else the rows are locked when they are read.
/// </summary>
internal sealed class StockReads : IGroupCache
{
    private readonly UnitOfWork work;
    private readonly Dictionary<Sku, Guid?> items = [];
    private readonly Dictionary<Guid, List<FreeStock>> free = [];
    private readonly Dictionary<OrderId, List<AllocationRow>> allocations = [];

    public StockReads(UnitOfWork work)
    {
        this.work = work;
        work.Register(this);
    }

    public void Forget()
    {
        items.Clear();
        free.Clear();
        allocations.Clear();
    }

    /// <summary>Free sellable stock of items, most free first is the caller's business; an unknown SKU has none.</summary>
    public async ValueTask<IReadOnlyList<FreeStock>> Free(Sku sku, CancellationToken ct)
    {
        if (!items.TryGetValue(sku, out var item))
        {
            await Load([sku], [], ct);
            item = items[sku];
        }

        return item is { } id ? free[id] : [];
    }

    /// <summary>What an attempt of an order was promised before; null when it is new.</summary>
    public async ValueTask<IReadOnlyList<AllocationRow>?> AllocationOf(OrderId order, int attempt, CancellationToken ct)
    {
        if (!allocations.TryGetValue(order, out var rows))
        {
            await Load([], [order], ct);
            rows = allocations[order];
        }

        var earlier = rows.Where(a => a.Attempt == attempt).ToList();
        return earlier.Count == 0 ? null : earlier;
    }

    public void Remember(AllocationRow row)
    {
        if (allocations.TryGetValue(row.OrderId, out var rows))
        {
            rows.Add(row);
        }
    }

    /// <summary>Loads what is not loaded yet, in one trip.</summary>
    public async ValueTask Load(IReadOnlyCollection<Sku> skus, IReadOnlyCollection<OrderId> orders, CancellationToken ct)
    {
        var wanted = skus.Where(s => !items.ContainsKey(s)).Distinct().ToList();
        var asked = orders.Where(o => !allocations.ContainsKey(o)).Distinct().ToList();
        if (wanted.Count + asked.Count == 0)
        {
            return;
        }

        var codes = wanted.ConvertAll(s => s.Value).ToArray();
        await using var batch = new NpgsqlBatch(await work.Connection(ct))
        {
            BatchCommands =
            {
                new("select sku, id from inventory.items where sku = any($1)") { Parameters = { new() { Value = codes } } },
                new(work.Mode is WorkMode.Group ? PositionsSql : PositionsSql + " for update") { Parameters = { new() { Value = codes } } },
                new("select order_id, attempt, line_id, item_id, node, quantity, created from inventory.allocations where order_id = any($1)")
                {
                    Parameters = { new() { Value = asked.ConvertAll(o => o.Value).ToArray() } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        wanted.ForEach(s => items[s] = null);
        while (await reader.ReadAsync(ct))
        {
            items[new Sku(reader.GetString(0))] = reader.GetGuid(1);
            free[reader.GetGuid(1)] = [];
        }

        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            free[reader.GetGuid(0)].Add(new(new(reader.GetGuid(0), reader.GetString(1), PositionKey.Sellable), reader.GetInt32(2)));
        }

        await reader.NextResultAsync(ct);
        asked.ForEach(o => allocations[o] = []);
        while (await reader.ReadAsync(ct))
        {
            var order = new OrderId(reader.GetGuid(0));
            allocations[order].Add(new(
                order, reader.GetInt32(1), reader.GetInt32(2), reader.GetGuid(3), reader.GetString(4), reader.GetInt32(5), reader.GetFieldValue<DateTimeOffset>(6)));
        }
    }

    // The order of the keys is the order of locking everywhere: uuid bytes, then the node's code in plain byte order.
    private const string PositionsSql =
        """
        select p.item_id, p.node, greatest(0, p.on_hand - p.allocated - p.reserved - p.safety)
        from inventory.positions p
        where p.condition = 'sellable' and p.item_id in (select id from inventory.items where sku = any($1))
        order by p.item_id, p.node collate "C"
        """;
}

/// <summary>Loads stock and earlier promises of the orders that a group is about to allocate.</summary>
internal sealed class StockPreload(StockReads stock) : IPreload
{
    public IReadOnlyCollection<string> EventNames { get; } = ["orders.order-placed.v1"];

    public async ValueTask Load(IReadOnlyList<PreloadItem> items, CancellationToken ct)
    {
        var skus = new List<Sku>();
        var orders = new List<OrderId>();
        foreach (var item in items)
        {
            if (item.Data is null)
            {
                continue;
            }

            // The event belongs to another module: only its published shape is known here, and a reading that fails costs a trip later.
            using var data = System.Text.Json.JsonDocument.Parse(item.Data);
            if (data.RootElement.TryGetProperty("orderId", out var id) && id.TryGetGuid(out var order))
            {
                orders.Add(new(order));
            }

            if (data.RootElement.TryGetProperty("lines", out var lines))
            {
                skus.AddRange(lines.EnumerateArray().Select(l => new Sku(l.GetProperty("sku").GetString() ?? "")));
            }
        }

        await stock.Load(skus, orders, ct);
    }
}
