using System.Globalization;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What a stimulus is. Stored as a number.</summary>
internal enum StimulusKind : short
{
    /// <summary>A fact of a module; <c>source_id</c> is the event.</summary>
    Event,

    /// <summary>A bookmark came due; <c>source_id</c> is the bookmark.</summary>
    Timer,

    /// <summary>A failed step is tried again; <c>source_id</c> is the incident.</summary>
    Retry,

    /// <summary>A long burst goes on.</summary>
    Continue,

    /// <summary>One target of an event that has several, or a kept event whose wait has come; <c>source_id</c> is the event.</summary>
    Target,

    /// <summary>A child is started; <c>source_id</c> is its instance id, made beforehand.</summary>
    Child,

    /// <summary>An awaited child ended; <c>source_id</c> is the child.</summary>
    ChildEnded,

    /// <summary>An instance is ended; <c>source_id</c> is who wanted that: its parent, or itself where a person did.</summary>
    Cancel,

    /// <summary>A person's answer; <c>source_id</c> is the task.</summary>
    Task,

    /// <summary>An instance is started because somebody asked for it; <c>source_id</c> is its id, made beforehand.</summary>
    Start = 9,

    /// <summary>A person takes a failed step for done; <c>source_id</c> is the incident.</summary>
    Skip,

    /// <summary>The answer of another machine, or of somebody who was asked for a task; <c>source_id</c> is the call or the task.</summary>
    Answer = 20,

    /// <summary>A clock or a web request starts an instance; <c>source_id</c> is its id, made beforehand.</summary>
    Trigger,

    /// <summary>A web request meets a wait, whose id is the name; <c>source_id</c> is the request.</summary>
    Request,

    /// <summary>An event for everybody who waits for it, whatever the key; <c>source_id</c> is the event.</summary>
    Broadcast,
}

/// <summary>Who is served first when there is more than one group's worth: 8 : 4 : 1.</summary>
internal static class Lane
{
    public const short People = 0;
    public const short Timers = 1;
    public const short Bulk = 2;
}

/// <summary>
/// Numbers are given when a row is written, and seen when it is committed. Between the two nobody else may number a stimulus of the same
/// key: who came later could be run first, and neither would see the other: a signal kept, and a wait that has missed it.
/// </summary>
internal static class Turn
{
    /// <summary>The lock of a key, held until the commit.</summary>
    public const string Lock = "hashtextextended(key, 13)";
}

/// <summary>An event that may wake something; becomes a stimulus if any definition that lives waits for its name.</summary>
internal sealed record EventStimulusRow(Guid EventId, string Name, string Key, string Data, string? Trace, EngineBell Bell) : IRow<EventStimulusRow>
{
    public static RowTable<EventStimulusRow> Table { get; } = new(
        FlushOrder.Queues,
        $"""
        with said as materialized (
          select u.* from unnest($1, $2, $3, $4, $5) with ordinality as u (id, name, key, data, trace, n)
          where exists (select from workflows.event_names e where e.name = u.name)),
        turn as materialized (select pg_advisory_xact_lock({Turn.Lock}) from (select distinct key from said order by key) keys)
        insert into workflows.stimuli (lane, key, kind, name, source_id, data, trace)
        select 0, s.key, 0, s.name, s.id, s.data, s.trace from said s cross join (select count(*) from turn) mine order by s.n
        """,
        everyRow: false,
        Column.Uuid<EventStimulusRow>(s => s.EventId),
        Column.Text<EventStimulusRow>(s => s.Name),
        Column.Text<EventStimulusRow>(s => s.Key),
        Column.Json<EventStimulusRow>(s => s.Data),
        Column.Text<EventStimulusRow>(s => s.Trace))
    {
        Affected = static (work, facts, stimuli) =>
        {
            // Most facts wake nobody.
            if (stimuli > 0)
            {
                var bell = facts[0].Bell;
                work.OnCommitted(() => bell.Ring(stimuli));
            }
        },
    };
}

/// <summary>A stimulus that the engine writes for itself.</summary>
internal sealed record StimulusRow(short Lane, string Key, StimulusKind Kind, string Name, Guid SourceId, Guid? InstanceId, string? VersionId, string? Data, string? Trace) : IRow<StimulusRow>
{
    public static RowTable<StimulusRow> Table { get; } = new(
        FlushOrder.Queues,
        $"""
        with turn as materialized (select pg_advisory_xact_lock({Turn.Lock}) from (select distinct key from unnest($2) as key order by key) keys)
        insert into workflows.stimuli (lane, key, kind, name, source_id, instance_id, version_id, data, trace)
        select u.* from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as u cross join (select count(*) from turn) mine
        """,
        everyRow: true,
        Column.Int2<StimulusRow>(s => s.Lane),
        Column.Text<StimulusRow>(s => s.Key),
        Column.Int2<StimulusRow>(s => (short)s.Kind),
        Column.Text<StimulusRow>(s => s.Name),
        Column.Uuid<StimulusRow>(s => s.SourceId),
        Column.UuidOrNull<StimulusRow>(s => s.InstanceId),
        Column.Text<StimulusRow>(s => s.VersionId),
        Column.Json<StimulusRow>(s => s.Data),
        Column.Text<StimulusRow>(s => s.Trace));
}

/// <summary>A stimulus that is done with, in the transaction of its effects. Missing means that somebody else did it: stale.</summary>
internal sealed record StimulusDoneRow(long Id) : IRow<StimulusDoneRow>
{
    public static RowTable<StimulusDoneRow> Table { get; } = new(
        FlushOrder.Engine, "delete from workflows.stimuli where id = any($1)", everyRow: true, Column.Int8<StimulusDoneRow>(s => s.Id));
}

/// <summary>The note of a claim goes with the claim.</summary>
internal sealed record ClaimDoneRow(Guid Claim, long StimulusId) : IRow<ClaimDoneRow>
{
    public static RowTable<ClaimDoneRow> Table { get; } = new(
        FlushOrder.Queues,
        "delete from workflows.in_flight f using unnest($1, $2) as u (claim, stimulus) where f.stimulus_id = any($2) and f.stimulus_id = u.stimulus and f.claim = u.claim",
        everyRow: false,
        Column.Uuid<ClaimDoneRow>(c => c.Claim),
        Column.Int8<ClaimDoneRow>(c => c.StimulusId));
}

/// <summary>A stimulus that found no wait.</summary>
internal sealed record KeptRow(long Id, string Key, StimulusKind Kind, string Name, Guid SourceId, string? Data, string? Trace, bool Late) : IRow<KeptRow>
{
    public static RowTable<KeptRow> Table { get; } = new(
        FlushOrder.Queues,
        "insert into workflows.kept (id, key, kind, name, source_id, data, trace, late) select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)",
        everyRow: true,
        Column.Int8<KeptRow>(k => k.Id),
        Column.Text<KeptRow>(k => k.Key),
        Column.Int2<KeptRow>(k => (short)k.Kind),
        Column.Text<KeptRow>(k => k.Name),
        Column.Uuid<KeptRow>(k => k.SourceId),
        Column.Json<KeptRow>(k => k.Data),
        Column.Text<KeptRow>(k => k.Trace),
        Column.Bool<KeptRow>(k => k.Late));
}

/// <summary>A kept stimulus whose wait has come.</summary>
internal sealed record KeptTakenRow(long Id) : IRow<KeptTakenRow>
{
    public static RowTable<KeptTakenRow> Table { get; } = new(
        FlushOrder.Engine, "delete from workflows.kept where id = any($1)", everyRow: true, Column.Int8<KeptTakenRow>(k => k.Id));
}

/// <summary>An instance at its birth. The start key is unique for ever: an event starts an instance of a definition once.</summary>
internal sealed record InstanceRow(
    Guid Id, string DefinitionId, string VersionId, string Key, string StartKey, string? SingletonKey, Guid? ParentId, InstanceStatus Status, byte[] State, DateTimeOffset Now,
    InstanceSubStatus SubStatus, string? Name, string? Dry = null)
    : IRow<InstanceRow>
{
    public static RowTable<InstanceRow> Table { get; } = new(
        FlushOrder.Instances,
        """
        insert into workflows.instances (id, definition_id, version_id, key, start_key, singleton_key, parent_id, status, revision, state, created, updated, finished, sub_status, name, dry)
        select id, d, v, k, s, g, p, st, 1, b, t, t, case when st = 1 then t end, sub, n, dry
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as u (id, d, v, k, s, g, p, st, b, t, sub, n, dry)
        """,
        everyRow: true,
        Column.Uuid<InstanceRow>(i => i.Id),
        Column.Text<InstanceRow>(i => i.DefinitionId),
        Column.Text<InstanceRow>(i => i.VersionId),
        Column.Text<InstanceRow>(i => i.Key),
        Column.Text<InstanceRow>(i => i.StartKey),
        Column.Text<InstanceRow>(i => i.SingletonKey),
        Column.UuidOrNull<InstanceRow>(i => i.ParentId),
        Column.Int2<InstanceRow>(i => (short)i.Status),
        Column.Bytes<InstanceRow>(i => i.State),
        Column.Instant<InstanceRow>(i => i.Now),
        Column.Int2<InstanceRow>(i => (short)i.SubStatus),
        Column.Text<InstanceRow>(i => i.Name),
        Column.Json<InstanceRow>(i => i.Dry));
}

/// <summary>An instance after a burst. The revision is the fence: one that moved means that another host was here.</summary>
internal sealed record InstanceUpdateRow(Guid Id, int Revision, InstanceStatus Status, byte[] State, DateTimeOffset Now, InstanceSubStatus SubStatus, string? Name) : IRow<InstanceUpdateRow>
{
    public static RowTable<InstanceUpdateRow> Table { get; } = new(
        FlushOrder.Instances,
        """
        update workflows.instances i
        set revision = i.revision + 1, bursts = i.bursts + 1, state = u.state, status = u.status, updated = u.now, sub_status = u.sub_status, name = u.name,
            finished = case when u.status = 1 then u.now end,
            singleton_key = case when u.status = 1 then null else i.singleton_key end
        from unnest($1, $2, $3, $4, $5, $6, $7) as u (id, revision, status, state, now, sub_status, name)
        where i.id = any($1) and i.id = u.id and i.revision = u.revision
        """,
        everyRow: true,
        Column.Uuid<InstanceUpdateRow>(i => i.Id),
        Column.Int4<InstanceUpdateRow>(i => i.Revision),
        Column.Int2<InstanceUpdateRow>(i => (short)i.Status),
        Column.Bytes<InstanceUpdateRow>(i => i.State),
        Column.Instant<InstanceUpdateRow>(i => i.Now),
        Column.Int2<InstanceUpdateRow>(i => (short)i.SubStatus),
        Column.Text<InstanceUpdateRow>(i => i.Name));
}

internal sealed record BookmarkRow(Guid InstanceId, string Key, Bookmark Bookmark) : IRow<BookmarkRow>
{
    public static RowTable<BookmarkRow> Table { get; } = new(
        FlushOrder.Engine,
        "insert into workflows.bookmarks (id, instance_id, key, kind, name, activity_id, hash, created) select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)",
        everyRow: true,
        Column.Uuid<BookmarkRow>(b => b.Bookmark.Id),
        Column.Uuid<BookmarkRow>(b => b.InstanceId),
        Column.Text<BookmarkRow>(b => b.Key),
        Column.Int2<BookmarkRow>(b => (short)b.Bookmark.Kind),
        // Endpoints are found by method and path.
        Column.Text<BookmarkRow>(b => b.Bookmark.Kind is BookmarkKind.Http ? b.Bookmark.Key! : b.Bookmark.Name),
        Column.Text<BookmarkRow>(b => b.Bookmark.ActivityId),
        Column.Text<BookmarkRow>(b => b.Bookmark.Hash ?? ""),
        Column.Instant<BookmarkRow>(b => b.Bookmark.CreatedAt));
}

/// <summary>A bookmark that was met or given up, and its timer if it has one.</summary>
internal sealed record BookmarkGoneRow(Guid Id) : IRow<BookmarkGoneRow>
{
    public static RowTable<BookmarkGoneRow> Table { get; } = new(
        FlushOrder.Engine,
        "with timers as (delete from workflows.timers where id = any($1)) delete from workflows.bookmarks where id = any($1)",
        everyRow: true,
        Column.Uuid<BookmarkGoneRow>(b => b.Id));
}

/// <summary>Something that comes due at an instant of business time: a bookmark (0) or an incident's next try (1).</summary>
internal sealed record TimerRow(Guid Id, Guid InstanceId, string Key, short Kind, DateTimeOffset Due) : IRow<TimerRow>
{
    public static RowTable<TimerRow> Table { get; } = new(
        FlushOrder.Engine,
        "insert into workflows.timers (id, instance_id, key, kind, due) select * from unnest($1, $2, $3, $4, $5)",
        everyRow: true,
        Column.Uuid<TimerRow>(t => t.Id),
        Column.Uuid<TimerRow>(t => t.InstanceId),
        Column.Text<TimerRow>(t => t.Key),
        Column.Int2<TimerRow>(t => t.Kind),
        Column.Instant<TimerRow>(t => t.Due));
}

internal sealed record JournalRow(Guid InstanceId, JournalEntry Entry) : IRow<JournalRow>
{
    /// <summary>
    /// An entry that starts says which execution stands around it, by its number, where the others have their message: a column more would make the head of every row
    /// eight bytes longer.
    /// </summary>
    private string? Message => Entry is { EventName: "Started", ParentExecutionId: { } parent } ? ExecutionId.NumberOf(InstanceId, parent)?.ToString(CultureInfo.InvariantCulture) : Entry.Detail;

    public static RowTable<JournalRow> Table { get; } = new(
        FlushOrder.Engine,
        "insert into workflows.journal (instance_id, sequence, activity_id, activity_type, execution_id, event, message, occurred) select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)",
        everyRow: true,
        Column.Uuid<JournalRow>(j => j.InstanceId),
        Column.Int4<JournalRow>(j => checked((int)j.Entry.Sequence)),
        Column.Text<JournalRow>(j => j.Entry.ActivityId),
        Column.Text<JournalRow>(j => j.Entry.ActivityType),
        Column.Uuid<JournalRow>(j => j.Entry.ExecutionId),
        Column.Text<JournalRow>(j => j.Entry.EventName),
        Column.Text<JournalRow>(j => j.Message),
        Column.Instant<JournalRow>(j => j.Entry.At));
}

/// <summary>What a step was given and gave, where its definition asks for that.</summary>
internal sealed record JournalDataRow(Guid InstanceId, JournalEntry Entry) : IRow<JournalDataRow>
{
    public static RowTable<JournalDataRow> Table { get; } = new(
        FlushOrder.Engine,
        "insert into workflows.journal_data (instance_id, sequence, data) select * from unnest($1, $2, $3)",
        everyRow: true,
        Column.Uuid<JournalDataRow>(j => j.InstanceId),
        Column.Int4<JournalDataRow>(j => checked((int)j.Entry.Sequence)),
        Column.Json<JournalDataRow>(j => j.Entry.Data));

    /// <summary>Writes a journal, and beside it what its steps were given and gave.</summary>
    public static void Write(UnitOfWork unit, Guid instance, IEnumerable<JournalEntry> journal)
    {
        foreach (var entry in journal)
        {
            unit.Write(new JournalRow(instance, entry));
            if (entry.Data is not null)
            {
                unit.Write(new JournalDataRow(instance, entry));
            }
        }
    }
}

/// <summary>An incident of this burst; one that its instance's end has overtaken is written closed.</summary>
internal sealed record IncidentRow(Guid InstanceId, string Key, Incident Incident, DateTimeOffset? Closed = null) : IRow<IncidentRow>
{
    public static RowTable<IncidentRow> Table { get; } = new(
        FlushOrder.Engine,
        """
        insert into workflows.incidents (id, instance_id, key, activity_id, activity_type, error, message, attempt, status, opened, closed)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        everyRow: true,
        Column.Uuid<IncidentRow>(i => i.Incident.Id),
        Column.Uuid<IncidentRow>(i => i.InstanceId),
        Column.Text<IncidentRow>(i => i.Key),
        Column.Text<IncidentRow>(i => i.Incident.ActivityId),
        Column.Text<IncidentRow>(i => i.Incident.ActivityType),
        Column.Text<IncidentRow>(i => i.Incident.ErrorClass),
        Column.Text<IncidentRow>(i => i.Incident.Message),
        Column.Int4<IncidentRow>(i => i.Incident.Attempt),
        Column.Int2<IncidentRow>(i => (short)(i.Closed is not null ? 2 : i.Incident.RetryAt is null ? 1 : 0)),
        Column.Instant<IncidentRow>(i => i.Incident.At),
        Column.InstantOrNull<IncidentRow>(i => i.Closed));
}

internal sealed record IncidentClosedRow(Guid Id, DateTimeOffset Now) : IRow<IncidentClosedRow>
{
    public static RowTable<IncidentClosedRow> Table { get; } = new(
        FlushOrder.Engine,
        """
        with timers as (delete from workflows.timers where id = any($1))
        update workflows.incidents i set status = 2, closed = u.now from unnest($1, $2) as u (id, now) where i.id = any($1) and i.id = u.id
        """,
        everyRow: true,
        Column.Uuid<IncidentClosedRow>(i => i.Id),
        Column.Instant<IncidentClosedRow>(i => i.Now));
}
