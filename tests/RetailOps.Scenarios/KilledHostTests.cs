using RetailOps.Kernel;
using RetailOps.TestChild;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>Hosts die at any moment, one beside the other, or of what they were given to do.</summary>
public sealed class KilledHostTests : IAsyncLifetime
{
    private MortalShop shop = null!;

    public async Task InitializeAsync() => shop = await MortalShop.OpenAsync();

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Fact]
    public async Task Killed_at_any_moment_nothing_is_lost_and_nothing_is_there_twice()
    {
        for (var round = 0; round < Effort.Of(40, least: 2); round++)
        {
            await using var child = shop.Serve($"any-{round}");
            await child.Says("placed", 10 + Random.Shared.Next(100));
            child.Kill();
            await shop.Bury(child);

            await shop.EverythingIsThereOnce();
        }
    }

    [Fact]
    public async Task One_of_two_hosts_is_killed_again_and_again_and_the_other_does_the_work()
    {
        await using var other = shop.Serve();
        await other.Says("ready");
        for (var round = 0; round < Effort.Of(20, least: 1); round++)
        {
            await using var child = shop.Serve($"two-{round}");
            await child.Says("shipped", 5 + Random.Shared.Next(50));
            child.Kill();
            await shop.Bury(child);
        }

        await shop.EverythingIsThereOnce();
        other.IsGone.Should().BeFalse();
    }

    [Fact]
    public async Task What_ends_its_process_each_time_becomes_a_dead_letter_and_the_host_lives()
    {
        var customers = Customers.Options with { Engine = new() { Workers = 0 } };
        await using var host = await TestHost.StartAsync(shop.Database.AppConnectionString, customers);
        await Flow.Publish(
            host.Services, new Flow("order-fulfilment").StartsWith(Flows.Placed).Step("poison", "Test.EndTheProcess", ("skus", "js:JSON.stringify(getPlaced().lines)")).Allocate().Wait("shipped", Flows.Shipped));
        var neighbours = new List<OrderId>();
        for (var i = 0; i < 10; i++)
        {
            neighbours.Add(await host.Place($"A-{i}", (Customers.InStock, 1)));
        }

        var poison = await host.Place("POISON", ("POISON", 1));
        var deaths = 0;
        await using var survivor = await Serve();
        Task<long> Dead() => Ask.One<long>(shop.Database.AppConnectionString, "select count(*) from workflows.stimuli where dead is not null");
        async Task<ChildHost> Serve()
        {
            while (true)
            {
                var child = shop.Serve();
                try
                {
                    await Eventually.Holds(async () => child.IsGone || await Dead() == 1, TimeSpan.FromSeconds(120), "it ends, or gives up");
                }
                catch (TimeoutException)
                {
                    var waiting = await Ask.All<string>(
                        shop.Database.AppConnectionString, "select row(id, key, attempts, not_before, error, (select count(*) from workflows.in_flight where stimulus_id = s.id))::text from workflows.stimuli s");
                    Assert.Fail($"After {deaths} deaths a process does nothing. It said: {string.Join('|', child.Said)}. It complained: {child.Complaints}. Waiting: {string.Join('|', waiting)}");
                }

                if (!child.IsGone)
                {
                    return child;
                }

                deaths++;
                await child.DisposeAsync();
                deaths.Should().BeLessThan(10, "nothing may kill for ever");
            }
        }

        await host.Quiet();
        var after = await host.Place("A-after", (Customers.InStock, 1));
        await host.Quiet();

        deaths.Should().Be(5);
        survivor.IsGone.Should().BeFalse();
        foreach (var order in neighbours.Append(after))
        {
            (await host.Order(order)).Status.Should().Be("allocated");
        }

        (await host.Order(poison)).Status.Should().Be("placed");
        (await host.Broken()).Should().BeEmpty();
    }
}
