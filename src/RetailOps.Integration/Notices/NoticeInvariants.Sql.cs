using RetailOps.Platform;

namespace RetailOps.Integration;

internal static class NoticeInvariants
{
    /// <summary>What holds between facts and what customers are told.</summary>
    public static IEnumerable<Invariant> All { get; } =
    [
        new(
            "I7h", "every message to a customer that is asked for is on its way, and each is asked for and settled as its facts say",
            """
            select 'message ' || n.id || ' is asked for, and nobody sends it' from integration.notices n
            where n.state = 'asked'
              and not exists (select from platform.events e join platform.deliveries d on d.event_id = e.id
                              where e.aggregate = 'notice/' || n.id and d.subscriber = 'integration.notices' and d.state in (0, 2))
            union all
            select 'message ' || split_part(e.aggregate, '/', 2) || ' stands at ' || coalesce(n.state, 'nothing') || ', its fact says ' || coalesce(e.data->>'status', 'asked')
            from platform.events e left join integration.notices n on n.id = split_part(e.aggregate, '/', 2)::uuid
            where e.type in ('integration.notice-requested.v1', 'integration.notice-settled.v1') and ($1::timestamptz is null or e.recorded >= $1)
              and (n.id is null or (e.type = 'integration.notice-settled.v1' and n.state <> e.data->>'status'))
            """),
    ];
}
