using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

public sealed class AllocateOrderTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task The_last_piece_goes_to_one_of_two_rivals()
    {
        await inventory.Stock("LAMP-01", 1);

        var answers = await Task.WhenAll(inventory.Allocate("LAMP-01", 1), inventory.Allocate("LAMP-01", 1));

        answers.Should().ContainSingle(a => a.IsSuccess);
        answers.Single(a => !a.IsSuccess).Refusal!.Code.Should().Be("inventory.short");
        (await inventory.Free("LAMP-01")).Should().Be(0);
    }

    [Fact]
    public async Task Many_rivals_share_what_there_is_and_no_more()
    {
        await inventory.Stock("LAMP-02", 5);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => inventory.Allocate("LAMP-02", 1)));

        answers.Count(a => a.IsSuccess).Should().Be(5);
        answers.Where(a => !a.IsSuccess).Should().OnlyContain(a => a.Refusal!.Code == "inventory.short");
        (await inventory.Host.Position("LAMP-02")).Should().BeEquivalentTo(new { OnHand = 5, Allocated = 5, Free = 0 });
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_second_call_returns_the_first_allocation()
    {
        await inventory.Stock("LAMP-03", 5);
        var order = OrderId.New();

        var first = await inventory.Allocate(order, false, ("LAMP-03", 3));
        var again = await inventory.Allocate(order, false, ("LAMP-03", 3));

        again.Value.Should().BeEquivalentTo(first.Value);
        (await inventory.Free("LAMP-03")).Should().Be(2);
        (await inventory.Ask<long>("select count(*) from platform.events where aggregate = $1", $"allocation/{order}/1")).Should().Be(1);
    }

    [Fact]
    public async Task A_part_is_remembered_as_a_part()
    {
        await inventory.Stock("LAMP-04", 2);
        var order = OrderId.New();

        var first = await inventory.Allocate(order, true, ("LAMP-04", 3));
        await inventory.Stock("LAMP-04", 5);
        var again = await inventory.Allocate(order, true, ("LAMP-04", 3));

        first.Value.IsWhole.Should().BeFalse();
        again.Value.Should().BeEquivalentTo(first.Value);
    }

    [Fact]
    public async Task Those_who_bring_the_same_attempt_at_once_take_its_stock_once()
    {
        await inventory.Stock("LAMP-05", 10);
        var order = OrderId.New();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => inventory.Allocate(order, false, ("LAMP-05", 2))));

        answers.Should().OnlyContain(a => a.IsSuccess);
        (await inventory.Free("LAMP-05")).Should().Be(8);
    }

    [Fact]
    public async Task Lines_of_the_same_item_are_one_claim()
    {
        await inventory.Stock("LAMP-06", 4);

        var refused = await inventory.Allocate(OrderId.New(), false, ("LAMP-06", 3), ("LAMP-06", 3));
        var granted = await inventory.Allocate(OrderId.New(), false, ("LAMP-06", 3), ("LAMP-06", 1));

        InventoryFixture.Missing(refused.Refusal).Should().Equal(new ShortStock(new("LAMP-06"), 6, 4));
        granted.Value.Granted.Should().Equal(new GrantedStock(1, "DC-1", 3), new GrantedStock(2, "DC-1", 1));
        (await inventory.Free("LAMP-06")).Should().Be(0);
    }

    [Fact]
    public async Task A_line_comes_from_the_fullest_node_and_is_spread_when_that_is_not_enough()
    {
        await inventory.Stock("LAMP-07", 2, "NORTH");
        await inventory.Stock("LAMP-07", 5, "SOUTH");
        await inventory.Stock("LAMP-07", 2, "EAST");

        var allocation = await inventory.Allocate("LAMP-07", 8);

        allocation.Value.Granted.Should().Equal(new GrantedStock(1, "SOUTH", 5), new GrantedStock(1, "EAST", 2), new GrantedStock(1, "NORTH", 1));
        (await inventory.Free("LAMP-07", "NORTH")).Should().Be(1);
    }

    [Fact]
    public async Task A_line_that_names_its_node_gets_nothing_from_elsewhere()
    {
        await inventory.Stock("LAMP-08", 1, "NORTH");
        await inventory.Stock("LAMP-08", 5, "SOUTH");

        var answer = await inventory.Host.Send(new AllocateOrder(OrderId.New(), 1, [new(1, new("LAMP-08"), 2, "NORTH")], AllowPart: true));

        answer.Value.Granted.Should().Equal(new GrantedStock(1, "NORTH", 1));
        (await inventory.Free("LAMP-08", "SOUTH")).Should().Be(5);
    }

    [Fact]
    public async Task Nothing_is_taken_when_a_part_is_not_welcome()
    {
        await inventory.Stock("LAMP-09", 5);
        await inventory.Stock("BULB-09", 1);
        var order = OrderId.New();

        var answer = await inventory.Allocate(order, false, ("LAMP-09", 2), ("BULB-09", 2));

        InventoryFixture.Missing(answer.Refusal).Should().Equal(new ShortStock(new("BULB-09"), 2, 1));
        (await inventory.Free("LAMP-09")).Should().Be(5);
        (await inventory.Ask<long>("select count(*) from inventory.allocations where order_id = $1", order.Value)).Should().Be(0);
        (await inventory.Ask<long>("select count(*) from platform.events where key = $1", OrderKey.Of(order))).Should().Be(0);
    }

    [Fact]
    public async Task An_unknown_item_is_short_like_any_other()
    {
        var answer = await inventory.Allocate("NEVER-HEARD-OF", 1, allowPart: true);

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "inventory.short" });
        InventoryFixture.Missing(answer.Refusal).Should().Equal(new ShortStock(new("NEVER-HEARD-OF"), 1, 0));
    }

    [Fact]
    public async Task Safety_stock_and_other_conditions_are_not_promised()
    {
        await inventory.Stock("LAMP-10", 5);
        await inventory.Host.Must(new RecordMovement("received", new("LAMP-10"), "DC-1", "damaged", 7));
        await inventory.Ask<int>("update inventory.positions set safety = 2 where condition = 'sellable' and item_id = (select id from inventory.items where sku = 'LAMP-10')");

        var answer = await inventory.Allocate("LAMP-10", 9, allowPart: true);

        answer.Value.Granted.Should().Equal(new GrantedStock(1, "DC-1", 3));
    }

    public static TheoryData<string, AllocationLine[], int> Faults => new()
    {
        { "inventory.lines", [], 1 },
        { "inventory.lines", [.. Enumerable.Range(1, 2_001).Select(n => new AllocationLine(n, new("LAMP"), 1))], 1 },
        { "inventory.line-id", [new(1, new("LAMP"), 1), new(1, new("BULB"), 1)], 1 },
        { "inventory.quantity", [new(1, new("LAMP"), 0)], 1 },
        { "inventory.quantity", [new(1, new("LAMP"), 1_000_001)], 1 },
        { "inventory.attempt", [new(1, new("LAMP"), 1)], 0 },
    };

    [Theory, MemberData(nameof(Faults))]
    public async Task A_fault_of_the_shape_has_its_code(string code, AllocationLine[] lines, int attempt)
    {
        var answer = await inventory.Host.Send(new AllocateOrder(OrderId.New(), attempt, lines, true));

        answer.Refusal!.Details.Should().BeAssignableTo<IEnumerable<RequestFault>>().Which.Select(f => f.Code).Should().Equal(code);
    }
}
