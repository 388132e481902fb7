using RetailOps.Platform;

namespace RetailOps.Orders;

internal static class OrdersInvariants
{
    // Every change of an order has its event.
    private const string Touched = "select substr(e.aggregate, 7)::uuid from platform.events e where e.recorded >= $1 and e.aggregate like 'order/%'";

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
            "I4f", "what is known of a buyer is what came with the order, or was erased with an event that says so",
            """
            select 'order ' || o.id || ' has another buyer than it came with'
            from orders.orders o join orders.people p on p.id = o.person_id
            join platform.events e on e.aggregate = 'order/' || o.id and e.revision = 1
            where ($1::timestamptz is null or o.placed_at >= $1) and p.erased is null and e.data->>'customerDigest' is not null
              and e.data->>'customerDigest' is distinct from encode(sha256(p.salt || coalesce(convert_to(p.name, 'UTF8'), '') || '\x00'::bytea
                || coalesce(convert_to(p.email, 'UTF8'), '') || '\x00'::bytea || coalesce(convert_to(p.ship_to, 'UTF8'), '')), 'hex')
            union all
            select 'order ' || o.id || ' has a buyer who was erased, and no event says so'
            from orders.orders o join orders.people p on p.id = o.person_id
            where p.erased is not null and ($1::timestamptz is null or p.erased >= $1)
              and not exists (select from platform.events e where e.aggregate = 'order/' || o.id and e.type = 'orders.customer-erased.v1')
            """),
        new(
            "I4d", "a line's units are those of its fulfilments and invoices",
            $"""
            select 'order ' || l.order_id || ' line ' || l.line_id || ' has ' || l.allocated || ' allocated, ' || l.shipped || ' shipped, ' || l.delivered || ' delivered, ' || l.invoiced
                || ' invoiced; its fulfilments have ' || f.released || ', ' || f.shipped || ', ' || f.delivered || ', its invoices ' || i.invoiced
            from orders.lines l
            cross join lateral (
              select coalesce(sum(x.quantity) filter (where f.status = 'released'), 0) as released,
                     coalesce(sum(x.quantity) filter (where f.status in ('shipped', 'delivered')), 0) as shipped,
                     coalesce(sum(x.quantity) filter (where f.status = 'delivered'), 0) as delivered
              from orders.fulfilments f join orders.fulfilment_lines x on x.fulfilment_id = f.id where f.order_id = l.order_id and x.line_id = l.line_id) f
            cross join lateral (
              select coalesce(sum(x.quantity), 0) as invoiced
              from orders.invoices i join orders.invoice_lines x on x.invoice_id = i.id where i.order_id = l.order_id and x.line_id = l.line_id) i
            where ($1::timestamptz is null or l.order_id in ({Touched}))
              and (l.allocated, l.shipped, l.delivered, l.invoiced) is distinct from (f.released, f.shipped, f.delivered, i.invoiced)
            """),
        new(
            "I4e", "an order's status says where its units are",
            $"""
            select 'order ' || o.id || ' is ' || o.status || ', its lines say ' || s.status
            from orders.orders o
            cross join lateral (
              select case
                  when count(*) = 0 then null
                  when bool_and(l.cancelled = l.ordered) then 'cancelled'
                  when bool_and(l.pending + l.allocated + l.backordered = 0) then
                    case when bool_and(l.delivered = l.shipped and l.invoiced = l.shipped) then 'closed' when bool_and(l.delivered = l.shipped) then 'delivered' else 'shipped' end
                  when bool_or(l.shipped > 0) then 'partly_shipped'
                  when bool_and(l.pending + l.backordered = 0) then 'allocated'
                  when bool_or(l.allocated > 0) then 'partly_allocated'
                  when bool_and(l.backordered = 0) then 'placed'
                  else 'backordered' end as status
              from orders.lines l where l.order_id = o.id) s
            where ($1::timestamptz is null or o.id in ({Touched}))
              and o.status <> s.status
            """),
        new(
            "I5a", "per tender: refunding and refunded are the sums of the refunds and at most what was captured; captured sums to the order's total",
            $"""
            select 'order ' || t.order_id || ' tender ' || t.tender || ' has ' || t.captured_minor || ' captured, ' || t.refunding_minor || ' refunding, ' || t.refunded_minor
                || ' refunded; its refunds say ' || r.refunding || ' and ' || r.refunded
            from orders.tenders t
            cross join lateral (
              select coalesce(sum(x.amount_minor) filter (where r.status = 'reserved'), 0) as refunding, coalesce(sum(x.amount_minor) filter (where r.status = 'settled'), 0) as refunded
              from orders.refunds r join orders.refund_tenders x on x.refund_id = r.id where r.order_id = t.order_id and x.tender = t.tender) r
            where ($1::timestamptz is null or t.order_id in ({Touched}))
              and (t.refunding_minor <> r.refunding or t.refunded_minor <> r.refunded or t.refunding_minor + t.refunded_minor > t.captured_minor)
            union all
            select 'order ' || o.id || ' comes to ' || o.total_minor || ', captured was ' || coalesce(sum(t.captured_minor), 0)
            from orders.orders o left join orders.tenders t on t.order_id = o.id
            where ($1::timestamptz is null or o.id in ({Touched}))
            group by o.id having o.total_minor <> coalesce(sum(t.captured_minor), 0)
            union all
            select 'refund ' || r.id || ' of ' || r.amount_minor || ' goes back as ' || coalesce(sum(t.amount_minor), 0)
            from orders.refunds r left join orders.refund_tenders t on t.refund_id = r.id
            where ($1::timestamptz is null or r.order_id in ({Touched}))
            group by r.id having r.amount_minor <> coalesce(sum(t.amount_minor), 0)
            """),
        new(
            "I5b", "per line: at most what was shipped comes back, at most what came back is refunded, and at most what was paid for it",
            $"""
            select 'order ' || l.order_id || ' line ' || l.line_id || ' has ' || l.shipped || ' shipped, ' || l.return_open || ' on the way back, ' || l.returned || ' returned, '
                || l.refund_units || ' refunded with ' || l.refund_minor || ' and ' || l.refund_tax_minor || '; its refunds say ' || r.units || ' with ' || r.amount || ' and ' || r.tax
            from orders.lines l
            cross join lateral (
              select coalesce(sum(x.quantity), 0) as units, coalesce(sum(x.amount_minor), 0) as amount, coalesce(sum(x.tax_minor), 0) as tax
              from orders.refunds r join orders.refund_lines x on x.refund_id = r.id where r.order_id = l.order_id and x.line_id = l.line_id and r.status <> 'released') r
            where ($1::timestamptz is null or l.order_id in ({Touched}))
              and (l.return_open + l.returned > l.shipped or l.refund_units > l.returned
                or l.refund_minor > l.unit_price_minor * l.ordered - l.discount_minor or l.refund_tax_minor > l.tax_minor
                or (l.refund_units, l.refund_minor, l.refund_tax_minor) is distinct from (r.units, r.amount, r.tax))
            """),
        new(
            "I5c", "an invoice is the sum of its lines; the invoices of an order that left as a whole are its total, with each charge once",
            $"""
            select 'invoice ' || i.id || ' comes to ' || i.total_minor || ', its lines to ' || coalesce(sum(l.amount_minor + l.tax_minor), 0)
            from orders.invoices i left join orders.invoice_lines l on l.invoice_id = i.id
            where ($1::timestamptz is null or i.order_id in ({Touched}))
            group by i.id having i.total_minor <> coalesce(sum(l.amount_minor + l.tax_minor), 0)
            union all
            select 'order ' || o.id || ' comes to ' || o.total_minor || ', its invoices to ' || i.total
            from orders.orders o
            cross join lateral (select sum(i.total_minor) as total from orders.invoices i where i.order_id = o.id) i
            where ($1::timestamptz is null or o.id in ({Touched}))
              and not exists (select from orders.lines l where l.order_id = o.id and l.invoiced < l.ordered)
              and i.total <> o.total_minor
            union all
            select 'order ' || o.id || ' has ' || c.n || ' charges, its invoices ' || i.n
            from orders.orders o
            cross join lateral (select count(*) as n from orders.charges c where c.order_id = o.id) c
            cross join lateral (select count(x.invoice_id) as n from orders.invoices i join orders.invoice_lines x on x.invoice_id = i.id where i.order_id = o.id and x.kind <> 'goods') i
            where ($1::timestamptz is null or o.id in ({Touched}))
              and exists (select from orders.invoices i where i.order_id = o.id) and c.n <> i.n
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
