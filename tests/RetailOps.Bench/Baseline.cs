using Npgsql;

using NpgsqlTypes;

namespace RetailOps.Bench;

/// <summary>
/// The commit-equal baseline: capture, burst, shipment and burst as four commits of one batch each, with the rows that the product
/// writes, no reads, no engine, no grouping.
/// </summary>
internal sealed class Baseline(NpgsqlDataSource source, BenchShop shop)
{
    private int journalOfStart;
    private int journalOfEnd;

    private static readonly byte[] Hash = new byte[32];
    private static readonly byte[] State = new byte[600];
    private const string Fact = """{"eventId":"01a2097a-19e4-7d7b-8115-74eeb42ee8a9","occurredAt":"2026-11-23T17:35:26.530551+00:00","orderId":"01a2097a-19e4-7d7b-8115-74eeb42ee8a9","channel":"web","total":{"amount":"5.00","currency":"GBP"},"lines":[{"lineId":1,"sku":"ITEM-1","quantity":1},{"lineId":2,"sku":"ITEM-2","quantity":1}]}""";

    /// <summary>As many journal rows as the product's bursts write.</summary>
    public void Journal(int ofStart, int ofEnd) => (journalOfStart, journalOfEnd) = (ofStart, ofEnd);

    public async Task Order(int first, int second)
    {
        var order = Guid.CreateVersion7();
        var instance = Guid.CreateVersion7();
        var bookmark = Guid.CreateVersion7();
        var key = $"order/{order}";
        var now = TimeProvider.System.GetUtcNow();
        Guid[] items = [shop.ItemId(first), shop.ItemId(second)];
        Array.Sort(items, (a, b) => string.CompareOrdinal(a.ToString(), b.ToString()));

        await Commit(
            P("insert into orders.people values ($1, 'Ada Byron', 'ada@example.org', '1 Mill Lane', $2)", order, now),
            P("insert into orders.orders values ($1, 'web', $2, $3, 'GBP', 'placed', $1, $4, $4, 500, 1)", order, key, Hash, now),
            P("insert into orders.lines select $1, n, 'ITEM-' || n, 250, 1, 1, 0, 0, 0, 0 from generate_series(1, 2) n", order),
            P("insert into platform.idempotency values ('client:bench', $1, 'POST /api/v1/orders', $2, $3, $4)", key, Hash, J("{\"id\":\"x\"}"), now),
            Events(key, order, now, 1),
            P("insert into workflows.stimuli (lane, key, kind, name, source_id, data) values (0, $1, 0, 'orders.order-placed.v1', $2, $3)", key, order, J(Fact)));
        await Commit(
            P("insert into workflows.instances values ($1, 'd', 'd-1', $2, $2, $2, 0, 1, 1, $3, $4, $4)", instance, key, State, now),
            P("insert into workflows.bookmarks values ($1, $2, $3, 'orders.order-shipped.v1', 'a', 'h', $4)", bookmark, instance, key, now),
            JournalRows(instance, 0, journalOfStart, now),
            P("insert into inventory.allocations select $1, 1, n, i, 'DC-1', 1, 0, $3 from unnest($2) with ordinality u (i, n)", order, items, now),
            P("update orders.orders set status = 'allocated', revision = 2 where id = $1 and revision = 1", order),
            P("update orders.lines set pending = 0, allocated = 1 where order_id = $1", order),
            Events(key, order, now, 2),
            P("insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data) values ($1, 'a', $2, 'e', $3, 1, $4, $5)", Guid.CreateVersion7(), now, $"allocation/{order}/1", key, J(Fact)),
            P("delete from workflows.stimuli where key = $1", key),
            Take(items[0], 1, 0),
            Take(items[1], 1, 0));
        await Commit(
            P("update orders.orders set status = 'shipped', revision = 3 where id = $1 and revision = 2", order),
            P("update orders.lines set allocated = 0, shipped = 1 where order_id = $1", order),
            P("update inventory.allocations set shipped = 1 where order_id = $1", order),
            P("insert into inventory.movements (id, item_id, node, condition, kind, quantity, cause, occurred) select gen_random_uuid(), i, 'DC-1', 'sellable', 'shipped', -1, $2, $3 from unnest($1) i", items, key, now),
            Events(key, order, now, 3),
            P("insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data) values ($1, 's', $2, 'e', $3, 1, $4, $5)", Guid.CreateVersion7(), now, $"shipment/{order}", key, J(Fact)),
            P("insert into workflows.stimuli (lane, key, kind, name, source_id, data) values (0, $1, 0, 'orders.order-shipped.v1', $2, $3)", key, order, J(Fact)),
            Take(items[0], -1, -1),
            Take(items[1], -1, -1));
        await Commit(
            P("update workflows.instances set status = 1, revision = 2, bursts = 2, state = $2, finished = $3, updated = $3, singleton_key = null where id = $1 and revision = 1", instance, State, now),
            P("delete from workflows.bookmarks where id = $1", bookmark),
            JournalRows(instance, journalOfStart, journalOfEnd, now),
            P("delete from workflows.stimuli where key = $1", key));
    }

    private static NpgsqlBatchCommand Take(Guid item, int allocated, int onHand) => P(
        """
        update inventory.positions set allocated = allocated + $2, on_hand = on_hand + $3
        where item_id = $1 and node = 'DC-1' and condition = 'sellable' and ($2 <= 0 or on_hand - allocated - reserved - safety >= $2)
        """, item, allocated, onHand);

    private static NpgsqlBatchCommand Events(string key, Guid order, DateTimeOffset now, int revision) => P(
        "insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data) values ($1, 'orders.event.v1', $2, 'client:bench', $3, $4, $3, $5)",
        Guid.CreateVersion7(), now, key, revision, J(Fact));

    private static NpgsqlBatchCommand JournalRows(Guid instance, int from, int count, DateTimeOffset now) => P(
        "insert into workflows.journal select $1, n, 'activity', 'Elsa.Activity', $1, 'Completed', 'Done', $4 from generate_series($2, $2 + $3 - 1) n", instance, from, count, now);

    private static NpgsqlParameter J(string json) => new() { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb };

    private static NpgsqlBatchCommand P(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private async Task Commit(params NpgsqlBatchCommand[] commands)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }
}
