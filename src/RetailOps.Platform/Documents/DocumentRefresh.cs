using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary>Loads the live documents before anything else starts, and then looks for newer ones. No host needs to hear of another.</summary>
internal sealed partial class DocumentRefresh(GovernedDocuments documents, ILogger<DocumentRefresh> log) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public Task StartingAsync(CancellationToken cancellationToken) => Refresh(cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause);
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(t => t is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default))
        {
            await Refresh(stoppingToken);
        }
    }

    private async Task Refresh(CancellationToken ct)
    {
        try
        {
            await documents.Refresh(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // What is in memory goes on ruling; the next look makes up for it.
            LogTrouble(log, e.Message);
        }
        catch (OperationCanceledException)
        {
        }
    }

    [LoggerMessage(6351, LogLevel.Warning, "Governed documents cannot be read at the moment: {Reason}")]
    private static partial void LogTrouble(ILogger log, string reason);
}
