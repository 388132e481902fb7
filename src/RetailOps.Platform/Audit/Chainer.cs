using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary>
/// Links committed events about every second and writes the head down every minute. Every host does; the advisory lock lets one link at a time, so none is special and
/// none is missed when it dies.
/// </summary>
internal sealed partial class Chainer(AuditChain chain, AuditOptions options, ILogger<Chainer> log) : BackgroundService
{
    private readonly HeadFile? file = options.Folder is { } folder ? chain.HeadsIn(folder) : null;

    private long told;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.IsLinking)
        {
            return;
        }

        var lastExport = 0L;
        while (!stoppingToken.IsCancellationRequested)
        {
            var rest = options.Pause;
            try
            {
                var started = TimeProvider.System.GetTimestamp();
                var linked = await chain.Link(stoppingToken);
                if (linked is { Rows: AuditChain.Most })
                {
                    // A history that was copied in, or a burst of bursts: half of the time is left to others.
                    rest = TimeProvider.System.GetElapsedTime(started);
                }

                if (lastExport == 0 || TimeProvider.System.GetElapsedTime(lastExport) >= options.ExportEvery)
                {
                    await Export(stoppingToken);
                    lastExport = TimeProvider.System.GetTimestamp();
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (DatabaseTrouble.IsUnavailable(e))
            {
                // The engine and the relay say so already; what waits is linked when the database is back.
            }
            catch (Exception e)
            {
                LogTrouble(log, e);
            }

            await Task.Delay(rest, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Export(CancellationToken ct)
    {
        if (await chain.Head(ct) is not { } head)
        {
            return;
        }

        if (head.Sequence != told)
        {
            LogHead(log, head.Sequence, Convert.ToHexStringLower(head.Head), head.Total);
            told = head.Sequence;
        }

        if (file is not null)
        {
            await file.Append(head, TimeProvider.System.GetUtcNow(), ct);
        }
    }

    [LoggerMessage(6701, LogLevel.Information, "The audit chain has come to link {Sequence}, head {Head}, {Rows} rows")]
    private static partial void LogHead(ILogger log, long sequence, string head, long rows);

    [LoggerMessage(6702, LogLevel.Error, "Events could not be linked into the audit chain, or its head could not be written down; it is tried again")]
    private static partial void LogTrouble(ILogger log, Exception e);
}
