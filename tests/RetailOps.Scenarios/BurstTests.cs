using Microsoft.Extensions.Time.Testing;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>One transaction per group of bursts: whole or not at all, whatever happens inside.</summary>
public sealed class BurstTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private TestModule module = null!;

    public async Task InitializeAsync() => module = await TestModule.CreateAsync();

    public async Task DisposeAsync() => await module.DisposeAsync();

    [Theory]
    [InlineData(Fate.Refused)]
    [InlineData(Fate.RefusedAfterWriting)]
    public async Task A_refused_request_leaves_nothing_and_a_good_one_after_it_stays(Fate fate)
    {
        module.Mischief.Fates["bad"] = fate;
        var orders = await Place(3, Flows.Notes("bad", "good"));

        await using var host = await module.Host(Flows.Awake(clock));
        await host.Quiet();

        (await module.Notes()).Should().Equal(Enumerable.Repeat("good", orders.Count));
        (await module.One<long>("select count(*) from workflows.incidents")).Should().Be(0);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_refusal_of_a_steps_second_request_does_not_undo_its_first()
    {
        module.Mischief.Fates["second"] = Fate.RefusedAfterWriting;
        await Place(2, Flows.Notes("first second third"));

        await using var host = await module.Host(Flows.Awake(clock));
        await host.Quiet();

        (await module.Notes()).Should().Equal("first", "third", "first", "third");
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_failure_undoes_all_requests_of_its_step_and_none_of_the_steps_before()
    {
        module.Mischief.Fates["fourth"] = Fate.FailsAfterWriting;
        var orders = await Place(1, Flows.Notes("first second", "third fourth", "fifth"));

        await using var host = await module.Host(Flows.Awake(clock));
        await host.Quiet();
        var before = await module.Notes();
        module.Mischief.Fates.Clear();
        clock.Advance(TimeSpan.FromSeconds(5));
        await Eventually.Holds(async () => (await module.Notes(orders[0])).Contains("fifth"), TimeSpan.FromSeconds(20), "the step is tried again");
        await host.Quiet();

        before.Should().Equal("first", "second");
        (await module.Notes()).Should().Equal("first", "second", "third", "fourth", "fifth");
        (await host.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(Fate.FailsAfterWriting)]
    [InlineData(Fate.FailsLikeANetwork)]
    [InlineData(Fate.FailsLikeAFile)]
    [InlineData(Fate.IsCancelled)]
    public async Task A_burst_that_fails_is_an_incident_alone_and_goes_on_when_it_is_healed(Fate fate)
    {
        var orders = await Place(10, Flows.Notes("done"));
        module.Mischief.Fates[OrderKey.Of(orders[4])] = fate;

        await using var host = await module.Host(Flows.Awake(clock));
        await host.Quiet(TimeSpan.FromSeconds(20));
        var neighbours = await module.Notes();
        var incidents = await Ask.All<string>(module.Database.AppConnectionString, "select key || ' ' || status from workflows.incidents");
        module.Mischief.Fates.Clear();
        clock.Advance(TimeSpan.FromSeconds(5));
        await Eventually.Holds(async () => (await module.Notes(orders[4])).Count == 1, TimeSpan.FromSeconds(20), "the step is tried again");
        await host.Quiet();

        neighbours.Should().HaveCount(9);
        incidents.Should().Equal($"{OrderKey.Of(orders[4])} 0");
        (await module.One<short>("select status from workflows.incidents")).Should().Be(2);
        (await module.One<long>("select count(*) from workflows.bookmarks where name = $1", Flows.Shipped)).Should().Be(10);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_burst_that_hangs_holds_up_nobody_and_is_tried_again()
    {
        var orders = await Place(6, Flows.Notes("done"));
        module.Mischief.Fates[OrderKey.Of(orders[2])] = Fate.Hangs;
        var impatient = Flows.Awake(clock) with
        {
            Engine = new() { Workers = 1, Poll = TimeSpan.FromMilliseconds(20), GroupTime = TimeSpan.FromMilliseconds(500), AloneTime = TimeSpan.FromMilliseconds(500) },
        };

        await using var host = await module.Host(impatient);
        await host.Quiet();
        var attempts = await module.One<int>("select attempts from workflows.stimuli");
        var neighbours = await module.Notes();
        module.Mischief.Fates.Clear();
        await Eventually.Holds(async () => (await module.Notes()).Count == 6, TimeSpan.FromSeconds(20), "it is tried again");
        await host.Quiet();

        attempts.Should().BeGreaterThan(0);
        neighbours.Should().HaveCount(5);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Of_the_stimuli_that_were_there_when_processes_ended_one_is_run_at_a_time()
    {
        var orders = await Place(3, Flows.Notes("done"));
        await Ask.Do(module.Database.OwnerConnectionString, "update workflows.stimuli set attempts = 2 where key <> $1", OrderKey.Of(orders[2]));
        module.Mischief.Shut("done");

        await using var host = await module.Host(Flows.Awake(clock, workers: 3));
        await Eventually.Holds(() => Task.FromResult(module.Mischief.Tried.Count >= 2), TimeSpan.FromSeconds(20), "two workers have something in hand");
        var fresh = await host.Place("A-fresh", ("ANY", 1));
        await Eventually.Holds(() => Task.FromResult(module.Mischief.Tried.Contains($"{OrderKey.Of(fresh)}|done")), TimeSpan.FromSeconds(20), "the third worker is there for fresh work");
        var together = module.Mischief.Tried.ToList();
        module.Mischief.Open("done");
        await host.Quiet();

        together.Should().BeEquivalentTo([$"{OrderKey.Of(orders[0])}|done", $"{OrderKey.Of(orders[2])}|done", $"{OrderKey.Of(fresh)}|done"]);
        (await module.Notes()).Should().HaveCount(4);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Two_modules_in_one_burst_are_there_both_or_not_at_all()
    {
        await using (var shop = await module.Host(Flows.Asleep))
        {
            await shop.Stock("LAMP", 100);
        }

        var orders = await Place(5, new Flow("both").StartsWith(Flows.Placed).Allocate().Step("note", "Test.Note", ("texts", "done")).Wait("shipped", Flows.Shipped), "LAMP");
        module.Mischief.Fates[OrderKey.Of(orders[1])] = Fate.LosesARace;

        await using var host = await module.Host(Flows.Awake(clock));
        await host.Quiet();
        var (unlucky, lucky) = (await host.Order(orders[1]), await host.Order(orders[2]));
        var stock = await host.Position("LAMP");
        module.Mischief.Fates.Clear();
        await Eventually.Holds(async () => (await host.Order(orders[1])).Status == "allocated", TimeSpan.FromSeconds(20), "it is tried again");
        await host.Quiet();

        unlucky.Lines[0].Should().BeEquivalentTo(new { Pending = 1, Allocated = 0 });
        lucky.Lines[0].Should().BeEquivalentTo(new { Pending = 0, Allocated = 1 });
        stock.Allocated.Should().Be(4);
        (await host.Position("LAMP")).Allocated.Should().Be(5);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_group_that_runs_short_gives_exactly_what_is_there()
    {
        await using (var shop = await module.Host(Flows.Asleep))
        {
            await shop.Stock("LAMP", 7);
        }

        var orders = await Place(20, new Flow("short").StartsWith(Flows.Placed).Allocate("Allocated", "Backordered").Wait("shipped", Flows.Shipped), "LAMP");

        await using var host = await module.Host(Flows.Awake(clock));
        await host.Quiet();
        var states = await Task.WhenAll(orders.Select(host.Order));

        (await module.One<long>("select count(distinct xmin::text) from workflows.instances")).Should().Be(1, "they were one group");
        (await host.Position("LAMP")).Should().BeEquivalentTo(new { OnHand = 7, Allocated = 7, Free = 0 });
        states.Count(o => o.Status == "allocated").Should().Be(7);
        states.Count(o => o.Status == "backordered").Should().Be(13);
        (await host.Broken()).Should().BeEmpty();
    }

    private async Task<List<OrderId>> Place(int count, Flow flow, string sku = "ANY")
    {
        await using var shop = await module.Host(Flows.Asleep with { Clock = clock });
        await Flow.Publish(shop.Services, flow);
        var orders = new List<OrderId>();
        for (var i = 0; i < count; i++)
        {
            orders.Add(await shop.Place($"A-{i}", (sku, 1)));
        }

        return orders;
    }
}
