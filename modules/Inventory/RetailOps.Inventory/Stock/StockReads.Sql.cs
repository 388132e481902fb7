using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>
/// What the module knows of stock within one transaction: loaded rows plus what the transaction wrote. In a group a reading is a
/// proposal that the guarded statement decides about; anywhere else the rows are locked when they are read, in one order: reservations,
/// allocations, positions.
/// </summary>
internal sealed partial class StockReads : IGroupCache
{
    private readonly UnitOfWork work;
    private readonly Dictionary<Sku, Guid?> items = [];
    private readonly Dictionary<Guid, List<StockCount>> sellable = [];
    private readonly Dictionary<PositionKey, StockCount> counts = [];
    private readonly Dictionary<OrderId, List<HeldAllocation>> allocations = [];
    private readonly Dictionary<OrderId, HeldReservation?> reservations = [];

    public StockReads(UnitOfWork work)
    {
        this.work = work;
        work.Register(this);
    }

    /// <summary>The key under which an order holds stock before it is allocated.</summary>
    public static string ReservationKey(OrderId order) => OrderKey.Of(order);

    public void Forget()
    {
        items.Clear();
        sellable.Clear();
        counts.Clear();
        allocations.Clear();
        reservations.Clear();
    }

    /// <summary>The sellable positions of an item in no order; an unknown SKU has none.</summary>
    public async ValueTask<IReadOnlyList<StockCount>> Sellable(Sku sku, CancellationToken ct)
    {
        if (!items.TryGetValue(sku, out var item))
        {
            await Load([sku], [], ct);
            item = items[sku];
        }

        return item is { } id ? sellable[id] : [];
    }

    /// <summary>What an order was promised, in all attempts.</summary>
    public async ValueTask<IReadOnlyList<HeldAllocation>> AllocationsOf(OrderId order, CancellationToken ct)
    {
        if (!allocations.ContainsKey(order))
        {
            await Load([], [order], ct);
        }

        return allocations[order];
    }

    /// <summary>What an order holds by a reservation of its own; null when there is none or it is over.</summary>
    public async ValueTask<HeldReservation?> ReservationOf(OrderId order, CancellationToken ct)
    {
        if (!reservations.ContainsKey(order))
        {
            await Load([], [order], ct);
        }

        return reservations[order] is { } held && held.IsOpen(work.Now) ? held : null;
    }

    /// <summary>The position that an allocation promises.</summary>
    public ValueTask<StockCount> Of(AllocationRow row, CancellationToken ct) => At(new PositionKey(row.ItemId, row.Node, PositionKey.Sellable), ct);

    /// <summary>A sellable position that exists.</summary>
    public async ValueTask<StockCount> At(PositionKey position, CancellationToken ct)
    {
        if (!counts.ContainsKey(position))
        {
            await LoadItems([position.ItemId], ct);
        }

        return counts[position];
    }

    public void Remember(AllocationRow row)
    {
        if (allocations.TryGetValue(row.OrderId, out var rows))
        {
            rows.Add(new(row, 0, 0));
        }
    }

    /// <summary>The order's own reservation, as it is from now on.</summary>
    public void Remember(OrderId order, HeldReservation? held) => reservations[order] = held;

    /// <summary>Loads what is not loaded yet, in one trip.</summary>
    public async ValueTask Load(IReadOnlyCollection<Sku> skus, IReadOnlyCollection<OrderId> orders, CancellationToken ct)
    {
        var wanted = skus.Where(s => !items.ContainsKey(s)).Distinct().ToList();
        var asked = orders.Where(o => !allocations.ContainsKey(o)).Distinct().ToList();
        if (wanted.Count + asked.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(await work.Connection(ct));
        if (asked.Count > 0)
        {
            batch.BatchCommands.Add(Command(ReservationsSql, "of r", asked.ConvertAll(ReservationKey).ToArray()));
            batch.BatchCommands.Add(Command(AllocationsSql, "", asked.ConvertAll(o => o.Value).ToArray()));
        }

        if (wanted.Count > 0)
        {
            AddItems(batch, BySku, wanted.ConvertAll(s => s.Value).ToArray());
        }

        await using var reader = await batch.ExecuteReaderAsync(ct);
        if (asked.Count > 0)
        {
            await ReadReservations(reader, asked, ct);
            await reader.NextResultAsync(ct);
            await ReadAllocations(reader, asked, ct);
            await reader.NextResultAsync(ct);
        }

        if (wanted.Count > 0)
        {
            wanted.ForEach(s => items[s] = null);
            await ReadItems(reader, ct);
        }
    }

    /// <summary>Loads all that a shipment asks for, in one trip: whether it was asked for before, what the order was promised, and the positions where open promises lie.</summary>
    public async ValueTask LoadShipment(string key, Batches batches, OrderId order, CancellationToken ct)
    {
        if (allocations.ContainsKey(order))
        {
            return;
        }

        await using var batch = new NpgsqlBatch(await work.Connection(ct))
        {
            BatchCommands =
            {
                Batches.Ask(key),
                Command(ReservationsSql, "of r", new[] { ReservationKey(order) }),
                Command(AllocationsSql, "", new[] { order.Value }),
            },
        };
        AddItems(batch, ByPromise, order.Value);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await batches.Heard(key, reader, ct);
        await reader.NextResultAsync(ct);
        await ReadReservations(reader, [order], ct);
        await reader.NextResultAsync(ct);
        await ReadAllocations(reader, [order], ct);
        await reader.NextResultAsync(ct);
        await ReadItems(reader, ct);
    }

    /// <summary>Loads the sellable positions of items, as far as they are not loaded yet.</summary>
    public async ValueTask LoadItems(IEnumerable<Guid> ids, CancellationToken ct)
    {
        var wanted = ids.Where(i => !sellable.ContainsKey(i)).Distinct().ToArray();
        if (wanted.Length > 0)
        {
            await using var batch = new NpgsqlBatch(await work.Connection(ct));
            AddItems(batch, ById, wanted);
            await using var reader = await batch.ExecuteReaderAsync(ct);
            await ReadItems(reader, ct);
        }
    }

    /// <summary>
    /// Positions of items that exist, by node and condition; where nothing ever lay the counters are 0. Locked whatever the company, so
    /// only for requests that run alone.
    /// </summary>
    public async ValueTask<IReadOnlyList<StockCount>> At(IReadOnlyCollection<(Guid ItemId, Sku Sku)> wanted, string node, string condition, CancellationToken ct)
    {
        var missing = wanted.Where(w => !counts.ContainsKey(new(w.ItemId, node, condition))).ToDictionary(w => w.ItemId, w => w.Sku);
        if (missing.Count > 0)
        {
            await using var command = new NpgsqlCommand(
                """
                select p.item_id, p.on_hand, p.allocated, p.reserved, p.safety from inventory.positions p
                where p.item_id = any($1) and p.node = $2 and p.condition = $3 order by p.item_id for update
                """, await work.Connection(ct))
            {
                Parameters = { new() { Value = missing.Keys.ToArray() }, new() { Value = node }, new() { Value = condition } },
            };
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var id = reader.GetGuid(0);
                Keep(new(new(id, node, condition), missing[id], reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4)));
                missing.Remove(id);
            }

            foreach (var (id, sku) in missing)
            {
                Keep(new(new(id, node, condition), sku, 0, 0, 0, 0));
            }
        }

        return [.. wanted.Select(w => counts[new(w.ItemId, node, condition)])];
    }

    private NpgsqlBatchCommand Command(string sql, string locked, object value) => new(work.Mode is WorkMode.Group ? sql : $"{sql} for update {locked}")
    {
        Parameters = { new() { Value = value } },
    };

    private void AddItems(NpgsqlBatch batch, string by, object values)
    {
        batch.BatchCommands.Add(new(ItemsSql + by) { Parameters = { new() { Value = values } } });
        batch.BatchCommands.Add(Command($"{PositionsSql} {by}{PositionsOrder}", "of p", values));
    }

    private void Keep(StockCount count)
    {
        counts.Add(count.Position, count);
        if (count.Position.Condition == PositionKey.Sellable && sellable.TryGetValue(count.Position.ItemId, out var positions))
        {
            positions.Add(count);
        }
    }
}
