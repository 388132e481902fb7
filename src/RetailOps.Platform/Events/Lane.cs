using System.Diagnostics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// Serves one outbound subscriber: claims (a commit), calls (no transaction, no connection), records the answers (a commit, or one each when they
/// cannot be recorded together). What dies in between is called again when its lease ends. When nobody answers any more it pauses as a whole, so that
/// a machine that is down costs no fact a try, and asks with one fact from time to time.
/// </summary>
internal sealed partial class Lane(
    OutboundLane lane, Database database, IServiceScopeFactory scopes, FactCatalogue facts, DeliveryBell bell, LaneBoard board, TimeProvider clock, BackgroundWork busy, ILogger<Lane> log)
    : BackgroundService
{
    private static readonly ActivitySource Tracing = new("RetailOps.Relay");

    private static readonly TimeSpan Behind = TimeSpan.FromMilliseconds(25);

    private readonly LaneOptions options = lane.Options;
    private readonly DeliveryBell.Listener ear = bell.Listen(name => name == lane.Name);
    private readonly SemaphoreSlim turn = new(1);
    private readonly LaneState state = board.Of(lane.Name);
    private readonly Guid holder = Guid.CreateVersion7();
    private long paceUntil;
    private bool hasAnswered;
    private int turns;

    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(Enumerable.Range(0, options.Calls).Select(_ => Work(stoppingToken)));
        if (!options.Exclusive)
        {
            return;
        }

        try
        {
            await LaneTable.Release(database.Relay, lane.Name, holder, CancellationToken.None);
        }
        catch (Exception e)
        {
            // The turn runs out by itself; a host that ends must not fail over it.
            LogTrouble(log, e, lane.Name);
        }
    }

    private async Task Work(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var claimed = await TakeTurn(ct);
                if (claimed < options.Batch && !(claimed > 0 && state.CatchesUp))
                {
                    // What comes next rings. Only what stood behind what was claimed, under the same key, rings for nobody.
                    await ear.Wait(claimed > 0 && options.Poll > Behind ? Behind : options.Poll, ct);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it is, the loop goes on: its work is in the database.
                LogTrouble(log, e, lane.Name);
                await ear.Wait(TimeSpan.FromSeconds(1), ct);
            }
        }
    }

    /// <summary>One call for many costs less than a call for each: a second one begins only while another one takes its time.</summary>
    private async Task<int> TakeTurn(CancellationToken ct)
    {
        var isMine = await turn.WaitAsync(options.Gather, ct);
        try
        {
            return await DeliverWhatIsDue(ct);
        }
        finally
        {
            if (isMine)
            {
                turn.Release();
            }
        }
    }

    private async Task<int> DeliverWhatIsDue(CancellationToken ct)
    {
        var most = state.Admits(options.Batch);
        if (most == 0)
        {
            return 0;
        }

        using var work = busy.Begin();
        try
        {
            return await DeliverWhatIsDue(most, ct);
        }
        finally
        {
            state.ProbeLater();
        }
    }

    private async Task<int> DeliverWhatIsDue(int most, CancellationToken ct)
    {
        ear.Hush();
        if (options.Exclusive && !await LaneTable.Hold(database.Relay, lane.Name, holder, options.Grace, ct))
        {
            return 0;
        }

        await Pace(ct);
        // What failed before is due again and again; it must not stand before what nobody has tried yet.
        var fresh = (Interlocked.Increment(ref turns) & 1) == 0;
        var claimed = await LaneTable.Claim(database.Relay, lane.Name, most, options.Grace, fresh, ct);
        if (claimed.Count == 0)
        {
            claimed = await LaneTable.Claim(database.Relay, lane.Name, most, options.Grace, !fresh, ct);
        }

        var count = claimed.Count;
        if (count == 0)
        {
            await CaughtUp(ct);
            return 0;
        }

        Spend(count);
        FaultPoints.Reach(FaultPoint.AfterOutboundClaim);
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var renewing = KeepLease([.. claimed], alive.Token);
        try
        {
            foreach (var killer in claimed.Where(c => c.Error is null && c.Delivery.Attempts > (options.TriesOnce ? 1 : options.Deaths)).ToList())
            {
                // Nobody lived to write down what went wrong.
                claimed.Remove(killer);
                await Settle(killer, (subscriber, sent) => subscriber.GiveUp(sent, "The process ended during each try.", ct), ct);
            }

            if (claimed.Count > 0)
            {
                var outcomes = await Call(claimed, ct);
                FaultPoints.Reach(FaultPoint.AfterOutboundCall);
                await Record([.. claimed.Zip(outcomes)], ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Told to stop: another host goes on at once, and no try is spent. What was written down already stays.
            await DeliveryTable.GiveBack(database.Relay, claimed.Select(c => c.Delivery), CancellationToken.None);
            throw;
        }
        finally
        {
            await alive.CancelAsync();
            await renewing;
        }

        return count;
    }

    /// <summary>Renews the leases while the call lives. A host that cannot reach the database loses them, and what it was told is told to somebody again.</summary>
    private async Task KeepLease(List<OutboundDelivery> claimed, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(options.Grace / 3);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                try
                {
                    await LaneTable.Renew(database.Relay, claimed, options.Grace, ct);
                    if (options.Exclusive)
                    {
                        await LaneTable.Hold(database.Relay, lane.Name, holder, options.Grace, ct);
                    }
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    LogTrouble(log, e, lane.Name);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The call has ended.
        }
    }

    private async Task Pace(CancellationToken ct)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), Volatile.Read(ref paceUntil));
        if (options.Rate is not null && left > TimeSpan.Zero)
        {
            await Task.Delay(left, ct);
        }
    }

    private void Spend(int facts)
    {
        if (options.Rate is { } rate)
        {
            Volatile.Write(ref paceUntil, Math.Max(Volatile.Read(ref paceUntil), Stopwatch.GetTimestamp()) + (long)(facts / rate * Stopwatch.Frequency));
        }
    }

    /// <summary>Nothing is due: what had piled up while nobody answered is brought.</summary>
    private async Task CaughtUp(CancellationToken ct)
    {
        if (state.CatchesUp)
        {
            await LaneTable.CaughtUp(database.Relay, lane.Name, ct);
            state.CatchesUp = false;
        }
    }

    private async Task<IReadOnlyList<OutboundOutcome>> Call(List<OutboundDelivery> claimed, CancellationToken ct)
    {
        // One for each fact, so that each trace shows its call; what the call does itself hangs on the last.
        var spans = claimed.ConvertAll(c => Tracing.StartActivity(lane.Name, ActivityKind.Client, c.Delivery.Trace));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.CallTimeout);
        var begun = Stopwatch.GetTimestamp();
        IReadOnlyList<OutboundOutcome> outcomes = [];
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var subscriber = scope.ServiceProvider.GetRequiredKeyedService<IOutboundSubscriber>(lane.Name);
            // Somebody who does not listen to the token must not hold the lane for ever.
            outcomes = await subscriber.Call(claimed.ConvertAll(Sent), limit.Token).WaitAsync(limit.Token);
            if (outcomes.Count != claimed.Count)
            {
                throw new InvalidOperationException($"{lane.Name} gave {outcomes.Count} outcomes for {claimed.Count} facts.");
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            var reason = e is OperationCanceledException ? $"No answer within {options.CallTimeout.TotalSeconds:0.#} s." : $"{e.GetType().Name}: {e.Message}";
            outcomes = [.. claimed.Select(_ => new OutboundOutcome.Again(reason))];
        }
        finally
        {
            foreach (var (span, i) in spans.Select((s, i) => (s, i)))
            {
                // Without an outcome when the host is told to stop meanwhile.
                span?.SetStatus(outcomes.ElementAtOrDefault(i) switch { null => ActivityStatusCode.Unset, OutboundOutcome.Again => ActivityStatusCode.Error, _ => ActivityStatusCode.Ok });
                span?.Dispose();
            }
        }

        await Count(outcomes, Stopwatch.GetElapsedTime(begun), ct);
        return outcomes;
    }

    private async Task Count(IReadOnlyList<OutboundOutcome> outcomes, TimeSpan took, CancellationToken ct)
    {
        var (answered, again) = (outcomes.Count(o => o is OutboundOutcome.Answered), outcomes.OfType<OutboundOutcome.Again>().ToList());
        state.Tally("answered", answered);
        state.Tally("again", again.Count);
        state.Tally("not-yet", outcomes.Count - answered - again.Count);
        var failing = state.FailingSince ?? TimeProvider.System.GetUtcNow();
        var change = state.Count(options, took, answered, again.Count, again.FirstOrDefault()?.Reason);
        if (change is LaneTurn.FellSilent)
        {
            LogSilent(log, lane.Name, state.Failures, state.LastTrouble!);
            await LaneTable.FellSilent(database.Relay, lane.Name, TimeProvider.System.GetUtcNow() - failing, state.LastTrouble!, ct);
        }

        // A host that has just started does not know what fell silent before.
        if (answered > 0 && (change is LaneTurn.AnswersAgain || !hasAnswered))
        {
            hasAnswered = true;
            if (await LaneTable.AnswersAgain(database.Relay, lane.Name, ct))
            {
                LogAnswers(log, lane.Name);
                state.CatchesUp = true;
            }
        }
    }

    private bool IsHopeless(OutboundDelivery delivery) => options.TriesOnce || (delivery.Delivery.Attempts >= options.Attempts && delivery.Age >= options.GiveUpAfter);

    private OutboundFact Sent(OutboundDelivery delivery) => new(facts.FromJson(delivery.Delivery.EventName, delivery.Delivery.Data), delivery.Delivery.Attempts);

    private TimeSpan Pause(int attempts)
    {
        var pause = options.FirstPause * Math.Pow(2, Math.Min(attempts - 1, 30));
        return (pause < options.LongestPause ? pause : options.LongestPause) * (0.8 + (0.4 * Random.Shared.NextDouble()));
    }

    /// <summary>What waits for something else looks again after a quarter of its age: soon while that may come at any moment, seldom when it does not.</summary>
    private TimeSpan Wait(TimeSpan age)
    {
        var (least, most) = (options.FirstPause, options.LongestWait < options.FirstPause ? options.FirstPause : options.LongestWait);
        return age / 4 < least ? least : age / 4 > most ? most : age / 4;
    }

    [LoggerMessage(6116, LogLevel.Error, "{Subscriber} got no answer in {Calls} calls in a row and pauses as a whole: {Reason}")]
    private static partial void LogSilent(ILogger log, string subscriber, int calls, string reason);

    [LoggerMessage(6117, LogLevel.Information, "{Subscriber} gets answers again and brings what has piled up")]
    private static partial void LogAnswers(ILogger log, string subscriber);

    [LoggerMessage(6111, LogLevel.Information, "Event {EventId}: {Subscriber} has no answer at try {Attempt} and asks again: {Reason}")]
    private static partial void LogAgain(ILogger log, Guid eventId, string subscriber, int attempt, string reason);

    [LoggerMessage(6112, LogLevel.Error, "Event {EventId}: {Subscriber} had no answer in {Attempts} tries and gives it up: {Reason}")]
    private static partial void LogGivenUp(ILogger log, Guid eventId, string subscriber, int attempts, string reason);

    [LoggerMessage(6113, LogLevel.Warning, "Event {EventId}: what {Subscriber} learned at try {Attempt} could not be written down")]
    private static partial void LogNotRecorded(ILogger log, Exception e, Guid eventId, string subscriber, int attempt);

    [LoggerMessage(6115, LogLevel.Information, "{Count} answers that {Subscriber} brought are written down one by one")]
    private static partial void LogApart(ILogger log, Exception e, int count, string subscriber);

    [LoggerMessage(6114, LogLevel.Warning, "{Subscriber} cannot work at the moment and tries again")]
    private static partial void LogTrouble(ILogger log, Exception e, string subscriber);
}
