using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

public sealed class AdjustStockTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task Less_is_taken_from_the_node_with_most_free()
    {
        await inventory.Stock("CAN-01", 3, "NORTH");
        await inventory.Stock("CAN-01", 5, "SOUTH");
        await inventory.Allocated("CAN-01", 4, "SOUTH");

        var answer = await inventory.Host.Must(new AdjustStock(new("CAN-01"), -2, "damaged", "less-1"));

        answer.Movements.Select(m => (m.Node, m.Quantity, m.Kind)).Should().Equal(("NORTH", -2, "adjusted"));
    }

    [Fact]
    public async Task Less_is_spread_when_one_node_is_not_enough_and_promises_come_last()
    {
        await inventory.Stock("CAN-02", 3, "NORTH");
        await inventory.Stock("CAN-02", 5, "SOUTH");
        await inventory.Allocated("CAN-02", 2, "SOUTH");

        var spread = await inventory.Host.Must(new AdjustStock(new("CAN-02"), -5, "stolen", "spread-1"));
        var broken = await inventory.Host.Must(new AdjustStock(new("CAN-02"), -2, "stolen", "spread-2"));

        spread.Movements.Select(m => (m.Node, m.Quantity)).Should().Equal(("NORTH", -3), ("SOUTH", -2));
        broken.Movements.Select(m => (m.Node, m.Quantity)).Should().Equal(("SOUTH", -2));
        (await inventory.Host.Position("CAN-02", "SOUTH")).Should().BeEquivalentTo(new { OnHand = 1, Allocated = 2, Short = 1 });
    }

    [Fact]
    public async Task No_more_goes_than_lies_anywhere()
    {
        await inventory.Stock("CAN-03", 3, "NORTH");
        await inventory.Stock("CAN-03", 5, "SOUTH");

        var answer = await inventory.Host.Send(new AdjustStock(new("CAN-03"), -9, "stolen", "too-much"));

        InventoryFixture.Missing(answer.Refusal).Should().Equal(new ShortStock(new("CAN-03"), 9, 8));
        (await inventory.Ledger("CAN-03")).Should().Be("received 3 sellable at NORTH, received 5 sellable at SOUTH");
    }

    [Fact]
    public async Task More_goes_to_the_first_open_distribution_centre()
    {
        await inventory.Stock("CAN-04", 1, "NORTH");
        await inventory.Host.Must(new PutNode("AAA-SHUT", "Shut", "dc", Open: false));
        await inventory.Host.Must(new PutNode("AAB-SHOP", "Shop", "store"));
        await inventory.Host.Must(new PutNode("AAC", "First", "dc"));

        var answer = await inventory.Host.Must(new AdjustStock(new("CAN-04"), 7, "found", "more-1"));

        answer.Movements.Select(m => (m.Node, m.Quantity)).Should().Equal(("AAC", 7));
        (await inventory.Host.Position("CAN-04", "AAC")).Free.Should().Be(7);
    }

    [Fact]
    public async Task A_key_corrects_once_however_many_bring_it()
    {
        await inventory.Stock("CAN-05", 9);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => inventory.Host.Send(new AdjustStock(new("CAN-05"), -2, "count", "once"))));

        answers.Should().OnlyContain(a => a.IsSuccess);
        answers.Select(a => a.Value.Movements.Single().Id).Distinct().Should().ContainSingle();
        (await inventory.Host.Position("CAN-05")).OnHand.Should().Be(7);
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_unknown_item_is_refused()
    {
        var answer = await inventory.Host.Send(new AdjustStock(new("NO-CAN"), 1, "found", "unknown"));

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.NotFound, Code = "inventory.unknown-item" });
    }
}
