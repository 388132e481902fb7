using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>
/// Maps what came in, in order for each key. A try is counted before it begins; what fails is tried again with growing pauses, and then failed: visible, with its key waiting behind
/// it, until a person maps it again or discards it.
/// </summary>
internal sealed partial class Mapper(InboxTable table, InboxBell bell, RequestRunner runner, SourceBook book, InboxOptions options, BackgroundWork busy, ILogger<Mapper> log) : BackgroundService
{
    /// <summary>After a try, doubling.</summary>
    public static TimeSpan Pause(InboxOptions options, int attempts)
    {
        var pause = options.FirstPause * Math.Pow(2, Math.Clamp(attempts - 1, 0, 30));
        return pause < options.LongestPause ? pause : options.LongestPause;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await MapWhatIsDue(stoppingToken) == 0)
                {
                    await bell.Wait(options.Poll, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it is, the loop goes on: its work is in the database.
                LogTrouble(log, e);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<int> MapWhatIsDue(CancellationToken ct)
    {
        using var work = busy.Begin();
        var claimed = await table.Claim(options.Batch, options.Lease, ct);
        foreach (var message in claimed)
        {
            await Map(message, ct);
        }

        return claimed.Count;
    }

    private async Task Map(ClaimedMessage message, CancellationToken ct)
    {
        var caller = await CallerOf(message.Source, ct);
        if (!message.IsUnmatched && message.Attempts > options.Attempts)
        {
            // Nobody lived to write down what went wrong.
            await Fail(caller, message, "The process ended during each try.", ct);
            return;
        }

        try
        {
            var result = await runner.Run(caller, new TakeMessage(message.Id), ct: ct);
            if (!result.IsSuccess)
            {
                await Fail(caller, message, $"{result.Refusal.Code}: {result.Refusal.Message}", ct);
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogNotMapped(log, e, message.Id, message.Attempts);
            await Fail(caller, message, e.GetType().Name, ct);
        }
    }

    private async Task Fail(Caller caller, ClaimedMessage message, string why, CancellationToken ct) =>
        await runner.Run(caller, new FailMessage(message.Id, why, message.Attempts >= options.Attempts && !message.IsUnmatched, Pause(options, message.Attempts)), ct: ct);

    /// <summary>A source acts under its own name, and reaches no other channel than its own.</summary>
    private async Task<Caller> CallerOf(string name, CancellationToken ct) =>
        new Caller.System("source:" + name) { Channels = (await book.Find(name, ct))?.Channel is { } channel ? new HashSet<string>(StringComparer.Ordinal) { channel } : null };

    [LoggerMessage(5402, LogLevel.Warning, "Message {Message} could not be mapped at try {Attempt}")]
    private static partial void LogNotMapped(ILogger log, Exception e, Guid message, int attempt);

    [LoggerMessage(5403, LogLevel.Warning, "The inbox cannot be worked on at the moment and is tried again")]
    private static partial void LogTrouble(ILogger log, Exception e);
}
