using RetailOps.Platform;

namespace RetailOps.Returns;

internal static class ReturnsInvariants
{
    // What an approval is bound to, as Refund.Subject writes it.
    private const string Subject =
        """
        sha256(convert_to(
          r.id || E'\n' || coalesce(r.order_id::text, '') || E'\n' || coalesce(r.customer_id, '') || E'\n' || r.amount_minor || ' ' || r.currency || E'\n'
          || (select string_agg(l.number || ' ' || coalesce(l.sku, '') || ' ' || l.quantity || ' ' || l.amount_minor || ' ' || l.tax_minor || E'\n', '' order by l.number)
              from returns.refund_lines l where l.refund_id = r.id), 'UTF8'))
        """;

    // A person counts who said yes to just this and had no hand in it.
    private const string Approvers =
        $"""
        (select count(distinct d.decided_by)
         from returns.approvals a join returns.decisions d on d.approval_id = a.id
         where a.refund_id = r.id and a.status = 'approved' and a.subject = {Subject}
           and d.is_approved and d.decided_at <= r.settled_at and d.decided_by like 'person:%' and d.decided_by <> all (r.barred) and d.decided_by <> r.requested_by
           and (d.on_behalf_of is null or d.on_behalf_of <> all (r.barred)))
        """;

    public static IEnumerable<Invariant> All { get; } =
    [
        new(
            "I5r", "a refund is over what its lines sum to",
            """
            select 'refund ' || r.id || ' is over ' || r.amount_minor || ', its lines over ' || coalesce(sum(l.amount_minor + l.tax_minor), 0)
            from returns.refunds r left join returns.refund_lines l on l.refund_id = r.id
            where $1::timestamptz is null or r.granted_at >= $1 or r.settled_at >= $1
            group by r.id having r.amount_minor <> coalesce(sum(l.amount_minor + l.tax_minor), 0)
            """),
        new(
            "I5s", "what an order keeps and gives back for a refund is what the refund says",
            """
            select 'refund ' || r.id || ' is ' || r.status || ' over ' || r.amount_minor || ', at its order ' || coalesce(o.status || ' over ' || o.amount_minor, 'nothing')
            from returns.refunds r left join orders.refunds o on o.id = r.id and o.order_id = r.order_id
            where r.order_id is not null and ($1::timestamptz is null or r.granted_at >= $1 or r.settled_at >= $1 or r.voided_at >= $1)
              and (case r.status when 'granted' then 'reserved' when 'voided' then 'released' else r.status end, r.amount_minor) is distinct from (o.status, o.amount_minor)
            """),
        new(
            "I13a", "every executed refund has the approvals that its tier asks for, by the right people, before it was paid",
            $"""
            select 'refund ' || r.id || ' was paid with ' || {Approvers} || ' of ' || r.tier || ' approvals'
            from returns.refunds r
            where r.status = 'settled' and ($1::timestamptz is null or r.settled_at >= $1) and {Approvers} < r.tier
            """),
        new(
            "I13b", "a refund's tier is what its cumulative amount and the limits of its policy say",
            """
            select 'refund ' || id || ' has tier ' || tier || ' over ' || cumulative_minor
            from returns.refunds
            where ($1::timestamptz is null or granted_at >= $1)
              and tier <> case when limit_minor is null or second_limit_minor is null or cumulative_minor > second_limit_minor then 2 when cumulative_minor > limit_minor then 1 else 0 end
            """),
        new(
            "I13c", "of the refunds of an order or account within a window, one counted all of them: nobody granted past another",
            """
            with alive as (
              select k.name, r.currency, r.amount_minor, r.cumulative_minor, r.granted_at, max(r.counted_since) over (partition by k.name, r.currency) since
              from returns.refunds r cross join lateral (values ('order/' || r.order_id), (r.account)) k (name)
              where r.status <> 'voided' and k.name is not null)
            select name || ' was granted ' || sum(amount_minor) || ' ' || currency || ' in its window, of which ' || max(cumulative_minor) || ' were counted'
            from alive where granted_at > since
            group by name, currency having sum(amount_minor) > max(cumulative_minor) and ($1::timestamptz is null or max(granted_at) >= $1)
            """),
        new(
            "I15a", "what came in is in quarantine, restocked, refurbished, liquidated, scrapped or sent to the vendor",
            """
            select 'return ' || l.return_id || ' line ' || l.line_id || ' does not add up'
            from returns.lines l
            where l.received <> l.quarantined + l.restocked + l.refurbished + l.liquidated + l.scrapped + l.sent_to_vendor
            """),
        new(
            "I15b", "what a line says came in is what its receipts say, and so is what still stands in quarantine",
            """
            select 'return ' || l.return_id || ' line ' || l.line_id || ' says ' || l.received || ' and ' || l.quarantined || ', its receipts ' || coalesce(sum(r.quantity), 0) || ' and '
                   || coalesce(sum(r.quantity) filter (where not r.is_disposed), 0)
            from returns.lines l left join returns.receipts r on r.return_id = l.return_id and r.line_id = l.line_id
            group by l.return_id, l.line_id
            having l.received <> coalesce(sum(r.quantity), 0) or l.quarantined <> coalesce(sum(r.quantity) filter (where not r.is_disposed), 0)
            """),
        new(
            "I15c", "what came in for a return and what still stands in quarantine for it is what the ledger says",
            """
            select 'return ' || r.return_id || ' says ' || r.received || ' ' || r.sku || ' came and ' || r.there || ' are in quarantine, the ledger ' || coalesce(m.received, 0) || ' and ' || coalesce(m.there, 0)
            from (select return_id, sku, sum(received) received, sum(quarantined + refurbished) there from returns.lines group by return_id, sku having sum(received) > 0) r
            left join (
              select m.cause, i.sku, sum(m.quantity) filter (where m.kind = 'returned' and m.quantity > 0) received, sum(m.quantity) there
              from inventory.movements m join inventory.items i on i.id = m.item_id
              where m.cause like 'return/%' and m.condition = 'quarantine'
              group by m.cause, i.sku) m on m.cause = 'return/' || r.return_id and m.sku = r.sku
            where ($1::timestamptz is null or r.return_id in (select return_id from returns.receipts where received_at >= $1))
              and (r.received, r.there) is distinct from (m.received, m.there)
            """),
    ];
}
