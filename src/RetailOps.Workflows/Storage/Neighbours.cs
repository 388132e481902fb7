using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// Hosts on one database wake each other: one that has more than it can do says so, in a transaction of its own, throttled, and only
/// while another says that it is idle. No burst and no request notifies: that would serialise their commits.
/// </summary>
internal sealed partial class Neighbours(Database database, EngineOptions options, EngineBell bell, ILogger<Neighbours> log) : BackgroundService
{
    private const string BeatSql =
        """
        with gone as (delete from workflows.hosts where seen < clock_timestamp() - interval '1 minute')
        insert into workflows.hosts (id, idle, seen) values ($1, $2, clock_timestamp())
        on conflict (id) do update set idle = excluded.idle, seen = excluded.seen
        returning exists (select from workflows.hosts h where h.id <> $1 and h.idle and h.seen > clock_timestamp() - interval '3 seconds')
        """;

    private readonly Guid host = Guid.CreateVersion7();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Workers > 0 && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var ear = await database.Notes.OpenConnectionAsync(stoppingToken);
                ear.Notification += (_, note) =>
                {
                    if (note.Payload != host.ToString())
                    {
                        bell.Ring();
                    }
                };
                await using (var listen = new NpgsqlCommand("listen retailops_engine", ear))
                {
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                }

                await BeatAndListen(ear, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it is, the loop goes on: a host that hears nobody still works.
                LogDeaf(log, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task BeatAndListen(NpgsqlConnection ear, CancellationToken ct)
    {
        var someoneIsIdle = false;
        for (var tick = 0; !ct.IsCancellationRequested; tick++)
        {
            if (tick % 20 == 0)
            {
                await using var beat = database.Notes.CreateCommand(BeatSql);
                beat.Parameters.Add(new() { Value = host });
                beat.Parameters.Add(new() { Value = bell.IsIdle });
                someoneIsIdle = (bool)(await beat.ExecuteScalarAsync(ct))!;
            }

            if (someoneIsIdle && bell.TakeUnheard())
            {
                await using var call = database.Notes.CreateCommand("select pg_notify('retailops_engine', $1)");
                call.Parameters.Add(new() { Value = host.ToString() });
                await call.ExecuteNonQueryAsync(ct);
            }

            await ear.WaitAsync(TimeSpan.FromMilliseconds(50), ct);
        }
    }

    [LoggerMessage(4302, LogLevel.Warning, "Other hosts cannot be heard at the moment; the poll goes on: {Reason}")]
    private static partial void LogDeaf(ILogger log, string reason);
}
