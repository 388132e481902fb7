using MediatR;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Scenarios;

/// <summary>Many at once, on two hosts: nobody is told of a race, and each effect is there once.</summary>
public sealed class RaceTests : IAsyncLifetime
{
    private static readonly TestHostOptions Busy = new() { Engine = new() { Workers = 2, Poll = TimeSpan.FromMilliseconds(20) } };

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private TestModule module = null!;

    public async Task InitializeAsync() => module = await TestModule.CreateAsync();

    public async Task DisposeAsync() => await module.DisposeAsync();

    [Fact]
    public async Task The_last_unit_goes_to_exactly_one_of_many_orders()
    {
        await using var one = await module.Host(Busy);
        await using var other = await module.Host(Busy);
        await one.Stock("LAMP", 1);

        var orders = await Crowd(Effort.Of(500, least: 40), i => (i % 2 == 0 ? one : other).Place($"A-{i}", ("LAMP", 1)));
        await one.Quiet();
        var states = await Crowd(orders.Length, i => one.Order(orders[i]));

        states.Count(o => o.Status == "allocated").Should().Be(1);
        states.Count(o => o.Status == "backordered").Should().Be(orders.Length - 1);
        (await one.Position("LAMP")).Should().BeEquivalentTo(new { OnHand = 1, Allocated = 1, Free = 0 });
        (await one.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Orders_that_want_the_same_items_in_opposite_order_never_stand_in_each_others_way()
    {
        var count = Effort.Of(1_000, least: 40);
        await using (var one = await module.Host(Busy))
        {
            await using var other = await module.Host(Busy);
            foreach (var (sku, node) in new[] { ("A", "DC-1"), ("B", "DC-1"), ("A", "DC-1A"), ("B", "DC-1A") })
            {
                await one.Stock(sku, count * 2, node);
            }

            // Three of each, so that now and then a line takes from both nodes and the group is contended.
            var orders = await Crowd(count, i => (i % 3 == 0 ? one : other).Place($"A-{i}", i % 2 == 0 ? [("A", 3), ("B", 1)] : [("B", 3), ("A", 1)]));
            await Crowd(count, i => Ship(i % 2 == 0 ? one : other, orders[i]));
            await one.Quiet();

            var left = (await one.Position("A")).OnHand + (await one.Position("A", "DC-1A")).OnHand;
            left.Should().Be(count * 2, "each order took two on average of the four that there were");
            (await module.One<long>("select count(*) from workflows.instances where finished is null")).Should().Be(0);
            (await one.Broken()).Should().BeEmpty();
        }

        await Eventually.Holds(async () => await module.One<long>("select count(*) from pg_stat_activity where datname = current_database()") == 1, TimeSpan.FromSeconds(10), "all sessions are gone");
        (await module.Deadlocks()).Should().Be(0, "contended rows are locked in one order everywhere");
    }

    [Fact]
    public async Task Two_hosts_that_wake_the_same_instances_wake_each_once()
    {
        await using var one = await module.Host(Busy);
        await using var other = await module.Host(Busy);
        await one.Stock("LAMP", 1_000);
        var orders = await Crowd(Effort.Of(400, least: 40), i => one.Place($"A-{i}", ("LAMP", 1)));
        await one.Quiet();

        var shipments = await Crowd(orders.Length * 2, i => (i % 2 == 0 ? one : other).Send(new ShipOrder(orders[i / 2])));
        await one.Quiet();

        shipments.Count(s => s.IsSuccess).Should().Be(orders.Length);
        (await module.One<long>("select count(*) from workflows.instances where status = 1 and revision = 2")).Should().Be(orders.Length);
        (await one.Position("LAMP")).Should().BeEquivalentTo(new { OnHand = 1_000 - orders.Length, Allocated = 0 });
        (await one.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_signal_before_its_wait_is_kept_and_met()
    {
        await using var host = await module.Host(Flows.Awake(clock));
        await Flow.Publish(host.Services, new Flow("late").StartsWith(Flows.Placed).Allocate().Delay("pause", TimeSpan.FromMinutes(15)).Wait("shipped", Flows.Shipped));
        await host.Stock("LAMP", 10);
        var order = await host.Place("A-1", ("LAMP", 3));
        await host.Quiet();

        await host.Must(new ShipOrder(order));
        await host.Quiet();
        var kept = await module.One<long>("select count(*) from workflows.kept where not late and name = $1", Flows.Shipped);
        clock.Advance(TimeSpan.FromMinutes(15));
        await Eventually.Holds(async () => await module.One<bool>("select finished is not null from workflows.instances"), TimeSpan.FromSeconds(20), "the flow ends");
        await host.Quiet();

        kept.Should().Be(1);
        (await module.One<long>("select count(*) from workflows.kept")).Should().Be(0);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_signal_while_its_wait_is_being_made_is_met()
    {
        var options = Busy with { Workflows = false };
        await using var one = await module.Host(options);
        await using var other = await module.Host(options);
        await Flow.Publish(one.Services, new Flow("late").StartsWith(Flows.Placed).Allocate().Delay("breath", TimeSpan.Zero).Wait("shipped", Flows.Shipped));
        await one.Stock("LAMP", 10_000);

        var count = Effort.Of(500, least: 30);
        await Crowd(count, async i =>
        {
            var order = await one.Place($"A-{i}", ("LAMP", 1));
            return await Ship(other, order);
        });
        await Eventually.Holds(
            async () => await module.One<long>("select count(*) from workflows.instances where finished is not null") == count, TimeSpan.FromSeconds(30), "all flows end");
        await one.Quiet();

        (await one.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_signal_that_comes_twice_counts_once()
    {
        await using (var shop = await module.Host(Flows.Asleep with { Workflows = true }))
        {
            await shop.Stock("LAMP", 10);
        }

        await using var host = await module.Host(Busy);
        var order = await host.Place("A-1", ("LAMP", 3));
        await host.Quiet();
        const string Signal = "insert into workflows.stimuli (lane, key, kind, name, source_id) select 0, $1, 0, $2, id from platform.events, generate_series(1, 3) where type = $2";

        await host.Must(new ShipOrder(order));
        await Ask.Do(module.Database.OwnerConnectionString, Signal, OrderKey.Of(order), Flows.Shipped);
        await host.Quiet();

        (await module.One<int>("select bursts from workflows.instances")).Should().Be(2);
        (await module.One<long>("select count(*) from workflows.kept where late")).Should().Be(3, "what is too much is listed, not dropped");
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task One_external_id_is_one_order_however_often_it_comes_at_once()
    {
        await using var one = await module.Host(Busy);
        await using var other = await module.Host(Busy);
        await one.Stock("LAMP", 1_000);

        var ids = new List<OrderId>();
        var rounds = Effort.Of(50, least: 2);
        for (var round = 0; round < rounds; round++)
        {
            ids.AddRange((await Crowd(50, i => (i % 2 == 0 ? one : other).Place($"A-{round}", ("LAMP", 1)))).Distinct());
        }

        await one.Quiet();
        ids.Should().HaveCount(rounds);
        (await one.Position("LAMP")).Allocated.Should().Be(rounds);
        (await one.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task One_order_shipped_by_many_at_once_leaves_once()
    {
        await using var one = await module.Host(Busy);
        await using var other = await module.Host(Busy);
        await one.Stock("LAMP", 1_000);
        var orders = await Crowd(Effort.Of(100, least: 5), i => one.Place($"A-{i}", ("LAMP", 1)));
        await one.Quiet();

        foreach (var order in orders)
        {
            var answers = await Crowd(10, i => (i % 2 == 0 ? one : other).Send(new ShipOrder(order)));

            answers.Count(a => a.IsSuccess).Should().Be(1);
            answers.Where(a => !a.IsSuccess).Select(a => a.Refusal!.Code).Should().OnlyContain(c => c == "orders.nothing-to-ship" || c == "request.contended");
        }

        await one.Quiet();
        (await one.Position("LAMP")).OnHand.Should().Be(1_000 - orders.Length);
        (await one.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_shipment_and_an_allocation_of_one_order_go_one_behind_the_other()
    {
        var gate = new ShippingGate();
        await using var host = await module.Host(new()
        {
            Clock = clock,
            Engine = new() { Poll = TimeSpan.FromMilliseconds(20) },
            Services = s => s.AddSingleton<IPipelineBehavior<ShipStock, Result<ShippedStock>>>(gate),
        });
        await host.Stock("LAMP", 1);
        var order = await host.Place("A-1", ("LAMP", 3));
        await host.Quiet();
        await host.Stock("LAMP", 5);

        var shipping = host.Send(new ShipOrder(order));
        await gate.Reached.WaitAsync(TimeSpan.FromSeconds(30));
        clock.Advance(TimeSpan.FromMinutes(15));
        await Eventually.Holds(async () => await Waiting() > 0, TimeSpan.FromSeconds(20), "the allocation waits for the order");
        gate.Open();
        var shipment = await shipping;
        await host.Quiet();

        shipment.Value.Units.Should().Be(1);
        (await host.Position("LAMP")).Should().BeEquivalentTo(new { OnHand = 5, Allocated = 2 });
        (await host.Broken()).Should().BeEmpty();

        Task<long> Waiting() => Ask.One<long>(
            module.Database.OwnerConnectionString, "select count(*) from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()");
    }

    [Fact]
    public async Task One_idempotency_key_is_one_order_however_often_it_comes_at_once()
    {
        await using var host = await module.Host(Busy);
        await host.Stock("LAMP", 1_000);
        var rounds = Effort.Of(50, least: 2);

        for (var round = 0; round < rounds; round++)
        {
            var key = new IdempotencyKey("client:web", $"key-{round}", "POST /api/v1/orders", [1, 2, 3]);
            var answers = await Crowd(20, i => host.Send(Shop.Order($"A-{round}-{i}", ("LAMP", 1)), key));
            var again = await host.Send(Shop.Order($"A-{round}-again", ("LAMP", 1)), key);
            var other = await host.Send(Shop.Order($"A-{round}-other", ("LAMP", 1)), key with { Hash = [4] });

            answers.Where(a => a.IsSuccess).Select(a => a.Value.Id).Distinct().Should().Equal(again.Value.Id);
            answers.Where(a => !a.IsSuccess).Select(a => a.Refusal!.Code).Distinct().Except(["idempotency.running"]).Should().BeEmpty();
            other.Refusal!.Code.Should().Be("idempotency.other-payload");
        }

        await host.Quiet();
        (await module.One<long>("select count(*) from orders.orders")).Should().Be(rounds);
        (await host.Broken()).Should().BeEmpty();
    }

    private static async Task<OrderShipment> Ship(TestHost host, OrderId order)
    {
        OrderShipment? shipment = null;
        await Eventually.Holds(
            async () =>
            {
                var answer = await host.Send(new ShipOrder(order));
                shipment = answer.IsSuccess ? answer.Value : null;
                return answer.IsSuccess;
            },
            TimeSpan.FromSeconds(60),
            $"order {order} is shipped");
        return shipment!;
    }

    /// <summary>Eight at a time.</summary>
    private static async Task<T[]> Crowd<T>(int count, Func<int, Task<T>> what)
    {
        var results = new T[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => results[i] = await what(i));
        return results;
    }

    /// <summary>Holds the first shipment up between its reading of the order and its reading of the stock.</summary>
    private sealed class ShippingGate : IPipelineBehavior<ShipStock, Result<ShippedStock>>
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => reached.Task;

        public void Open() => open.SetResult();

        public async Task<Result<ShippedStock>> Handle(ShipStock request, RequestHandlerDelegate<Result<ShippedStock>> next, CancellationToken cancellationToken)
        {
            reached.TrySetResult();
            await open.Task;
            return await next();
        }
    }
}
