using RetailOps.Platform;

namespace RetailOps.Integration;

internal static class InboxInvariants
{
    /// <summary>What holds of messages of other systems. What is on its way counts as received.</summary>
    public static IEnumerable<Invariant> All { get; } =
    [
        new(
            "I11a", "a message of a source is there once, and at most one message made an order, a stock correction or a delivery",
            """
            select m.source || ' has ' || count(*) || ' messages ' || m.delivery from integration.inbox m
            group by m.source, m.delivery having count(*) > 1
            union all
            select x.made || ' was made by ' || count(*) || ' messages'
            from (select unnest(m.made) as made from integration.inbox m) x
            where split_part(x.made, ' ', 1) in ('placed', 'adjusted', 'delivered') group by x.made having count(*) > 1
            """),
        new(
            "I11b", "a message is in a state that says what became of it: a mapped one names what it made, and that is there",
            """
            select 'message ' || m.id || ' is ' || m.state || ' and does not say ' || case m.state when 'mapped' then 'what it made' else 'why' end from integration.inbox m
            where (m.state = 'mapped' and m.made = '{}') or (m.state not in ('received', 'mapped') and (m.code is null or m.reason is null))
            union all
            select 'message ' || m.id || ' has ' || x || ', which is not there'
            from integration.inbox m, unnest(m.made) x
            where ($1::timestamptz is null or m.decided_at >= $1)
              and ((split_part(x, ' ', 2) like 'order/%' and not exists (select from orders.orders o where o.id::text = substr(split_part(x, ' ', 2), 7)))
                or (split_part(x, ' ', 2) like 'shipment/%' and not exists (select from orders.fulfilments f where f.id::text = substr(split_part(x, ' ', 2), 10)))
                or (split_part(x, ' ', 2) like 'movement/%' and not exists (select from inventory.movements v where v.id::text = substr(split_part(x, ' ', 2), 10))))
            """),
        new(
            "I11c", "what is not over can still be read: a message that waits has its payload",
            """
            select 'message ' || m.id || ' is ' || m.state || ' and its payload is gone' from integration.inbox m
            where m.payload is null and m.state in ('received', 'unmatched', 'quarantined', 'failed')
            """),
        new(
            "I11d", "a shipment that a carrier says is delivered is delivered, or a message says why not",
            """
            select 'shipment ' || t.fulfilment_id || ' is delivered for its carrier and ' || f.status || ' for us'
            from (select distinct on (fulfilment_id) fulfilment_id, state, message_id from integration.tracking order by fulfilment_id, rank desc, happened_at desc) t
            join orders.fulfilments f on f.id = t.fulfilment_id
            where t.state = 'Delivered' and f.status = 'shipped' and not exists (select from integration.inbox m where m.id = t.message_id and m.state not in ('mapped', 'late'))
            """),
    ];
}
