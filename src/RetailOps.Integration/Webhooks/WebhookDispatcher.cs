using System.Diagnostics;
using System.Security.Cryptography;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>
/// Tells webhooks what happened. Looks through new events for each, claims what is due (a commit), calls (no transaction, no connection), writes down what came of it. Every
/// webhook has calls of its own, so a slow or dead one holds up nobody else; every host does this, and leases keep them apart.
/// </summary>
internal sealed partial class WebhookDispatcher(
    WebhookQueue queue, WebhookSender sender, WebhookSecrets secrets, EventTypes types, RequestRunner requests, WebhookOptions options, BackgroundWork busy, ILogger<WebhookDispatcher> log)
    : BackgroundService
{
    private readonly Dictionary<Guid, int> underWay = [];
    private readonly HashSet<Task> calls = [];
    private readonly Lock gate = new();
    private readonly SemaphoreSlim bell = new(0, 1);

    public override void Dispose()
    {
        bell.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = options.Poll;
            try
            {
                pause = await Round(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it is, the loop goes on: its work is in the database. When that cannot be reached, others say so.
                if (!DatabaseTrouble.IsUnavailable(e))
                {
                    LogTrouble(log, e);
                }

                pause = options.Idle;
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Wait(pause, stoppingToken);
        }

        // What is under way ends within its own time; then it is known whether it arrived.
        await Task.WhenAll(Calls());
    }

    private async Task Wait(TimeSpan pause, CancellationToken ct)
    {
        try
        {
            await bell.WaitAsync(pause, ct);
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <returns>How long to wait before the next.</returns>
    private async Task<TimeSpan> Round(CancellationToken ct)
    {
        using var work = busy.Begin();
        var live = await queue.Live(ct);
        if (live.Count == 0)
        {
            return options.Idle;
        }

        var isMore = false;
        foreach (var webhook in live.Where(w => w is { IsBehind: true, IsResting: false }))
        {
            isMore |= await queue.LookOn(webhook.Id, types.Expand(webhook.EventTypes), ct);
        }

        var free = Free(live);
        if (free.Count == 0)
        {
            return options.Poll;
        }

        var claimed = await queue.Claim([.. free.Keys.Select(w => w.Id)], [.. free.Values], ct);
        if (claimed.Count > 0)
        {
            FaultPoints.Reach(FaultPoint.AfterOutboundClaim);
        }

        var known = live.ToDictionary(w => w.Id);
        claimed.ForEach(message => Begin(message, known[message.Webhook]));
        return isMore ? TimeSpan.Zero : options.Poll;
    }

    /// <summary>How many more messages each webhook may be sent at this moment.</summary>
    private Dictionary<LiveWebhook, int> Free(List<LiveWebhook> live)
    {
        lock (gate)
        {
            var all = options.AllCalls - calls.Count;
            var free = new Dictionary<LiveWebhook, int>();
            foreach (var webhook in live.Where(w => !w.IsResting).OrderBy(w => underWay.GetValueOrDefault(w.Id)))
            {
                var mine = Math.Min((webhook.Failures >= WebhookOptions.Trouble ? 1 : options.Calls) - underWay.GetValueOrDefault(webhook.Id), all);
                if (mine > 0)
                {
                    free.Add(webhook, mine);
                    all -= mine;
                }
            }

            return free;
        }
    }

    private Task[] Calls()
    {
        lock (gate)
        {
            return [.. calls];
        }
    }

    private void Begin(LeasedMessage message, LiveWebhook webhook)
    {
        lock (gate)
        {
            underWay[webhook.Id] = underWay.GetValueOrDefault(webhook.Id) + 1;
            var call = Task.Run(() => Tell(message, webhook));
            calls.Add(call);
            _ = call.ContinueWith(done => End(done, webhook.Id), TaskScheduler.Default);
        }
    }

    private void End(Task call, Guid webhook)
    {
        lock (gate)
        {
            calls.Remove(call);
            if (--underWay[webhook] == 0)
            {
                underWay.Remove(webhook);
            }
        }

        // What stands behind it under the same key is due now.
        try
        {
            bell.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
        }
    }

    private async Task Tell(LeasedMessage message, LiveWebhook webhook)
    {
        using var work = busy.Begin();
        try
        {
            var started = Stopwatch.GetTimestamp();
            var tried = await Send(message, webhook);
            FaultPoints.Reach(FaultPoint.AfterOutboundCall);
            await Record(message, webhook, tried, (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (Exception e)
        {
            // Its lease ends, and it is sent again under the same id.
            LogNotRecorded(log, e, message.EventId, webhook.Id);
        }
    }

    private async Task<WebhookTry> Send(LeasedMessage message, LiveWebhook webhook)
    {
        try
        {
            var body = WebhookMessage.Write(message);
            var headers = StandardWebhook.Sign(WebhookMessage.IdOf(message), message.Now, body, [.. webhook.Secrets.Select(secrets.Open)]);
            return await sender.Send(new Uri(webhook.Url), CloudEvent.ContentType, body, headers, CancellationToken.None);
        }
        catch (CryptographicException)
        {
            return new(null, "The secret cannot be read any more, because the host's key was changed: rotate the webhook's secret.", null);
        }
    }

    private async Task Record(LeasedMessage message, LiveWebhook webhook, WebhookTry tried, int milliseconds)
    {
        if (tried.Arrived)
        {
            await queue.Arrived(message, tried.Status!.Value, milliseconds, CancellationToken.None);
            return;
        }

        LogAgain(log, message.EventId, webhook.Id, message.Attempts, tried.Why!);
        var asked = tried.Status is 429 or 503 ? tried.RetryAfter : null;
        var isGone = tried.Status == 410;
        var again = options.Again(message.Attempts, asked);

        // Who is gone is left in peace at once, and waits for a person with what it was not told.
        var rest = isGone ? options.LongestAsked : options.Rest(webhook.Failures + 1, asked);
        if (await queue.Failed(message, tried, milliseconds, isGone ? again ?? TimeSpan.Zero : again, rest, CancellationToken.None) is not { } failed)
        {
            return;
        }

        if (isGone)
        {
            await Report(webhook, WebhookTrouble.Gone);
        }
        else if (failed.HasFailedLong)
        {
            await Report(webhook, WebhookTrouble.Failing);
        }
        else if (failed.IsDead)
        {
            await Report(webhook, WebhookTrouble.DeadLetter);
        }
    }

    private async Task Report(LiveWebhook webhook, WebhookTrouble trouble) =>
        await requests.Run(new Caller.System("integration.webhooks"), new ReportWebhookTrouble(webhook.Id, trouble));

    [LoggerMessage(5501, LogLevel.Information, "Event {EventId} did not reach webhook {Webhook} at try {Attempt}: {Reason}")]
    private static partial void LogAgain(ILogger log, Guid eventId, Guid webhook, int attempt, string reason);

    [LoggerMessage(5502, LogLevel.Warning, "Event {EventId}: what became of its message to webhook {Webhook} could not be written down; it is sent again when its lease ends")]
    private static partial void LogNotRecorded(ILogger log, Exception e, Guid eventId, Guid webhook);

    [LoggerMessage(5503, LogLevel.Warning, "Webhooks cannot be served at the moment; it is tried again")]
    private static partial void LogTrouble(ILogger log, Exception e);
}
