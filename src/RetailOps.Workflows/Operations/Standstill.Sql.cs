using MediatR;

using Microsoft.Extensions.Logging;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>An instance that stands still.</summary>
/// <param name="Reason">What a person should know.</param>
internal sealed record StuckInstance(Guid Id, string Definition, string? CorrelationId, DateTimeOffset Since, string Reason);

/// <summary>One lane of the engine's queue.</summary>
/// <param name="Lane">people, timers or bulk.</param>
/// <param name="Waiting">What waits, tries that wait for their time included; no dead letters.</param>
/// <param name="OldestSeconds">How long the oldest has waited; null when nothing does.</param>
internal sealed record LaneBacklog(string Lane, long Waiting, double? OldestSeconds);

/// <summary>What the engine has before it.</summary>
/// <param name="Dead">Dead letters.</param>
/// <param name="Blocked">Wait behind a dead letter of their key.</param>
/// <param name="Paused">Wait for another try.</param>
/// <param name="InFlight">In somebody's hand at this moment.</param>
/// <param name="TimersDue">Due and not fired yet.</param>
/// <param name="Timers">All that wait for their time.</param>
/// <param name="Living">Instances that have not ended.</param>
/// <param name="Incidents">Open ones.</param>
internal sealed record BacklogView(IReadOnlyList<LaneBacklog> Lanes, long Dead, long Blocked, long Paused, long InFlight, long TimersDue, long Timers, long Living, long Incidents);

/// <summary>Lists instances that nothing can wake, or that have said so themselves.</summary>
/// <param name="Limit">At most.</param>
[Needs("workflows.read"), AsksDatabase]
internal sealed record ListStuck(Guid? After, int Limit) : IRequest<Result<IReadOnlyList<StuckInstance>>>;

/// <summary>Counts what waits.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record GetBacklog : IRequest<Result<BacklogView>>;

internal sealed class ListStuckHandler(UnitOfWork work) : IRequestHandler<ListStuck, Result<IReadOnlyList<StuckInstance>>>
{
    public async Task<Result<IReadOnlyList<StuckInstance>>> Handle(ListStuck request, CancellationToken ct) =>
        await StandstillTable.Stuck(await work.Connection(ct), request.After, request.Limit, ct);
}

internal sealed class GetBacklogHandler(UnitOfWork work, EngineWatch watch) : IRequestHandler<GetBacklog, Result<BacklogView>>
{
    public async Task<Result<BacklogView>> Handle(GetBacklog request, CancellationToken ct)
    {
        var (lanes, inFlight, due, timers) = await StandstillTable.Queue(await work.Connection(ct), work.Now, ct);
        var all = await watch.Look(ct);
        return new BacklogView(lanes, all.Dead, all.Blocked, all.Paused, inFlight, due, timers, all.Living, all.Incidents);
    }
}

/// <summary>Once an hour everything that lives is looked at: the watch of every minute sees only what was changed lately, and what stands still is not.</summary>
internal sealed partial class StuckWatch(Database database, ILogger<StuckWatch> log) : IRecurringJob
{
    private const int MostNamed = 10;

    public string Name => "stuck-instances";

    public string Cron => "23 * * * *";

    public async Task RunAsync(CancellationToken ct)
    {
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        var stuck = await StandstillTable.Stuck(connection, null, MostNamed, ct);
        if (stuck.Count > 0)
        {
            LogStuck(log, stuck.Count, string.Join("; ", stuck.Select(s => $"{s.Id} of {s.Definition}")));
        }
    }

    [LoggerMessage(4501, LogLevel.Error, "{Count} instances or more can be woken by nothing; help or cancel them: {Instances}")]
    private static partial void LogStuck(ILogger log, int count, string instances);
}

internal static class StandstillTable
{
    private static readonly string[] LaneNames = ["people", "timers", "bulk"];

    public static async Task<List<StuckInstance>> Stuck(NpgsqlConnection connection, Guid? after, int limit, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select i.id, i.definition_id, nullif(i.key, i.id::text), i.updated,
                   coalesce((select c.message from workflows.incidents c where c.instance_id = i.id and c.status < 2 and c.error = 'workflows.stuck' limit 1), 'Nothing can wake this instance.')
            from workflows.instances i
            where i.finished is null and ($1::uuid is null or i.id > $1)
              and not exists (select from workflows.bookmarks b where b.instance_id = i.id)
              and not exists (select from workflows.timers t where t.instance_id = i.id)
              and not exists (select from workflows.stimuli s where s.instance_id = i.id)
              and not exists (select from workflows.incidents c where c.instance_id = i.id and c.status < 2 and c.error <> 'workflows.stuck')
            order by i.id limit $2
            """, connection)
        {
            Parameters = { new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid }, new() { Value = limit } },
        };
        var stuck = new List<StuckInstance>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            stuck.Add(new(
                reader.GetGuid(0), reader.GetString(1), await reader.IsDBNullAsync(2, ct) ? null : reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetString(4)));
        }

        return stuck;
    }

    public static async Task<(IReadOnlyList<LaneBacklog> Lanes, long InFlight, long Due, long Timers)> Queue(NpgsqlConnection connection, DateTimeOffset now, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select lane, count(*), extract(epoch from clock_timestamp() - min(created))::float8 from workflows.stimuli where dead is null group by lane"),
                new(
                    """
                    select (select count(*) from workflows.in_flight where stimulus_id <> 0), (select count(*) from workflows.timers where due <= $1), (select count(*) from workflows.timers)
                    """) { Parameters = { new() { Value = now.ToUniversalTime() } } },
            },
        };
        var waiting = new Dictionary<int, (long Count, double Age)>();
        await using var reader = await batch.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            waiting[reader.GetInt16(0)] = (reader.GetInt64(1), reader.GetDouble(2));
        }

        await reader.NextResultAsync(ct);
        await reader.ReadAsync(ct);
        var lanes = LaneNames.Select((name, lane) => waiting.TryGetValue(lane, out var w) ? new LaneBacklog(name, w.Count, Math.Round(w.Age, 3)) : new LaneBacklog(name, 0, null)).ToList();
        return (lanes, reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }
}
