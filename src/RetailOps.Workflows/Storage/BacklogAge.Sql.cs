using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>How long the oldest stimulus that could be run has waited.</summary>
internal static class BacklogAge
{
    // The first of each lane by the index of the claims; what waits behind an earlier one of its key, a dead letter say, is not late. Whole queues are never counted.
    private const string Sql =
        """
        select coalesce(max(extract(epoch from clock_timestamp() - greatest(s.created, s.not_before))), 0)::float8
        from ((select id, key, created, not_before from workflows.stimuli where dead is null and lane = 0 order by id limit 100)
              union all (select id, key, created, not_before from workflows.stimuli where dead is null and lane = 1 order by id limit 100)) s
        where s.not_before <= clock_timestamp() and not exists (select from workflows.stimuli d where d.key = s.key and d.id < s.id)
        """;

    public static PressureGauge Gauge(Database database) => new("The engine", async ct =>
    {
        await using var command = database.Requests.CreateCommand(Sql);
        return TimeSpan.FromSeconds(Math.Max(0, (double)(await command.ExecuteScalarAsync(ct))!));
    });
}
