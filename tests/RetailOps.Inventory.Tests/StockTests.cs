using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

public sealed class StockTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task The_ledger_says_what_lies_there()
    {
        await inventory.Stock("POT-01", 5);

        await inventory.Host.Must(new RecordMovement("received", new("POT-01"), "dc-1 ", "sellable", 3));
        await inventory.Adjust("POT-01", -2);

        (await inventory.Host.Position("POT-01")).Should().BeEquivalentTo(new { OnHand = 6, Allocated = 0, Free = 6 });
        (await inventory.Ask<string>(
            """
            select string_agg(m.kind || ' ' || m.quantity || coalesce(' ' || m.reason, '') || ' by ' || m.cause, ', ' order by m.recorded)
            from inventory.movements m join inventory.items i on i.id = m.item_id where i.sku = 'POT-01'
            """)).Should().Be("received 5 by system:test, received 3 by system:test, adjusted -2 count by system:test");
        (await inventory.Ask<long>("select count(*) from platform.events where type = 'inventory.stock-moved.v1' and key = 'item/POT-01'")).Should().Be(3);
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task First_receipts_that_come_together_make_one_position()
    {
        await inventory.Stock("POT-02", 0);

        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(n => inventory.Host.Send(new RecordMovement("received", new("POT-02"), "DC-1", "sellable", n))));

        answers.Should().OnlyContain(a => a.IsSuccess);
        (await inventory.Host.Position("POT-02")).OnHand.Should().Be(36);
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Two_corrections_at_once_take_no_more_than_is_there()
    {
        await inventory.Stock("POT-04", 3);

        var answers = await Task.WhenAll(inventory.Adjust("POT-04", -2), inventory.Adjust("POT-04", -2));

        answers.Should().ContainSingle(a => a.IsSuccess);
        InventoryFixture.Missing(answers.Single(a => !a.IsSuccess).Refusal).Should().Equal(new ShortStock(new("POT-04"), 2, 1));
        (await inventory.Host.Position("POT-04")).OnHand.Should().Be(1);
    }

    [Fact]
    public async Task What_is_scrapped_is_gone_and_says_why()
    {
        await inventory.Stock("POT-09", 3);

        var scrapped = await inventory.Host.Send(new RecordMovement("scrapped", new("POT-09"), "DC-1", "sellable", -2, "broken"));

        scrapped.Value.Should().BeEquivalentTo(new { Kind = "scrapped", Quantity = -2, Reason = "broken", Cause = "system:test" });
        (await inventory.Host.Position("POT-09")).OnHand.Should().Be(1);
    }

    [Fact]
    public async Task A_correction_may_eat_safety_stock_and_touches_any_condition()
    {
        await inventory.Stock("POT-05", 5);
        await inventory.Host.Must(new RecordMovement("received", new("POT-05"), "DC-1", "damaged", 4));
        await inventory.Ask<int>("update inventory.positions set safety = 5 where condition = 'sellable' and item_id = (select id from inventory.items where sku = 'POT-05')");

        var sellable = await inventory.Adjust("POT-05", -1);
        var damaged = await inventory.Adjust("POT-05", -3, "damaged");
        var nothingThere = await inventory.Adjust("POT-05", -1, "quarantine");

        (sellable.IsSuccess, damaged.IsSuccess).Should().Be((true, true));
        nothingThere.Refusal!.Code.Should().Be("inventory.short");
        (await inventory.Host.Must(new ListPositions(new("POT-05"), null, 10))).Select(p => $"{p.Condition} {p.OnHand}").Should().Equal("damaged 1", "sellable 4");
    }

    [Fact]
    public async Task Goods_of_an_unknown_item_or_at_an_unknown_node_are_refused()
    {
        await inventory.Stock("POT-06", 0);

        var item = await inventory.Host.Send(new RecordMovement("received", new("NO-POT"), "DC-1", "sellable", 1));
        var node = await inventory.Host.Send(new RecordMovement("received", new("POT-06"), "ATLANTIS", "sellable", 1));

        item.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.NotFound, Code = "inventory.unknown-item" });
        node.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.NotFound, Code = "inventory.unknown-node" });
    }

    public static TheoryData<string, RecordMovement> Faults => new()
    {
        { "inventory.kind", new("shipped", new("POT"), "DC-1", "sellable", 1) },
        { "inventory.sku", new("received", new(""), "DC-1", "sellable", 1) },
        { "inventory.node", new("received", new("POT"), "", "sellable", 1) },
        { "inventory.condition", new("received", new("POT"), "DC-1", "lost", 1) },
        { "inventory.quantity", new("adjusted", new("POT"), "DC-1", "sellable", 0, "count") },
        { "inventory.quantity", new("received", new("POT"), "DC-1", "sellable", -1) },
        { "inventory.quantity", new("received", new("POT"), "DC-1", "sellable", 1_000_001) },
        { "inventory.quantity", new("scrapped", new("POT"), "DC-1", "sellable", 1, "broken") },
        { "inventory.reason", new("scrapped", new("POT"), "DC-1", "sellable", -1) },
        { "inventory.reason", new("adjusted", new("POT"), "DC-1", "sellable", 1) },
        { "inventory.reason", new("adjusted", new("POT"), "DC-1", "sellable", 1, "") },
        { "inventory.reason", new("received", new("POT"), "DC-1", "sellable", 1, new string('x', 201)) },
    };

    [Theory, MemberData(nameof(Faults))]
    public async Task A_fault_of_the_shape_has_its_code(string code, RecordMovement request)
    {
        var answer = await inventory.Host.Send(request);

        answer.Refusal!.Details.Should().BeAssignableTo<IEnumerable<RequestFault>>().Which.Select(f => f.Code).Should().Equal(code);
    }

    [Fact]
    public async Task What_is_shipped_leaves_on_hand_and_promise_together()
    {
        await inventory.Stock("POT-07", 5, "NORTH");
        await inventory.Stock("POT-07", 2, "SOUTH");
        var order = OrderId.New();
        await inventory.Allocate(order, false, ("POT-07", 6));

        var north = await inventory.Host.Must(new ShipStock(order, Guid.CreateVersion7(), "NORTH", [new(1, 5)]));
        var south = await inventory.Host.Must(new ShipStock(order, Guid.CreateVersion7(), "SOUTH", [new(1, 1)]));
        var again = await inventory.Host.Send(new ShipStock(order, Guid.CreateVersion7(), "NORTH", [new(1, 1)]));

        north.Lines.Should().Equal(new GrantedStock(1, "NORTH", 5));
        south.Lines.Should().Equal(new GrantedStock(1, "SOUTH", 1));
        again.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "inventory.not-allocated" });
        (await inventory.Host.Position("POT-07", "NORTH")).Should().BeEquivalentTo(new { OnHand = 0, Allocated = 0 });
        (await inventory.Host.Position("POT-07", "SOUTH")).Should().BeEquivalentTo(new { OnHand = 1, Allocated = 0 });
        (await inventory.Ask<long>("select sum(quantity) from inventory.movements where cause in ($1, $2)", $"shipment/{north.ShipmentId}", $"shipment/{south.ShipmentId}")).Should().Be(-6);
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Two_who_ship_at_once_ship_once()
    {
        await inventory.Stock("POT-08", 5);
        var order = OrderId.New();
        await inventory.Allocate(order, false, ("POT-08", 3));

        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => inventory.Host.Send(new ShipStock(order, Guid.CreateVersion7(), "DC-1", [new(1, 3)]))));

        answers.Should().ContainSingle(a => a.IsSuccess);
        (await inventory.Host.Position("POT-08")).Should().BeEquivalentTo(new { OnHand = 2, Allocated = 0 });
    }

    [Fact]
    public async Task What_was_wanted_and_not_there_counts_once_however_often_it_is_heard()
    {
        var order = await inventory.Host.Place("U-1", ("RARE-01", 3), ("RARE-01", 1));
        await inventory.Host.Must(new RecordAllocation(order, []));
        await inventory.Host.Quiet();

        await inventory.Ask<int>("update platform.deliveries set state = 0, due = clock_timestamp() where subscriber = 'inventory.unmet-demand'");
        await inventory.Host.Quiet();

        (await inventory.Ask<string>("select quantity || ' in ' || orders from inventory.unmet_demand where sku = 'RARE-01'")).Should().Be("4 in 1");
        (await inventory.Ask<int>("select attempts from platform.deliveries where subscriber = 'inventory.unmet-demand' and state = 1")).Should().Be(2);
    }

    [Fact]
    public async Task Positions_are_paged_by_key_even_when_a_code_has_a_slash()
    {
        (string, string)[] places = [("PAGE/A", "NORTH"), ("PAGE/A", "SOUTH"), ("PAGE/A/B", "NORTH"), ("PAGE/B", "NORTH")];
        foreach (var (sku, node) in places)
        {
            await inventory.Stock(sku, 1, node);
        }

        var found = new List<string>();
        var after = "PAGE//";
        while (found.Count < 10 && await inventory.Host.Must(new ListPositions(null, after, 1)) is [var position] && position.Sku.Value.StartsWith("PAGE", StringComparison.Ordinal))
        {
            after = $"{position.Sku}/{position.Node}/{position.Condition}";
            found.Add(after);
        }

        found.Should().BeEquivalentTo("PAGE/A/NORTH/sellable", "PAGE/A/SOUTH/sellable", "PAGE/A/B/NORTH/sellable", "PAGE/B/NORTH/sellable");
    }
}
