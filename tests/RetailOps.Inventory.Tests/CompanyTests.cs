using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

/// <summary>The same handler in a group, where a reading is a proposal, and alone, where it is a lock.</summary>
public sealed class CompanyTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task In_a_group_a_burst_sees_what_its_neighbours_took()
    {
        await inventory.Stock("CUP-01", 3);
        await using var group = inventory.Begin(WorkMode.Group);
        var order = OrderId.New();

        var first = await group.Send(InventoryFixture.Wish(order, false, ("CUP-01", 2)));
        var second = await group.Send(InventoryFixture.Wish(OrderId.New(), false, ("CUP-01", 2)));
        var third = await group.Send(InventoryFixture.Wish(OrderId.New(), true, ("CUP-01", 2)));
        var again = await group.Send(InventoryFixture.Wish(order, false, ("CUP-01", 2)));
        await group.Commit();

        first.IsSuccess.Should().BeTrue();
        second.Refusal!.Code.Should().Be("inventory.short");
        third.Value.Granted.Single().Quantity.Should().Be(1);
        again.Value.Should().BeEquivalentTo(first.Value);
        (await inventory.Host.Position("CUP-01")).Should().BeEquivalentTo(new { Allocated = 3, Free = 0 });
    }

    [Fact]
    public async Task Groups_do_not_wait_for_each_other_and_the_statement_decides()
    {
        await inventory.Stock("CUP-02", 1);
        await using var one = inventory.Begin(WorkMode.Group);
        await using var other = inventory.Begin(WorkMode.Group);

        var first = await one.Send(InventoryFixture.Wish(OrderId.New(), false, ("CUP-02", 1)));
        var second = await other.Send(InventoryFixture.Wish(OrderId.New(), false, ("CUP-02", 1)));
        await one.Commit();
        var late = () => other.Commit();

        (first.IsSuccess, second.IsSuccess).Should().Be((true, true), "both were proposals");
        await late.Should().ThrowAsync<ContendedException>();
        (await inventory.Host.Position("CUP-02")).Should().BeEquivalentTo(new { Allocated = 1, Free = 0 });
    }

    [Fact]
    public async Task Alone_a_reading_waits_for_whoever_has_the_row_and_is_true_then()
    {
        await inventory.Stock("CUP-03", 1);
        await using var one = inventory.Begin(WorkMode.Alone);
        await using var other = inventory.Begin(WorkMode.Alone);

        await one.Send(InventoryFixture.Wish(OrderId.New(), false, ("CUP-03", 1)));
        var waiting = other.Send(InventoryFixture.Wish(OrderId.New(), false, ("CUP-03", 1)));
        await Eventually.Holds(
            async () => await inventory.Ask<long>("select count(*) from pg_locks l join pg_stat_activity a using (pid) where a.datname = current_database() and not l.granted") > 0,
            TimeSpan.FromSeconds(20), "the second waits for the first");
        await one.Commit();
        var answer = await waiting;

        answer.Refusal!.Code.Should().Be("inventory.short");
    }

    [Fact]
    public async Task After_work_was_undone_the_next_reading_is_fresh()
    {
        await inventory.Stock("CUP-04", 1);
        await using var alone = inventory.Begin(WorkMode.Alone);
        await alone.Work.Connection(default);
        await alone.Work.Savepoint("step", default);

        await alone.Send(InventoryFixture.Wish(OrderId.New(), false, ("CUP-04", 1)));
        await alone.Work.Flush(default);
        await alone.Work.RollbackToSavepoint("step", default);
        var again = await alone.Send(InventoryFixture.Wish(OrderId.New(), false, ("CUP-04", 1)));
        await alone.Commit();

        again.IsSuccess.Should().BeTrue();
        (await inventory.Host.Position("CUP-04")).Should().BeEquivalentTo(new { Allocated = 1, Free = 0 });
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_request_that_asks_the_database_for_its_neighbours_rows_leaves_the_group()
    {
        await using var group = inventory.Begin(WorkMode.Group);

        var move = () => group.Send(new RecordMovement("received", new("CUP-05"), "DC-1", "sellable", 1));
        var ship = () => group.Send(new ShipStock(OrderId.New(), Guid.CreateVersion7(), "DC-1", [new(1, 1)]));

        await move.Should().ThrowAsync<RunAloneException>();
        await ship.Should().ThrowAsync<RunAloneException>();
    }
}
