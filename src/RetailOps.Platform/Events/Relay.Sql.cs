using Npgsql;

namespace RetailOps.Platform;

/// <summary>A delivery under lease: nobody else takes it before the lease ends.</summary>
internal sealed record LeasedDelivery(long Id, Guid EventId, string Subscriber, string Key, int Attempts, string EventName, string Data, string? Trace);

/// <summary>The relay's statements. A claim is a commit of its own, so that an attempt counts even if it kills the process.</summary>
internal static class DeliveryTable
{
    private const string ClaimSql =
        """
        with due as materialized (
          select d.id from platform.deliveries d
          where d.state = 0 and d.due <= clock_timestamp() and d.subscriber <> all($3)
            and not exists (select from platform.deliveries earlier
                            where earlier.subscriber = d.subscriber and earlier.key = d.key and earlier.id + 0 < d.id and earlier.state in (0, 2) offset 0)
          order by d.id limit $1
          for update skip locked)
        update platform.deliveries d set attempts = d.attempts + 1, due = clock_timestamp() + $2
        from due, platform.events e
        where d.id = any (array(select id from due)) and d.id = due.id and e.id = d.event_id
        returning d.id, d.event_id, d.subscriber, d.key, d.attempts, e.type, e.data::text, e.trace
        """;

    /// <param name="source">Where to ask.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="lease">How long they are ours.</param>
    /// <param name="others">Subscribers that are served elsewhere: the lanes'.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<List<LeasedDelivery>> Claim(NpgsqlDataSource source, int most, TimeSpan lease, string[] others, CancellationToken ct)
    {
        await using var command = source.CreateCommand(ClaimSql);
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = lease });
        command.Parameters.Add(new() { Value = others });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var claimed = new List<LeasedDelivery>();
        while (await reader.ReadAsync(ct))
        {
            claimed.Add(new(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetInt32(4), reader.GetString(5), reader.GetString(6),
                await reader.IsDBNullAsync(7, ct) ? null : reader.GetString(7)));
        }

        claimed.Sort((a, b) => a.Id.CompareTo(b.Id));
        return claimed;
    }

    /// <summary>Gives back what was claimed and not tried: it is due at once, and no attempt has been spent.</summary>
    public static async Task GiveBack(NpgsqlDataSource source, IEnumerable<LeasedDelivery> deliveries, CancellationToken ct)
    {
        var given = deliveries.ToList();
        await using var command = source.CreateCommand(
            """
            update platform.deliveries d set attempts = d.attempts - 1, due = clock_timestamp()
            from unnest($1, $2) as u (id, attempts) where d.id = any($1) and d.id = u.id and d.attempts = u.attempts and d.state = 0
            """);
        command.Parameters.Add(new() { Value = given.ConvertAll(d => d.Id).ToArray() });
        command.Parameters.Add(new() { Value = given.ConvertAll(d => d.Attempts).ToArray() });
        await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task Failed(NpgsqlDataSource source, LeasedDelivery delivery, string error, TimeSpan? again, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            update platform.deliveries
            set state = case when $3::interval is null then 2 else 0 end, due = clock_timestamp() + coalesce($3, interval '0'), error = $4
            where id = $1 and attempts = $2 and state = 0
            """);
        command.Parameters.Add(new() { Value = delivery.Id });
        command.Parameters.Add(new() { Value = delivery.Attempts });
        command.Parameters.Add(new() { Value = (object?)again ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Interval });
        command.Parameters.Add(new() { Value = error });
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>Marks a delivery done in the transaction of its effects; stale when its lease went to somebody else meanwhile.</summary>
internal sealed record DeliveredRow(long Id, int Attempts) : IRow<DeliveredRow>
{
    public static RowTable<DeliveredRow> Table { get; } = new(
        FlushOrder.Instances,
        """
        update platform.deliveries d set state = 1, done = clock_timestamp(), error = null
        from unnest($1, $2) as u (id, attempts) where d.id = any($1) and d.id = u.id and d.attempts = u.attempts and d.state = 0
        """,
        everyRow: true,
        Column.Int8<DeliveredRow>(d => d.Id),
        Column.Int4<DeliveredRow>(d => d.Attempts));
}
