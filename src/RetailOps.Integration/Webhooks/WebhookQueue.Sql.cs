using Npgsql;

using NpgsqlTypes;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>A webhook that may be told something now.</summary>
/// <param name="Secrets">Encrypted: one, or two for a day.</param>
/// <param name="IsBehind">Whether there are events that it has not been looked through for.</param>
internal sealed record LiveWebhook(Guid Id, string Url, string[] EventTypes, string[] Secrets, int Failures, bool IsBehind, bool IsResting);

/// <summary>A message under lease, with its event; no event for a ping.</summary>
internal sealed record LeasedMessage(long Id, Guid Webhook, int Attempts, Guid EventId, string Type, string Key, DateTimeOffset Now, WebhookEvent? Event);

/// <summary>What a message is written from.</summary>
internal sealed record WebhookEvent(DateTimeOffset Occurred, string Aggregate, int Revision, string? Trace, string Data);

/// <summary>What became of a webhook after a try.</summary>
/// <param name="IsDead">Whether the message was given up.</param>
/// <param name="HasFailedLong">Whether nothing has arrived for as long as is waited.</param>
internal sealed record FailedTry(bool IsDead, bool HasFailedLong);

/// <summary>
/// What webhooks are owed. Events are looked through in the order of their transactions, below the oldest one that is still open, as the audit chain does: nothing that
/// commits late is passed by, and an event costs nothing where nobody wants it.
/// </summary>
internal sealed class WebhookQueue(Database database, WebhookOptions options)
{
    /// <summary>The number below which every transaction has ended.</summary>
    public const string Horizon = "((select b.base from platform.chain_base b) + pg_snapshot_xmin(pg_current_snapshot())::text::bigint)";

    /// <summary>Whether the owner of <c>w</c> may have what it asks for now. Whom no list of clients names is a person.</summary>
    public const string IsLive =
        """
        not exists (select from platform.clients c where w.owner = 'client:' || c.name
                    and not (c.disabled is null and c.deleted is null and c.nodes is null and (c.channels is null or coalesce(w.channels <@ c.channels, false)) and w.needs <@ c.may_ask))
        """;

    /// <summary>The channel of the order that an event <c>e</c> belongs to; null for none.</summary>
    public const string ChannelOfEvent =
        "(select o.data->>'channel' from platform.events o where o.aggregate = 'order/' || (e.data->>'orderId') and o.revision = 1 and o.type = 'orders.order-placed.v1')";

    private const string Active = $"w.state = 'active' and w.deleted is null and {IsLive}";

    public async Task<List<LiveWebhook>> Live(CancellationToken ct)
    {
        await using var command = database.Relay.CreateCommand(
            $"""
            select w.id, w.url, w.event_types, case when w.previous_until > clock_timestamp() then array[w.secret, w.previous_secret] else array[w.secret] end, p.failures,
                   exists (select from platform.events e where e.xact > p.upto_xact and e.xact < {Horizon}),
                   coalesce(p.not_before > clock_timestamp(), false)
            from integration.webhooks w join integration.webhook_progress p on p.webhook = w.id
            where {Active}
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var live = new List<LiveWebhook>();
        while (await reader.ReadAsync(ct))
        {
            live.Add(new(
                reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<string[]>(2), reader.GetFieldValue<string[]>(3), reader.GetInt32(4), reader.GetBoolean(5), reader.GetBoolean(6)));
        }

        return live;
    }

    /// <summary>
    /// Looks through some more events, whole transactions, and puts down what a webhook is owed of them. One host at a time for each webhook. Of an aggregate's events none
    /// is put before an earlier one: a transaction that waited for another may have the lower number.
    /// </summary>
    /// <returns>Whether something was looked through.</returns>
    public async Task<bool> LookOn(Guid webhook, string[] types, CancellationToken ct)
    {
        await using var command = database.Relay.CreateCommand(
            $"""
            with mine as materialized (
              select p.webhook, p.upto_xact, w.channels from integration.webhook_progress p join integration.webhooks w on w.id = p.webhook
              where p.webhook = $1 and {Active} for update of p skip locked
            ), bound as materialized (
              select max(x.xact) as upto from (
                select e.xact from platform.events e where e.xact > (select upto_xact from mine) and e.xact < {Horizon} order by e.xact, e.id limit $3) x
            ), placed as materialized (
              select e.id, e.type, e.key, e.occurred, e.aggregate, e.revision, max(e.xact) over (partition by e.aggregate order by e.revision) as place
              from platform.events e
              where e.xact > (select upto_xact from mine) and e.xact <= (select upto from bound) and e.type = any ($2)
                and ((select channels from mine) is null or {ChannelOfEvent} = any ((select channels from mine)::text[]))
            ), made as (
              insert into integration.webhook_deliveries (webhook, event_id, type, key)
              select $1, p.id, p.type, p.key from placed p order by p.place, p.occurred, p.aggregate, p.revision
              on conflict do nothing
            )
            update integration.webhook_progress p set upto_xact = b.upto from bound b, mine m where p.webhook = m.webhook and b.upto is not null
            """);
        command.Parameters.Add(new() { Value = webhook });
        command.Parameters.Add(new() { Value = types });
        command.Parameters.Add(new() { Value = options.Page });
        return await command.ExecuteNonQueryAsync(ct) > 0;
    }

    /// <summary>Takes what is due, at most so many for each webhook, and for each key only the oldest. A commit of its own: a try counts even if it kills the process.</summary>
    public async Task<List<LeasedMessage>> Claim(Guid[] webhooks, int[] most, CancellationToken ct)
    {
        await using var command = database.Relay.CreateCommand(
            """
            with open as materialized (
              select * from unnest($1, $2) as u (webhook, most)
            ), due as materialized (
              select x.id, x.event_id from open o cross join lateral (
                select d.id, d.event_id from integration.webhook_deliveries d
                where d.webhook = o.webhook and d.state = 0 and d.due <= clock_timestamp() and (d.leased is null or d.leased < clock_timestamp())
                  and not exists (select from integration.webhook_deliveries b where b.webhook = d.webhook and b.key = d.key and b.id + 0 < d.id and b.state = 0 offset 0)
                order by d.id limit o.most
                for update skip locked) x
            )
            update integration.webhook_deliveries d set attempts = d.attempts + 1, leased = clock_timestamp() + $3
            from due left join platform.events e on e.id = due.event_id
            where d.id = due.id
            returning d.id, d.webhook, d.attempts, d.event_id, d.type, d.key, clock_timestamp(), e.occurred, e.aggregate, e.revision, e.trace, e.data::text
            """);
        command.Parameters.Add(new() { Value = webhooks });
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = options.Lease });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var claimed = new List<LeasedMessage>();
        while (await reader.ReadAsync(ct))
        {
            claimed.Add(new(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetInt32(2), reader.GetGuid(3), reader.GetString(4), reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6),
                reader.IsDBNull(7) ? null : new(reader.GetFieldValue<DateTimeOffset>(7), reader.GetString(8), reader.GetInt32(9), reader.IsDBNull(10) ? null : reader.GetString(10), reader.GetString(11))));
        }

        return claimed;
    }

    /// <summary>It arrived. Where nothing had for a while, what waits for a later try is due at once.</summary>
    public async Task Arrived(LeasedMessage message, int status, int milliseconds, CancellationToken ct)
    {
        await using var command = database.Relay.CreateCommand(
            """
            with done as (
              update integration.webhook_deliveries d set state = 1, done = clock_timestamp(), leased = null, status = $3, milliseconds = $4, error = null
              where d.id = $1 and d.attempts = $2 and d.state = 0 returning d.webhook
            ), before as materialized (
              select p.webhook, p.failures from integration.webhook_progress p, done where p.webhook = done.webhook and p.failures > 0 for update of p
            ), well as (
              update integration.webhook_progress p set failures = 0, failing_since = null, not_before = null from before b where p.webhook = b.webhook
            )
            update integration.webhook_deliveries d set due = clock_timestamp() from before b
            where d.webhook = b.webhook and b.failures >= $5 and d.state = 0 and d.attempts > 0 and d.due > clock_timestamp() and d.id <> $1
            """);
        command.Parameters.Add(new() { Value = message.Id });
        command.Parameters.Add(new() { Value = message.Attempts });
        command.Parameters.Add(new() { Value = status });
        command.Parameters.Add(new() { Value = milliseconds });
        command.Parameters.Add(new() { Value = WebhookOptions.Trouble });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>It did not arrive. Null when somebody else has it meanwhile.</summary>
    /// <param name="message">Which.</param>
    /// <param name="tried">What came of it.</param>
    /// <param name="milliseconds">How long it took.</param>
    /// <param name="again">When it is tried again; null when it is given up.</param>
    /// <param name="rest">How long nothing is sent to the webhook at all; null to go on.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<FailedTry?> Failed(LeasedMessage message, WebhookTry tried, int milliseconds, TimeSpan? again, TimeSpan? rest, CancellationToken ct)
    {
        await using var command = database.Relay.CreateCommand(
            """
            with done as (
              update integration.webhook_deliveries d set
                state = case when $5::interval is null then 2 else 0 end, done = case when $5 is null then clock_timestamp() end,
                due = clock_timestamp() + coalesce($5, interval '0'), leased = null, status = $3, milliseconds = $4, error = $6
              where d.id = $1 and d.attempts = $2 and d.state = 0 returning d.webhook
            )
            update integration.webhook_progress p set
              failures = p.failures + 1, failing_since = coalesce(p.failing_since, clock_timestamp()), not_before = case when $7::interval is not null then clock_timestamp() + $7 end
            from done where p.webhook = done.webhook
            returning p.failing_since <= clock_timestamp() - $8
            """);
        command.Parameters.Add(new() { Value = message.Id });
        command.Parameters.Add(new() { Value = message.Attempts });
        command.Parameters.Add(new() { Value = (object?)tried.Status ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = milliseconds });
        command.Parameters.Add(new() { Value = (object?)again ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval });
        command.Parameters.Add(new() { Value = (object?)tried.Why ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)rest ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval });
        command.Parameters.Add(new() { Value = options.FailingFor });
        return await command.ExecuteScalarAsync(ct) is bool hasFailedLong ? new(again is null, hasFailedLong) : null;
    }
}
