using RetailOps.Platform;

namespace RetailOps.Integration;

internal static class ReconciliationInvariants
{
    /// <summary>What holds between runs, differences and what is shown to people.</summary>
    public static IEnumerable<Invariant> All { get; } =
    [
        new(
            "I6i", "a difference from the books is shown to people only as long as it is open",
            """
            select e.key || ' is shown for ' || e.cause || ', and the difference is ' || coalesce(d.status, 'not known')
            from platform.exceptions e left join integration.differences d on d.subject = e.key and 'reconciliation.' || d.kind = e.cause and d.status = 'open'
            where e.status in ('open', 'taken') and e.cause like 'reconciliation.%' and e.cause <> 'reconciliation.no-answer' and d.key is null
            """),
        new(
            "I6j", "every comparison with the books that was asked for is on its way, was done or has failed",
            """
            select r.id || ' is asked for, and nobody reads the books' from integration.reconciliations r
            where r.status = 'requested'
              and not exists (select from platform.deliveries d where d.subscriber = 'integration.reconciliation' and d.key = 'reconciliation/' || r.id and d.state in (0, 2))
            """),
        new(
            "I6k", "what was accepted about a difference was done: an adjusting document is asked for, a number is recorded, a document was sent again",
            """
            select e.data->>'difference' || ' was accepted, and ' || (e.data->>'documentKey') || ' does not exist'
            from platform.events e
            where e.type = 'integration.difference-accepted.v1' and ($1::timestamptz is null or e.occurred >= $1)
              and not exists (select from integration.postings p where p.key = e.data->>'documentKey')
            """),
    ];
}
