namespace RetailOps.Platform;

/// <summary>A fact as it stands in <c>platform.events</c>.</summary>
/// <param name="Id">The fact's event id.</param>
/// <param name="Type">Its stable name.</param>
/// <param name="Occurred">Business time, UTC.</param>
/// <param name="Actor">Who did it, see <see cref="Kernel.Caller.Actor"/>.</param>
/// <param name="Cause">The event or stimulus behind it.</param>
/// <param name="Trace">W3C trace context.</param>
/// <param name="Aggregate">What it happened to.</param>
/// <param name="Revision">The aggregate's revision after it, from 1 without a gap.</param>
/// <param name="Key">The business key that orders its handling.</param>
/// <param name="Data">The fact as JSON, without personal data.</param>
public sealed record EventRow(
    Guid Id, string Type, DateTimeOffset Occurred, string Actor, Guid? Cause, string? Trace, string Aggregate, int Revision, string Key, string Data) : IRow<EventRow>
{
    /// <inheritdoc/>
    public static RowTable<EventRow> Table { get; } = new(
        FlushOrder.Events,
        """
        insert into platform.events (id, type, occurred, actor, cause, trace, aggregate, revision, key, data)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        everyRow: true,
        Column.Uuid<EventRow>(e => e.Id),
        Column.Text<EventRow>(e => e.Type),
        Column.Instant<EventRow>(e => e.Occurred),
        Column.Text<EventRow>(e => e.Actor),
        Column.UuidOrNull<EventRow>(e => e.Cause),
        Column.Text<EventRow>(e => e.Trace),
        Column.Text<EventRow>(e => e.Aggregate),
        Column.Int4<EventRow>(e => e.Revision),
        Column.Text<EventRow>(e => e.Key),
        Column.Json<EventRow>(e => e.Data))
    { IsRecorded = true };
}

/// <summary>What one subscriber is owed, in <c>platform.deliveries</c>.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Subscriber">Its stable name.</param>
/// <param name="Key">The event's business key.</param>
internal sealed record DeliveryRow(Guid EventId, string Subscriber, string Key) : IRow<DeliveryRow>
{
    public static RowTable<DeliveryRow> Table { get; } = new(
        FlushOrder.Queues,
        "insert into platform.deliveries (event_id, subscriber, key) select * from unnest($1, $2, $3)",
        everyRow: true,
        Column.Uuid<DeliveryRow>(d => d.EventId),
        Column.Text<DeliveryRow>(d => d.Subscriber),
        Column.Text<DeliveryRow>(d => d.Key));
}

/// <summary>Sees every event in the transaction that raises it. The engine turns those it waits for into stimuli.</summary>
public interface IEventSink
{
    /// <summary>May write rows to the unit of work; must not ask the database.</summary>
    void Accept(UnitOfWork work, EventRow raised);
}
