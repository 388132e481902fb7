using RetailOps.Platform;

namespace RetailOps.Orders;

internal static class OrdersInvariants
{
    public static IEnumerable<Invariant> All { get; } =
    [
        new(
            "I4a", "every order that was answered exists, with the event that says so",
            """
            select 'idempotency key ' || k.key || ' answered with order ' || (k.answer->>'id') || ', which does not exist'
            from platform.idempotency k
            where k.operation = 'POST /api/v1/orders' and ($1::timestamptz is null or k.created >= $1)
              and not exists (select from orders.orders o where o.id = (k.answer->>'id')::uuid)
            union all
            select 'order ' || o.id || ' has no event' from orders.orders o
            where ($1::timestamptz is null or o.placed_at >= $1)
              and not exists (select from platform.events e where e.aggregate = 'order/' || o.id and e.revision = o.revision)
            """),
        new(
            "I4b", "per line ordered = pending + allocated + backordered + shipped + cancelled",
            """
            select 'order ' || l.order_id || ' line ' || l.line_id || ' does not add up' from orders.lines l
            where l.ordered <> l.pending + l.allocated + l.backordered + l.shipped + l.cancelled
            """),
        new(
            "I10", "one resource per client and idempotency key",
            """
            select 'order ' || (k.answer->>'id') || ' was answered to ' || count(distinct (k.client, k.key, k.hash)) || ' different payloads'
            from platform.idempotency k
            where k.operation = 'POST /api/v1/orders' and ($1::timestamptz is null or k.created >= $1)
            group by k.answer->>'id' having count(distinct k.hash) > 1
            """),
    ];
}
