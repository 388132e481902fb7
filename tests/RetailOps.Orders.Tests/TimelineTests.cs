using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

public sealed class TimelineTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task All_that_happened_to_an_order_and_its_fulfilments_stands_in_order()
    {
        var other = await orders.PlaceAndDeliver(Shop.Order(orders.NewNumber(), ("PEN", 1)));
        var id = await orders.PlaceAndDeliver(Shop.Order(orders.NewNumber(), ("INK", 1)));
        var fulfilment = (await orders.Host.Order(id)).Fulfilments.Single().Id;

        var timeline = await orders.Host.Must(new GetTimeline(id));

        timeline.Where(e => e.Type.StartsWith("orders.", StringComparison.Ordinal)).Select(e => e.Type["orders.".Length..^".v1".Length]).Should().BeEquivalentTo(
            "order-placed", "order-allocated", "fulfilment-released", "fulfilment-shipped", "order-shipped", "fulfilment-delivered", "order-delivered");
        timeline.Select(e => e.OccurredAt).Should().BeInAscendingOrder();
        timeline.Select(e => e.Aggregate).Should().Contain([OrderKey.Of(id), BusinessKey.Of("fulfilment", fulfilment)]).And.NotContain(OrderKey.Of(other));
        timeline.Should().OnlyContain(e => e.Actor == "system:test");
    }

    [Fact]
    public async Task An_order_that_is_not_there_has_no_timeline()
    {
        var answer = await orders.Host.Send(new GetTimeline(OrderId.New()));

        answer.Refusal!.Code.Should().Be("orders.unknown");
    }

    [Fact]
    public async Task Orders_are_found_by_channel_number_status_and_customer()
    {
        var request = Shop.Order(orders.NewNumber(), ("NIB", 1)) with { Channel = "phone", Customer = new(null, null, null, "C-77") };
        var id = (await orders.Host.Must(request)).Id;
        await orders.Host.Place(orders.NewNumber(), ("NIB", 1));

        var found = new[]
        {
            await orders.Host.Must(new ListOrders(null, 10, Channel: "phone")), await orders.Host.Must(new ListOrders(null, 10, ExternalId: request.ExternalId)),
            await orders.Host.Must(new ListOrders(null, 10, CustomerId: "C-77")), await orders.Host.Must(new ListOrders(null, 10, Status: "placed", Channel: "phone")),
        };
        var none = await orders.Host.Must(new ListOrders(null, 10, Status: "cancelled", Channel: "phone"));

        found.Should().OnlyContain(page => page.Count == 1 && page[0].Id == id);
        none.Should().BeEmpty();
        (await orders.Host.Send(new ListOrders(null, 10, Status: "lost"))).Refusal!.Code.Should().Be("request.invalid");
    }
}
