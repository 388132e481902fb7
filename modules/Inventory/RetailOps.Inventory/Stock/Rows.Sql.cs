using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>Names a position.</summary>
internal readonly record struct PositionKey(Guid ItemId, string Node, string Condition)
{
    public const string Sellable = "sellable";

    public const string Quarantine = "quarantine";

    public const string Damaged = "damaged";

    /// <summary>Sorts as the columns do, byte by byte: a separator above any letter would put <c>DC-1A</c> before <c>DC-1</c>.</summary>
    public override string ToString() => $"{ItemId}\u0001{Node}\u0001{Condition}";
}

/// <summary>
/// What changes in one position: the guarded statement behind every promise. Allocating or reserving needs that much free stock; what
/// is short changes only by the hand of somebody who has the row locked and sees to the exception.
/// </summary>
internal sealed class PositionChange(PositionKey at, int allocated = 0, int reserved = 0, int onHand = 0, bool settles = false) : GuardedChange
{
    private readonly PositionKey position = at;
    private int allocated = allocated;
    private int reserved = reserved;
    private int onHand = onHand;
    private bool settles = settles;

    public override string Key { get; } = at.ToString();

    public override void Add(GuardedChange other)
    {
        var change = (PositionChange)other;
        allocated += change.allocated;
        reserved += change.reserved;
        onHand += change.onHand;
        settles |= change.settles;
    }

    // First the locks, in the order of the keys: a join would take them in any. Then each row as it is by then; what somebody changed meanwhile is
    // looked at again. The list of items keeps the planner from reading all positions.
    public override NpgsqlBatchCommand ToCommand(IReadOnlyList<GuardedChange> changes)
    {
        var all = changes.Cast<PositionChange>().ToList();
        return new(
            """
            with held as materialized (
              select from unnest($1, $2, $3) as k (item_id, node, condition) cross join lateral (
                select from inventory.positions p where p.item_id = k.item_id and p.node = k.node and p.condition = k.condition for update) p)
            update inventory.positions p
            set allocated = p.allocated + u.allocated, reserved = p.reserved + u.reserved, on_hand = p.on_hand + u.on_hand,
                short = greatest(0, p.allocated + u.allocated + p.reserved + u.reserved - p.on_hand - u.on_hand)
            from unnest($1, $2, $3, $4, $5, $6, $7) as u (item_id, node, condition, allocated, reserved, on_hand, settles)
            where (select count(*) from held) > 0 and p.item_id = any($1) and p.item_id = u.item_id and p.node = u.node and p.condition = u.condition
              and (u.allocated + u.reserved <= 0 or p.on_hand + u.on_hand - p.allocated - p.reserved - p.safety >= u.allocated + u.reserved)
              and (u.settles or p.short = greatest(0, p.allocated + u.allocated + p.reserved + u.reserved - p.on_hand - u.on_hand))
              and p.allocated + u.allocated >= 0 and p.reserved + u.reserved >= 0 and p.on_hand + u.on_hand >= 0
            """)
        {
            Parameters =
            {
                new() { Value = all.ConvertAll(c => c.position.ItemId).ToArray() },
                new() { Value = all.ConvertAll(c => c.position.Node).ToArray() },
                new() { Value = all.ConvertAll(c => c.position.Condition).ToArray() },
                new() { Value = all.ConvertAll(c => c.allocated).ToArray() },
                new() { Value = all.ConvertAll(c => c.reserved).ToArray() },
                new() { Value = all.ConvertAll(c => c.onHand).ToArray() },
                new() { Value = all.ConvertAll(c => c.settles).ToArray() },
            },
        };
    }
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
        Column.Instant<MovementRow>(m => m.Occurred))
    { IsRecorded = true };
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

/// <summary>What becomes of an allocation: it leaves, or is given back. Sent after the rows that the same flush makes, and before the positions.</summary>
internal sealed class AllocationChange(AllocationRow row, int shipped = 0, int released = 0) : GuardedChange
{
    private readonly AllocationRow allocation = row;
    private int shipped = shipped;
    private int released = released;

    // Sorts before any position, which starts with a hexadecimal digit.
    public override string Key { get; } = $"!allocation\u0001{row.OrderId}\u0001{row.Attempt}\u0001{row.LineId}\u0001{row.Node}";

    public override void Add(GuardedChange other)
    {
        var change = (AllocationChange)other;
        shipped += change.shipped;
        released += change.released;
    }

    // Nobody else changes them now: who ships or gives back has the order.
    public override NpgsqlBatchCommand ToCommand(IReadOnlyList<GuardedChange> changes)
    {
        var all = changes.Cast<AllocationChange>().ToList();
        return new(
            """
            update inventory.allocations a set shipped = a.shipped + u.shipped, released = a.released + u.released
            from unnest($1, $2, $3, $4, $5, $6) as u (order_id, attempt, line_id, node, shipped, released)
            where a.order_id = any($1) and a.order_id = u.order_id and a.attempt = u.attempt and a.line_id = u.line_id and a.node = u.node
              and a.shipped + a.released + u.shipped + u.released <= a.quantity
            """)
        {
            Parameters =
            {
                new() { Value = all.ConvertAll(c => c.allocation.OrderId.Value).ToArray() },
                new() { Value = all.ConvertAll(c => c.allocation.Attempt).ToArray() },
                new() { Value = all.ConvertAll(c => c.allocation.LineId).ToArray() },
                new() { Value = all.ConvertAll(c => c.allocation.Node).ToArray() },
                new() { Value = all.ConvertAll(c => c.shipped).ToArray() },
                new() { Value = all.ConvertAll(c => c.released).ToArray() },
            },
        };
    }
}

internal sealed record ReservationRow(Guid Id, string Key, DateTimeOffset? Expires, DateTimeOffset Created) : IRow<ReservationRow>
{
    public static RowTable<ReservationRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into inventory.reservations (id, key, status, expires, created) select i, k, 'open', e, c from unnest($1, $2, $3, $4) as u (i, k, e, c)",
        everyRow: true,
        Column.Uuid<ReservationRow>(r => r.Id),
        Column.Text<ReservationRow>(r => r.Key),
        Column.InstantOrNull<ReservationRow>(r => r.Expires),
        Column.Instant<ReservationRow>(r => r.Created));
}

internal sealed record ReservationLineRow(Guid ReservationId, HeldLine Line) : IRow<ReservationLineRow>
{
    public static RowTable<ReservationLineRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into inventory.reservation_lines (reservation_id, line_id, item_id, node, quantity) select * from unnest($1, $2, $3, $4, $5)",
        everyRow: true,
        Column.Uuid<ReservationLineRow>(l => l.ReservationId),
        Column.Int4<ReservationLineRow>(l => l.Line.LineId),
        Column.Uuid<ReservationLineRow>(l => l.Line.Position.ItemId),
        Column.Text<ReservationLineRow>(l => l.Line.Position.Node),
        Column.Int4<ReservationLineRow>(l => l.Line.Quantity));
}

/// <summary>The end of a reservation: one winner among those who convert it, release it, and time itself.</summary>
internal sealed class ReservationEnd(Guid id, string status, OrderId? order, DateTimeOffset now) : GuardedChange
{
    private readonly Guid reservation = id;
    private readonly string ended = status;
    private readonly OrderId? owner = order;
    private readonly DateTimeOffset at = now;

    public override string Key { get; } = $"!reservation\u0001{id}";

    public override void Add(GuardedChange other) => throw new InvalidOperationException("A reservation ends once.");

    public override NpgsqlBatchCommand ToCommand(IReadOnlyList<GuardedChange> changes)
    {
        var all = changes.Cast<ReservationEnd>().ToList();
        return new(
            """
            with held as materialized (
              select from unnest($1) as k (id) cross join lateral (select from inventory.reservations r where r.id = k.id for update) r)
            update inventory.reservations r set status = u.status, order_id = u.order_id
            from unnest($1, $2, $3, $4) as u (id, status, order_id, now)
            where (select count(*) from held) > 0 and r.id = any($1) and r.id = u.id and r.status = 'open' and coalesce(r.expires <= u.now, false) = (u.status = 'expired')
            """)
        {
            Parameters =
            {
                new() { Value = all.ConvertAll(e => e.reservation).ToArray() },
                new() { Value = all.ConvertAll(e => e.ended).ToArray() },
                new() { Value = all.ConvertAll(e => e.owner?.Value).ToArray(), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Uuid },
                new() { Value = all.ConvertAll(e => e.at.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.TimestampTz },
            },
        };
    }
}

/// <summary>The first answer to a batch of movements with a name of its own.</summary>
internal sealed record BatchRow(string Key, string Answer, DateTimeOffset Created) : IRow<BatchRow>
{
    public static RowTable<BatchRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into inventory.batches (key, answer, created) select * from unnest($1, $2, $3)",
        everyRow: true,
        Column.Text<BatchRow>(b => b.Key),
        Column.Json<BatchRow>(b => b.Answer),
        Column.Instant<BatchRow>(b => b.Created));
}

internal sealed record UnmetDemandRow(Sku Sku, DateTimeOffset Day, int Quantity) : IRow<UnmetDemandRow>
{
    public static RowTable<UnmetDemandRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into inventory.unmet_demand (sku, day, quantity, orders)
        select s, (d at time zone 'UTC')::date, sum(q), count(*) from unnest($1, $2, $3) as u (s, d, q) group by 1, 2 order by 1, 2
        on conflict (sku, day) do update set quantity = unmet_demand.quantity + excluded.quantity, orders = unmet_demand.orders + excluded.orders
        """,
        everyRow: false,
        Column.Text<UnmetDemandRow>(r => r.Sku.Value),
        Column.Instant<UnmetDemandRow>(r => r.Day),
        Column.Int4<UnmetDemandRow>(r => r.Quantity));
}
