using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>Facts reach who asked for them: each with one effect, in order per key, and never for nothing.</summary>
public sealed class RelayTests : IAsyncLifetime
{
    private static readonly string[] Story = ["OrderPlaced", "OrderAllocated", "OrderShipped"];

    private static readonly TestHostOptions Quick = new()
    {
        Relay = new() { Attempts = 3, FirstPause = TimeSpan.FromMilliseconds(20), Poll = TimeSpan.FromMilliseconds(20), Lease = TimeSpan.FromSeconds(2) },
    };

    private TestModule module = null!;

    public async Task InitializeAsync() => module = await TestModule.CreateAsync();

    public async Task DisposeAsync() => await module.DisposeAsync();

    [Fact]
    public async Task Facts_of_one_key_are_heard_in_their_order_by_two_hosts()
    {
        await using var one = await module.Host(Quick, listens: true);
        await using var other = await module.Host(Quick, listens: true);
        await one.Stock("LAMP", 1_000);
        var orders = new List<OrderId>();

        for (var i = 0; i < Effort.Of(200, least: 15); i++)
        {
            orders.Add(await one.Place($"A-{i}", ("LAMP", 1)));
        }

        await one.Quiet();
        foreach (var order in orders)
        {
            await other.Must(new ShipOrder(order));
        }

        await one.Quiet();
        foreach (var order in orders)
        {
            (await module.Notes(order)).Should().Equal(Story);
        }

        (await one.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(Fate.FailsAfterWriting)]
    [InlineData(Fate.IsCancelled)]
    [InlineData(Fate.LosesARace)]
    public async Task A_listener_that_fails_is_tried_again_and_its_key_waits(Fate fate)
    {
        await using var host = await module.Host(Quick with { Relay = Quick.Relay with { Attempts = 100, LongestPause = TimeSpan.FromMilliseconds(50) } }, listens: true);
        await host.Stock("LAMP", 10);
        module.Mischief.Fates["OrderPlaced"] = fate;

        var order = await host.Place("A-1", ("LAMP", 1));
        await Eventually.Holds(() => Task.FromResult(module.Mischief.Tried.Count > 2), TimeSpan.FromSeconds(20), "it was tried a few times");
        var early = await module.Notes();
        module.Mischief.Fates.Clear();
        await host.Quiet();

        early.Should().BeEmpty();
        (await module.Notes(order)).Should().Equal("OrderPlaced", "OrderAllocated");
        (await module.One<int>("select max(attempts) from platform.deliveries")).Should().BeGreaterThan(2);
        (await host.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(DeadLetterDecision.Replay)]
    [InlineData(DeadLetterDecision.Discard)]
    public async Task A_dead_letter_holds_up_its_key_and_no_other_until_somebody_decides(DeadLetterDecision decision)
    {
        await using var host = await module.Host(Quick, listens: true);
        await host.Stock("LAMP", 10);
        module.Mischief.Fates["OrderPlaced"] = Fate.FailsAfterWriting;
        var poisoned = await host.Place("A-1", ("LAMP", 1));
        await host.Quiet();
        module.Mischief.Fates.Clear();
        var healthy = await host.Place("A-2", ("LAMP", 1));
        await host.Quiet();

        var letter = (await host.Must(new ListDeadLetters(0, 50))).Single();
        var held = await module.Notes(poisoned);
        await host.Must(new DecideDeadLetter(letter.Id, decision));
        await host.Quiet();
        var second = await host.Send(new DecideDeadLetter(letter.Id, decision));

        letter.Should().BeEquivalentTo(new { Subscriber = "test.listener", Key = OrderKey.Of(poisoned), Attempts = 3, Waiting = 1L });
        letter.Error.Should().Contain("Out of order");
        held.Should().BeEmpty();
        (await module.Notes(healthy)).Should().Equal("OrderPlaced", "OrderAllocated");
        (await module.Notes(poisoned)).Should().Equal(decision is DeadLetterDecision.Replay ? ["OrderPlaced", "OrderAllocated"] : ["OrderAllocated"]);
        second.IsSuccess.Should().BeFalse();
        (await host.Must(new ListDeadLetters(0, 50))).Should().BeEmpty();
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_fact_that_is_delivered_again_has_no_second_effect()
    {
        await using var host = await module.Host(Quick, listens: true);
        await host.Stock("LAMP", 10);
        var order = await host.Place("A-1", ("LAMP", 1));
        await host.Quiet();

        await Ask.Do(module.Database.OwnerConnectionString, "update platform.deliveries set state = 0, done = null, attempts = 0");
        await host.Quiet();

        (await module.Notes(order)).Should().Equal("OrderPlaced", "OrderAllocated");
        (await module.One<long>("select count(*) from platform.deliveries where state = 1 and key like 'order/%'")).Should().Be(2);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_due_together_shares_a_commit_and_one_that_fails_takes_nobody_with_it()
    {
        var patient = Quick with { Relay = Quick.Relay with { Lease = TimeSpan.FromSeconds(20), Attempts = 100, LongestPause = TimeSpan.FromMilliseconds(50) } };
        await using var host = await module.Host(patient, listens: true);
        await host.Stock("LAMP", 100);
        var together = await Backlog("A", 10);
        module.Mischief.Open("OrderPlaced");
        await host.Quiet();
        var commits = await Commits(together);
        var apart = await Backlog("B", 10);
        var poison = $"{OrderKey.Of(apart[5])}|OrderPlaced";
        module.Mischief.Fates[poison] = Fate.FailsAfterWriting;

        module.Mischief.Open("OrderPlaced");
        await Eventually.Holds(async () => await Delivered(apart) == 9, TimeSpan.FromSeconds(20), "the others are served");
        var held = await module.Notes(apart[5]);
        module.Mischief.Fates.Clear();
        await host.Quiet();

        commits.Should().Be(1);
        held.Should().BeEmpty();
        foreach (var order in together.Concat(apart))
        {
            (await module.Notes(order)).Should().Equal("OrderPlaced", "OrderAllocated");
        }

        (await host.Broken()).Should().BeEmpty();

        // While the relay waits at the gate with one, the others become due.
        async Task<List<OrderId>> Backlog(string name, int count)
        {
            module.Mischief.Shut("OrderPlaced");
            var gate = OrderKey.Of(await host.Place($"{name}-gate", ("LAMP", 1)));
            await Eventually.Holds(() => Task.FromResult(module.Mischief.Tried.Contains($"{gate}|OrderPlaced")), TimeSpan.FromSeconds(20), "the relay has the first");
            var orders = new List<OrderId>();
            for (var i = 0; i < count; i++)
            {
                orders.Add(await host.Place($"{name}-{i}", ("LAMP", 1)));
            }

            return orders;
        }

        Task<long> Commits(List<OrderId> orders) => Count("count(distinct d.xmin::text)", orders);

        Task<long> Delivered(List<OrderId> orders) => Count("count(*)", orders);

        Task<long> Count(string what, List<OrderId> orders) => Ask.One<long>(
            module.Database.OwnerConnectionString,
            $"select {what} from platform.deliveries d join platform.events e on e.id = d.event_id where d.state = 1 and e.type = 'orders.order-placed.v1' and d.key = any($1)",
            (object)orders.ConvertAll(OrderKey.Of).ToArray());
    }

    [Fact]
    public async Task A_listener_that_hangs_ends_as_a_dead_letter_and_the_others_are_served()
    {
        var impatient = Quick with { Relay = Quick.Relay with { Lease = TimeSpan.FromMilliseconds(500), Attempts = 2 } };
        await using var host = await module.Host(impatient, listens: true);
        await host.Stock("LAMP", 10);
        module.Mischief.Fates["OrderPlaced"] = Fate.Hangs;

        var poisoned = await host.Place("A-1", ("LAMP", 1));
        await Eventually.Holds(async () => (await host.Must(new ListDeadLetters(0, 50))).Count == 1, TimeSpan.FromSeconds(20), "it is given up");
        module.Mischief.Fates.Clear();
        var healthy = await host.Place("A-2", ("LAMP", 1));
        await host.Quiet();

        (await module.Notes(poisoned)).Should().BeEmpty();
        (await module.Notes(healthy)).Should().Equal("OrderPlaced", "OrderAllocated");
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_try_that_outlives_its_lease_does_not_count_beside_the_one_that_took_over()
    {
        var shortLease = Quick with { Relay = Quick.Relay with { Lease = TimeSpan.FromSeconds(1), Attempts = 100 } };
        await using var slow = await module.Host(shortLease, listens: true);
        module.Mischief.Shut("OrderPlaced");
        var order = await slow.Place("A-1", ("LAMP", 1));
        await Eventually.Holds(() => Task.FromResult(!module.Mischief.Tried.IsEmpty), TimeSpan.FromSeconds(20), "the first host tries");

        await using var other = await module.Host(shortLease, listens: true);
        await Eventually.Holds(async () => await module.One<int>("select max(attempts) from platform.deliveries") > 1, TimeSpan.FromSeconds(20), "another try begins");
        module.Mischief.Open("OrderPlaced");
        await other.Quiet();

        (await module.Notes(order)).Should().Contain("OrderPlaced").And.OnlyHaveUniqueItems();
        (await other.Broken()).Should().BeEmpty();
    }
}
