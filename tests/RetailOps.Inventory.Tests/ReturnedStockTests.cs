using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

public sealed class ReturnedStockTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task What_comes_back_lies_in_quarantine_and_cannot_be_sold()
    {
        await inventory.Stock("HAT-01", 0);
        var (back, receipt) = (Guid.NewGuid(), Guid.NewGuid());

        var first = await inventory.Host.Must(new ReceiveReturnedStock(back, receipt, "dc-1", [new(new("HAT-01"), 2), new(new("HAT-01"), 1)]));
        var again = await inventory.Host.Must(new ReceiveReturnedStock(back, receipt, "DC-1", [new(new("HAT-01"), 3)]));
        var sold = await inventory.Allocate("HAT-01", 1);

        (first.Units, again.Units).Should().Be((3, 3));
        sold.Refusal!.Code.Should().Be("inventory.short");
        (await inventory.Ledger("HAT-01")).Should().Be("returned 3 quarantine at DC-1");
        (await inventory.Ask<long>("select count(*) from inventory.movements where cause = $1", $"return/{back}")).Should().Be(1);
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Unknown_items_and_nodes_bring_nothing_in()
    {
        await inventory.Stock("HAT-02", 0);

        var item = await inventory.Host.Send(new ReceiveReturnedStock(Guid.NewGuid(), Guid.NewGuid(), "DC-1", [new(new("HAT-02"), 1), new(new("NO-HAT"), 1)]));
        var node = await inventory.Host.Send(new ReceiveReturnedStock(Guid.NewGuid(), Guid.NewGuid(), "ATLANTIS", [new(new("HAT-02"), 1)]));

        item.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.NotFound, Code = "inventory.unknown-item" });
        node.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.NotFound, Code = "inventory.unknown-node" });
        (await inventory.Ledger("HAT-02")).Should().BeNull();
    }

    [Theory]
    [InlineData("restock", "transferred -2 quarantine at DC-1, transferred 2 sellable at DC-1")]
    [InlineData("liquidate", "transferred -2 quarantine at DC-1, transferred 2 damaged at DC-1")]
    [InlineData("scrap", "scrapped -2 quarantine at DC-1")]
    [InlineData("vendor", "returned -2 quarantine at DC-1")]
    [InlineData("refurbish", null)]
    public async Task A_disposition_moves_goods_to_where_they_go_once(string disposition, string? moved)
    {
        var sku = $"HAT-{disposition}";
        await inventory.Stock(sku, 0);
        var (back, move) = (Guid.NewGuid(), Guid.NewGuid());
        await inventory.Host.Must(new ReceiveReturnedStock(back, Guid.NewGuid(), "DC-1", [new(new(sku), 3)]));

        var first = await inventory.Host.Must(new DisposeReturnedStock(back, move, "DC-1", new(sku), 2, disposition));
        var again = await inventory.Host.Must(new DisposeReturnedStock(back, move, "DC-1", new(sku), 2, disposition));

        (first.Units, again.Units).Should().Be((2, 2));
        (await inventory.Ledger(new Sku(sku).Value)).Should().Be("returned 3 quarantine at DC-1" + (moved is null ? "" : $", {moved}"));
        (await inventory.Facts("inventory.stock-freed.v1", $"item/{new Sku(sku)}", "units")).Should().Be(disposition == "restock" ? "2" : null);
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task No_more_is_moved_than_lies_in_quarantine_however_many_move_it()
    {
        await inventory.Stock("HAT-03", 5);
        var back = Guid.NewGuid();
        await inventory.Host.Must(new ReceiveReturnedStock(back, Guid.NewGuid(), "DC-1", [new(new("HAT-03"), 2)]));

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => inventory.Host.Send(new DisposeReturnedStock(back, Guid.NewGuid(), "DC-1", new("HAT-03"), 1, "restock"))));
        var unknown = await inventory.Host.Send(new DisposeReturnedStock(back, Guid.NewGuid(), "DC-1", new("NO-HAT"), 1, "restock"));

        answers.Count(a => a.IsSuccess).Should().Be(2);
        answers.Where(a => !a.IsSuccess).Append(unknown).Should().OnlyContain(a => a.Refusal!.Code == "inventory.not-in-quarantine");
        (await inventory.Host.Position("HAT-03")).OnHand.Should().Be(7);
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Only_known_dispositions_move_anything()
    {
        var answer = await inventory.Host.Send(new DisposeReturnedStock(Guid.NewGuid(), Guid.NewGuid(), "DC-1", new("HAT-01"), 1, "burn"));

        answer.Refusal!.Code.Should().Be("request.invalid");
    }
}
