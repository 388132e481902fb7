using System.Diagnostics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// Serves one outbound subscriber: claims (a commit), calls (no transaction, no connection), records each answer (a commit). What dies in
/// between is called again when its lease ends.
/// </summary>
internal sealed partial class Lane(
    OutboundLane lane, Database database, IServiceScopeFactory scopes, FactCatalogue facts, DeliveryBell bell, TimeProvider clock, BackgroundWork busy, ILogger<Lane> log)
    : BackgroundService
{
    private static readonly ActivitySource Tracing = new("RetailOps.Relay");

    private readonly LaneOptions options = lane.Options;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, options.Calls).Select(_ => Work(bell.Listen(), stoppingToken)));

    private async Task Work(DeliveryBell.Listener ear, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (!await DeliverWhatIsDue(ct))
                {
                    await ear.Wait(options.Poll, ct);
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

    private async Task<bool> DeliverWhatIsDue(CancellationToken ct)
    {
        using var work = busy.Begin();
        var claimed = await LaneTable.Claim(database.Relay, lane.Name, options.Batch, options.CallTimeout + options.Grace, ct);
        if (claimed.Count == 0)
        {
            return false;
        }

        FaultPoints.Reach(FaultPoint.AfterOutboundClaim);
        foreach (var killer in claimed.Where(c => c.Error is null && c.Delivery.Attempts > options.Deaths).ToList())
        {
            // Nobody lived to write down what went wrong.
            claimed.Remove(killer);
            await Settle(killer, s => s.Subscriber.GiveUp(Sent(killer), "The process ended during each try.", s.Ct), ct);
        }

        if (claimed.Count > 0)
        {
            var outcomes = await Call(claimed, ct);
            FaultPoints.Reach(FaultPoint.AfterOutboundCall);
            for (var i = 0; i < claimed.Count; i++)
            {
                await Record(claimed[i], outcomes[i], ct);
            }
        }

        return true;
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

    private async Task Record(OutboundDelivery delivery, OutboundOutcome outcome, CancellationToken ct)
    {
        switch (outcome)
        {
            case OutboundOutcome.Answered answered:
                await Settle(delivery, s => s.Subscriber.Record(Sent(delivery), answered.Answer, s.Ct), ct);
                break;
            case OutboundOutcome.Again again when IsHopeless(delivery):
                LogGivenUp(log, delivery.Delivery.EventId, lane.Name, delivery.Delivery.Attempts, again.Reason);
                await Settle(delivery, s => s.Subscriber.GiveUp(Sent(delivery), again.Reason, s.Ct), ct);
                break;
            case OutboundOutcome.Again again:
                LogAgain(log, delivery.Delivery.EventId, lane.Name, delivery.Delivery.Attempts, again.Reason);
                await DeliveryTable.Failed(database.Relay, delivery.Delivery, again.Reason, Pause(delivery.Delivery.Attempts), ct);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Effects, inbox and "delivered" in one commit. One that cannot be written is called for again, and ends among the dead letters.</summary>
    private async Task Settle(OutboundDelivery delivery, Func<(IOutboundSubscriber Subscriber, CancellationToken Ct), Task> effect, CancellationToken ct)
    {
        var one = delivery.Delivery;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
            work.Begin(database.Relay, WorkMode.Request);
            work.Act(new Caller.System(lane.Name), one.EventId, one.Trace, clock.GetUtcNow());
            if (await scope.ServiceProvider.GetRequiredService<Inbox>().Take(lane.Name, one.EventId.ToString(), ct))
            {
                await effect((scope.ServiceProvider.GetRequiredKeyedService<IOutboundSubscriber>(lane.Name), ct));
            }

            work.Write(new DeliveredRow(one.Id, one.Attempts));
            await work.Flush(ct);
            await work.Commit();
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            var last = IsHopeless(delivery) && !Transient.IsRace(e);
            LogNotRecorded(log, e, one.EventId, lane.Name, one.Attempts);
            await DeliveryTable.Failed(database.Relay, one, $"{e.GetType().Name}: {e.Message}", last ? null : Pause(one.Attempts), ct);
        }
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

    [LoggerMessage(6114, LogLevel.Warning, "{Subscriber} cannot work at the moment and tries again")]
    private static partial void LogTrouble(ILogger log, Exception e, string subscriber);
}
