using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

/// <summary>A whole shop in a few requests, and what can be read of it.</summary>
public sealed class BulkTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task A_shop_of_thousands_of_items_is_set_up_in_a_few_requests()
    {
        const int count = 4_000;
        await inventory.Host.Must(new PutNode("BIG", "Big", "dc"));
        PutItem[] items = [.. Enumerable.Range(0, count).Select(n => new PutItem(new($"BIG-{n:0000}"), $"Item {n}", "each", Price: new Money(n, "GBP")))];
        ReceivedUnits[] units = [.. items.Select(i => new ReceivedUnits(i.Sku, 10))];

        var written = await inventory.Host.Must(new PutItems(items));
        var again = await inventory.Host.Must(new PutItems([.. items.Take(count - 1), items[0] with { Sku = new("BIG-NEW") }]));
        var received = await inventory.Host.Must(new ReceiveStock("big", units, "opening"));
        var twice = await inventory.Host.Must(new ReceiveStock("BIG", units, "opening"));

        written.Should().Be(new WrittenItems(count, 0));
        again.Should().Be(new WrittenItems(1, 0));
        (received.Units, twice.Units).Should().Be((10 * count, 10 * count));
        (await inventory.Ask<long>("select sum(on_hand) from inventory.positions where node = 'BIG'")).Should().Be(10 * count);
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_delivery_of_unknown_items_is_refused_with_all_of_them()
    {
        await inventory.Stock("SET-01", 0);

        var answer = await inventory.Host.Send(new ReceiveStock("DC-1", [new(new("SET-01"), 1), new(new("NO-1"), 1), new(new("NO-2"), 1)], "unknown"));

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.NotFound, Code = "inventory.unknown-item" });
        JsonSerializer.Serialize(answer.Refusal!.Details, ApiJson.Options).Should().Be("""{"unknown":["NO-1","NO-2"]}""");
        (await inventory.Ledger("SET-01")).Should().BeNull();
    }

    [Fact]
    public async Task Lines_of_one_item_are_one_movement_and_free_what_they_bring()
    {
        await inventory.Stock("SET-02", 0);

        await inventory.Host.Must(new ReceiveStock("DC-1", [new(new("SET-02"), 2), new(new("set-02"), 3)], "twice-the-same"));

        (await inventory.Ledger("SET-02")).Should().Be("received 5 sellable at DC-1");
        (await inventory.Facts("inventory.stock-freed.v1", "item/SET-02", "units")).Should().Be("5");
    }

    [Fact]
    public async Task Many_items_are_written_together_or_not_at_all()
    {
        var twice = await inventory.Host.Send(new PutItems([new(new("SET-03"), "Set", "each"), new(new("set-03"), "Set", "each")]));
        var faulty = await inventory.Host.Send(new PutItems([new(new("SET-03"), "Set", "each"), new(new("SET-04"), "", "each")]));

        ((IEnumerable<RequestFault>)twice.Refusal!.Details!).Select(f => f.Code).Should().Equal("inventory.items");
        ((IEnumerable<RequestFault>)faulty.Refusal!.Details!).Select(f => (f.Field, f.Code)).Should().Equal(("items[1].name", "inventory.name"));
        (await inventory.Host.Send(new GetItem(new("SET-03")))).Refusal!.Code.Should().Be("inventory.unknown-item");
    }

    [Fact]
    public async Task What_is_not_said_of_an_item_or_a_node_stays_as_it_was()
    {
        await inventory.Host.Must(new PutItem(new("SET-05"), "Set", "each", 250, "Gifts", new(120, "GBP"), new(299, "GBP")));
        await inventory.Host.Must(new PutNode("SET-SHOP", "Shop", "store", "WLS", Open: false));

        var item = await inventory.Host.Must(new PutItem(new("SET-05"), "Gift set", "each", Price: new(349, "GBP")));
        var node = await inventory.Host.Must(new PutNode("SET-SHOP", "Corner shop", "store"));

        item.Should().Be(new ItemView(new("SET-05"), "Gift set", "each", 250, "Gifts", new(120, "GBP"), new(349, "GBP")));
        node.Should().Be(new NodeView("SET-SHOP", "Corner shop", "store", "WLS", Open: false));
        (await inventory.Host.Must(new GetItem(new("set-05")))).Should().Be(item);
        (await inventory.Host.Must(new GetNode("set-shop"))).Should().Be(node);
    }

    [Fact]
    public async Task Items_and_nodes_are_paged_by_their_codes()
    {
        await inventory.Host.Must(new PutItems([new(new("ZZ-1"), "One", "each"), new(new("ZZ-2"), "Two", "each"), new(new("ZZ-3"), "Three", "each")]));
        await inventory.Host.Must(new PutNode("ZZ-A", "A", "dc"));
        await inventory.Host.Must(new PutNode("ZZ-B", "B", "dc"));

        var items = await inventory.Host.Must(new ListItems("ZZ-1", 10));
        var nodes = await inventory.Host.Must(new ListNodes("ZZ-A", 10));
        var first = await inventory.Host.Must(new ListItems(null, 2));

        items.Select(i => i.Sku.Value).Should().Equal("ZZ-2", "ZZ-3");
        nodes.Select(n => n.Code).Should().Equal("ZZ-B");
        first.Should().HaveCount(2);
    }

    [Fact]
    public async Task The_ledger_is_read_by_item_node_and_kind_page_by_page()
    {
        await inventory.Stock("SET-06", 5, "LEDGER-1");
        await inventory.Stock("SET-06", 6, "LEDGER-2");
        await inventory.Adjust("SET-06", -1, node: "LEDGER-1");

        var all = await inventory.Host.Must(new ListMovements(new("SET-06"), null, null, null, 10));
        var second = await inventory.Host.Must(new ListMovements(new("SET-06"), null, null, all[0].Id, 1));
        var adjusted = await inventory.Host.Must(new ListMovements(null, "ledger-1", "adjusted", null, 10));

        all.Select(m => m.Quantity).Should().Equal(5, 6, -1);
        second.Select(m => m.Id).Should().Equal(all[1].Id);
        adjusted.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Quantity = -1, Reason = "count", Cause = "system:test", OccurredAt = inventory.Clock.GetUtcNow() });
    }

    [Fact]
    public async Task Positions_are_read_by_node_and_condition()
    {
        await inventory.Stock("SET-07", 5, "POS-1");
        await inventory.Host.Must(new RecordMovement("received", new("SET-07"), "POS-1", "damaged", 1));
        await inventory.Stock("SET-07", 6, "POS-2");

        var there = await inventory.Host.Must(new ListPositions(null, null, 10, "pos-1"));
        var damaged = await inventory.Host.Must(new ListPositions(new("SET-07"), null, 10, Condition: "damaged"));

        there.Select(p => p.Condition).Should().Equal("damaged", "sellable");
        damaged.Select(p => p.OnHand).Should().Equal(1);
    }

    [Fact]
    public async Task Available_is_what_is_free_at_open_nodes()
    {
        await inventory.Stock("SET-08", 5, "AV-1");
        await inventory.Stock("SET-08", 6, "AV-2");
        await inventory.Stock("SET-08", 7, "AV-SHUT");
        await inventory.Host.Must(new PutNode("AV-SHUT", "Shut", "dc", Open: false));
        await inventory.Allocated("SET-08", 2, "AV-1");

        var answer = await inventory.Host.Must(new GetAvailability([new("SET-08"), new("NO-SET"), new("set-08")]));

        answer.Should().Equal(new ItemAvailability(new("SET-08"), 9, null), new ItemAvailability(new("NO-SET"), 0, null));
    }
}
