using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>The engine's workers, its clock, and its neighbours.</summary>
internal sealed partial class EngineHost(
    BurstExecutor executor, Database database, EngineOptions options, EngineBell bell, BackgroundWork busy, TimeProvider clock, ILogger<EngineHost> log) : BackgroundService
{
    // 8 : 4 : 1, spread so that no lane waits for a whole round.
    internal static readonly short[] Lanes = [0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 0, 1, 0];

    private static readonly TimeSpan Behind = TimeSpan.FromMilliseconds(5);

    private long lastRound = TimeProvider.System.GetTimestamp();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Workers == 0
        ? Task.CompletedTask
        : Task.WhenAll([.. Enumerable.Range(0, options.Workers).Select(n => Keep(() => Work(n, stoppingToken), stoppingToken)), Keep(() => FireTimers(stoppingToken), stoppingToken)]);

    /// <summary>Whether the engine came round lately, or is switched off here.</summary>
    public bool IsAlive => options.Workers == 0 || TimeProvider.System.GetElapsedTime(Volatile.Read(ref lastRound)) < TimeSpan.FromSeconds(10) + options.AloneTime;

    private async Task Work(int worker, CancellationToken ct)
    {
        var isFirst = worker == 0;
        for (var round = worker * 4; !ct.IsCancellationRequested; round++)
        {
            Volatile.Write(ref lastRound, TimeProvider.System.GetTimestamp());
            bell.Claiming(isFirst);
            int claimed;
            using (busy.Begin())
            {
                claimed = await executor.RunGroup(Lanes[round % Lanes.Length], ct);
            }

            if (!isFirst && !bell.NeedsHelp)
            {
                await bell.WaitForNeed(options.Poll, ct);
            }
            else if (claimed < options.GroupSize)
            {
                // What comes next has rung by now, or will. Only what stood behind what was claimed, under the same key, rings for nobody.
                await bell.Wait(claimed > 0 && options.Poll > Behind ? Behind : options.Poll, ct);
            }
        }
    }

    private async Task FireTimers(CancellationToken ct)
    {
        const int AtOnce = 500;
        while (!ct.IsCancellationRequested)
        {
            int fired;
            using (busy.Begin())
            {
                fired = await TimerTable.Fire(database.Engine, clock.GetUtcNow(), AtOnce, ct) + await ScheduleTable.Fire(database.Engine, clock.GetUtcNow(), AtOnce, ct);
            }

            FaultPoints.Reach(FaultPoint.AfterTimers);
            if (fired > 0)
            {
                bell.Ring(fired);
            }

            if (fired < AtOnce)
            {
                await Task.Delay(options.Poll, ct);
            }
        }
    }

    /// <summary>Whatever goes wrong, the loop goes on: its work is in the database.</summary>
    private async Task Keep(Func<Task> loop, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await loop();
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogTrouble(log, e);
                await Task.Delay(TimeSpan.FromMilliseconds(500), ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(4301, LogLevel.Warning, "The engine cannot work at the moment and tries again")]
    private static partial void LogTrouble(ILogger log, Exception e);
}

/// <summary>Whether the engine of this host works.</summary>
internal sealed class EngineHealth(EngineHost engine, DefinitionStore definitions) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        !engine.IsAlive ? HealthCheckResult.Unhealthy("The engine did not come round for a while; see the log.")
        : definitions.Refused is { Count: > 0 } refused ? HealthCheckResult.Degraded(string.Join(Environment.NewLine, refused))
        : HealthCheckResult.Healthy());
}
