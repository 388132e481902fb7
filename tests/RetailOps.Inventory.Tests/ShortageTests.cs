using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

/// <summary>A fact from outside is recorded even when it breaks a promise, and stays in sight until it is mended.</summary>
public sealed class ShortageTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task A_correction_that_leaves_less_than_is_promised_is_recorded_all_the_same()
    {
        await inventory.Stock("PAN-01", 5);
        await inventory.Allocated("PAN-01", 3);

        var counted = await inventory.Adjust("PAN-01", -4);

        counted.IsSuccess.Should().BeTrue();
        (await inventory.Host.Position("PAN-01")).Should().BeEquivalentTo(new { OnHand = 1, Allocated = 3, Free = 0, Short = 2 });
        (await inventory.Host.Broken()).Where(b => !b.StartsWith("I3b", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task Receipts_fill_what_is_short_before_anything_is_free()
    {
        await inventory.Stock("PAN-02", 4);
        await inventory.Allocated("PAN-02", 4);
        await inventory.Adjust("PAN-02", -3);

        await inventory.Stock("PAN-02", 2);
        var half = await inventory.Host.Position("PAN-02");
        await inventory.Stock("PAN-02", 3);
        var whole = await inventory.Host.Position("PAN-02");

        half.Should().BeEquivalentTo(new { OnHand = 3, Short = 1, Free = 0 });
        whole.Should().BeEquivalentTo(new { OnHand = 6, Short = 0, Free = 2 });
        (await inventory.Facts("inventory.stock-freed.v1", "item/PAN-02", "units")).Should().Be("4, 2");
    }

    [Fact]
    public async Task What_is_short_is_not_promised_again_and_mends_when_a_promise_is_given_back()
    {
        await inventory.Stock("PAN-03", 3);
        var order = await inventory.Allocated("PAN-03", 3);
        await inventory.Adjust("PAN-03", -1);

        var refused = await inventory.Allocate("PAN-03", 1);
        await inventory.Host.Must(new ReleaseAllocation(order, [new(1, "DC-1", 2)]));

        refused.Refusal!.Code.Should().Be("inventory.short");
        (await inventory.Host.Position("PAN-03")).Should().BeEquivalentTo(new { OnHand = 2, Allocated = 1, Free = 1, Short = 0 });
        (await inventory.Facts("inventory.stock-freed.v1", "item/PAN-03", "units")).Should().Be("3, 1", "one of the two mended what was short");
    }

    [Fact]
    public async Task A_short_position_is_mended_under_its_lock_and_not_in_a_group()
    {
        await inventory.Stock("PAN-04", 2);
        var order = await inventory.Allocated("PAN-04", 2);
        await inventory.Adjust("PAN-04", -1);
        await using var group = inventory.Begin(WorkMode.Group);

        var release = () => group.Send(new ReleaseAllocation(order, [new(1, "DC-1", 1)]));

        await release.Should().ThrowAsync<RunAloneException>();
    }

    [Fact]
    public async Task A_group_that_did_not_see_the_shortage_loses_its_race_instead_of_hiding_it()
    {
        await inventory.Stock("PAN-05", 2);
        var order = await inventory.Allocated("PAN-05", 2);
        await using var group = inventory.Begin(WorkMode.Group);
        await group.Send(new ReleaseAllocation(order, [new(1, "DC-1", 1)]));
        await inventory.Adjust("PAN-05", -1);

        var commit = () => group.Commit();

        await commit.Should().ThrowAsync<ContendedException>();
        (await inventory.Host.Position("PAN-05")).Short.Should().Be(1);
    }

    [Fact]
    public async Task What_does_not_lie_there_does_not_leave()
    {
        await inventory.Stock("PAN-06", 3);
        var order = await inventory.Allocated("PAN-06", 3);
        await inventory.Adjust("PAN-06", -2);

        var all = await inventory.Host.Send(new ShipStock(order, Guid.NewGuid(), "DC-1", [new(1, 3)]));
        var some = await inventory.Host.Send(new ShipStock(order, Guid.NewGuid(), "DC-1", [new(1, 1)]));

        InventoryFixture.Missing(all.Refusal).Should().Equal(new ShortStock(new("PAN-06"), 3, 1));
        some.IsSuccess.Should().BeTrue();
        (await inventory.Host.Position("PAN-06")).Should().BeEquivalentTo(new { OnHand = 0, Allocated = 2, Short = 2 });
    }

    [Fact]
    public async Task Every_correction_is_a_fact_for_the_books()
    {
        await inventory.Stock("PAN-07", 3);

        var movement = (await inventory.Adjust("PAN-07", -2)).Value;

        (await inventory.Facts("inventory.stock-adjusted.v1", $"movement/{movement.Id}", "quantity")).Should().Be("-2");
        (await inventory.Facts("inventory.stock-adjusted.v1", $"movement/{movement.Id}", "reason")).Should().Be("count");
    }
}
