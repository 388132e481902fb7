using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

public sealed class KnownItemsTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task What_names_no_item_is_found_whatever_its_case()
    {
        await inventory.Host.Must(new PutItem(new("SPOON-01"), "Spoon", "each"));
        await inventory.Host.Must(new PutItems([new(new("SPOON-02"), "Spoon", "each"), new(new("SPOON-03"), "Spoon", "each")]));

        var unknown = await inventory.Host.Must(new FindUnknownItems([new("spoon-01"), new("SPOON-03"), new("SPOON-04"), new("spoon-04"), new("SPOON-02")]));

        unknown.Should().BeEquivalentTo([new Sku("SPOON-04")]);
    }

    [Theory]
    [InlineData(WorkMode.Request)]
    [InlineData(WorkMode.Group)]
    [InlineData(WorkMode.Alone)]
    public async Task What_was_put_and_never_committed_is_not_remembered(WorkMode mode)
    {
        var ghost = new Sku($"GHOST-{mode}");
        await using (var work = inventory.Begin(mode))
        {
            (await work.Send(new PutItem(ghost, "Ghost", "each"))).IsSuccess.Should().BeTrue();
            await work.Work.Flush(default);
            (await work.Send(new FindUnknownItems([ghost]))).Value.Should().BeEmpty("the transaction sees what it wrote");
        }

        (await inventory.Host.Must(new FindUnknownItems([ghost]))).Should().Equal(ghost);
    }

    [Fact]
    public async Task Orders_of_known_items_are_placed_together_in_one_group()
    {
        await inventory.Host.Must(new PutItem(new("SPOON-07"), "Spoon", "each"));
        await using var group = inventory.Begin(WorkMode.Group);

        var first = await group.Send(Shop.Order("G-1", ("SPOON-07", 1)));
        var second = await group.Send(Shop.Order("G-2", ("SPOON-07", 2)));
        await group.Commit();

        (first.IsSuccess, second.IsSuccess).Should().Be((true, true));
        (await inventory.Ask<long>("select count(*) from orders.orders where external_id in ('G-1', 'G-2')")).Should().Be(2);
    }

    [Fact]
    public async Task An_order_of_what_a_neighbour_in_the_group_put_is_run_alone_and_not_refused()
    {
        await using var group = inventory.Begin(WorkMode.Group);
        await group.Send(new PutItem(new("SPOON-08"), "Spoon", "each"));

        var order = () => group.Send(Shop.Order("G-3", ("SPOON-08", 1)));

        await order.Should().ThrowAsync<RunAloneException>();
    }

    [Theory]
    [InlineData("delete from inventory.items where sku = 'STAYS'")]
    [InlineData("update inventory.items set sku = 'WENT' where sku = 'STAYS'")]
    public async Task An_item_that_was_put_stays_and_keeps_its_code(string sql)
    {
        await inventory.Host.Must(new PutItem(new("STAYS"), "Stays", "each"));

        var meddle = () => inventory.Ask<int>(sql);

        (await meddle.Should().ThrowAsync<PostgresException>()).WithMessage("*never deleted*STAYS*");
    }

    [Fact]
    public async Task Nobody_asks_for_none_or_for_too_many()
    {
        var none = await inventory.Host.Send(new FindUnknownItems([]));
        var many = await inventory.Host.Send(new FindUnknownItems([.. Enumerable.Range(0, 2_001).Select(n => new Sku($"S-{n}"))]));

        (none.Refusal!.Code, many.Refusal!.Code).Should().Be(("request.invalid", "request.invalid"));
    }

    [Fact]
    public void Memory_ends_somewhere_and_what_is_asked_for_stays()
    {
        var known = new KnownItems(share: 100);
        var hot = new Sku("HOT");
        known.Add(hot);

        foreach (var sku in Enumerable.Range(0, 10_000).Select(n => new Sku($"S-{n}")))
        {
            known.Add(sku);
            known.Has(hot).Should().BeTrue();
        }

        Enumerable.Range(0, 10_000).Count(n => known.Has(new($"S-{n}"))).Should().BeInRange(1, 200);
    }

    [Fact]
    public async Task Many_at_once_keep_its_bound()
    {
        var known = new KnownItems(share: 50);

        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), (n, _) =>
        {
            known.Add(new($"S-{n % 5_000}"));
            known.Has(new($"S-{n % 70}"));
            return ValueTask.CompletedTask;
        });

        // Looking moves codes from one generation to the other, so each look may drop one: the counts are of what was there at the look.
        known.Count.Should().BeInRange(1, 100 + Environment.ProcessorCount);
    }
}
