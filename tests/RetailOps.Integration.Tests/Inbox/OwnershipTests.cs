using System.Net;
using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration.Tests;

/// <summary>Who may say what, and how long after it happened.</summary>
public sealed class OwnershipTests(InboxHost host) : IClassFixture<InboxHost>
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task What_came_too_late_to_be_believed_is_held_and_a_person_lets_it_through()
    {
        var order = Samples.ShopifyOrder(301, Now.AddDays(-31));
        await host.Shopify("orders/create", order);
        await host.Quiet();
        var held = await host.Message("order/web/301");
        var open = await host.Must(new ListExceptions(null, TakeMessageHandler.Quarantined, null, $"message/{held.Id}", null, 10));
        var mapped = await host.Send(new MapMessage(held.Id));

        var released = await host.Call(HttpMethod.Post, $"integrations/inbox/{held.Id}:release", new { reason = "The shop was down; the order is real." });
        await host.Quiet();

        (held.State, held.Code).Should().Be(("quarantined", "integration.not-owner"));
        held.Reason.Should().Contain("720");
        open.Should().ContainSingle();
        mapped.Refusal!.Code.Should().Be("integration.message-decided");
        released.Status.Should().Be(HttpStatusCode.OK);
        (await host.Message("order/web/301")).State.Should().Be("mapped");
        (await host.Must(new ListOrders(null, 10, "web", "301"))).Should().ContainSingle();
        (await host.Must(new ListExceptions("healed", TakeMessageHandler.Quarantined, null, $"message/{held.Id}", null, 10))).Should().ContainSingle();
        (await host.One<string>("select data->>'reason' from platform.events where type = 'integration.message-decided.v1' and data->>'messageId' = $1", held.Id.ToString())).Should().StartWith("The shop was down");
    }

    [Fact]
    public async Task Who_is_neither_master_nor_writer_is_held()
    {
        var carrier = InboundAdapters.All["easypost"];
        var rules = new OwnershipPolicy([
            new("order", ["placed"], "channel", ["source:wms"]), new("stock", ["*"], "retailops", []), new("shipment", ["tracking"], "carrier", [], FreshnessHours: 2)]);
        var wms = Source.Add("wms", "cloudevents", new(Guid.NewGuid(), "box"));
        var other = Source.Add("other", "cloudevents", new(Guid.NewGuid(), "box"));
        var parcel = Source.Add("easypost", carrier.Name, new(Guid.NewGuid(), "box"));
        var now = Now;

        rules.Against(wms, ("order", "placed"), null, now).Should().BeNull();
        rules.Against(other, ("order", "placed"), null, now).Should().Contain("not by other, which is a system");
        rules.Against(wms, ("stock", "on-hand"), null, now).Should().Contain("retailops");
        rules.Against(wms, ("order", "cancelled"), null, now).Should().Contain("No rule");
        rules.Against(parcel, ("shipment", "tracking"), now.AddHours(-2), now).Should().BeNull();
        rules.Against(parcel, ("shipment", "tracking"), now.AddHours(-2).AddSeconds(-1), now).Should().Contain("taken for 2");
        rules.Against(parcel, ("shipment", "tracking"), null, now).Should().BeNull("what has no time has no age");
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_source_reaches_no_other_channel_than_its_own()
    {
        await host.Signed("wms", Placed("302", "elsewhere").ToJsonString());
        await host.Signed("wms", Placed("303", null).ToJsonString());
        await host.Quiet();

        var messages = (await host.Must(new ListMessages(null, "wms", null, null, 501))).ToDictionary(m => m.Delivery);
        (messages["/wms 302"].State, messages["/wms 302"].Code).Should().Be(("failed", "orders.other-channel"));
        messages["/wms 303"].State.Should().Be("mapped", messages["/wms 303"].Reason);
        (await host.Must(new ListOrders(null, 10, "elsewhere"))).Should().BeEmpty();
    }

    [Fact]
    public async Task What_rules_is_there_to_read_and_a_document_that_makes_no_sense_is_refused()
    {
        var rules = await host.Call(HttpMethod.Get, "integrations/ownership");

        rules.Answer.GetProperty("version").GetString().Should().Be("standard:1");
        rules.Answer.GetProperty("rules").GetArrayLength().Should().Be(4);
        OwnershipPolicy.Faults(new([new("moon", [], "", ["source:"], 0)])).Select(f => f.Code).Should().BeEquivalentTo(
            "integration.ownership-entity", "integration.ownership-fields", "integration.ownership-who", "integration.ownership-who", "integration.ownership-freshness");
        OwnershipPolicy.Faults(new([])).Should().ContainSingle();
    }

    private static JsonObject Placed(string id, string? channel) => new()
    {
        ["specversion"] = "1.0",
        ["id"] = id,
        ["source"] = "/wms",
        ["type"] = "retailops.order.placed.v1",
        ["subject"] = id,
        ["time"] = Samples.At(Now),
        ["data"] = new JsonObject
        {
            ["externalId"] = id,
            ["channel"] = channel,
            ["currency"] = "GBP",
            ["lines"] = new JsonArray(new JsonObject { ["sku"] = "LAMP", ["quantity"] = 1, ["unitPrice"] = new JsonObject { ["amount"] = "2.50", ["currency"] = "GBP" } }),
        },
    };
}
