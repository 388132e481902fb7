using RetailOps.Platform;

namespace RetailOps.Inventory;

internal static class InventoryInvariants
{
    public static IEnumerable<Invariant> All { get; } =
    [
        new(
            "I1", "per item and node: allocated is the sum of open allocations, reserved that of open reservations",
            """
            select coalesce(i.sku, t.item_id::text) || ' at ' || t.node || ' has allocated ' || t.allocated || ', open allocations ' || t.promised
              || '; reserved ' || t.reserved || ', open reservations ' || t.held
            from (
              select item_id, node, sum(allocated) as allocated, sum(promised) as promised, sum(reserved) as reserved, sum(held) as held
              from (
                select item_id, node, allocated, 0 as promised, reserved, 0 as held from inventory.positions where condition = 'sellable'
                union all
                select item_id, node, 0, quantity - shipped - released, 0, 0 from inventory.allocations where shipped + released < quantity
                union all
                select l.item_id, l.node, 0, 0, 0, l.quantity
                from inventory.reservations r join inventory.reservation_lines l on l.reservation_id = r.id where r.status = 'open') u
              group by item_id, node) t
            left join inventory.items i on i.id = t.item_id
            where t.allocated <> t.promised or t.reserved <> t.held
            union all
            select p.item_id || ' at ' || p.node || ' (' || p.condition || ') has promised what cannot be sold' from inventory.positions p
            where p.condition <> 'sellable' and (p.allocated <> 0 or p.reserved <> 0)
            """),
        new(
            "I2", "per position: on hand is the sum of its movements, and each movement names its cause",
            """
            select p.item_id || ' at ' || p.node || ' (' || p.condition || ') has ' || p.on_hand || ' on hand, movements say ' || coalesce(m.total, 0)
            from inventory.positions p
            left join lateral (select sum(quantity) as total from inventory.movements m
                               where m.item_id = p.item_id and m.node = p.node and m.condition = p.condition) m on true
            where p.on_hand <> coalesce(m.total, 0)
              and ($1::timestamptz is null or p.item_id in (select item_id from inventory.movements where recorded >= $1))
            union all
            select 'movement ' || m.id || ' has no position' from inventory.movements m
            where ($1::timestamptz is null or m.recorded >= $1)
              and not exists (select from inventory.positions p where p.item_id = m.item_id and p.node = m.node and p.condition = m.condition)
            union all
            select 'movement ' || m.id || ' names no cause' from inventory.movements m
            where ($1::timestamptz is null or m.recorded >= $1) and trim(m.cause) = ''
            union all
            select 'transfer of ' || m.item_id || ' at ' || m.node || ' by ' || m.cause || ' does not add up' from inventory.movements m
            where m.kind = 'transferred' and $1::timestamptz is null
            group by m.item_id, m.node, m.cause having sum(m.quantity) <> 0
            """),
        new(
            "I3", "no position has promised more than it has, but what is marked short",
            """
            select p.item_id || ' at ' || p.node || ' has promised more than it has' from inventory.positions p
            where p.on_hand + p.short - p.allocated - p.reserved < 0
            union all
            select p.item_id || ' at ' || p.node || ' is marked short of ' || p.short || ' and is short of ' || greatest(0, p.allocated + p.reserved - p.on_hand)
            from inventory.positions p
            where p.short > greatest(0, p.allocated + p.reserved - p.on_hand)
            """),
    ];

    /// <summary>Asks the table of exceptions, which is the platform's.</summary>
    public static Invariant EachShortIsKnown { get; } = new(
        "I3b", "every position that is short has an open exception",
        """
        select i.sku || ' at ' || p.node || ' is short of ' || p.short || ' and nobody was told'
        from inventory.positions p join inventory.items i on i.id = p.item_id
        where p.short > 0
          and not exists (select from platform.exceptions e
                          where e.key = 'item/' || i.sku || '/' || p.node and e.cause = 'inventory.short' and e.status in ('open', 'taken'))
        """);
}
