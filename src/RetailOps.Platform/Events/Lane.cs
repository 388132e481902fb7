using System.Diagnostics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// Serves one outbound subscriber: claims (a commit), calls (no transaction, no connection), records the answers (a commit, or one each when they
/// cannot be recorded together). What dies in between is called again when its lease ends.
/// </summary>
internal sealed partial class Lane(
    OutboundLane lane, Database database, IServiceScopeFactory scopes, FactCatalogue facts, DeliveryBell bell, TimeProvider clock, BackgroundWork busy, ILogger<Lane> log)
    : BackgroundService
{
    private static readonly ActivitySource Tracing = new("RetailOps.Relay");

    private static readonly TimeSpan Behind = TimeSpan.FromMilliseconds(25);

    private readonly LaneOptions options = lane.Options;
    private readonly DeliveryBell.Listener ear = bell.Listen(name => name == lane.Name);
    private readonly SemaphoreSlim turn = new(1);

    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, options.Calls).Select(_ => Work(stoppingToken)));

    private async Task Work(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var claimed = await TakeTurn(ct);
                if (claimed < options.Batch)
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
        using var work = busy.Begin();
        ear.Hush();
        var claimed = await LaneTable.Claim(database.Relay, lane.Name, options.Batch, options.CallTimeout + options.Grace, ct);
        var count = claimed.Count;
        if (count == 0)
        {
            return 0;
        }

        FaultPoints.Reach(FaultPoint.AfterOutboundClaim);
        foreach (var killer in claimed.Where(c => c.Error is null && c.Delivery.Attempts > options.Deaths).ToList())
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

        return count;
    }

    private async Task<IReadOnlyList<OutboundOutcome>> Call(List<OutboundDelivery> claimed, CancellationToken ct)
    {
        using var tracing = Tracing.StartActivity(lane.Name, ActivityKind.Client, claimed[0].Delivery.Trace);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.CallTimeout);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var subscriber = scope.ServiceProvider.GetRequiredKeyedService<IOutboundSubscriber>(lane.Name);
            // Somebody who does not listen to the token must not hold the lane beyond the lease of its deliveries.
            var outcomes = await subscriber.Call(claimed.ConvertAll(Sent), limit.Token).WaitAsync(limit.Token);
            return outcomes.Count == claimed.Count
                ? outcomes
                : throw new InvalidOperationException($"{lane.Name} gave {outcomes.Count} outcomes for {claimed.Count} facts.");
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            var reason = e is OperationCanceledException ? $"No answer within {options.CallTimeout.TotalSeconds:0.#} s." : $"{e.GetType().Name}: {e.Message}";
            return [.. claimed.Select(_ => new OutboundOutcome.Again(reason))];
        }
    }

    private async Task Record(List<(OutboundDelivery Delivery, OutboundOutcome Outcome)> outcomes, CancellationToken ct)
    {
        var answered = outcomes.FindAll(o => o.Outcome is OutboundOutcome.Answered);
        if (answered.Count > 1 && await RecordTogether(answered, ct))
        {
            outcomes.RemoveAll(answered.Contains);
        }

        foreach (var (delivery, outcome) in outcomes)
        {
            await Record(delivery, outcome, ct);
        }
    }

    private async Task Record(OutboundDelivery delivery, OutboundOutcome outcome, CancellationToken ct)
    {
        switch (outcome)
        {
            case OutboundOutcome.Answered answered:
                await Settle(delivery, (subscriber, sent) => subscriber.Record(sent, answered.Answer, ct), ct);
                break;
            case OutboundOutcome.Again again when IsHopeless(delivery):
                LogGivenUp(log, delivery.Delivery.EventId, lane.Name, delivery.Delivery.Attempts, again.Reason);
                await Settle(delivery, (subscriber, sent) => subscriber.GiveUp(sent, again.Reason, ct), ct);
                break;
            case OutboundOutcome.Again again:
                LogAgain(log, delivery.Delivery.EventId, lane.Name, delivery.Delivery.Attempts, again.Reason);
                await DeliveryTable.Failed(database.Relay, delivery.Delivery, again.Reason, Pause(delivery.Delivery.Attempts), ct);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <returns>False when nothing was recorded and each is to be tried by itself.</returns>
    private async Task<bool> RecordTogether(List<(OutboundDelivery Delivery, OutboundOutcome Outcome)> answered, CancellationToken ct)
    {
        var answers = answered.ToDictionary(a => a.Delivery.Delivery.EventId, a => ((OutboundOutcome.Answered)a.Outcome).Answer);
        try
        {
            await Write(answered.ConvertAll(a => a.Delivery), (subscriber, sent) => subscriber.Record(sent, answers[sent.Fact.EventId], ct), ct);
            return true;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogApart(log, e, answered.Count, lane.Name);
            return false;
        }
    }

    /// <summary>Writes what it came to. What cannot be written is called for again, and ends among the dead letters.</summary>
    private async Task Settle(OutboundDelivery delivery, Func<IOutboundSubscriber, OutboundFact, Task> effect, CancellationToken ct)
    {
        try
        {
            await Write([delivery], effect, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            var one = delivery.Delivery;
            var last = IsHopeless(delivery) && !Transient.IsRace(e);
            LogNotRecorded(log, e, one.EventId, lane.Name, one.Attempts);
            await DeliveryTable.Failed(database.Relay, one, $"{e.GetType().Name}: {e.Message}", last ? null : Pause(one.Attempts), ct);
        }
    }

    /// <summary>Effects, inbox and "delivered" in one commit.</summary>
    private async Task Write(List<OutboundDelivery> deliveries, Func<IOutboundSubscriber, OutboundFact, Task> effect, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (services, work) = (scope.ServiceProvider, scope.ServiceProvider.GetRequiredService<UnitOfWork>());
        work.Begin(database.Relay, WorkMode.Request);
        var taken = await services.GetRequiredService<Inbox>().Take(deliveries.Select(d => (lane.Name, d.Delivery.EventId.ToString())), ct);
        var fresh = deliveries.Where(d => taken.Contains((lane.Name, d.Delivery.EventId.ToString()))).ToDictionary(d => d.Delivery.EventId, Sent);
        var subscriber = services.GetRequiredKeyedService<IOutboundSubscriber>(lane.Name);
        if (fresh.Count > 0)
        {
            await subscriber.Prepare([.. fresh.Values], ct);
        }

        foreach (var one in deliveries.Select(d => d.Delivery))
        {
            work.Act(new Caller.System(lane.Name), one.EventId, one.Trace, clock.GetUtcNow());
            if (fresh.TryGetValue(one.EventId, out var sent))
            {
                await effect(subscriber, sent);
            }

            work.Write(new DeliveredRow(one.Id, one.Attempts));
        }

        await work.Flush(ct);
        await work.Commit();
    }

    private bool IsHopeless(OutboundDelivery delivery) => delivery.Delivery.Attempts >= options.Attempts && delivery.Age >= options.GiveUpAfter;

    private OutboundFact Sent(OutboundDelivery delivery) => new(facts.FromJson(delivery.Delivery.EventName, delivery.Delivery.Data), delivery.Delivery.Attempts);

    private TimeSpan Pause(int attempts)
    {
        var pause = options.FirstPause * Math.Pow(2, Math.Min(attempts - 1, 30));
        return (pause < options.LongestPause ? pause : options.LongestPause) * (0.8 + (0.4 * Random.Shared.NextDouble()));
    }

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
