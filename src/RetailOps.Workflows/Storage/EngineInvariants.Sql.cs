using RetailOps.Platform;

namespace RetailOps.Workflows;

internal static class EngineInvariants
{
    public static IEnumerable<Invariant> All { get; } =
    [
        new(
            "I4c", "an order has pending units only while something works on it",
            """
            select 'order ' || l.order_id || ' has pending units and nothing works on it'
            from orders.lines l
            where l.pending > 0
              and ($1::timestamptz is null or l.order_id in (select id from orders.orders where placed_at >= $1))
              and not exists (select from workflows.stimuli s where s.key = 'order/' || l.order_id)
              and not exists (select from workflows.instances i where i.key = 'order/' || l.order_id and i.finished is null)
            """),
        new(
            // A singleton that lived when the event happened may have met it instead.
            "I7d", "every event that starts a flow started it, or waits to, or met the one that lived",
            """
            select 'event ' || e.id || ' (' || e.type || ') started nothing'
            from platform.events e join workflows.triggers t on t.name = e.type join workflows.definitions d on d.version_id = t.version_id
            where e.recorded > d.created and ($1::timestamptz is null or e.recorded >= $1)
              and not exists (select from workflows.instances i where i.start_key = t.definition_id || ':' || e.id)
              and not exists (select from workflows.stimuli s where s.source_id = e.id)
              and not exists (select from workflows.kept k where k.source_id = e.id)
              and not (coalesce(d.document->'options'->>'activationStrategyType', '') like '%Singleton%'
                       and exists (select from workflows.instances i join platform.events s on s.key = e.key and i.start_key = i.definition_id || ':' || s.id
                                   where s.id <> e.id and i.definition_id = t.definition_id and i.key = e.key and coalesce(i.finished, 'infinity') >= e.occurred))
              and e.recorded >= coalesce((select upto from platform.retention where what = 'instances'), '-infinity')
            """),
        new(
            "I8a", "every living instance has something that can wake it",
            """
            select 'instance ' || i.id || ' of ' || i.definition_id || ' can be woken by nothing'
            from workflows.instances i
            where i.finished is null and ($1::timestamptz is null or i.updated >= $1)
              and not exists (select from workflows.bookmarks b where b.instance_id = i.id)
              and not exists (select from workflows.timers t where t.instance_id = i.id)
              and not exists (select from workflows.stimuli s where s.instance_id = i.id)
              and not exists (select from workflows.incidents c where c.instance_id = i.id and c.status < 2)
            """),
        new(
            "I8b", "everything that can wake an instance points to a living one, and a timed wait has its timer",
            """
            select 'bookmark ' || b.id || ' of a dead instance' from workflows.bookmarks b
            where ($1::timestamptz is null or b.created >= $1) and not exists (select from workflows.instances i where i.id = b.instance_id and i.finished is null)
            union all
            select 'timer ' || t.id || ' of a dead instance' from workflows.timers t
            where not exists (select from workflows.instances i where i.id = t.instance_id and i.finished is null)
            union all
            select 'incident ' || c.id || ' of a dead instance' from workflows.incidents c
            where c.status < 2 and not exists (select from workflows.instances i where i.id = c.instance_id and i.finished is null)
            union all
            select 'wait ' || b.id || ' has lost its timer' from workflows.bookmarks b
            where b.kind = 1 and ($1::timestamptz is null or b.created >= $1)
              and not exists (select from workflows.timers t where t.id = b.id)
              and not exists (select from workflows.stimuli s where s.source_id = b.id)
            """),
        new(
            // A child that ended has left its parent a stimulus, or one that starts it stands in line.
            "I8c", "whoever waits for a child waits for one that lives, will start, or has just ended",
            """
            select 'instance ' || b.instance_id || ' waits for child ' || b.id || coalesce(' that ended at ' || i.finished, ' that never existed')
            from workflows.bookmarks b left join workflows.instances i on i.id = b.id
            where b.kind = 2 and ($1::timestamptz is null or b.created >= $1 or i.updated >= $1)
              and (i.id is null or i.finished is not null)
              and not exists (select from workflows.stimuli s where s.source_id = b.id and s.kind in (5, 6))
            """),
        new(
            "I8d", "whoever waits for a person has an open task, and an open task has somebody who waits",
            """
            select 'instance ' || b.instance_id || ' waits for task ' || b.id || case when t.id is null then ' that does not exist' else ' that is closed' end
            from workflows.bookmarks b left join workflows.tasks t on t.id = b.id
            where b.kind = 3 and ($1::timestamptz is null or b.created >= $1 or t.closed >= $1)
              and (t.id is null or t.status >= 2)
              and not exists (select from workflows.stimuli s where s.source_id = b.id and s.kind = 8)
            union all
            select 'task ' || t.id || ' is open and nobody waits for its answer'
            from workflows.tasks t
            where t.status < 2 and ($1::timestamptz is null or t.opened >= $1)
              and not exists (select from workflows.bookmarks b join workflows.instances i on i.id = b.instance_id and i.finished is null where b.id = t.id)
            """),
        new(
            "I8e", "whoever waits for another machine has a call under way, or its answer in line",
            """
            select 'instance ' || b.instance_id || ' waits for call ' || b.id || ' that nobody makes'
            from workflows.bookmarks b
            where b.kind = 4 and b.name <> 'Elsa.RunTask' and ($1::timestamptz is null or b.created >= $1)
              and not exists (select from workflows.calls c where c.id = b.id)
              and not exists (select from workflows.stimuli s where s.source_id = b.id)
            """),
        new(
            "I9a", "an instance's revision is its number of bursts",
            """
            select 'instance ' || i.id || ' has revision ' || i.revision || ' after ' || i.bursts || ' bursts'
            from workflows.instances i where i.revision <> i.bursts and ($1::timestamptz is null or i.updated >= $1)
            """),
        new(
            "I9b", "the journal of an instance has no gap",
            """
            select 'instance ' || j.instance_id || ' has ' || count(*) || ' journal entries up to ' || max(j.sequence)
            from workflows.journal j
            where $1::timestamptz is null or j.instance_id in (select id from workflows.instances where updated >= $1)
            group by j.instance_id having count(*) <> max(j.sequence) - min(j.sequence) + 1
            """),
        new(
            "I9c", "each step of an instance ended at most once",
            """
            select 'execution ' || j.execution_id || ' of ' || j.activity_id || ' completed ' || count(*) || ' times'
            from workflows.journal j
            where j.event = 'Completed' and ($1::timestamptz is null or j.instance_id in (select id from workflows.instances where updated >= $1))
            group by j.execution_id, j.activity_id having count(*) > 1
            """),
        new(
            "I11", "each event has at most one effect on a definition's flow",
            """
            select 'event ' || split_part(start_key, ':', 2) || ' started ' || count(*) || ' instances of ' || definition_id
            from workflows.instances where $1::timestamptz is null or created >= $1
            group by start_key, definition_id having count(*) > 1
            """),
        new(
            "I12", "no timer is overdue by more than 5 seconds while few are due",
            """
            select 'timer ' || t.id || ' was due ' || t.due from workflows.timers t
            where t.due < $2 - interval '5 seconds'
              and (select count(*) from (select from workflows.timers where due <= $2 limit 501) d) <= 500
              and exists (select from workflows.hosts h where h.seen > clock_timestamp() - interval '3 seconds')
            """),
        new(
            // Since it is governed: what went live before, by one person, is older than that.
            "I17", "a governed workflow is live by a file of the build, or by a second person who drew none of it",
            """
            select 'version ' || d.version || ' of ' || d.definition_id || ' is live, and no second person let it'
            from workflows.definitions d join workflows.governed g using (definition_id)
            where d.is_published and d.origin not like 'file:%' and d.created >= g.since and ($1::timestamptz is null or d.created >= $1)
              and not exists (select from workflows.proposals p
                              where p.version_id = d.version_id and p.action = 'publish' and p.status = 'approved' and p.decided_by = d.approved_by and p.decided_by like 'person:%'
                                and p.decided_by <> p.proposed_by and p.decided_by <> all (d.authors))
            """),
    ];
}
