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

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Workers == 0
        ? Task.CompletedTask
        : Task.WhenAll([.. Enumerable.Range(0, options.Workers).Select(n => Keep(() => Work(n, stoppingToken), stoppingToken)), Keep(() => FireTimers(stoppingToken), stoppingToken)]);

    private async Task Work(int worker, CancellationToken ct)
    {
        for (var round = worker * 4; !ct.IsCancellationRequested; round++)
        {
            bool some;
            using (busy.Begin())
            {
                some = await executor.RunGroup(Lanes[round % Lanes.Length], ct);
            }

            if (!some)
            {
                await bell.Wait(options.Poll, ct);
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
                fired = await TimerTable.Fire(database.Engine, clock.GetUtcNow(), AtOnce, ct);
            }

            FaultPoints.Reach(FaultPoint.AfterTimers);
            if (fired > 0)
            {
                bell.Ring();
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
