using System.Text;
using System.Text.Json;

using CsCheck;

namespace RetailOps.Integration.Tests;

/// <summary>What carriers' words mean, value for value, and which state counts.</summary>
public sealed class TrackingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("unknown", "Unknown"), InlineData("pre_transit", "LabelCreated"), InlineData("in_transit", "InTransit"), InlineData("out_for_delivery", "OutForDelivery"), InlineData("delivered", "Delivered")]
    [InlineData("available_for_pickup", "AvailableForPickup"), InlineData("return_to_sender", "ReturningToSender"), InlineData("failure", "Exception"), InlineData("cancelled", "Cancelled"), InlineData("error", "Exception")]
    [InlineData("teleported", "Unknown", true)]
    public void A_status_of_easypost_means(string status, string state, bool foreign = false) => Means(new EasyPostAdapter(), Samples.EasyPost("1Z", status, Noon).ToJsonString(), state, foreign);

    [Theory]
    [InlineData("UNKNOWN", "Unknown"), InlineData("PRE_TRANSIT", "LabelCreated"), InlineData("TRANSIT", "InTransit"), InlineData("DELIVERED", "Delivered"), InlineData("RETURNED", "ReturnedToSender"), InlineData("FAILURE", "Exception")]
    [InlineData("LEVITATING", "Unknown", true)]
    public void A_status_of_shippo_means(string status, string state, bool foreign = false) => Means(new ShippoAdapter(byToken: false), Samples.Shippo("1Z", status, Noon).ToJsonString(), state, foreign);

    [Theory]
    [InlineData("Pending", "Unknown"), InlineData("InfoReceived", "LabelCreated"), InlineData("InTransit", "InTransit"), InlineData("OutForDelivery", "OutForDelivery"), InlineData("AttemptFail", "Attempted"), InlineData("Delivered", "Delivered")]
    [InlineData("AvailableForPickup", "AvailableForPickup"), InlineData("Exception", "Exception"), InlineData("Expired", "Lost"), InlineData("Elsewhere", "Unknown", true)]
    public void A_tag_of_aftership_means(string tag, string state, bool foreign = false) => Means(new AfterShipAdapter(), Samples.AfterShip("1Z", tag, Noon).ToJsonString(), state, foreign);

    [Fact]
    public void A_time_without_a_zone_is_taken_for_utc_and_one_with_a_zone_is_not()
    {
        Times(Samples.AfterShip("1Z", "InTransit", Noon)).Should().OnlyContain(t => t == Noon);
        Times(Samples.AfterShip("1Z", "InTransit", new(Noon.DateTime, TimeSpan.FromHours(5)), zone: true)).Should().OnlyContain(t => t == Noon.AddHours(-5));
    }

    [Fact]
    public void What_is_delivered_to_its_sender_came_back()
    {
        var json = Samples.AfterShip("1Z", "Delivered", Noon);
        json["msg"]!["return_to_sender"] = true;

        Tracking.Furthest(Read(new AfterShipAdapter(), json.ToJsonString()).Events).State.Should().Be(TrackingState.ReturnedToSender);
    }

    [Fact]
    public void Whatever_the_order_in_which_events_come_the_same_state_counts_and_it_never_goes_back() =>
        Gen.Select(Gen.Enum<TrackingState>(), Gen.Int[0, 200]).Select((state, minutes) => new TrackingEvent(state, state.ToString(), Noon.AddMinutes(minutes))).Array[1, 12].Sample(events =>
        {
            var last = Tracking.Furthest(events);
            var reversed = Tracking.Furthest(events.Reverse());
            var rank = -1;
            for (var i = 1; i <= events.Length; i++)
            {
                var now = Tracking.RankOf(Tracking.Furthest(events.Take(i)).State);
                now.Should().BeGreaterThanOrEqualTo(rank);
                rank = now;
            }

            reversed.State.Should().Be(last.State);
            reversed.HappenedAt.Should().Be(last.HappenedAt);
        });

    [Theory]
    [InlineData("{}"), InlineData("""{"result":null}"""), InlineData("""{"result":{"tracking_code":"   "}}"""), InlineData("""{"result":{"tracking_code":{"a":1}}}"""), InlineData("""{"result":{"tracking_code":"1Z","status":"","updated_at":"2026-03-01T12:00:00Z"}}"""), InlineData("[]")]
    public void News_without_a_parcel_are_parked(string json) =>
        new EasyPostAdapter().Read(null!, Message(json)).Should().ContainSingle().Which.Should().BeOfType<InboundCommand.Park>();

    private static void Means(InboundAdapter adapter, string json, string state, bool foreign)
    {
        var track = Read(adapter, json);

        var furthest = Tracking.Furthest(track.Events);
        furthest.State.ToString().Should().Be(state);
        furthest.HappenedAt.Should().Be(Noon);
        track.Events.Any(e => e.IsForeign).Should().Be(foreign);
        track.Number.Should().Be("1Z");
    }

    private static InboundCommand.Track Read(InboundAdapter adapter, string json) => adapter.Read(null!, Message(json)).Should().ContainSingle().Which.Should().BeOfType<InboundCommand.Track>().Subject;

    private static IEnumerable<DateTimeOffset> Times(System.Text.Json.Nodes.JsonObject json) => Read(new AfterShipAdapter(), json.ToJsonString()).Events.Select(e => e.HappenedAt);

    private static InboundMessage Message(string json) => new(new Dictionary<string, string>(), "", Encoding.UTF8.GetBytes(json));
}
