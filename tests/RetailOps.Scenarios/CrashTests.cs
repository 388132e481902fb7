using System.Text.RegularExpressions;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Testing.Child;

namespace RetailOps.Scenarios;

/// <summary>A host is killed under load, another one goes on: what was acknowledged is there, and everything is there once.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "RetailOps.TestHost.dll");

    private TestDatabase database = null!;

    public static TheoryData<FaultPoint> Points => [.. Enum.GetValues<FaultPoint>()];

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Customers.Options with { Workflows = true, Engine = new() { Workers = 0 } });
        await Flow.Publish(host.Services, new Flow("look").StartsWith("orders.order-backordered.v1").Step("look", "Test.Look"));
        await host.Stock(Customers.InStock, 1_000_000);
        await host.Stock("VASE", 1_000_000);
        await host.Stock(Customers.SoldOut, 0);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Killed_at_any_point_of_a_transaction_nothing_is_lost_and_nothing_is_there_twice(FaultPoint point)
    {
        var acknowledged = new List<Guid>();
        for (var round = 0; round < Effort.Of(200 / Enum.GetValues<FaultPoint>().Length); round++)
        {
            // Early and late, and never the same for two points.
            var nth = 1 + (((int)point * 7) + (round * 13)) % 29;
            await using var child = ChildHost.Start(Program, $"{point}:{nth}", "shop", database.AppConnectionString, $"{point}-{round}");
            await child.Ends(TimeSpan.FromSeconds(120));
            child.Complaints.Should().Contain($"Fault point {point} was armed", "the point must be reached, or it proves nothing");
            acknowledged.AddRange(child.Acknowledged.Select(a => a.Id));

            await EverythingIsThereOnce(acknowledged);
        }
    }

    [Fact]
    public async Task Killed_at_any_moment_nothing_is_lost_and_nothing_is_there_twice()
    {
        var acknowledged = new List<Guid>();
        for (var round = 0; round < Effort.Of(40, least: 2); round++)
        {
            await using var child = ChildHost.Start(Program, null, "shop", database.AppConnectionString, $"any-{round}");
            await child.Says("placed", 10 + Random.Shared.Next(100));
            child.Kill();
            await child.Ends(TimeSpan.FromSeconds(30));
            acknowledged.AddRange(child.Acknowledged.Select(a => a.Id));

            await EverythingIsThereOnce(acknowledged);
        }
    }

    [Fact]
    public async Task One_of_two_hosts_is_killed_again_and_again_and_the_other_does_the_work()
    {
        var acknowledged = new List<Guid>();
        await using var other = ChildHost.Start(Program, null, "serve", database.AppConnectionString);
        await other.Says("ready");
        for (var round = 0; round < Effort.Of(20, least: 1); round++)
        {
            await using var child = ChildHost.Start(Program, null, "shop", database.AppConnectionString, $"two-{round}");
            await child.Says("shipped", 5 + Random.Shared.Next(50));
            child.Kill();
            await child.Ends(TimeSpan.FromSeconds(30));
            acknowledged.AddRange(child.Acknowledged.Select(a => a.Id));
        }

        await EverythingIsThereOnce(acknowledged);
        other.IsGone.Should().BeFalse();
    }

    [Fact]
    public async Task What_ends_its_process_each_time_becomes_a_dead_letter_and_the_host_lives()
    {
        var customers = Customers.Options with { Engine = new() { Workers = 0 } };
        await using var shop = await TestHost.StartAsync(database.AppConnectionString, customers);
        await Flow.Publish(
            shop.Services, new Flow("order-fulfilment").StartsWith(Flows.Placed).Step("poison", "Test.EndTheProcess", ("skus", "js:JSON.stringify(getPlaced().lines)")).Allocate().Wait("shipped", Flows.Shipped));
        var neighbours = new List<OrderId>();
        for (var i = 0; i < 10; i++)
        {
            neighbours.Add(await shop.Place($"A-{i}", (Customers.InStock, 1)));
        }

        var poison = await shop.Place("POISON", ("POISON", 1));
        var deaths = 0;
        await using var survivor = await Serve();
        async Task<ChildHost> Serve()
        {
            while (true)
            {
                var child = ChildHost.Start(Program, null, "serve", database.AppConnectionString);
                await Eventually.Holds(
                    async () => child.IsGone || await Ask.One<long>(database.AppConnectionString, "select count(*) from workflows.stimuli where dead is not null") == 1, TimeSpan.FromSeconds(60), "it ends, or gives up");
                if (!child.IsGone)
                {
                    return child;
                }

                deaths++;
                await child.DisposeAsync();
                deaths.Should().BeLessThan(10, "nothing may kill for ever");
            }
        }

        await shop.Quiet();
        var after = await shop.Place("A-after", (Customers.InStock, 1));
        await shop.Quiet();

        deaths.Should().Be(5);
        survivor.IsGone.Should().BeFalse();
        foreach (var order in neighbours.Append(after))
        {
            (await shop.Order(order)).Status.Should().Be("allocated");
        }

        (await shop.Order(poison)).Status.Should().Be("placed");
        (await shop.Broken()).Should().BeEmpty();
    }

    [Fact]
    public void Every_point_is_reached_somewhere_in_the_product()
    {
        var source = string.Join('\n', Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        var reached = Regex.Matches(source, @"FaultPoints\.Reach\(FaultPoint\.(\w+)\)").Select(m => m.Groups[1].Value).Distinct();

        reached.Should().BeEquivalentTo(Enum.GetNames<FaultPoint>());
    }

    /// <summary>A host without faults does what is left; then nothing is missing and nothing is double.</summary>
    private async Task EverythingIsThereOnce(List<Guid> acknowledged)
    {
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Customers.Options);
        await host.Quiet();
        foreach (var order in await Ask.All<Guid>(database.AppConnectionString, "select id from orders.orders where status = 'allocated'"))
        {
            await host.Must(new ShipOrder(new(order)));
        }

        await host.Quiet();

        (await Ask.All<Guid>(database.AppConnectionString, "select unnest($1) except select id from orders.orders", acknowledged.ToArray())).Should().BeEmpty("all that was acknowledged is there");
        (await Counts()).Should().BeEmpty();
        (await host.Broken()).Should().BeEmpty();
    }

    private Task<List<string>> Counts() => Ask.All<string>(
        database.AppConnectionString,
        """
        select 'order ' || o.id || ' is ' || o.status from orders.orders o
        where o.status <> case when exists (select from orders.lines l where l.order_id = o.id and l.sku = 'GONE') then 'backordered' else 'shipped' end
        union all
        select 'order ' || e.key || ' left ' || count(*) || ' times' from platform.events e where e.type = 'orders.order-shipped.v1' group by e.key having count(*) > 1
        union all
        select 'shipped ' || (select -sum(quantity) from inventory.movements where kind = 'shipped') || ' of ' || (select sum(shipped) from orders.lines)
        where (select -sum(quantity) from inventory.movements where kind = 'shipped') <> (select sum(shipped) from orders.lines)
        union all
        select 'unmet ' || d.quantity || ' of ' || w.orders from (select coalesce(sum(quantity), 0) as quantity from inventory.unmet_demand) d,
          (select count(*) as orders from orders.lines where sku = 'GONE') w where d.quantity <> w.orders
        union all
        select 'dead letter ' || id from platform.deliveries where state = 2
        union all
        select 'dead stimulus ' || id || ' ' || coalesce(error, '') from workflows.stimuli where dead is not null
        union all
        select 'open incident ' || id || ' ' || message from workflows.incidents where status < 2
        """);
}
