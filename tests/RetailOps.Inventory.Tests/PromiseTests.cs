using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

/// <summary>What is found for an order, planned, given back and sent out.</summary>
public sealed class PromiseTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task Candidates_are_open_nodes_with_free_stock_and_what_sourcing_asks_of_them()
    {
        await inventory.Stock("MUG-01", 5, "FIND-DC");
        await inventory.Stock("MUG-01", 2, "FIND-SHOP");
        await inventory.Stock("MUG-01", 9, "FIND-SHUT");
        await inventory.Stock("MUG-01", 9, "FIND-FAR");
        await inventory.Stock("MUG-02", 1, "FIND-SHOP");
        await inventory.Host.Must(new PutNode("FIND-SHOP", "Shop", "store", "SCT"));
        await inventory.Host.Must(new PutNode("FIND-SHUT", "Shut", "dc", Open: false));
        await inventory.Host.Must(new PutNode("FIND-FAR", "Maker", "supplier"));
        await inventory.Allocated("MUG-02", 1, "FIND-SHOP");

        var found = await inventory.Host.Must(new FindStock([new("MUG-01"), new("MUG-02"), new("NO-MUG"), new("MUG-01")]));

        found.OrderBy(c => c.Node).Should().Equal(
            new StockCandidate(new("MUG-01"), "FIND-DC", "dc", null, 5), new StockCandidate(new("MUG-01"), "FIND-SHOP", "store", "SCT", 2));
    }

    [Fact]
    public async Task In_a_group_candidates_are_less_what_the_neighbours_took()
    {
        await inventory.Stock("MUG-03", 3);
        await using var group = inventory.Begin(WorkMode.Group);

        await group.Send(InventoryFixture.Wish(OrderId.New(), false, ("MUG-03", 2)));
        var found = await group.Send(new FindStock([new("MUG-03")]));

        found.Value.Single().Free.Should().Be(1);
    }

    [Fact]
    public async Task A_closed_node_serves_only_those_who_name_it()
    {
        await inventory.Stock("MUG-04", 4, "SHUT-1");
        await inventory.Host.Must(new PutNode("SHUT-1", "Shut", "store", Open: false));

        var anywhere = await inventory.Allocate("MUG-04", 1);
        var there = await inventory.Host.Send(new AllocateOrder(OrderId.New(), 1, [new(1, new("MUG-04"), 1, "shut-1")], AllowPart: false));

        anywhere.Refusal!.Code.Should().Be("inventory.short");
        there.Value.Granted.Should().Equal(new GrantedStock(1, "SHUT-1", 1));
    }

    [Fact]
    public async Task A_line_can_be_planned_from_several_nodes()
    {
        await inventory.Stock("MUG-05", 3, "EAST");
        await inventory.Stock("MUG-05", 3, "WEST");

        var answer = await inventory.Host.Send(new AllocateOrder(
            OrderId.New(), 1, [new(2, new("MUG-05"), 2), new(1, new("MUG-05"), 1, "EAST"), new(1, new("MUG-05"), 3, "WEST")], AllowPart: false));

        answer.Value.Granted.Should().BeEquivalentTo(new[] { new GrantedStock(1, "EAST", 1), new GrantedStock(1, "WEST", 3), new GrantedStock(2, "EAST", 2) });
    }

    [Fact]
    public async Task The_parts_of_a_line_name_one_item_and_a_node_each()
    {
        var items = await inventory.Host.Send(new AllocateOrder(OrderId.New(), 1, [new(1, new("A"), 1, "EAST"), new(1, new("B"), 1, "WEST")], true));
        var nodes = await inventory.Host.Send(new AllocateOrder(OrderId.New(), 1, [new(1, new("A"), 1, "EAST"), new(1, new("A"), 1)], true));

        Codes(items.Refusal).Should().Equal("inventory.line-id");
        Codes(nodes.Refusal).Should().Equal("inventory.line-id");
    }

    [Fact]
    public async Task What_is_given_back_is_free_again_and_says_so_once_per_node()
    {
        await inventory.Stock("MUG-06", 5, "EAST");
        await inventory.Stock("MUG-06", 5, "WEST");
        var order = OrderId.New();
        await inventory.Host.Must(new AllocateOrder(order, 1, [new(1, new("MUG-06"), 3, "EAST"), new(2, new("MUG-06"), 2, "EAST"), new(3, new("MUG-06"), 4, "WEST")], false));

        var released = await inventory.Host.Must(new ReleaseAllocation(order, [new(1, "EAST", 2), new(2, "east", 2), new(3, "WEST", 4)]));

        released.Units.Should().Be(8);
        (await inventory.Host.Position("MUG-06", "EAST")).Should().BeEquivalentTo(new { OnHand = 5, Allocated = 1, Free = 4 });
        (await inventory.Host.Position("MUG-06", "WEST")).Should().BeEquivalentTo(new { OnHand = 5, Allocated = 0, Free = 5 });
        (await inventory.Ask<string>(
            """
            select string_agg(data->>'node' || ' ' || (data->>'units'), ', ' order by data->>'node', recorded) from platform.events
            where type = 'inventory.stock-freed.v1' and key = 'item/MUG-06'
            """)).Should().Be("EAST 5, EAST 4, WEST 5, WEST 4", "two receipts and one fact for each node of the release");
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task No_more_is_given_back_than_is_promised_and_still_there()
    {
        await inventory.Stock("MUG-07", 5);
        var order = await inventory.Allocated("MUG-07", 4);
        await inventory.Host.Must(new ShipStock(order, Guid.NewGuid(), "DC-1", [new(1, 1)]));

        var tooMuch = await inventory.Host.Send(new ReleaseAllocation(order, [new(1, "DC-1", 4)]));
        var elsewhere = await inventory.Host.Send(new ReleaseAllocation(order, [new(1, "EAST", 1)]));
        var rest = await inventory.Host.Send(new ReleaseAllocation(order, [new(1, "DC-1", 3)]));
        var again = await inventory.Host.Send(new ReleaseAllocation(order, [new(1, "DC-1", 3)]));

        new[] { tooMuch, elsewhere, again }.Should().OnlyContain(a => a.Refusal!.Code == "inventory.not-allocated");
        rest.Value.Units.Should().Be(3);
        (await inventory.Host.Position("MUG-07")).Should().BeEquivalentTo(new { OnHand = 4, Allocated = 0 });
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_newest_attempt_is_given_up_first()
    {
        await inventory.Stock("MUG-08", 5);
        var order = OrderId.New();
        await inventory.Host.Must(new AllocateOrder(order, 1, [new(1, new("MUG-08"), 2)], false));
        await inventory.Host.Must(new AllocateOrder(order, 2, [new(1, new("MUG-08"), 2)], false));

        await inventory.Host.Must(new ReleaseAllocation(order, [new(1, "DC-1", 3)]));

        (await inventory.Ask<string>(
            "select string_agg(attempt || ': ' || released || ' of ' || quantity, ', ' order by attempt) from inventory.allocations where order_id = $1", order.Value))
            .Should().Be("1: 1 of 2, 2: 2 of 2");
    }

    [Fact]
    public async Task In_a_group_what_one_gives_back_the_next_may_have()
    {
        await inventory.Stock("MUG-09", 2);
        var order = await inventory.Allocated("MUG-09", 2);
        await using var group = inventory.Begin(WorkMode.Group);

        await group.Send(new ReleaseAllocation(order, [new(1, "DC-1", 2)]));
        var next = await group.Send(InventoryFixture.Wish(OrderId.New(), false, ("MUG-09", 2)));
        await group.Commit();

        next.IsSuccess.Should().BeTrue();
        (await inventory.Host.Position("MUG-09")).Should().BeEquivalentTo(new { OnHand = 2, Allocated = 2 });
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task In_a_group_what_was_just_taken_can_be_given_back()
    {
        await inventory.Stock("MUG-10", 2);
        var order = OrderId.New();
        await using var group = inventory.Begin(WorkMode.Group);

        await group.Send(InventoryFixture.Wish(order, false, ("MUG-10", 2)));
        await group.Send(new ReleaseAllocation(order, [new(1, "DC-1", 1)]));
        await group.Commit();

        (await inventory.Host.Position("MUG-10")).Allocated.Should().Be(1);
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_shipment_takes_what_its_node_was_to_give_and_is_written_once()
    {
        await inventory.Stock("MUG-11", 5, "EAST");
        await inventory.Stock("MUG-11", 5, "WEST");
        var order = OrderId.New();
        await inventory.Host.Must(new AllocateOrder(order, 1, [new(1, new("MUG-11"), 3, "EAST"), new(1, new("MUG-11"), 2, "WEST")], false));
        await inventory.Host.Must(new AllocateOrder(order, 2, [new(1, new("MUG-11"), 1, "EAST")], false));
        var shipment = Guid.CreateVersion7();

        var first = await inventory.Host.Must(new ShipStock(order, shipment, "east", [new(1, 4)]));
        var again = await inventory.Host.Must(new ShipStock(order, shipment, "EAST", [new(1, 4)]));

        first.Lines.Should().Equal(new GrantedStock(1, "EAST", 4));
        again.Should().BeEquivalentTo(first);
        (await inventory.Host.Position("MUG-11", "EAST")).Should().BeEquivalentTo(new { OnHand = 1, Allocated = 0 });
        (await inventory.Host.Position("MUG-11", "WEST")).Should().BeEquivalentTo(new { OnHand = 5, Allocated = 2 });
        (await inventory.Ask<long>("select sum(quantity) from inventory.movements where cause = $1", $"shipment/{shipment}")).Should().Be(-4);
        (await inventory.Facts("inventory.stock-shipped.v1", OrderKey.Of(order), "units")).Should().Be("4");
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task No_more_leaves_a_node_than_is_allocated_there()
    {
        await inventory.Stock("MUG-12", 5);
        var order = await inventory.Allocated("MUG-12", 2);

        var tooMuch = await inventory.Host.Send(new ShipStock(order, Guid.NewGuid(), "DC-1", [new(1, 3)]));
        var elsewhere = await inventory.Host.Send(new ShipStock(order, Guid.NewGuid(), "EAST", [new(1, 1)]));
        var otherLine = await inventory.Host.Send(new ShipStock(order, Guid.NewGuid(), "DC-1", [new(2, 1)]));

        new[] { tooMuch, elsewhere, otherLine }.Should().OnlyContain(a => a.Refusal!.Code == "inventory.not-allocated");
        (await inventory.Host.Position("MUG-12")).Should().BeEquivalentTo(new { OnHand = 5, Allocated = 2 });
    }

    [Fact]
    public async Task One_shipment_that_is_told_by_many_at_once_leaves_once()
    {
        await inventory.Stock("MUG-13", 9);
        var order = await inventory.Allocated("MUG-13", 9);
        var shipment = Guid.CreateVersion7();

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => inventory.Host.Send(new ShipStock(order, shipment, "DC-1", [new(1, 3)]))));

        answers.Should().OnlyContain(a => a.IsSuccess);
        (await inventory.Host.Position("MUG-13")).Should().BeEquivalentTo(new { OnHand = 6, Allocated = 6 });
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Of_shipping_and_giving_back_the_same_unit_one_wins()
    {
        await inventory.Stock("MUG-14", 1);
        var order = await inventory.Allocated("MUG-14", 1);

        var shipping = inventory.Host.Send(new ShipStock(order, Guid.NewGuid(), "DC-1", [new(1, 1)]));
        var releasing = inventory.Host.Send(new ReleaseAllocation(order, [new(1, "DC-1", 1)]));
        var won = ((await shipping).IsSuccess ? 1 : 0) + ((await releasing).IsSuccess ? 1 : 0);

        won.Should().Be(1);
        (await inventory.Host.Position("MUG-14")).Allocated.Should().Be(0);
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    private static IEnumerable<string> Codes(Refusal? refusal) => ((IEnumerable<RequestFault>)refusal!.Details!).Select(f => f.Code);
}
