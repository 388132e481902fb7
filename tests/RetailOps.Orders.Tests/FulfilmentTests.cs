using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

public sealed class FulfilmentTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task Each_node_that_grants_gets_a_fulfilment()
    {
        var id = await FromTwoNodes("OAK", 2, 3);

        var order = await orders.Host.Order(id);

        order.Status.Should().Be("allocated");
        order.Fulfilments.Select(f => (f.Node, f.Status, f.Lines[0].Quantity)).Should().BeEquivalentTo([("DC-1", "released", 2), ("DC-2", "released", 3)]);
        (await EventsOf(order.Fulfilments[0].Id)).Should().Be("fulfilment-released");
    }

    [Fact]
    public async Task An_order_goes_shipment_by_shipment_to_its_end()
    {
        var id = await FromTwoNodes("ELM", 2, 3);
        var (first, second) = ((await orders.Host.Order(id)).Fulfilments[0].Id, (await orders.Host.Order(id)).Fulfilments[1].Id);
        var states = new List<string>();

        await orders.Host.Must(new ShipFulfilment(first, "DHL", "T-1"));
        states.Add((await orders.Host.Order(id)).Status);
        await orders.Host.Must(new IssueInvoice(id, first));
        await orders.Host.Must(new DeliverFulfilment(first));
        states.Add((await orders.Host.Order(id)).Status);
        await orders.Host.Must(new ShipFulfilment(second));
        states.Add((await orders.Host.Order(id)).Status);
        await orders.Host.Must(new DeliverFulfilment(second));
        states.Add((await orders.Host.Order(id)).Status);
        await orders.Host.Must(new IssueInvoice(id, second));
        states.Add((await orders.Host.Order(id)).Status);

        states.Should().Equal("partly_shipped", "partly_shipped", "shipped", "delivered", "closed");
        (await orders.Events(id)).Should().Be(
            "order-placed order-allocated order-shipped invoice-issued order-delivered order-shipped order-delivered invoice-issued order-closed");
        (await EventsOf(first)).Should().Be("fulfilment-released fulfilment-shipped fulfilment-delivered");
        (await orders.Host.Must(new GetFulfilment(first))).Should().BeEquivalentTo(new { Carrier = "DHL", TrackingNumber = "T-1", Status = "delivered", Revision = 3 });
    }

    [Fact]
    public async Task A_fulfilment_leaves_once()
    {
        var id = await orders.PlaceAndAllocate(Shop.Order(orders.NewNumber(), ("ASH", 2)));
        var fulfilment = (await orders.Host.Order(id)).Fulfilments.Single().Id;

        var one = orders.Host.Send(new ShipFulfilment(fulfilment));
        var all = orders.Host.Send(new ShipOrder(id));
        await Task.WhenAll(one, all);

        ((await one).Refusal?.Code, (await all).Refusal?.Code).Should().BeOneOf((null, "orders.nothing-to-ship"), ("orders.not-released", null));
        (await orders.Host.Position("ASH")).Should().BeEquivalentTo(new { OnHand = 0, Allocated = 0 });
    }

    [Fact]
    public async Task Goods_may_have_arrived_before_anybody_says_so_but_not_later()
    {
        var id = await orders.PlaceAndAllocate(Shop.Order(orders.NewNumber(), ("BIRCH", 1)));
        var fulfilment = (await orders.Host.Order(id)).Fulfilments.Single().Id;

        var early = await orders.Host.Send(new DeliverFulfilment(fulfilment));
        await orders.Host.Must(new ShipFulfilment(fulfilment));
        var later = await orders.Host.Send(new DeliverFulfilment(fulfilment, orders.Clock.GetUtcNow().AddMinutes(1)));
        var delivered = await orders.Host.Must(new DeliverFulfilment(fulfilment, orders.Clock.GetUtcNow().AddDays(-3)));
        var again = await orders.Host.Must(new DeliverFulfilment(fulfilment));

        early.Refusal!.Code.Should().Be("orders.not-shipped");
        later.Refusal!.Code.Should().Be("orders.delivered-later");
        delivered.DeliveredAt.Should().Be(orders.Clock.GetUtcNow().AddDays(-3));
        again.Should().BeEquivalentTo(delivered);
    }

    [Fact]
    public async Task Nothing_leaves_while_a_hold_stands_and_each_hold_goes_by_itself()
    {
        var id = await orders.PlaceAndAllocate(Shop.Order(orders.NewNumber(), ("PINE", 1)));
        var fulfilment = (await orders.Host.Order(id)).Fulfilments.Single().Id;
        await orders.Host.Must(new HoldOrder(id, "fraud", "score 95"));
        await orders.Host.Must(new HoldOrder(id, "fraud", "again"));
        await orders.Host.Must(new HoldOrder(id, "address", "no such street"));

        var held = (await orders.Host.Send(new ShipFulfilment(fulfilment))).Refusal!.Code;
        var left = await orders.Host.Must(new ReleaseHold(id, "fraud"));
        var stillHeld = (await orders.Host.Send(new ShipOrder(id))).Refusal!.Code;
        await orders.Host.Must(new ReleaseHold(id, "address"));
        var shipped = await orders.Host.Send(new ShipFulfilment(fulfilment));

        (held, stillHeld).Should().Be(("orders.held", "orders.held"));
        left.Kinds.Should().Equal("address");
        shipped.IsSuccess.Should().BeTrue();
        (await orders.Events(id)).Should().Be("order-placed order-allocated order-held order-held hold-released hold-released order-shipped");
    }

    [Fact]
    public async Task A_held_order_is_neither_sourced_nor_allocated()
    {
        await orders.Host.Stock("YEW", 5);
        var id = await orders.Host.Place(orders.NewNumber(), ("YEW", 1));
        await orders.Host.Must(new HoldOrder(id, "credit", "over the limit"));

        var sourced = await orders.Host.Send(new SourceOrder(id, 1));
        var recorded = await orders.Host.Send(new RecordAllocation(id, [new(1, "DC-1", 1)]));

        sourced.Refusal!.Code.Should().Be("orders.held");
        recorded.Refusal!.Code.Should().Be("orders.held");
    }

    [Fact]
    public async Task Where_nobody_wants_to_wait_what_is_short_is_cancelled()
    {
        await orders.Host.Stock("FIR", 1);
        var part = (await orders.Host.Must(Shop.Order(orders.NewNumber(), ("FIR", 3)) with { Backorder = "never" })).Id;
        var none = (await orders.Host.Must(Shop.Order(orders.NewNumber(), ("NOWHERE", 3)) with { Backorder = "never" })).Id;

        var granted = await orders.Allocate(part);
        var empty = await orders.Host.Must(new RecordAllocation(none, []));

        granted.Should().BeEquivalentTo(new { Missing = Array.Empty<MissingUnits>(), IsCancelled = false });
        (await orders.Host.Order(part)).Lines[0].Should().BeEquivalentTo(new { Allocated = 1, Backordered = 0, Cancelled = 2 });
        empty.IsCancelled.Should().BeTrue();
        (await orders.Host.Order(none)).Status.Should().Be("cancelled");
        (await orders.Events(none)).Should().Be("order-placed order-cancelled");
    }

    [Fact]
    public async Task Fulfilments_are_found_by_node_and_status()
    {
        var id = await FromTwoNodes("TEAK", 1, 1);
        await orders.Host.Must(new ShipFulfilment((await orders.Host.Order(id)).Fulfilments.Single(f => f.Node == "DC-2").Id));

        var waiting = await orders.Host.Must(new ListFulfilments("released", "DC-1", null, 500));
        var left = await orders.Host.Must(new ListFulfilments("shipped", "DC-2", null, 500));

        waiting.Should().Contain(f => f.OrderId == id).And.OnlyContain(f => f.Node == "DC-1" && f.Status == "released");
        left.Should().Contain(f => f.OrderId == id).And.OnlyContain(f => f.Node == "DC-2" && f.Status == "shipped");
    }

    [Fact]
    public async Task Who_asks_again_is_told_what_was_released_since()
    {
        var before = await orders.PlaceAndAllocate(Shop.Order(orders.NewNumber(), ("EBONY", 1)));
        orders.Clock.Advance(TimeSpan.FromHours(1));
        var since = orders.Clock.GetUtcNow();
        var then = await orders.PlaceAndAllocate(Shop.Order(orders.NewNumber(), ("EBONY", 1)));
        orders.Clock.Advance(TimeSpan.FromHours(1));

        var news = await orders.Host.Must(new ListFulfilments("released", null, null, 500, since.ToOffset(TimeSpan.FromHours(2))));
        var later = await orders.Host.Must(new ListFulfilments("released", null, null, 500, since.AddTicks(10)));

        news.Select(f => f.OrderId).Should().Contain(then).And.NotContain(before);
        later.Should().BeEmpty();
    }

    private async Task<OrderId> FromTwoNodes(string sku, int here, int there)
    {
        await orders.Host.Stock(sku, here);
        await orders.Host.Stock(sku, there, "DC-2");
        var id = await orders.Host.Place(orders.NewNumber(), (sku, here + there));
        await orders.Allocate(id);
        return id;
    }

    private async Task<string?> EventsOf(Guid fulfilment) => await orders.Ask<string>(
        "select string_agg(replace(replace(type, 'orders.', ''), '.v1', ''), ' ' order by revision) from platform.events where aggregate = $1", BusinessKey.Of("fulfilment", fulfilment));
}
