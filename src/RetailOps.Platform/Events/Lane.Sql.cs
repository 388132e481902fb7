using Npgsql;

namespace RetailOps.Platform;

/// <summary>A leased delivery of a lane.</summary>
/// <param name="Delivery">What is leased.</param>
/// <param name="Error">What went wrong at the try before; null when that try did not live to say it, or there was none.</param>
/// <param name="Age">Since the event was written, in machine time.</param>
internal sealed record OutboundDelivery(LeasedDelivery Delivery, string? Error, TimeSpan Age);

/// <summary>A lane's statements.</summary>
internal static class LaneTable
{
    // Those of one claim have been tried equally often: what failed together before goes in halves. The error is cleared with the claim, so that a
    // try that kills the process leaves none.
    private const string ClaimSql =
        """
        with open as materialized (
          select d.id, d.attempts, d.error from platform.deliveries d
          where d.subscriber = $1 and d.state = 0 and d.due <= clock_timestamp()
            and not exists (select from platform.deliveries earlier
                            where earlier.subscriber = $1 and earlier.key = d.key and earlier.id + 0 < d.id and earlier.state in (0, 2) offset 0)
          order by d.id limit 4 * $2
          for update skip locked),
        first as (select attempts from open order by id limit 1),
        due as materialized (
          select o.id, o.error from open o where o.attempts = (select attempts from first)
          order by o.id limit greatest(1, $2 >> least((select attempts from first), 30)))
        update platform.deliveries d set attempts = d.attempts + 1, due = clock_timestamp() + $3, error = null
        from due, platform.events e
        where d.id = any (array(select id from due)) and d.id = due.id and e.id = d.event_id
        returning d.id, d.event_id, d.subscriber, d.key, d.attempts, e.type, e.data::text, e.trace, due.error, clock_timestamp() - e.recorded
        """;

    public static async Task<List<OutboundDelivery>> Claim(NpgsqlDataSource source, string subscriber, int most, TimeSpan lease, CancellationToken ct)
    {
        await using var command = source.CreateCommand(ClaimSql);
        command.Parameters.Add(new() { Value = subscriber });
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = lease });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var claimed = new List<OutboundDelivery>();
        while (await reader.ReadAsync(ct))
        {
            var delivery = new LeasedDelivery(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetInt32(4), reader.GetString(5), reader.GetString(6),
                await reader.IsDBNullAsync(7, ct) ? null : reader.GetString(7));
            claimed.Add(new(delivery, await reader.IsDBNullAsync(8, ct) ? null : reader.GetString(8), reader.GetTimeSpan(9)));
        }

        claimed.Sort((a, b) => a.Delivery.Id.CompareTo(b.Delivery.Id));
        return claimed;
    }
}
