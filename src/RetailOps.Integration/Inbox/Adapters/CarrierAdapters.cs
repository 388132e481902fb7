using System.Text.Json;

namespace RetailOps.Integration;

/// <summary>What carriers' adapters share: one message is about one parcel.</summary>
internal abstract class CarrierAdapter : InboundAdapter
{
    public override int Version => 1;

    public override string Role => SourceRoles.Carrier;

    /// <summary>Most events of one message that are read; a parcel has a few dozen.</summary>
    protected const int MostEvents = 500;

    public override MessageHead Peek(Source source, InboundMessage message)
    {
        var json = Json.Parse(message.Body);
        var (carrier, number) = Parcel(json);
        var delivery = Cleaned(Delivery(json)) ?? message.Hash();
        return new(delivery, Cleaned(Topic(json)) ?? "", number is null ? MessageHead.Alone(source, delivery) : $"parcel/{carrier}/{number}", Time(json));
    }

    public override IReadOnlyList<InboundCommand> Read(Source source, InboundMessage message)
    {
        var json = Json.Parse(message.Body);
        var (carrier, number) = Parcel(json);
        if (IsTest(json))
        {
            return [new InboundCommand.Park("integration.test-message", "The sender marks it as a test.", ("shipment", "tracking"))];
        }

        if (number is null)
        {
            return [new InboundCommand.Park("integration.not-a-parcel", $"It is no news of a parcel but {Cleaned(Topic(json)) ?? "something else"}.", ("shipment", "tracking"))];
        }

        var events = Events(json).Take(MostEvents).ToList();
        return events.Count == 0
            ? [new InboundCommand.Park("integration.no-status", "It says nothing of where the parcel is.", ("shipment", "tracking"))]
            : [new InboundCommand.Track(carrier, number, events)];
    }

    protected abstract string? Delivery(JsonElement json);

    protected abstract string? Topic(JsonElement json);

    protected abstract DateTimeOffset? Time(JsonElement json);

    protected virtual bool IsTest(JsonElement json) => false;

    protected abstract (string Carrier, string? Number) Parcel(JsonElement json);

    protected abstract IEnumerable<TrackingEvent> Events(JsonElement json);

    protected static string Word(string? carrier) => (carrier.Cut(64) ?? "unknown").Trim().ToLowerInvariant();

    protected static string? Number(string? number) => number?.Trim() is { Length: > 0 and <= 128 } kept ? kept : null;

    private static string? Cleaned(string? text) => text.Cut(128);
}

/// <summary>EasyPost's events about trackers. Source: docs.easypost.com, webhooks and tracking guides.</summary>
internal sealed class EasyPostAdapter : CarrierAdapter
{
    public override string Name => "easypost";

    public override SignatureStyle Style => SignatureStyle.EasyPost;

    protected override string? Delivery(JsonElement json) => json.Text("id");

    protected override string? Topic(JsonElement json) => json.Text("description");

    protected override DateTimeOffset? Time(JsonElement json) => json.Time("result", "updated_at") ?? json.Time("updated_at") ?? json.Time("created_at");

    protected override bool IsTest(JsonElement json) => json.Text("mode") is "test";

    protected override (string Carrier, string? Number) Parcel(JsonElement json) => (Word(json.Text("result", "carrier")), Number(json.Text("result", "tracking_code")));

    protected override IEnumerable<TrackingEvent> Events(JsonElement json)
    {
        var last = default(DateTimeOffset?);
        foreach (var detail in json.Items("result", "tracking_details"))
        {
            if (detail.Time("datetime") is { } at && detail.Text("status") is { } status)
            {
                last = last > at ? last : at;
                yield return Tracking.Read(Tracking.EasyPost, status, at);
            }
        }

        // What stands above the details can be all there is, and can be further than they are.
        if (json.Text("result", "status") is { } now && (last ?? Time(json)) is { } when)
        {
            yield return Tracking.Read(Tracking.EasyPost, now, when);
        }
    }
}

/// <summary>Shippo's <c>track_updated</c>. Source: docs.goshippo.com, webhooks and tracking.</summary>
internal sealed class ShippoAdapter(bool byToken) : CarrierAdapter
{
    public override string Name => byToken ? "shippo-token" : "shippo";

    public override SignatureStyle Style => byToken ? SignatureStyle.ShippoToken : SignatureStyle.Shippo;

    // Shippo gives a message no id.
    protected override string? Delivery(JsonElement json) => null;

    protected override string? Topic(JsonElement json) => json.Text("event");

    protected override DateTimeOffset? Time(JsonElement json) => json.Time("data", "tracking_status", "status_date");

    protected override bool IsTest(JsonElement json) => json.IsTrue("test");

    protected override (string Carrier, string? Number) Parcel(JsonElement json) => (Word(json.Text("data", "carrier")), Number(json.Text("data", "tracking_number")));

    protected override IEnumerable<TrackingEvent> Events(JsonElement json) =>
        from status in json.Items("data", "tracking_history").Append(json.At("data", "tracking_status"))
        let at = status.Time("status_date")
        where at is not null && status.Text("status") is not null
        select Tracking.Read(Tracking.Shippo, status.Text("status"), at.Value);
}

/// <summary>AfterShip's webhooks. Source: aftership.com, tracking webhook. A time of a checkpoint may have no zone: it is taken for UTC.</summary>
internal sealed class AfterShipAdapter : CarrierAdapter
{
    public override string Name => "aftership";

    public override SignatureStyle Style => SignatureStyle.AfterShip;

    protected override string? Delivery(JsonElement json) => json.Text("event_id");

    protected override string? Topic(JsonElement json) => json.Text("event");

    protected override DateTimeOffset? Time(JsonElement json) => json.Seconds("ts") ?? json.Time("msg", "updated_at");

    protected override (string Carrier, string? Number) Parcel(JsonElement json) => (Word(json.Text("msg", "slug")), Number(json.Text("msg", "tracking_number")));

    protected override IEnumerable<TrackingEvent> Events(JsonElement json)
    {
        var last = default(DateTimeOffset?);
        foreach (var point in json.Items("msg", "checkpoints"))
        {
            if (point.Time("checkpoint_time") is { } at && point.Text("tag") is { } tag)
            {
                last = last > at ? last : at;
                yield return Tracking.Read(Tracking.AfterShip, tag, at);
            }
        }

        if (json.Text("msg", "tag") is { } now && ((now is "Delivered" ? json.Time("msg", "shipment_delivery_date") : null) ?? last ?? Time(json)) is { } when)
        {
            yield return now is "Delivered" && json.IsTrue("msg", "return_to_sender")
                ? new TrackingEvent(TrackingState.ReturnedToSender, "Delivered, return_to_sender", when)
                : Tracking.Read(Tracking.AfterShip, now, when);
        }
    }
}
