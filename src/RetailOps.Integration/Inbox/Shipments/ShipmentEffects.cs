using MediatR;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>
/// Takes over what carriers say: every event once, by what happened when; where the parcel is follows from all of them. A delivery is told to the order; trouble is put before a person.
/// </summary>
internal sealed class ShipmentEffects(UnitOfWork work, ISender sender, ExceptionDesk desk)
{
    private const string Trouble = "integration.carrier-trouble";
    private const string Foreign = "integration.unknown-status";

    public async Task<InboundOutcome> Track(InboundCommand.Track track, EffectContext context, CancellationToken ct)
    {
        var found = await sender.Send(new FindShipments(track.Number), ct);
        if (!found.IsSuccess)
        {
            return InboundOutcome.Of(MessageStates.Failed, found.Refusal.Code, found.Refusal.Message);
        }

        var candidates = found.Value.Count > 1 ? [.. found.Value.Where(f => IsSame(f.Carrier, track.Carrier))] : found.Value;
        if (found.Value.Count == 0)
        {
            return InboundOutcome.Of(MessageStates.Unmatched, "integration.shipment-not-there", "No shipment has this number of the carrier yet.");
        }

        if (candidates is not [var shipment])
        {
            return InboundOutcome.Of(MessageStates.Parked, "integration.shipment-ambiguous", $"{found.Value.Count} shipments have this number; say by hand which one it is.");
        }

        var before = (await TrackingRow.Of(work, shipment.Id, ct)).ConvertAll(t => new TrackingEvent(Enum.Parse<TrackingState>(t.State), t.Said, t.HappenedAt));
        var fresh = track.Events.DistinctBy(e => (e.Said, Micro(e.HappenedAt))).Where(e => !before.Exists(b => b.Said == e.Said && Micro(b.HappenedAt) == Micro(e.HappenedAt))).ToList();
        foreach (var one in fresh)
        {
            work.Write(new TrackingRow(Guid.CreateVersion7(), shipment.Id, context.Message.Id, track.Carrier, track.Number, one.State.ToString(), one.Said, Tracking.RankOf(one.State), one.HappenedAt, work.Now));
        }

        if (track.Events.FirstOrDefault(e => e.IsForeign) is { } foreign)
        {
            desk.Open(new($"source/{context.Source.Name}", Foreign, "low", $"{track.Carrier} says '{foreign.Said}' of a parcel, which nobody here knows; it counts for nothing until somebody says what it means."));
        }

        var now = Tracking.Furthest(before.Concat(track.Events));
        var was = before.Count == 0 ? null : Tracking.Furthest(before);
        if (now.State != was?.State && fresh.Count > 0)
        {
            Tell(shipment, now);
        }

        return await Deliver(shipment, now, was, fresh.Count, ct);
    }

    private async Task<InboundOutcome> Deliver(FulfilmentView shipment, TrackingEvent now, TrackingEvent? was, int fresh, CancellationToken ct)
    {
        var tracked = $"tracked shipment/{shipment.Id}";
        if (now.State is TrackingState.Delivered && shipment.Status != "delivered")
        {
            // A carrier's clock may be ahead of ours, and a time without a zone is up to half a day off.
            var at = now.HappenedAt > work.Now ? work.Now : now.HappenedAt;
            var answer = await sender.Send(new DeliverFulfilment(shipment.Id, at), ct);
            return answer.IsSuccess
                ? new(MessageStates.Mapped, null, null, answer.Value.DeliveredAt == at ? [tracked, $"delivered shipment/{shipment.Id}"] : [tracked], shipment.OrderId.Value)
                : new(MessageStates.Failed, answer.Refusal.Code, answer.Refusal.Message, [], shipment.OrderId.Value);
        }

        return fresh > 0 && was is not null && now == was
            ? new(MessageStates.Late, "integration.older", $"The shipment was {was.State} already; it is recorded, and changes nothing.", [tracked], shipment.OrderId.Value)
            : new(MessageStates.Mapped, null, null, [tracked], shipment.OrderId.Value);
    }

    private void Tell(FulfilmentView shipment, TrackingEvent now)
    {
        var words = now.State switch
        {
            TrackingState.Exception => "is in trouble at the carrier's",
            TrackingState.Lost => "is lost, or nobody has heard of it for long",
            TrackingState.Cancelled => "was cancelled at the carrier's",
            TrackingState.ReturningToSender => "is on its way back",
            TrackingState.ReturnedToSender => "came back",
            _ => null,
        };
        if (words is null)
        {
            desk.Heal(OrderKey.Of(shipment.OrderId), Trouble);
        }
        else
        {
            desk.Open(new(OrderKey.Of(shipment.OrderId), Trouble, now.State is TrackingState.Exception ? "medium" : "high", $"Shipment {shipment.Id} {words}. Ask the carrier, and tell the customer."));
        }
    }

    private static bool IsSame(string? one, string other) => Letters(one).Length > 0 && (Letters(other).StartsWith(Letters(one), StringComparison.Ordinal) || Letters(one).StartsWith(Letters(other), StringComparison.Ordinal));

    private static string Letters(string? carrier) => new([.. (carrier ?? "").ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)]);

    private static long Micro(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
