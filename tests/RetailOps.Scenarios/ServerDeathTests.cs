using System.Collections.Concurrent;
using System.Diagnostics;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>PostgreSQL dies under load and comes back; the host stays up.</summary>
public sealed class ServerDeathTests : IAsyncLifetime
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(10);

    private PrivateServer server = null!;

    public async Task InitializeAsync() => server = await PrivateServer.StartAsync(
        Path.Combine(AppContext.BaseDirectory, "RetailOps.TestChild.dll"), ("wal_writer_delay", "10s"), ("autovacuum", "off"));

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task The_server_is_killed_under_load_and_the_host_recovers()
    {
        await using var host = await TestHost.StartAsync(server.AppConnectionString, Options);
        await host.Stock("LAMP", 1_000_000);
        await using var load = new Load(host);
        await load.Served(20);

        for (var round = 0; round < Effort.Of(20, least: 1); round++)
        {
            var refused = load.Refused(1);
            server.Kill();
            await refused;
            await server.Back();
            var back = Stopwatch.StartNew();
            await load.Served(5);

            back.Elapsed.Should().BeLessThan(Recovery);
            await load.Served(20);
        }

        await EverythingIsThere(host, load);
    }

    [Fact]
    public async Task Single_sessions_are_ended_under_load_and_nobody_notices_for_long()
    {
        await using var host = await TestHost.StartAsync(server.AppConnectionString, Options);
        await host.Stock("LAMP", 1_000_000);
        await using var load = new Load(host);
        await load.Served(20);

        for (var round = 0; round < Effort.Of(500, least: 20); round++)
        {
            await Ask.Do(
                server.AdminConnectionString,
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'shop_app' order by random() limit 1");
            await load.Served(3);
        }

        await EverythingIsThere(host, load);
    }

    [Fact]
    public async Task An_id_that_a_crash_forgot_and_gave_to_another_transaction_is_not_taken_for_ours()
    {
        await using var proxy = FaultProxy.To(server.AppConnectionString);
        await using var host = await TestHost.StartAsync(proxy.ConnectionString, new() { Engine = new() { Workers = 0 } });
        await host.Stock("LAMP", 10);
        var wasForgotten = false;

        // Now and then the server writes the id down before it dies: then there is nothing to mistake.
        for (var round = 0; round < 20 && !wasForgotten; round++)
        {
            proxy.Hold("retailops");
            var placing = host.Send(Shop.Order($"A-{round}", ("LAMP", 1)));
            await proxy.Held;
            var ours = await Ask.One<string>(server.AdminConnectionString, "select backend_xid::text from pg_stat_activity where state = 'idle in transaction' and application_name = 'retailops' and backend_xid is not null");
            server.Kill();
            await Eventually.Holds(async () => !await IsServed(), TimeSpan.FromSeconds(20), "the server is gone");
            await server.Back();
            for (var i = 0; i < 50; i++)
            {
                wasForgotten |= await Ask.One<string>(server.AdminConnectionString, "select pg_current_xact_id()::text") == ours;
            }

            proxy.Release();
            var order = await placing;

            (await host.Order(order.Value.Id)).ExternalId.Should().Be($"A-{round}", "what was acknowledged is there");
        }

        wasForgotten.Should().BeTrue("otherwise this proves nothing");
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Without_a_server_a_caller_hears_of_connections_and_nothing_else()
    {
        await using var host = await TestHost.StartAsync(server.AppConnectionString, new() { Engine = new() { Workers = 0 } });
        await host.Stock("LAMP", 10);
        var order = await host.Place("A-1", ("LAMP", 1));
        var nowhere = new NpgsqlConnectionStringBuilder(server.AppConnectionString) { Port = 1 }.ConnectionString;
        var nobody = new NpgsqlConnectionStringBuilder(server.AppConnectionString) { Host = "no-such-host.invalid" }.ConnectionString;

        foreach (var lost in new[] { nowhere, nobody })
        {
            await using var astray = await TestHost.StartAsync(lost, new() { Engine = new() { Workers = 0 }, Workflows = false, Documents = false });

            (await Trouble(() => astray.Send(Shop.Order("A-2", ("LAMP", 1))))).Should().Match<Exception>(e => (DatabaseTrouble.IsUnavailable(e) || e is System.Net.Sockets.SocketException));
            (await Trouble(() => astray.Send(new GetOrder(order)))).Should().Match<Exception>(e => (DatabaseTrouble.IsUnavailable(e) || e is System.Net.Sockets.SocketException));
        }

        (await host.Broken()).Should().BeEmpty();
    }

    private static TestHostOptions Options => new()
    {
        Relay = new() { FirstPause = TimeSpan.FromMilliseconds(20), Poll = TimeSpan.FromMilliseconds(50), Lease = TimeSpan.FromSeconds(2), Attempts = 100 },
    };

    private static async Task<Exception?> Trouble(Func<Task> what)
    {
        try
        {
            await what();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private async Task<bool> IsServed() => await Trouble(() => Ask.One<int>(server.AdminConnectionString, "select 1")) is null;

    private async Task EverythingIsThere(TestHost host, Load load)
    {
        await load.DisposeAsync();
        await host.Quiet();

        load.Surprises.Should().BeEmpty("callers hear of connections and nothing else");
        (await Ask.All<Guid>(server.AppConnectionString, "select unnest($1) except select id from orders.orders", load.Acknowledged.Select(o => o.Value).ToArray())).Should().BeEmpty();
        (await Ask.All<string>(server.AppConnectionString, "select error from workflows.stimuli where dead is not null union all select message from workflows.incidents where status < 2")).Should().BeEmpty();
        (await Ask.One<long>(server.AppConnectionString, "select count(*) from orders.orders where status not in ('allocated', 'shipped')")).Should().Be(0);
        (await host.Broken()).Should().BeEmpty();
    }

    /// <summary>Customers who place orders and ship them, and try again when the connection was lost.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly CancellationTokenSource closing = new();
        private readonly ConcurrentQueue<OrderId> bought = [];
        private readonly TestHost host;
        private readonly Task customers;
        private int number;
        private int served;
        private int refused;

        public Load(TestHost host)
        {
            this.host = host;
            customers = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(Buy)));
        }

        public ConcurrentQueue<OrderId> Acknowledged { get; } = [];

        public ConcurrentQueue<string> Surprises { get; } = [];

        public Task Served(int more) => More(() => Volatile.Read(ref served), more);

        public Task Refused(int more) => More(() => Volatile.Read(ref refused), more);

        public async ValueTask DisposeAsync()
        {
            await closing.CancelAsync();
            await customers;
        }

        private Task More(Func<int> count, int more)
        {
            var target = count() + more;
            return Eventually.Holds(
                () => Surprises.TryPeek(out var surprise) ? throw new InvalidOperationException(surprise) : Task.FromResult(count() >= target),
                TimeSpan.FromSeconds(60),
                $"{more} more customers");
        }

        private async Task Buy()
        {
            while (!closing.IsCancellationRequested)
            {
                try
                {
                    var order = await host.Place($"A-{Interlocked.Increment(ref number)}", ("LAMP", 1));
                    Acknowledged.Enqueue(order);
                    bought.Enqueue(order);
                    if (number % 2 == 0 && bought.TryDequeue(out var earlier))
                    {
                        await host.Send(new ShipOrder(earlier));
                    }

                    Interlocked.Increment(ref served);
                }
                catch (Exception e) when ((DatabaseTrouble.IsUnavailable(e) || e is System.Net.Sockets.SocketException) || e is CommitUnknownException)
                {
                    Interlocked.Increment(ref refused);
                    await Task.Delay(20);
                }
                catch (Exception e)
                {
                    Surprises.Enqueue(e.ToString());
                    return;
                }
            }
        }
    }
}
