using Npgsql;

namespace RetailOps.Platform;

/// <summary>What is owed to a lane, over all hosts.</summary>
/// <param name="Backlog">Deliveries to be made; those under way count.</param>
/// <param name="Waiting">Of them, those that wait for something else, or behind another one of their key.</param>
/// <param name="DeadLetters">Deliveries that a person must decide about.</param>
/// <param name="OldestWait">When the event of the oldest was recorded; null for none.</param>
/// <param name="LastOutage">The last time in which nobody answered; null for none.</param>
public sealed record LaneLoad(long Backlog, long Waiting, long DeadLetters, DateTimeOffset? OldestWait, LaneOutage? LastOutage);

/// <summary>A time in which nobody answered. Machine time.</summary>
/// <param name="Began">The end of the first call without an answer.</param>
/// <param name="Answered">When somebody answered again; null for not yet.</param>
/// <param name="CaughtUp">When nothing that had piled up was due any more; null for not yet.</param>
/// <param name="Error">What was heard instead of an answer.</param>
public sealed record LaneOutage(DateTimeOffset Began, DateTimeOffset? Answered, DateTimeOffset? CaughtUp, string Error);

/// <summary>What waits for people, over all hosts.</summary>
/// <param name="Exceptions">Open ones by severity; all three are there.</param>
/// <param name="Broken">Violations that the watch found last.</param>
internal sealed record Alarms(IReadOnlyDictionary<string, long> Exceptions, long Broken);

/// <summary>Looks at what lanes have to do.</summary>
public sealed class LaneReads(Database database)
{
    private const string LoadSql =
        """
        select l.name,
               coalesce(o.backlog, 0), coalesce(o.waiting, 0), coalesce(o.dead, 0), first.recorded, t.began, t.answered, t.caught_up, t.error
        from unnest($1) as l (name)
        left join lateral (
          select count(*) filter (where d.state = 0) as backlog, count(*) filter (where d.state = 2) as dead,
                 count(*) filter (where d.state = 0 and (d.put_off
                   or exists (select from platform.deliveries e where e.subscriber = d.subscriber and e.key = d.key and e.id + 0 < d.id and e.state in (0, 2) offset 0))) as waiting
          from platform.deliveries d where d.subscriber = l.name and d.state in (0, 2)) o on true
        left join lateral (
          select e.recorded from platform.deliveries d join platform.events e on e.id = d.event_id
          where d.subscriber = l.name and d.state = 0 order by d.id limit 1) first on true
        left join lateral (select * from platform.outages x where x.lane = l.name order by x.began desc limit 1) t on true
        """;

    /// <summary>What is owed to lanes, by name; a lane that owes nothing is there with zeros.</summary>
    public async Task<IReadOnlyDictionary<string, LaneLoad>> Loads(IEnumerable<string> lanes, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(LoadSql);
        command.Parameters.Add(new() { Value = lanes.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var loads = new Dictionary<string, LaneLoad>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            var outage = await reader.IsDBNullAsync(5, ct) ? null : new LaneOutage(reader.GetFieldValue<DateTimeOffset>(5), await Instant(reader, 6, ct), await Instant(reader, 7, ct), reader.GetString(8));
            loads[reader.GetString(0)] = new(reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), await Instant(reader, 4, ct), outage);
        }

        return loads;
    }

    internal async Task<Alarms> Alarms(CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(
            """
            select s.severity, (select count(*) from platform.exceptions e where e.severity = s.severity and e.status in ('open', 'taken')), (select coalesce(sum(broken), 0)::bigint from platform.watch)
            from unnest(array['low', 'medium', 'high']) as s (severity)
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var (open, broken) = (new Dictionary<string, long>(StringComparer.Ordinal), 0L);
        while (await reader.ReadAsync(ct))
        {
            open[reader.GetString(0)] = reader.GetInt64(1);
            broken = reader.GetInt64(2);
        }

        return new(open, broken);
    }

    private static async Task<DateTimeOffset?> Instant(NpgsqlDataReader reader, int column, CancellationToken ct) =>
        await reader.IsDBNullAsync(column, ct) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
