using RetailOps.Platform;

namespace RetailOps.Integration;

internal static class IntegrationInvariants
{
    /// <summary>What holds between our postings and the books of the sandbox, and within those books.</summary>
    public static IEnumerable<Invariant> All { get; } =
    [
        new(
            "I6a", "every posted document stands in the books once, under our number, with our total",
            """
            select p.key || ' is posted as ' || p.number || ' with ' || p.total_minor || ', the books have ' || coalesce(d.number || ' with ' || d.total, 'nothing')
            from integration.postings p left join sandbox_erp.documents d on d.key = p.key and d.state = 'posted'
            where p.status = 'posted' and p.system = 'sandbox' and ($1::timestamptz is null or p.decided_at >= $1)
              and (d.number is distinct from p.number or d.total is distinct from p.total_minor or d.currency is distinct from p.currency or d.kind is distinct from p.kind)
            """),
        new(
            "I6b", "every posted document with our key was asked for; one that is under way or was given up may be posted without our knowing",
            """
            select d.number || ' stands in the books for ' || d.key || ', which ' || coalesce('is ' || p.status, 'nobody asked for')
            from sandbox_erp.documents d left join integration.postings p on p.key = d.key
            where d.state = 'posted' and ($1::timestamptz is null or d.posted >= $1) and (p.key is null or p.status = 'refused')
            """),
        new(
            "I6c", "every document that waits for an answer is on its way",
            """
            select p.key || ' waits for an answer, and nobody asks' from integration.postings p
            where p.status = 'requested'
              and not exists (select from platform.deliveries d where d.subscriber = 'integration.erp' and d.key = p.key and d.state in (0, 2))
            """),
        new(
            "I6d", "every move of the ledger balances, and so does the whole",
            """
            select 'move ' || l.move_id || ' is out of balance by ' || sum(l.debit - l.credit) from sandbox_erp.move_lines l
            group by l.move_id having sum(l.debit - l.credit) <> 0
            union all
            select 'the ledger is out of balance by ' || sum(l.debit - l.credit) from sandbox_erp.move_lines l having sum(l.debit - l.credit) <> 0
            """),
        new(
            "I6e", "every posted document has its move, and an invoice or credit memo its total on the receivable",
            """
            select d.number || ' of ' || d.total || ' has moved ' || coalesce((select sum(l.debit - l.credit)::text from sandbox_erp.move_lines l where l.move_id = m.id and l.account = '1200'), 'nothing')
            from sandbox_erp.documents d left join sandbox_erp.moves m on m.document_id = d.id
            where d.state = 'posted' and ($1::timestamptz is null or d.posted >= $1)
              and (m.id is null
                   or d.kind in ('SalesInvoice', 'CreditMemo')
                      and coalesce((select sum(l.debit - l.credit) from sandbox_erp.move_lines l where l.move_id = m.id and l.account = '1200'), 0)
                          <> case d.kind when 'SalesInvoice' then d.total - d.paid else d.paid - d.total end)
            """),
        new(
            "I6f", "numbers of each kind go up from 1 without a gap, and not back in time",
            """
            select s.kind || ' has ' || count(d.id) || ' numbers up to ' || coalesce(max(d.sequence_number), 0) || ', the next is ' || s.next
            from sandbox_erp.sequences s left join sandbox_erp.documents d on d.kind = s.kind and d.state = 'posted'
            group by s.kind, s.next having count(d.id) <> s.next - 1 or coalesce(max(d.sequence_number), 0) <> s.next - 1
            union all
            select n.number || ' is dated before the number before it'
            from (select number, posting_date, posted, lag(posting_date) over (partition by kind order by sequence_number) as before
                  from sandbox_erp.documents where state = 'posted') n
            where n.posting_date < n.before and ($1::timestamptz is null or n.posted >= $1)
            """),
    ];

    /// <summary>What holds between the books and what the business did: one document for each invoice and each refund, of its amount.</summary>
    public static IEnumerable<Invariant> OfTheBusiness { get; } =
    [
        new(
            "I6g", "one sales invoice is asked for per invoice of an order, besides what adjusts it",
            """
            select 'invoice ' || i.id || ' has ' || count(p.key) || ' postings' from orders.invoices i
            left join integration.postings p on p.kind = 'SalesInvoice' and split_part(p.key, '/', 2) = i.id::text
              and not exists (select from integration.differences d where d.adjusted_by = p.key)
            where not exists (select from workflows.stimuli s where s.key = 'sales-invoice/' || i.id || '/1')
            group by i.id having count(p.key) <> 1
            union all
            select p.key || ' is no invoice of an order' from integration.postings p
            where p.kind = 'SalesInvoice' and not exists (select from orders.invoices i where i.id::text = split_part(p.key, '/', 2))
              and not exists (select from integration.differences d where d.adjusted_by = p.key)
            """),
        new(
            "I6h", "one credit memo is asked for per refund that was executed, besides what adjusts it",
            """
            select 'refund ' || r.id || ' has ' || count(p.key) || ' postings' from returns.refunds r
            left join integration.postings p on p.kind = 'CreditMemo' and split_part(p.key, '/', 2) = r.id::text
              and not exists (select from integration.differences d where d.adjusted_by = p.key)
            where r.status = 'settled' and not exists (select from workflows.stimuli s where s.key = 'credit-memo/' || r.id || '/1') group by r.id having count(p.key) <> 1
            union all
            select p.key || ' credits no refund' from integration.postings p
            where p.kind = 'CreditMemo' and not exists (select from returns.refunds r where r.id::text = split_part(p.key, '/', 2))
              and not exists (select from integration.differences d where d.adjusted_by = p.key)
            """),
    ];
}
