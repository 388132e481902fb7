using RetailOps.Platform;

namespace RetailOps.Intelligence;

internal static class IntelligenceInvariants
{
    public static IEnumerable<Invariant> All { get; } =
    [
        new(
            "I7f", "every score that was recorded has its fact with the same points, and names a model that exists",
            """
            select 'score ' || d.id || ' of ' || d.subject || ' by ' || d.model || ':' || d.version || ' is not what its fact or its model says'
            from intelligence.decisions d
            where ($1::timestamptz is null or d.recorded >= $1)
              and (not exists (select from platform.events e where e.aggregate = 'score/' || d.id and (e.data->>'points')::numeric = d.points)
                   or not exists (select from platform.documents m where m.kind = 'score-model' and m.name = d.model and m.version = d.version and m.status in ('live', 'retired')))
            union all
            select 'fact ' || e.id || ' says a score of ' || e.key || ' that was not recorded'
            from platform.events e
            where e.type = 'intelligence.subject-scored.v1' and ($1::timestamptz is null or e.recorded >= $1)
              and not exists (select from intelligence.decisions d where e.aggregate = 'score/' || d.id)
            """),
    ];
}
