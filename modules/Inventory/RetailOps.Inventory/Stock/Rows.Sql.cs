using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>Names a position.</summary>
internal readonly record struct PositionKey(Guid ItemId, string Node, string Condition)
{
    public const string Sellable = "sellable";

    /// <summary>Sorts as the columns do, byte by byte: a separator above any letter would put <c>DC-1A</c> before <c>DC-1</c>.</summary>
    public override string ToString() => $"{ItemId}\u0001{Node}\u0001{Condition}";
}

/// <summary>
/// What changes in one position: the guarded statement behind every promise. Allocating or reserving needs that much free stock; the
/// table's checks hold the rest.
/// </summary>
internal sealed class PositionChange(PositionKey position, int allocated = 0, int reserved = 0, int onHand = 0) : GuardedChange
{
    private int allocated = allocated;
    private int reserved = reserved;
    private int onHand = onHand;

    public override string Key { get; } = position.ToString();

    public override void Add(GuardedChange other)
    {
        var change = (PositionChange)other;
        allocated += change.allocated;
        reserved += change.reserved;
        onHand += change.onHand;
    }

    public override NpgsqlBatchCommand ToCommand() => new(
        """
        update inventory.positions
        set allocated = allocated + $4, reserved = reserved + $5, on_hand = on_hand + $6
        where item_id = $1 and node = $2 and condition = $3
          and ($4 + $5 <= 0 or on_hand + $6 - allocated - reserved - safety >= $4 + $5)
          and on_hand + $6 + short >= allocated + $4 + reserved + $5
          and allocated + $4 >= 0 and reserved + $5 >= 0 and on_hand + $6 >= 0
        """)
    {
        Parameters =
        {
            new() { Value = position.ItemId },
            new() { Value = position.Node },
            new() { Value = position.Condition },
            new() { Value = allocated },
            new() { Value = reserved },
            new() { Value = onHand },
        },
    };
}

/// <summary>Makes a position when the first goods come.</summary>
internal sealed record PositionRow(PositionKey Position) : IRow<PositionRow>
{
    public static RowTable<PositionRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into inventory.positions (item_id, node, condition, on_hand, allocated, reserved)
        select distinct i, n, c, 0, 0, 0 from unnest($1, $2, $3) as u (i, n, c) order by 1, 2, 3 on conflict do nothing
        """,
        everyRow: false,
        Column.Uuid<PositionRow>(r => r.Position.ItemId),
        Column.Text<PositionRow>(r => r.Position.Node),
        Column.Text<PositionRow>(r => r.Position.Condition));
}

internal sealed record MovementRow(Guid Id, PositionKey Position, string Kind, int Quantity, string? Reason, string Cause, DateTimeOffset Occurred) : IRow<MovementRow>
{
    public static RowTable<MovementRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into inventory.movements (id, item_id, node, condition, kind, quantity, reason, cause, occurred) select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        everyRow: true,
        Column.Uuid<MovementRow>(m => m.Id),
        Column.Uuid<MovementRow>(m => m.Position.ItemId),
        Column.Text<MovementRow>(m => m.Position.Node),
        Column.Text<MovementRow>(m => m.Position.Condition),
        Column.Text<MovementRow>(m => m.Kind),
        Column.Int4<MovementRow>(m => m.Quantity),
        Column.Text<MovementRow>(m => m.Reason),
        Column.Text<MovementRow>(m => m.Cause),
        Column.Instant<MovementRow>(m => m.Occurred));
}

internal sealed record AllocationRow(OrderId OrderId, int Attempt, int LineId, Guid ItemId, string Node, int Quantity, DateTimeOffset Created) : IRow<AllocationRow>
{
    public static RowTable<AllocationRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into inventory.allocations (order_id, attempt, line_id, item_id, node, quantity, created) select * from unnest($1, $2, $3, $4, $5, $6, $7)",
        everyRow: true,
        Column.Uuid<AllocationRow>(a => a.OrderId.Value),
        Column.Int4<AllocationRow>(a => a.Attempt),
        Column.Int4<AllocationRow>(a => a.LineId),
        Column.Uuid<AllocationRow>(a => a.ItemId),
        Column.Text<AllocationRow>(a => a.Node),
        Column.Int4<AllocationRow>(a => a.Quantity),
        Column.Instant<AllocationRow>(a => a.Created));
}

/// <summary>An allocation that left in full; stale when somebody shipped it meanwhile.</summary>
internal sealed record AllocationShippedRow(OrderId OrderId, int Attempt, int LineId, string Node, int Before) : IRow<AllocationShippedRow>
{
    public static RowTable<AllocationShippedRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update inventory.allocations a set shipped = a.quantity
        from unnest($1, $2, $3, $4, $5) as u (order_id, attempt, line_id, node, before)
        where a.order_id = u.order_id and a.attempt = u.attempt and a.line_id = u.line_id and a.node = u.node and a.shipped = u.before
        """,
        everyRow: true,
        Column.Uuid<AllocationShippedRow>(a => a.OrderId.Value),
        Column.Int4<AllocationShippedRow>(a => a.Attempt),
        Column.Int4<AllocationShippedRow>(a => a.LineId),
        Column.Text<AllocationShippedRow>(a => a.Node),
        Column.Int4<AllocationShippedRow>(a => a.Before));
}

internal sealed record UnmetDemandRow(Sku Sku, DateTimeOffset Day, int Quantity) : IRow<UnmetDemandRow>
{
    public static RowTable<UnmetDemandRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into inventory.unmet_demand (sku, day, quantity, orders)
        select s, (d at time zone 'UTC')::date, sum(q), 1 from unnest($1, $2, $3) as u (s, d, q) group by 1, 2 order by 1, 2
        on conflict (sku, day) do update set quantity = unmet_demand.quantity + excluded.quantity, orders = unmet_demand.orders + 1
        """,
        everyRow: false,
        Column.Text<UnmetDemandRow>(r => r.Sku.Value),
        Column.Instant<UnmetDemandRow>(r => r.Day),
        Column.Int4<UnmetDemandRow>(r => r.Quantity));
}
