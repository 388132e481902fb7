using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>The answer to COMMIT is lost, or COMMIT is: whoever committed finds out which, and neither repeats nor loses.</summary>
public sealed class LostCommitTests : IAsyncLifetime
{
    private TestDatabase database = null!;
    private FaultProxy proxy = null!;

    public static TheoryData<CommitFault, bool> Faults => new()
    {
        { CommitFault.AnswerLost, false }, { CommitFault.AnswerLost, true }, { CommitFault.Swallowed, false }, { CommitFault.Swallowed, true }, { CommitFault.HalfOpen, false }, { CommitFault.HalfOpen, true },
    };

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        proxy = FaultProxy.To(database.AppConnectionString);
    }

    public async Task DisposeAsync()
    {
        await proxy.DisposeAsync();
        await database.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_request_whose_commit_is_lost_has_its_effect_once(CommitFault fault, bool withKey)
    {
        var rounds = Effort.Of(fault is CommitFault.HalfOpen ? 40 : 200, least: 2);
        await using var host = await TestHost.StartAsync(proxy.ConnectionString, new() { Engine = new() { Workers = 0 } });
        await host.Stock("LAMP", 1_000);
        var (before, faults) = (proxy.Commits("retailops"), 0);
        proxy.Plan = (name, _) => name == "retailops" && Interlocked.Exchange(ref faults, 0) == 1 ? fault : null;

        for (var round = 0; round < rounds; round++)
        {
            var key = withKey ? new IdempotencyKey("client:web", $"key-{round}", "POST /api/v1/orders", [1]) : null;
            Volatile.Write(ref faults, 1);
            var answer = await host.Send(Shop.Order($"A-{round}", ("LAMP", 1)), key);
            var again = await host.Send(Shop.Order($"A-{round}", ("LAMP", 1)), key);

            answer.IsSuccess.Should().BeTrue();
            again.Value.Should().Be(answer.Value);
        }

        proxy.Faults.Should().Be(rounds);
        (proxy.Commits("retailops") - before).Should().BeGreaterThanOrEqualTo(rounds);
        (await Ask.One<long>(database.AppConnectionString, "select count(*) from orders.orders")).Should().Be(rounds);
        (await Ask.One<long>(database.AppConnectionString, "select count(*) from platform.events where type = $1", Flows.Placed)).Should().Be(rounds);
        (await host.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(CommitFault.AnswerLost)]
    [InlineData(CommitFault.Swallowed)]
    [InlineData(CommitFault.HalfOpen)]
    public async Task Bursts_and_deliveries_whose_commit_is_lost_have_their_effect_once(CommitFault fault)
    {
        var count = Effort.Of(fault is CommitFault.HalfOpen ? 200 : 600, least: 30);
        var orders = new List<OrderId>();
        await using (var shop = await TestHost.StartAsync(database.AppConnectionString, new() { Engine = new() { Workers = 0 } }))
        {
            await shop.Stock("LAMP", 10_000);
            for (var i = 0; i < count; i++)
            {
                orders.Add(await shop.Place($"A-{i}", i % 5 == 0 ? ("GONE", 1) : ("LAMP", 1)));
            }
        }

        proxy.Plan = (name, n) => name is "retailops engine" or "retailops relay" && n % 3 == 1 ? fault : null;
        await using var host = await TestHost.StartAsync(
            proxy.ConnectionString,
            new() { Engine = new() { Workers = 2, GroupSize = 8, Poll = TimeSpan.FromMilliseconds(20) }, Relay = new() { FirstPause = TimeSpan.FromMilliseconds(20), Poll = TimeSpan.FromMilliseconds(20), Lease = TimeSpan.FromSeconds(2), Attempts = 100 } });
        await host.Quiet(TimeSpan.FromMinutes(3));
        foreach (var order in orders.Where((_, i) => i % 5 != 0))
        {
            await host.Must(new ShipOrder(order));
        }

        await host.Quiet(TimeSpan.FromMinutes(3));

        proxy.Faults.Should().BeGreaterThan(count / 24);
        (await host.Position("LAMP")).Should().BeEquivalentTo(new { OnHand = 10_000 - (count - (count / 5)), Allocated = 0 });
        (await Ask.One<long>(database.AppConnectionString, "select sum(quantity)::bigint from inventory.unmet_demand")).Should().Be(count / 5);
        (await Ask.One<long>(database.AppConnectionString, "select count(*) from workflows.instances where status = 1")).Should().Be(count - (count / 5));
        (await Ask.One<long>(database.AppConnectionString, "select count(*) from workflows.stimuli")).Should().Be(0);
        (await host.Broken()).Should().BeEmpty();
    }
}
