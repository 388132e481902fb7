using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

public sealed class OrderLifeTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task What_was_granted_is_allocated_and_the_rest_waits()
    {
        await orders.Host.Stock("DESK", 2);
        var id = await orders.Host.Place(orders.NewNumber(), ("DESK", 3));

        var state = await orders.Allocate(id);

        state.Missing.Should().Equal(new MissingUnits(1, new("DESK"), 1));
        var order = await orders.Host.Order(id);
        order.Should().BeEquivalentTo(new { Status = "partly_allocated", Revision = 3 });
        order.Lines.Single().Should().BeEquivalentTo(new { Ordered = 3, Pending = 0, Allocated = 2, Backordered = 1 });
        (await Events(id)).Should().Be("1 orders.order-placed.v1, 2 orders.order-allocated.v1, 3 orders.order-backordered.v1");
    }

    [Fact]
    public async Task A_further_try_that_gets_nothing_changes_nothing_and_says_nothing()
    {
        var id = await orders.Host.Place(orders.NewNumber(), ("NOWHERE", 3));
        await orders.Host.Must(new RecordAllocation(id, []));

        var again = await orders.Host.Must(new RecordAllocation(id, []));

        again.Missing.Should().Equal(new MissingUnits(1, new("NOWHERE"), 3));
        (await Events(id)).Should().Be("1 orders.order-placed.v1, 2 orders.order-backordered.v1");
    }

    public static TheoryData<GrantedUnits[]> TooMuch =>
        new([new(1, "DC-1", 4)], [new(1, "DC-1", 2), new(1, "DC-1", 2)], [new(2, "DC-1", 1)], [new(1, "DC-1", 0)], [new(1, "DC-1", -1)]);

    [Theory, MemberData(nameof(TooMuch))]
    public async Task More_than_the_order_waits_for_is_refused(GrantedUnits[] granted)
    {
        var id = await orders.Host.Place(orders.NewNumber(), ("DESK", 3));

        var answer = await orders.Host.Send(new RecordAllocation(id, granted));

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "orders.over-granted" });
        (await orders.Host.Order(id)).Should().BeEquivalentTo(new { Status = "placed", Revision = 1 });
    }

    [Fact]
    public async Task There_is_nothing_to_say_of_an_order_that_is_not_there()
    {
        var nobodys = OrderId.New();

        Refusal?[] refusals =
        [
            (await orders.Host.Send(new GetOrder(nobodys))).Refusal, (await orders.Host.Send(new RecordAllocation(nobodys, []))).Refusal, (await orders.Host.Send(new ShipOrder(nobodys))).Refusal,
        ];

        refusals.Should().OnlyContain(r => r!.Kind == RefusalKind.NotFound && r.Code == "orders.unknown");
    }

    [Fact]
    public async Task An_order_is_shipped_once()
    {
        await orders.Host.Stock("SOFA", 5);
        var id = await orders.Host.Place(orders.NewNumber(), ("SOFA", 2));
        await orders.Allocate(id);

        var shipment = await orders.Host.Must(new ShipOrder(id));
        var again = await orders.Host.Send(new ShipOrder(id));

        shipment.Should().BeEquivalentTo(new { OrderId = id, Status = "shipped", Units = 2, Revision = 3 });
        again.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "orders.nothing-to-ship" });
        OrdersFixture.Details(again.Refusal).GetProperty("status").GetString().Should().Be("shipped");
        (await orders.Host.Position("SOFA")).Should().BeEquivalentTo(new { OnHand = 3, Allocated = 0 });
    }

    [Fact]
    public async Task Two_who_ship_at_once_make_one_shipment()
    {
        await orders.Host.Stock("BENCH", 5);
        var id = await orders.Host.Place(orders.NewNumber(), ("BENCH", 2));
        await orders.Allocate(id);

        var answers = await Task.WhenAll(orders.Host.Send(new ShipOrder(id)), orders.Host.Send(new ShipOrder(id)));

        answers.Should().ContainSingle(a => a.IsSuccess);
        answers.Single(a => !a.IsSuccess).Refusal!.Code.Should().Be("orders.nothing-to-ship");
        (await orders.Host.Position("BENCH")).Should().BeEquivalentTo(new { OnHand = 3, Allocated = 0 });
    }

    [Fact]
    public async Task What_is_there_leaves_and_the_rest_follows()
    {
        await orders.Host.Stock("SHELF", 1);
        var id = await orders.Host.Place(orders.NewNumber(), ("SHELF", 2));
        await orders.Allocate(id);

        var first = await orders.Host.Must(new ShipOrder(id));
        await orders.Host.Stock("SHELF", 1);
        await orders.Host.Must(new AllocateOrder(id, 2, [new(1, new("SHELF"), 1)], AllowPart: false));
        await orders.Host.Must(new RecordAllocation(id, [new(1, "DC-1", 1)]));
        var second = await orders.Host.Must(new ShipOrder(id));

        first.Should().BeEquivalentTo(new { Status = "partly_shipped", Units = 1 });
        second.Should().BeEquivalentTo(new { Status = "shipped", Units = 1 });
    }

    [Fact]
    public async Task An_order_cannot_be_shipped_before_it_is_allocated()
    {
        var id = await orders.Host.Place(orders.NewNumber(), ("SOFA", 2));

        var answer = await orders.Host.Send(new ShipOrder(id));

        answer.Refusal!.Code.Should().Be("orders.nothing-to-ship");
    }

    private async Task<string?> Events(OrderId id) =>
        await orders.Ask<string>("select string_agg(revision || ' ' || type, ', ' order by revision) from platform.events where aggregate = $1", OrderKey.Of(id));
}
