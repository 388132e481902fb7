using Npgsql;

namespace RetailOps.Platform;

/// <summary>A leased delivery of a lane.</summary>
/// <param name="Delivery">What is leased.</param>
/// <param name="Error">What went wrong at the try before; null when that try did not live to say it, or there was none.</param>
/// <param name="Age">Since the event was written, in machine time.</param>
/// <param name="Woken">How often it was woken before it was leased.</param>
internal sealed record OutboundDelivery(LeasedDelivery Delivery, string? Error, TimeSpan Age, int Woken);

/// <summary>A lane's statements.</summary>
internal static class LaneTable
{
    // Those of one claim have been tried equally often: what failed together before goes in halves. The error is cleared with the claim, so that a
    // try that kills the process leaves none.
    private const string ClaimSql =
        """
        with open as materialized (
          select d.id, d.attempts, d.error from platform.deliveries d
          where d.subscriber = $1 and d.state = 0 and d.due <= clock_timestamp() and (d.attempts = 0) = $4
            and not exists (select from platform.deliveries earlier
                            where earlier.subscriber = $1 and earlier.key = d.key and earlier.id + 0 < d.id and earlier.state in (0, 2) offset 0)
          order by d.id limit 4 * $2
          for update skip locked),
        first as (select attempts from open order by id limit 1),
        due as materialized (
          select o.id, o.error from open o where o.attempts = (select attempts from first)
          order by o.id limit greatest(1, $2 >> least((select attempts from first), 30)))
        update platform.deliveries d set attempts = d.attempts + 1, due = clock_timestamp() + $3, error = null, put_off = false
        from due, platform.events e
        where d.id = any (array(select id from due)) and d.id = due.id and e.id = d.event_id
        returning d.id, d.event_id, d.subscriber, d.key, d.attempts, e.type, e.data::text, e.trace, due.error, clock_timestamp() - e.recorded, d.woken
        """;

    public static async Task<List<OutboundDelivery>> Claim(NpgsqlDataSource source, string subscriber, int most, TimeSpan lease, bool fresh, CancellationToken ct)
    {
        await using var command = source.CreateCommand(ClaimSql);
        command.Parameters.Add(new() { Value = subscriber });
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = lease });
        command.Parameters.Add(new() { Value = fresh });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var claimed = new List<OutboundDelivery>();
        while (await reader.ReadAsync(ct))
        {
            var delivery = new LeasedDelivery(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetInt32(4), reader.GetString(5), reader.GetString(6),
                await reader.IsDBNullAsync(7, ct) ? null : reader.GetString(7));
            claimed.Add(new(delivery, await reader.IsDBNullAsync(8, ct) ? null : reader.GetString(8), reader.GetTimeSpan(9), reader.GetInt32(10)));
        }

        claimed.Sort((a, b) => a.Delivery.Id.CompareTo(b.Delivery.Id));
        return claimed;
    }

    /// <summary>A lease for as long again, for what is still under way.</summary>
    public static Task Renew(NpgsqlDataSource source, List<OutboundDelivery> deliveries, TimeSpan lease, CancellationToken ct) => Do(
        source,
        """
        update platform.deliveries d set due = clock_timestamp() + $3
        from unnest($1, $2) as u (id, attempts) where d.id = any($1) and d.id = u.id and d.attempts = u.attempts and d.state = 0 and d.error is null
        """,
        ct, deliveries.ConvertAll(d => d.Delivery.Id).ToArray(), deliveries.ConvertAll(d => d.Delivery.Attempts).ToArray(), lease);

    /// <summary>Puts off what waits for something else. No try is spent.</summary>
    public static Task PutOff(NpgsqlDataSource source, OutboundDelivery delivery, string reason, TimeSpan pause, CancellationToken ct) => Do(
        source,
        """
        update platform.deliveries set attempts = attempts - 1, due = clock_timestamp() + case when woken = $5 then $3 else interval '0' end, error = $4, put_off = woken = $5
        where id = $1 and attempts = $2 and state = 0
        """,
        ct, delivery.Delivery.Id, delivery.Delivery.Attempts, pause, reason, delivery.Woken);

    /// <summary>Takes or keeps a lane that one host serves at a time, if there is something to do on it.</summary>
    /// <returns>False when there is nothing, or another host has it.</returns>
    public static async Task<bool> Hold(NpgsqlDataSource source, string lane, Guid holder, TimeSpan lease, CancellationToken ct) => await Do(
        source,
        """
        insert into platform.lanes as l (name, holder, held_until)
        select $1, $2, clock_timestamp() + $3 where exists (select from platform.deliveries d where d.subscriber = $1 and d.state = 0 and (d.due <= clock_timestamp() or d.error is null))
        on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until where l.holder = excluded.holder or l.held_until < clock_timestamp()
        """,
        ct, lane, holder, lease) > 0;

    /// <summary>Lets another host serve the lane at once.</summary>
    public static Task Release(NpgsqlDataSource source, string lane, Guid holder, CancellationToken ct) =>
        Do(source, "update platform.lanes set held_until = clock_timestamp() where name = $1 and holder = $2", ct, lane, holder);

    /// <summary>Writes down since when nobody answers; a second call keeps the first.</summary>
    public static Task FellSilent(NpgsqlDataSource source, string lane, TimeSpan since, string error, CancellationToken ct) => Do(
        source,
        "insert into platform.outages (lane, began, error) values ($1, clock_timestamp() - $2, $3) on conflict do nothing",
        ct, lane, since, error);

    /// <summary>Ends the time in which nobody answered. What was put off because of it is due at once.</summary>
    /// <returns>False when there was none, and nothing is being caught up.</returns>
    public static async Task<bool> AnswersAgain(NpgsqlDataSource source, string lane, CancellationToken ct)
    {
        if (await Do(source, "update platform.outages set answered = clock_timestamp() where lane = $1 and answered is null", ct, lane) > 0)
        {
            await Do(source, "update platform.deliveries set due = clock_timestamp() where subscriber = $1 and state = 0 and error is not null and due > clock_timestamp()", ct, lane);
        }

        await using var command = source.CreateCommand("select exists (select from platform.outages where lane = $1 and answered is not null and caught_up is null)");
        command.Parameters.Add(new() { Value = lane });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>What had piled up is brought.</summary>
    public static Task CaughtUp(NpgsqlDataSource source, string lane, CancellationToken ct) =>
        Do(source, "update platform.outages set caught_up = clock_timestamp() where lane = $1 and answered is not null and caught_up is null", ct, lane);

    private static async Task<int> Do(NpgsqlDataSource source, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>Looks at once after what was put off under a key. In the transaction that does what it waited for.</summary>
/// <param name="Subscriber">Whose delivery.</param>
/// <param name="Key">Its business key.</param>
public sealed record WokenDelivery(string Subscriber, string Key) : IRow<WokenDelivery>
{
    /// <inheritdoc/>
    public static RowTable<WokenDelivery> Table { get; } = new(
        FlushOrder.Queues,
        """
        update platform.deliveries d set woken = d.woken + 1, due = case when d.put_off then clock_timestamp() else d.due end,
               error = case when d.put_off then null else d.error end, put_off = false
        from unnest($1, $2) as u (subscriber, key) where d.subscriber = u.subscriber and d.key = u.key and d.state = 0
        """,
        everyRow: false,
        Column.Text<WokenDelivery>(w => w.Subscriber),
        Column.Text<WokenDelivery>(w => w.Key))
    {
        Affected = static (work, _, _) => work.OnCommitted(work.Deliveries.Ring),
    };
}
