using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What waits in the engine's queues at a moment.</summary>
/// <param name="Stimuli">To be run now.</param>
/// <param name="Dead">Dead letters.</param>
/// <param name="Blocked">Waiting behind a dead letter of their key.</param>
/// <param name="Paused">Waiting for another try.</param>
/// <param name="Living">Instances that have not ended.</param>
/// <param name="Incidents">Open incidents.</param>
public sealed record EngineBacklog(long Stimuli, long Dead, long Blocked, long Paused, long Living, long Incidents)
{
    /// <summary>Whether nothing can be run at this moment.</summary>
    public bool IsQuiet => Stimuli == 0;
}

/// <summary>Looks at the engine's queues.</summary>
public sealed class EngineWatch(Database database)
{
    private const string Sql =
        """
        select
          (select count(*) from workflows.stimuli s where s.dead is null and s.not_before <= clock_timestamp()
             and not exists (select from workflows.stimuli d where d.key = s.key and d.id + 0 < s.id and (d.dead is not null or d.not_before > clock_timestamp()) offset 0)),
          (select count(*) from workflows.stimuli where dead is not null),
          (select count(*) from workflows.stimuli s where s.dead is null and exists (select from workflows.stimuli d where d.key = s.key and d.id + 0 < s.id and d.dead is not null offset 0)),
          (select count(*) from workflows.stimuli where dead is null and not_before > clock_timestamp()),
          (select count(*) from workflows.instances where finished is null),
          (select count(*) from workflows.incidents where status < 2)
        """;

    private const string RestsSql =
        """
        select not exists (select from workflows.timers where due <= $1)
           and not exists (select from workflows.stimuli s where s.dead is null
                             and not exists (select from workflows.stimuli d where d.key = s.key and d.id + 0 < s.id and d.dead is not null offset 0))
        """;

    /// <summary>Whether nothing will happen any more unless time passes or somebody acts: no timer is due and no stimulus waits, also not for another try.</summary>
    /// <param name="now">Business time.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<bool> Rests(DateTimeOffset now, CancellationToken ct = default)
    {
        await using var command = database.Requests.CreateCommand(RestsSql);
        command.Parameters.Add(new() { Value = now });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Counts, in one query.</summary>
    public async Task<EngineBacklog> Look(CancellationToken ct = default)
    {
        await using var command = database.Requests.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5));
    }
}
