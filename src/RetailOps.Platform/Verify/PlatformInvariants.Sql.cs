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
        yield return new(
            "I14a", "each link of the audit chain follows from the one before it and the hashes of its rows",
            """
            select 'link ' || c.sequence || ' does not follow from what is before it'
            from platform.chain c left join platform.chain p on p.sequence = c.sequence - 1
            where ($1::timestamptz is null or c.linked >= $1)
              and (c.head <> sha256(coalesce(p.head, decode(repeat('00', 32), 'hex')) || c.hashes) or (p.sequence is null) <> (c.sequence = 1)
                   or c.total <> coalesce(p.total, 0) + c.rows or c.rows <> cardinality(c.ids))
            """);
        yield return new(
            "I14b", "the rows of each link of the audit chain are what was linked; verify --audit says which are not",
            $"""
            select 'link ' || c.sequence || ' covers rows that are not as they were'
            from platform.chain c left join platform.chain p on p.sequence = c.sequence - 1
            cross join lateral (
              select string_agg({AuditChain.RowHash}, ''::bytea order by e.xact, e.id) as hashes from platform.events e
              where (e.xact, e.id) > (coalesce(p.upto_xact, -1), coalesce(p.upto_id, '00000000-0000-0000-0000-000000000000')) and (e.xact, e.id) <= (c.upto_xact, c.upto_id)) r
            where ($1::timestamptz is null or c.linked >= $1) and r.hashes is distinct from c.hashes
            """);

        // Where nobody works nobody links: without a time to look back to, this says nothing.
        yield return new(
            "I14c", "events are linked into the audit chain within 10 s",
            """
            select 'event ' || e.id || ' has waited to be linked since ' || e.recorded
            from platform.events e
            where $1::timestamptz is not null and e.recorded >= $1 and e.recorded < clock_timestamp() - interval '10 s'
              and (e.xact, e.id) > (coalesce((select c.upto_xact from platform.chain c order by c.sequence desc limit 1), -1),
                                    coalesce((select c.upto_id from platform.chain c order by c.sequence desc limit 1), '00000000-0000-0000-0000-000000000000'))
            """);
    }
}
