using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

public sealed class BackordersTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task The_oldest_who_wait_are_woken_until_what_is_free_is_spoken_for()
    {
        var (first, second, third) = (await Waiting("KITE", 2), await Waiting("KITE", 3), await Waiting("KITE", 1));
        var (held, cancelled) = (await Waiting("BALL", 1), await Waiting("BALL", 1));
        await orders.Host.Must(new HoldOrder(held, "manual", "wait"));
        await orders.Host.Must(new CancelOrder(cancelled, "no"));
        var last = await Waiting("BALL", 1);
        await Arrive("KITE", 4);
        await Arrive("BALL", 9);

        (await Woken()).Should().Equal(OrderKey.Of(first), OrderKey.Of(second), OrderKey.Of(last));
        (await Woken()).Should().NotContain([OrderKey.Of(third), OrderKey.Of(held), OrderKey.Of(cancelled)]);
    }

    [Fact]
    public async Task Who_begins_to_wait_when_stock_has_just_arrived_is_woken_too()
    {
        await Arrive("DRUM", 4);
        var late = await Waiting("DRUM", 2);
        var inVain = await Waiting("HARP", 1);
        await Eventually.Holds(async () => await Heard("orders.order-backordered.v1", inVain) == 1, TimeSpan.FromSeconds(20), "the subscriber heard of both");

        (await Woken()).Should().Contain(OrderKey.Of(late)).And.NotContain(OrderKey.Of(inVain));
        (await Heard("orders.order-backordered.v1", late)).Should().Be(1);
    }

    [Fact]
    public async Task Who_was_given_a_part_is_woken_again_while_more_of_it_is_free()
    {
        var large = await Waiting("FLUTE", 5);
        await Eventually.Holds(async () => await Heard("orders.order-backordered.v1", large) == 1, TimeSpan.FromSeconds(20), "the subscriber heard that it waits");
        await Arrive("FLUTE", 3);
        (await Woken()).Count(k => k == OrderKey.Of(large)).Should().Be(1);

        // As if the profile's nodes had given two: the third stands where no try has looked yet.
        var line = await orders.Ask<int>("select line_id from orders.lines where order_id = $1", large.Value);
        await orders.Host.Must(new RecordAllocation(large, [new GrantedUnits(line, "DC1", 2)]));
        await Eventually.Holds(async () => await Heard("orders.backorder-partly-filled.v1", large) == 1, TimeSpan.FromSeconds(20), "the subscriber heard of it");

        (await Woken()).Count(k => k == OrderKey.Of(large)).Should().Be(2);
    }

    private Task<long> Heard(string type, OrderId order) => orders.Ask<long>(
        """
        select count(*) from platform.deliveries d join platform.events e on e.id = d.event_id
        where d.subscriber = 'orders.backorders' and d.state = 1 and e.type = $1 and e.key = $2
        """, type, OrderKey.Of(order));

    private async Task<OrderId> Waiting(string sku, int quantity)
    {
        orders.Clock.Advance(TimeSpan.FromSeconds(1));
        var id = await orders.Host.Place(orders.NewNumber(), (sku, quantity));
        await orders.Host.Must(new RecordAllocation(id, []));
        return id;
    }

    // Inventory says what became free, and the relay brings it.
    private async Task Arrive(string sku, int units)
    {
        await orders.Host.Stock(sku, units);
        await Eventually.Holds(
            async () => await orders.Ask<long>(
                """
                select count(*) from platform.deliveries d join platform.events e on e.id = d.event_id
                where d.subscriber = 'orders.backorders' and d.state = 1 and e.data->>'sku' = $1
                """, sku) == 1,
            TimeSpan.FromSeconds(20),
            "the subscriber heard of it");
    }

    private Task<List<string>> Woken() => Ask.All<string>(orders.Database, "select key from platform.events where type = 'orders.stock-arrived.v1' order by recorded, id");
}
