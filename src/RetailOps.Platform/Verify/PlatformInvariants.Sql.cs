namespace RetailOps.Platform;

/// <summary>What holds of events, deliveries and idempotency keys.</summary>
internal static class PlatformInvariants
{
    public static IEnumerable<Invariant> All(FactCatalogue facts)
    {
        yield return new(
            "I7a", "per aggregate the events' revisions go up from 1 without gap or step back",
            """
            select e.aggregate || ' has ' || count(*) || ' events up to revision ' || max(e.revision)
            from platform.events e
            where $1 is null or e.aggregate in (select aggregate from platform.events where recorded >= $1)
            group by e.aggregate having count(*) <> max(e.revision) or min(e.revision) <> 1
            """);
        foreach (var (name, subscribers) in facts.Types.Keys.Order(StringComparer.Ordinal).Select(n => (n, facts.SubscribersOf(n))))
        {
            foreach (var subscriber in subscribers)
            {
                yield return new(
                    "I7b", $"every {name} is delivered to {subscriber}, or waits to be",
                    $"""
                    select 'event ' || e.id || ' is not on its way to {subscriber}'
                    from platform.events e
                    where e.type = '{name}' and ($1 is null or e.recorded >= $1)
                      and e.recorded >= coalesce((select upto from platform.retention where what = 'deliveries'), '-infinity')
                      and not exists (select from platform.deliveries d where d.event_id = e.id and d.subscriber = '{subscriber}')
                    """);
            }
        }

        yield return new(
            "I7c", "every delivery has its event, and one that is done had its effect once",
            """
            select 'delivery ' || d.id || ' of ' || d.event_id || ' to ' || d.subscriber
            from platform.deliveries d
            where ($1 is null or d.done >= $1 or d.state <> 1)
              and (not exists (select from platform.events e where e.id = d.event_id)
                   or (d.state = 1 and d.done >= coalesce((select upto from platform.retention where what = 'inbox'), '-infinity')
                       and not exists (select from platform.inbox i where i.source = d.subscriber and i.message_id = d.event_id::text)))
            """);
        yield return new(
            "I7e", "exceptions and governed documents stand at the revision that their last fact says",
            """
            select 'exception ' || x.id || ' is at revision ' || x.revision || ', its facts are not'
            from platform.exceptions x
            where ($1::timestamptz is null or coalesce(x.closed, x.last_found) >= $1)
              and x.revision is distinct from (select max(e.revision) from platform.events e where e.aggregate = 'exception/' || x.id)
            union all
            select 'document ' || d.kind || '/' || d.name || ' version ' || d.version || ' is at revision ' || d.revision || ', its facts are not'
            from platform.documents d
            where ($1::timestamptz is null or coalesce(d.decided, d.created) >= $1)
              and d.revision is distinct from (select max(e.revision) from platform.events e where e.aggregate = 'document/' || d.kind || '/' || d.name || '/' || d.version)
            """);
    }
}
