using RetailOps.Platform;

namespace RetailOps.Inventory;

internal static class InventoryInvariants
{
    public static IEnumerable<Invariant> All { get; } =
    [
        new(
            "I1", "per item and node: allocated is the sum of open allocations, reserved that of open reservations",
            """
            select i.sku || ' at ' || coalesce(p.node, a.node) || ' has allocated ' || coalesce(p.allocated, 0) || ', open allocations ' || coalesce(a.open, 0)
            from (select * from inventory.positions where condition = 'sellable') p
            full join (select item_id, node, sum(quantity - shipped)::int as open from inventory.allocations where shipped < quantity group by item_id, node) a
              on a.item_id = p.item_id and a.node = p.node
            join inventory.items i on i.id = coalesce(p.item_id, a.item_id)
            where (coalesce(p.allocated, 0) <> coalesce(a.open, 0) or coalesce(p.reserved, 0) <> 0)
            """),
        new(
            "I2", "per position: on hand is the sum of its movements",
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
            """),
        new(
            "I3", "no position has promised more than it has, but what is marked short",
            """
            select p.item_id || ' at ' || p.node || ' has promised more than it has' from inventory.positions p
            where p.on_hand + p.short - p.allocated - p.reserved < 0
            """),
    ];
}
