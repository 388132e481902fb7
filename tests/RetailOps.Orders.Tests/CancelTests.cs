using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

public sealed class CancelTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task What_has_not_left_is_cancelled_and_its_stock_is_free_again()
    {
        var id = await orders.PlaceAndAllocate(Shop.Order(orders.NewNumber(), ("ROSE", 2), ("LILY", 1)));

        var cancelled = await orders.Host.Must(new CancelOrder(id, "changed my mind"));
        var again = await orders.Host.Send(new CancelOrder(id, "once more"));

        cancelled.Status.Should().Be("cancelled");
        cancelled.Fulfilments.Should().OnlyContain(f => f.Status == "cancelled");
        again.Refusal!.Code.Should().Be("orders.nothing-to-cancel");
        (await orders.Host.Position("ROSE")).Should().BeEquivalentTo(new { OnHand = 2, Allocated = 0 });
        (await orders.Events(id)).Should().Be("order-placed order-allocated order-cancelled");
        (await orders.Host.Send(new ShipFulfilment(cancelled.Fulfilments[0].Id))).Refusal!.Code.Should().Be("orders.not-released");
    }

    [Fact]
    public async Task Some_units_of_a_line_come_first_from_what_waits_and_then_out_of_a_fulfilment()
    {
        await orders.Host.Stock("IRIS", 3);
        var id = await orders.Host.Place(orders.NewNumber(), ("IRIS", 5));
        await orders.Allocate(id);

        var first = await orders.Host.Must(new CancelOrder(id, "fewer", [new(1, 1)]));
        var second = await orders.Host.Must(new CancelOrder(id, "fewer still", [new(1, 2)]));
        var tooMany = await orders.Host.Send(new CancelOrder(id, "too many", [new(1, 3)]));

        first.Lines[0].Should().BeEquivalentTo(new { Allocated = 3, Backordered = 1, Cancelled = 1 });
        second.Lines[0].Should().BeEquivalentTo(new { Allocated = 2, Backordered = 0, Cancelled = 3 });
        second.Fulfilments.Single().Should().BeEquivalentTo(new { Status = "released", Revision = 2 });
        second.Fulfilments.Single().Lines.Single().Quantity.Should().Be(2);
        tooMany.Refusal!.Code.Should().Be("orders.nothing-to-cancel");
        (await orders.Host.Position("IRIS")).Should().BeEquivalentTo(new { OnHand = 3, Allocated = 2 });
        (await orders.Host.Must(new ShipOrder(id))).Should().BeEquivalentTo(new { Status = "shipped", Units = 2 });
        (await orders.Host.Broken()).Where(b => b.StartsWith("I4d", StringComparison.Ordinal) || b.StartsWith("I1", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_rest_of_an_order_that_left_in_part_is_cancelled_and_the_order_ends_with_what_left()
    {
        await orders.Host.Stock("FERN", 1);
        var id = await orders.Host.Place(orders.NewNumber(), ("FERN", 2));
        await orders.Allocate(id);
        await orders.Host.Must(new ShipOrder(id));
        var shipment = (await orders.Host.Order(id)).Fulfilments.Single().Id;
        await orders.Host.Must(new IssueInvoice(id, shipment));
        await orders.Host.Must(new DeliverFulfilment(shipment));

        var cancelled = await orders.Host.Must(new CancelOrder(id, "no more waiting"));

        cancelled.Status.Should().Be("closed");
        (await orders.Events(id)).Should().EndWith("order-cancelled order-closed");
    }

    [Fact]
    public async Task Of_a_cancellation_and_a_shipment_at_once_one_wins()
    {
        var won = new List<string>();
        for (var round = 0; round < 8; round++)
        {
            var id = await orders.PlaceAndAllocate(Shop.Order(orders.NewNumber(), ($"RACE-{round}", 2)));
            var fulfilment = (await orders.Host.Order(id)).Fulfilments.Single().Id;

            var shipping = orders.Host.Send(new ShipFulfilment(fulfilment));
            var cancelling = orders.Host.Send(new CancelOrder(id, "changed my mind"));
            await Task.WhenAll(shipping, cancelling);

            var (shipped, cancelled) = (await shipping, await cancelling);
            (shipped.IsSuccess, cancelled.IsSuccess).Should().BeOneOf((true, false), (false, true));
            (shipped.Refusal ?? cancelled.Refusal)!.Code.Should().Be(shipped.IsSuccess ? "orders.nothing-to-cancel" : "orders.not-released");
            (await orders.Host.Position($"RACE-{round}")).Should().BeEquivalentTo(new { OnHand = shipped.IsSuccess ? 0 : 2, Allocated = 0 });
            won.Add(shipped.IsSuccess ? "shipped" : "cancelled");
        }

        won.Should().HaveCount(8);
        (await orders.Host.Broken()).Where(b => b.StartsWith("I1", StringComparison.Ordinal) || b.StartsWith("I4d", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_cancelled_order_gives_back_the_stock_that_was_held_when_it_was_placed()
    {
        await orders.Host.Stock("MOSS", 3);
        var id = (await orders.Host.Must(Shop.Order(orders.NewNumber(), ("MOSS", 2)) with { RequireStock = true })).Id;

        await orders.Host.Must(new CancelOrder(id, "changed my mind"));

        (await orders.Host.Position("MOSS")).Should().BeEquivalentTo(new { Reserved = 0, Free = 3 });
    }
}
