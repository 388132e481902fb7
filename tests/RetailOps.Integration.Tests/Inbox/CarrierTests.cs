using System.Net;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration.Tests;

/// <summary>Carriers' news over HTTP, into shipments and orders.</summary>
public sealed class CarrierTests(InboxHost host) : IClassFixture<InboxHost>
{
    // After the shipment left and before now.
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task What_the_carrier_says_stands_at_the_shipment_and_a_delivery_at_the_order()
    {
        var shipment = await host.Shipped("C-1", "RM-1", "Royal Mail");
        var delivered = Now;
        await host.EasyPost(Samples.EasyPost("RM-1", "in_transit", delivered.AddMinutes(-30), ("pre_transit", delivered.AddMinutes(-60))));
        await host.Quiet();
        var underWay = await host.Must(new GetShipment(shipment.Id));
        await host.EasyPost(Samples.EasyPost("RM-1", "delivered", delivered, ("in_transit", delivered.AddMinutes(-30))));
        await host.Quiet();

        underWay.State.Should().Be("InTransit");
        underWay.Events.Select(e => e.State).Should().Equal("LabelCreated", "InTransit");
        var arrived = (await host.Call(HttpMethod.Get, $"shipments/{shipment.Id}")).Answer;
        arrived.GetProperty("state").GetString().Should().Be("Delivered");
        arrived.GetProperty("events").GetArrayLength().Should().Be(3, "what was said before is not said anew");
        var fulfilment = await host.Must(new GetFulfilment(shipment.Id));
        fulfilment.Status.Should().Be("delivered");
        fulfilment.DeliveredAt!.Value.Should().BeCloseTo(delivered, TimeSpan.FromSeconds(1));
        (await host.Message("parcel/royalmail/RM-1")).Made.Should().BeEquivalentTo($"tracked shipment/{shipment.Id}", $"delivered shipment/{shipment.Id}");
        (await host.One<long>("select count(*) from integration.tracking where said like '%neighbour%'")).Should().Be(0, "what carriers write of people is kept in the sealed message only");
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task News_that_come_late_are_recorded_and_change_nothing()
    {
        var shipment = await host.Shipped("C-2", "RM-2");
        await host.AfterShip(Samples.AfterShip("RM-2", "Delivered", Now.AddMinutes(-1), zone: true));
        await host.Quiet();
        await host.AfterShip(Samples.AfterShip("RM-2", "OutForDelivery", Now.AddMinutes(-50), zone: true));
        await host.Quiet();

        var after = await host.Must(new GetShipment(shipment.Id));
        after.State.Should().Be("Delivered");
        after.Events.Select(e => e.State).Should().Equal("OutForDelivery", "Delivered");
        (await host.Message("parcel/royal-mail/RM-2")).State.Should().Be("late");
        (await host.Must(new GetFulfilment(shipment.Id))).Status.Should().Be("delivered");
    }

    [Fact]
    public async Task News_before_the_shipment_wait_for_it()
    {
        await host.Shippo(Samples.Shippo("RM-3", "TRANSIT", Now.AddMinutes(-5)));
        await host.Quiet();
        var early = await host.Message("parcel/royal_mail/RM-3");
        var shipment = await host.Shipped("C-3", "RM-3");

        await host.Do("update integration.inbox set due = clock_timestamp() where id = $1", early.Id);
        await Testing.Eventually.Holds(async () => (await host.Message("parcel/royal_mail/RM-3")).State == "mapped", TimeSpan.FromSeconds(20), "what waits finds its shipment by itself");

        (early.State, early.Code).Should().Be(("unmatched", "integration.shipment-not-there"));
        (await host.Must(new GetShipment(shipment.Id))).State.Should().Be("InTransit");
    }

    [Fact]
    public async Task A_word_that_nobody_knows_counts_for_nothing_and_is_put_before_a_person()
    {
        var shipment = await host.Shipped("C-4", "RM-4");
        var answer = await host.EasyPost(Samples.EasyPost("RM-4", "beamed_up", Now.AddMinutes(-1)));
        await host.Quiet();

        answer.Should().Be(HttpStatusCode.NoContent);
        (await host.Message("parcel/royalmail/RM-4")).State.Should().Be("mapped");
        (await host.Must(new GetShipment(shipment.Id))).State.Should().Be("Unknown");
        (await host.Must(new ListExceptions(null, "integration.unknown-status", null, "source/easypost", null, 10))).Should().ContainSingle().Which.Message.Should().Contain("beamed_up");
    }

    [Fact]
    public async Task Trouble_is_put_before_a_person_and_heals_when_the_parcel_goes_on()
    {
        var shipment = await host.Shipped("C-5", "RM-5");
        var key = OrderKey.Of(shipment.OrderId);
        await host.EasyPost(Samples.EasyPost("RM-5", "failure", Now.AddMinutes(-9)));
        await host.Quiet();
        var open = await host.Must(new ListExceptions(null, "integration.carrier-trouble", null, key, null, 10));
        await host.EasyPost(Samples.EasyPost("RM-5", "delivered", Now.AddMinutes(-1)));
        await host.Quiet();

        open.Should().ContainSingle();
        (await host.Must(new ListExceptions(null, "integration.carrier-trouble", null, key, null, 10))).Should().BeEmpty();
        (await host.Must(new GetFulfilment(shipment.Id))).Status.Should().Be("delivered");
    }

    [Fact]
    public async Task A_number_that_two_shipments_have_is_told_apart_by_the_carrier_or_parked()
    {
        var royal = await host.Shipped("C-6", "DUP-1", "Royal Mail");
        await host.Shipped("C-7", "DUP-1", "DHL");
        await host.EasyPost(Samples.EasyPost("DUP-1", "in_transit", Now.AddMinutes(-1)));
        await host.Shippo(Samples.Shippo("DUP-1", "TRANSIT", Now.AddMinutes(-1)).With("data", "carrier", "colissimo"));
        await host.Quiet();

        (await host.Message("parcel/royalmail/DUP-1")).Made.Should().Equal($"tracked shipment/{royal.Id}");
        (await host.Message("parcel/colissimo/DUP-1")).Should().BeEquivalentTo(new { State = "parked", Code = "integration.shipment-ambiguous" });
    }

    [Fact]
    public async Task A_delivery_that_the_carrier_dates_ahead_of_our_clock_is_a_delivery_now()
    {
        var shipment = await host.Shipped("C-8", "RM-8");
        await host.EasyPost(Samples.EasyPost("RM-8", "delivered", Now.AddHours(3)));
        await host.Quiet();

        (await host.Must(new GetFulfilment(shipment.Id))).DeliveredAt.Should().BeBefore(Now);
    }

    [Fact]
    public async Task A_refund_that_fails_after_it_had_succeeded_calls_a_person_with_its_money()
    {
        await host.Stripe(Samples.StripeRefund("re_1", "succeeded", 1200, "jpy", Now.AddMinutes(-9)));
        await host.Stripe(Samples.StripeRefund("re_1", "failed", 1200, "jpy", Now.AddMinutes(-5), before: "succeeded"));
        await host.Stripe(Samples.StripeRefund("re_1", "pending", 1200, "jpy", Now.AddMinutes(-20)));
        await host.Quiet();

        var messages = await host.Must(new ListMessages(null, "stripe", "payment/stripe/re_1", null, 10));
        messages.Select(m => (m.State, m.Code)).Should().Equal(("parked", "integration.refund-noted"), ("parked", "integration.refund-failed"), ("late", "integration.older"));
        var found = (await host.Must(new ListExceptions(null, "integration.refund-failed", null, "payment/stripe/re_1", null, 10))).Should().ContainSingle().Subject;
        (found.Severity, found.AtStake).Should().Be(("high", new Money(1200, "JPY")));
        found.Message.Should().Contain("after it had succeeded");
    }
}

internal static class Changed
{
    /// <summary>The same with another member.</summary>
    public static System.Text.Json.Nodes.JsonObject With(this System.Text.Json.Nodes.JsonObject json, string within, string member, string value)
    {
        json[within]![member] = value;
        return json;
    }
}
