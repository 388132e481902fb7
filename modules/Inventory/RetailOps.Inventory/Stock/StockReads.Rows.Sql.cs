using Npgsql;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <content>How rows are read.</content>
internal sealed partial class StockReads
{
    private const string BySku = "i.sku = any($1)";

    private const string ById = "i.id = any($1)";

    private const string ByPromise =
        "i.id = any(array(select a.item_id from inventory.allocations a where a.order_id = $1 and a.shipped + a.released < a.quantity))";

    private const string ItemsSql = "select i.sku, i.id from inventory.items i where ";

    // The order of the keys is the order of locking everywhere: uuid bytes, then the node's code in plain byte order.
    private const string PositionsSql =
        """
        select i.sku, p.item_id, p.node, p.on_hand, p.allocated, p.reserved, p.safety, n.kind, n.region, n.open
        from inventory.positions p
        join inventory.items i on i.id = p.item_id
        join inventory.nodes n on n.code = p.node
        where p.condition = 'sellable' and
        """;

    private const string PositionsOrder = " order by p.item_id, p.node collate \"C\"";

    private const string AllocationsSql =
        """
        select order_id, attempt, line_id, item_id, node, quantity, created, shipped, released from inventory.allocations
        where order_id = any($1) order by order_id, attempt, line_id, node
        """;

    /// <summary>What <see cref="Reservations"/> reads.</summary>
    public const string ReservationSelect =
        """
        select r.id, r.key, r.status, r.expires, r.order_id, l.line_id, l.item_id, l.node, l.quantity
        from inventory.reservations r join inventory.reservation_lines l on l.reservation_id = r.id
        """;

    private const string ReservationsSql = ReservationSelect + " where r.key = any($1) and r.status = 'open' order by r.id, l.line_id, l.node";

    /// <summary>Rows of reservations and their lines, those of one reservation together.</summary>
    public static async Task<List<HeldReservation>> Reservations(NpgsqlDataReader reader, CancellationToken ct)
    {
        var found = new List<HeldReservation>();
        var lines = new List<HeldLine>();
        while (await reader.ReadAsync(ct))
        {
            if (found.Count == 0 || found[^1].Id != reader.GetGuid(0))
            {
                found.Add(new(
                    reader.GetGuid(0), reader.GetString(1), reader.GetString(2), await reader.IsDBNullAsync(3, ct) ? null : reader.GetFieldValue<DateTimeOffset>(3),
                    await reader.IsDBNullAsync(4, ct) ? null : new OrderId(reader.GetGuid(4)), lines = []));
            }

            lines.Add(new(reader.GetInt32(5), new(reader.GetGuid(6), reader.GetString(7), PositionKey.Sellable), reader.GetInt32(8)));
        }

        return found;
    }

    private async Task ReadReservations(NpgsqlDataReader reader, List<OrderId> asked, CancellationToken ct)
    {
        var found = (await Reservations(reader, ct)).ToDictionary(r => r.Key);
        asked.ForEach(o => reservations.TryAdd(o, found.GetValueOrDefault(ReservationKey(o))));
    }

    private async Task ReadAllocations(NpgsqlDataReader reader, List<OrderId> asked, CancellationToken ct)
    {
        asked.ForEach(o => allocations[o] = []);
        while (await reader.ReadAsync(ct))
        {
            var order = new OrderId(reader.GetGuid(0));
            allocations[order].Add(new(
                new(order, reader.GetInt32(1), reader.GetInt32(2), reader.GetGuid(3), reader.GetString(4), reader.GetInt32(5), reader.GetFieldValue<DateTimeOffset>(6)),
                reader.GetInt32(7), reader.GetInt32(8)));
        }
    }

    private async Task ReadItems(NpgsqlDataReader reader, CancellationToken ct)
    {
        while (await reader.ReadAsync(ct))
        {
            var id = reader.GetGuid(1);
            items[new Sku(reader.GetString(0))] = id;
            sellable.TryAdd(id, []);
        }

        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var position = new PositionKey(reader.GetGuid(1), reader.GetString(2), PositionKey.Sellable);
            if (!counts.TryGetValue(position, out var count))
            {
                Keep(count = new(position, new(reader.GetString(0)), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt32(5), reader.GetInt32(6)));
            }
            else if (!sellable[position.ItemId].Contains(count))
            {
                sellable[position.ItemId].Add(count);
            }

            count.Place = new(reader.GetString(7), await reader.IsDBNullAsync(8, ct) ? null : reader.GetString(8), reader.GetBoolean(9));
        }
    }
}
