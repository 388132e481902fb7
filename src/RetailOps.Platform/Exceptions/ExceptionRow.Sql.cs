using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// One call of the desk. The statement finds out whether a case is new, or whether there is one to heal, and writes the fact only then,
/// with what its subscribers are owed. Workflows hear of it through <see cref="ExceptionStimuli"/>.
/// </summary>
/// <param name="Id">The case's, if this call opens one.</param>
/// <param name="IsOpening">Else it heals.</param>
/// <param name="Key">The business key.</param>
/// <param name="Cause">The cause.</param>
/// <param name="Severity">Of an opening.</param>
/// <param name="Message">Of an opening.</param>
/// <param name="AtStake">Of an opening.</param>
/// <param name="Proposed">Of an opening, as JSON.</param>
/// <param name="Fact">What is to be recorded if the call changes more than a count; of a healing without its aggregate, which is not known yet.</param>
/// <param name="Subscribers">Their names, separated by commas.</param>
internal sealed record ExceptionRow(
    Guid Id, bool IsOpening, string Key, string Cause, string Severity, string Message, Money? AtStake, string? Proposed, EventRow Fact, string Subscribers) : IRow<ExceptionRow>
{
    // Rows are locked in the order of their keys, openings and healings alike. Of several calls for one case the last one counts.
    public static RowTable<ExceptionRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        with calls as (
          select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) with ordinality
            as u (id, is_opening, key, cause, severity, message, at_stake_minor, currency, proposed, event_id, type, at, actor, event_cause, trace, data, subscribers, n)
        ), given as materialized (
          select distinct on (key, cause) *, count(*) filter (where is_opening) over (partition by key, cause) as found
          from calls order by key, cause, n desc
        ), opened as (
          insert into platform.exceptions as e
            (id, key, cause, severity, message, at_stake_minor, currency, proposed, status, count, opened, last_found, revision)
          select id, key, cause, severity, message, at_stake_minor, currency, proposed, 'open', found, at, at, 1
          from given where is_opening order by key, cause
          on conflict (key, cause) where status in ('open', 'taken') do update set
            count = e.count + excluded.count,
            last_found = greatest(e.last_found, excluded.last_found),
            severity = case when 'high' in (e.severity, excluded.severity) then 'high' when 'medium' in (e.severity, excluded.severity) then 'medium' else 'low' end,
            message = excluded.message,
            at_stake_minor = coalesce(excluded.at_stake_minor, e.at_stake_minor),
            currency = coalesce(excluded.currency, e.currency),
            proposed = coalesce(excluded.proposed, e.proposed)
          returning e.id
        ), open as (
          select e.id, g.event_id, g.at, g.actor
          from given g join platform.exceptions e on e.key = g.key and e.cause = g.cause and e.status in ('open', 'taken')
          where not g.is_opening order by e.key, e.cause for update of e
        ), healed as (
          update platform.exceptions e set status = 'healed', closed = o.at, closed_by = o.actor, revision = e.revision + 1
          from open o where e.id = o.id
          returning e.id, o.event_id, e.revision
        ), facts as (
          insert into platform.events (id, type, occurred, actor, cause, trace, aggregate, revision, key, data)
          select g.event_id, g.type, g.at, g.actor, g.event_cause, g.trace, 'exception/' || g.id, 1, g.key, g.data
          from given g join opened o on o.id = g.id
          union all
          select g.event_id, g.type, g.at, g.actor, g.event_cause, g.trace, 'exception/' || h.id, h.revision, g.key, g.data || jsonb_build_object('exceptionId', h.id)
          from given g join healed h on h.event_id = g.event_id
          returning id, key
        )
        insert into platform.deliveries (event_id, subscriber, key)
        select f.id, s, f.key from facts f join given g on g.event_id = f.id cross join string_to_table(nullif(g.subscribers, ''), ',') s
        """,
        everyRow: false,
        Column.Uuid<ExceptionRow>(r => r.Id),
        Column.Bool<ExceptionRow>(r => r.IsOpening),
        Column.Text<ExceptionRow>(r => r.Key),
        Column.Text<ExceptionRow>(r => r.Cause),
        Column.Text<ExceptionRow>(r => r.Severity),
        Column.Text<ExceptionRow>(r => r.Message),
        Column.Int8OrNull<ExceptionRow>(r => r.AtStake?.MinorUnits),
        Column.Text<ExceptionRow>(r => r.AtStake?.Currency),
        Column.Json<ExceptionRow>(r => r.Proposed),
        Column.Uuid<ExceptionRow>(r => r.Fact.Id),
        Column.Text<ExceptionRow>(r => r.Fact.Type),
        Column.Instant<ExceptionRow>(r => r.Fact.Occurred),
        Column.Text<ExceptionRow>(r => r.Fact.Actor),
        Column.UuidOrNull<ExceptionRow>(r => r.Fact.Cause),
        Column.Text<ExceptionRow>(r => r.Fact.Trace),
        Column.Json<ExceptionRow>(r => r.Fact.Data),
        Column.Text<ExceptionRow>(r => r.Subscribers))
    {
        Affected = static (work, _, deliveries) =>
        {
            if (deliveries > 0)
            {
                work.OnCommitted(work.Deliveries.Ring);
            }
        },
    };
}

/// <summary>A person took a case or closed it; stale when somebody else changed it meanwhile.</summary>
internal sealed record ExceptionDecidedRow(Guid Id, int Revision, string Status, string Actor, DateTimeOffset At, string? Resolution) : IRow<ExceptionDecidedRow>
{
    public static RowTable<ExceptionDecidedRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update platform.exceptions e set
          status = u.status,
          revision = u.revision,
          taken_by = case u.status when 'taken' then u.actor else e.taken_by end,
          taken = case u.status when 'taken' then u.at else e.taken end,
          closed_by = case u.status when 'resolved' then u.actor end,
          closed = case u.status when 'resolved' then u.at end,
          resolution = u.resolution
        from unnest($1, $2, $3, $4, $5, $6) as u (id, revision, status, actor, at, resolution)
        where e.id = u.id and e.revision = u.revision - 1 and e.status in ('open', 'taken')
        """,
        everyRow: true,
        Column.Uuid<ExceptionDecidedRow>(r => r.Id),
        Column.Int4<ExceptionDecidedRow>(r => r.Revision),
        Column.Text<ExceptionDecidedRow>(r => r.Status),
        Column.Text<ExceptionDecidedRow>(r => r.Actor),
        Column.Instant<ExceptionDecidedRow>(r => r.At),
        Column.Text<ExceptionDecidedRow>(r => r.Resolution));
}
