using System.Diagnostics;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>What becomes of outcomes.</summary>
internal sealed partial class Lane
{
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
                var pause = Pause(delivery.Delivery.Attempts);
                await DeliveryTable.Failed(database.Relay, delivery.Delivery, again.Reason, again.After > pause ? again.After : pause, ct);
                break;
            case OutboundOutcome.NotYet notYet:
                await LaneTable.PutOff(database.Relay, delivery, notYet.Reason, Wait(delivery.Age), ct);
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
}
