using System.Text.Json;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Words for states, as they are stored.</summary>
internal static class WebhookState
{
    public const string Active = "active";
    public const string Paused = "paused";
    public const string Disabled = "disabled";
    public const string Stopped = "stopped";
}

/// <summary>A webhook as it stands after a change; stale when somebody else changed it meanwhile.</summary>
internal sealed record WebhookRow(
    Guid Id, string Url, IReadOnlyList<string> EventTypes, IReadOnlyList<string> Needs, string Owner, IReadOnlyList<string>? Channels, Guid SecretId, string Secret, string? PreviousSecret,
    DateTimeOffset? PreviousUntil, string State, string? Why, DateTimeOffset Created, DateTimeOffset? Deleted, int Revision) : IRow<WebhookRow>
{
    public static RowTable<WebhookRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into integration.webhooks as w
          (id, url, event_types, needs, owner, channels, secret_id, secret, previous_secret, previous_until, state, why, created, deleted, revision)
        select u.id, u.url, array(select jsonb_array_elements_text(u.event_types)), array(select jsonb_array_elements_text(u.needs)), u.owner,
               case when u.channels is not null then array(select jsonb_array_elements_text(u.channels)) end,
               u.secret_id, u.secret, u.previous_secret, u.previous_until, u.state, u.why, u.created, u.deleted, u.revision
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
          as u (id, url, event_types, needs, owner, channels, secret_id, secret, previous_secret, previous_until, state, why, created, deleted, revision)
        on conflict (id) do update set
          secret_id = excluded.secret_id, secret = excluded.secret, previous_secret = excluded.previous_secret, previous_until = excluded.previous_until,
          state = excluded.state, why = excluded.why, deleted = excluded.deleted, revision = excluded.revision
        where w.revision = excluded.revision - 1
        """,
        everyRow: true,
        Column.Uuid<WebhookRow>(r => r.Id),
        Column.Text<WebhookRow>(r => r.Url),
        Column.Json<WebhookRow>(r => JsonSerializer.Serialize(r.EventTypes)),
        Column.Json<WebhookRow>(r => JsonSerializer.Serialize(r.Needs)),
        Column.Text<WebhookRow>(r => r.Owner),
        Column.Json<WebhookRow>(r => r.Channels is null ? null : JsonSerializer.Serialize(r.Channels)),
        Column.Uuid<WebhookRow>(r => r.SecretId),
        Column.Text<WebhookRow>(r => r.Secret),
        Column.Text<WebhookRow>(r => r.PreviousSecret),
        Column.InstantOrNull<WebhookRow>(r => r.PreviousUntil),
        Column.Text<WebhookRow>(r => r.State),
        Column.Text<WebhookRow>(r => r.Why),
        Column.Instant<WebhookRow>(r => r.Created),
        Column.InstantOrNull<WebhookRow>(r => r.Deleted),
        Column.Int4<WebhookRow>(r => r.Revision));
}

/// <summary>Where a new webhook begins: behind what is settled now.</summary>
internal sealed record WebhookStartRow(Guid Webhook) : IRow<WebhookStartRow>
{
    public static RowTable<WebhookStartRow> Table { get; } = new(
        FlushOrder.Events,
        $"""
        insert into integration.webhook_progress (webhook, start_xact, upto_xact)
        select u.webhook, h.x, h.x from unnest($1) as u (webhook) cross join (select {WebhookQueue.Horizon} - 1 as x) h
        """,
        everyRow: true,
        Column.Uuid<WebhookStartRow>(r => r.Webhook));
}

/// <summary>A webhook that goes on: what waits is due at once, with all its tries before it.</summary>
internal sealed record WebhookResumedRow(Guid Webhook) : IRow<WebhookResumedRow>
{
    public static RowTable<WebhookResumedRow> Table { get; } = new(
        FlushOrder.Queues,
        """
        with fresh as (
          update integration.webhook_progress p set failures = 0, failing_since = null, not_before = null where p.webhook = any ($1)
        )
        update integration.webhook_deliveries d set attempts = 0, due = clock_timestamp() where d.webhook = any ($1) and d.state = 0
        """,
        everyRow: false,
        Column.Uuid<WebhookResumedRow>(r => r.Webhook));
}

/// <summary>What a deleted webhook leaves behind is its own row only.</summary>
internal sealed record WebhookLeftoversRow(Guid Webhook) : IRow<WebhookLeftoversRow>
{
    public static RowTable<WebhookLeftoversRow> Table { get; } = new(
        FlushOrder.Queues,
        """
        with progress as (delete from integration.webhook_progress p where p.webhook = any ($1))
        delete from integration.webhook_deliveries d where d.webhook = any ($1)
        """,
        everyRow: false,
        Column.Uuid<WebhookLeftoversRow>(r => r.Webhook));
}

/// <summary>A message that is sent again, from its first try.</summary>
internal sealed record WebhookAgainRow(long Id) : IRow<WebhookAgainRow>
{
    public static RowTable<WebhookAgainRow> Table { get; } = new(
        FlushOrder.Queues,
        """
        update integration.webhook_deliveries d set state = 0, attempts = 0, due = clock_timestamp(), leased = null, done = null, error = null
        where d.id = any ($1) and d.state <> 0
        """,
        everyRow: false,
        Column.Int8<WebhookAgainRow>(r => r.Id));
}

/// <summary>A message that was not sent before.</summary>
internal sealed record WebhookDeliveryRow(Guid Webhook, Guid EventId, string Type, string Key) : IRow<WebhookDeliveryRow>
{
    public static RowTable<WebhookDeliveryRow> Table { get; } = new(
        FlushOrder.Queues,
        "insert into integration.webhook_deliveries (webhook, event_id, type, key) select * from unnest($1, $2, $3, $4) on conflict do nothing",
        everyRow: false,
        Column.Uuid<WebhookDeliveryRow>(r => r.Webhook),
        Column.Uuid<WebhookDeliveryRow>(r => r.EventId),
        Column.Text<WebhookDeliveryRow>(r => r.Type),
        Column.Text<WebhookDeliveryRow>(r => r.Key));
}

/// <summary>A webhook that was read; counts its facts on.</summary>
internal sealed class Webhook(WebhookRow row, bool isStopped = false, DateTimeOffset? failingSince = null, int waiting = 0, int dead = 0) : IAggregate
{
    public WebhookRow Row { get; private set; } = row;

    public int Revision => Row.Revision;

    /// <summary>Whether its owner is disabled, or may no longer have what it asks for.</summary>
    public bool IsStopped => isStopped;

    public int NextRevision()
    {
        Row = Row with { Revision = Row.Revision + 1 };
        return Row.Revision;
    }

    public void Become(WebhookRow changed) => Row = changed;

    public WebhookView View() => new(
        Row.Id, Row.Url, Row.EventTypes, Row.Owner, Row.Channels, isStopped && Row.State == WebhookState.Active ? WebhookState.Stopped : Row.State, Row.Why, failingSince, waiting, dead,
        Row.SecretId, Row.PreviousUntil, Row.Created);
}

/// <summary>Reads webhooks within a unit of work.</summary>
internal static class WebhookTable
{
    private const string Select =
        $"""
        select w.id, w.url, w.event_types, w.needs, w.owner, w.channels, w.secret_id, w.secret, w.previous_secret, w.previous_until, w.state, w.why, w.created, w.revision,
               not ({WebhookQueue.IsLive}),
               (select p.failing_since from integration.webhook_progress p where p.webhook = w.id),
               (select count(*)::int from (select from integration.webhook_deliveries d where d.webhook = w.id and d.state = 0 limit 10000) x),
               (select count(*)::int from (select from integration.webhook_deliveries d where d.webhook = w.id and d.state = 2 limit 10000) x)
        from integration.webhooks w
        where w.deleted is null
        """;

    /// <param name="work">Where to ask.</param>
    /// <param name="id">Which.</param>
    /// <param name="forUpdate">Whether it is going to be changed.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Null when there is none, or it is somebody else's.</returns>
    public static async Task<Webhook?> Find(UnitOfWork work, Guid id, bool forUpdate, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{Select} and w.id = $1{(forUpdate ? " for update" : "")}", await work.Connection(ct)) { Parameters = { new() { Value = id } } };
        return (await Read(command, ct)).SingleOrDefault() is { } found && WebhookLaw.Reaches(work.Caller, found.Row.Owner) ? found : null;
    }

    public static async Task<List<Webhook>> List(UnitOfWork work, string? owner, Guid? after, int limit, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{Select} and ($1 is null or w.owner = $1) and ($2 is null or w.id > $2) order by w.id limit $3", await work.Connection(ct))
        {
            Parameters =
            {
                new() { Value = (object?)owner ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = limit },
            },
        };
        return await Read(command, ct);
    }

    public static async Task<long> Count(UnitOfWork work, string owner, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select count(*) from integration.webhooks w where w.deleted is null and w.owner = $1", await work.Connection(ct)) { Parameters = { new() { Value = owner } } };
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<List<Webhook>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<Webhook>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(new(
                new(
                    reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<string[]>(2), reader.GetFieldValue<string[]>(3), reader.GetString(4),
                    reader.IsDBNull(5) ? null : reader.GetFieldValue<string[]>(5), reader.GetGuid(6), reader.GetString(7), reader.IsDBNull(8) ? null : reader.GetString(8),
                    reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9), reader.GetString(10), reader.IsDBNull(11) ? null : reader.GetString(11),
                    reader.GetFieldValue<DateTimeOffset>(12), null, reader.GetInt32(13)),
                reader.GetBoolean(14), reader.IsDBNull(15) ? null : reader.GetFieldValue<DateTimeOffset>(15), reader.GetInt32(16), reader.GetInt32(17)));
        }

        return found;
    }
}
