using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Bench;

/// <summary>Full thin orders of two lines, in process, without HTTP: placed, allocated in a burst, shipped, ended in a burst.</summary>
internal sealed class BurstSuite : IAsyncDisposable
{
    private const double GoalOfBaseline = 0.35;
    private const double GoalOfHot = 0.8;
    private static readonly bool[] Spread = [false];
    private static readonly bool[] SpreadAndHot = [false, true];
    private static readonly Caller Bencher = new Caller.Client("bench", Permissions.Operational);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> bursts = [];
    private readonly BenchOptions options;
    private readonly NpgsqlDataSource plain;
    private readonly BenchServer server;
    private readonly TestHost host;
    private readonly Baseline baseline;
    private readonly MeterListener meter = new();
    private long trips;
    private int orders;

    private BurstSuite(BenchOptions options, BenchServer server, NpgsqlDataSource plain, TestHost host, Baseline baseline, ConcurrentDictionary<string, TaskCompletionSource> bursts)
    {
        this.options = options;
        this.server = server;
        this.plain = plain;
        this.host = host;
        this.baseline = baseline;
        this.bursts = bursts;
        meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Npgsql", Name: "db.client.operation.duration" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meter.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref trips));
        meter.Start();
    }

    public static async Task<IReadOnlyList<BenchRow>> Run(BenchOptions options)
    {
        await Console.Error.WriteLineAsync("Starting a durable server and a host of its own, and warming both …");
        await using var server = await BenchServer.Start(options);
        await using var suite = await Prepare(options, server);
        var rows = await suite.Measure();
        if (options.Statements)
        {
            await Statements.Print(server.OwnerConnectionString);
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        meter.Dispose();
        await host.DisposeAsync();
        await plain.DisposeAsync();
    }

    private static async Task<BurstSuite> Prepare(BenchOptions options, BenchServer server)
    {
        var ours = await server.Migrate("bench");
        var theirs = await server.Migrate("baseline");

        var bursts = new ConcurrentDictionary<string, TaskCompletionSource>();
        var host = await TestHost.StartAsync(ours.AppConnectionString, new()
        {
            Pool = 40,
            Engine = new() { Notes = options.Notes, Workers = options.Workers, Committed = key => Signal(bursts, key).TrySetResult() },
        });
        await BenchShop.Fill(host, ours.OwnerConnectionString);
        BenchShop shop;
        await using (var filler = await TestHost.StartAsync(theirs.AppConnectionString, new() { Engine = new() { Workers = 0 }, Workflows = false }))
        {
            shop = await BenchShop.Fill(filler, theirs.OwnerConnectionString);
        }

        var settings = new NpgsqlConnectionStringBuilder(theirs.AppConnectionString) { MaxPoolSize = 40, MaxAutoPrepare = 200, AutoPrepareMinUsages = 2, NoResetOnClose = true };
        var plain = NpgsqlDataSource.Create(settings.ConnectionString);
        var suite = new BurstSuite(options, server, plain, host, new Baseline(plain, shop), bursts);
        await suite.Ours(1, hot: false);
        var (start, end) = await Journal(ours.OwnerConnectionString);
        suite.baseline.Journal(start, end);
        await suite.For(32, hot: false, suite.Ours, TimeSpan.FromSeconds(options.Warmup));
        await suite.For(8, hot: false, suite.Theirs, TimeSpan.FromSeconds(4));
        await BenchServer.Analyse(ours.OwnerConnectionString);
        if (options.Statements)
        {
            await Statements.Reset(server.OwnerConnectionString);
        }

        await BenchServer.Analyse(theirs.OwnerConnectionString);
        return suite;
    }

    /// <summary>How many journal rows each of the two bursts writes, so that the baseline writes as many.</summary>
    private static async Task<(int Start, int End)> Journal(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var count = source.CreateCommand(
            "select (select count(*) from workflows.journal), (select min(sequence) from workflows.journal where event = 'Resumed' or (event = 'Completed' and activity_id = 'shipped-event'))");
        await using var reader = await count.ExecuteReaderAsync();
        await reader.ReadAsync();
        var all = (int)reader.GetInt64(0);
        var start = reader.GetInt32(1);
        return (start, all - start);
    }

    private async Task<IReadOnlyList<BenchRow>> Measure()
    {
        var results = new Dictionary<(string Who, bool Hot, int Clients), List<Measured>>();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var (hot, clients) in Cases())
            {
                foreach (var (who, order) in new (string, Func<int, bool, Task>)[] { ("ours", Ours), ("baseline", Theirs) })
                {
                    var measured = await For(clients, hot, order, TimeSpan.FromSeconds(options.Seconds));
                    (results.TryGetValue((who, hot, clients), out var list) ? list : results[(who, hot, clients)] = []).Add(measured);
                    await Console.Error.WriteLineAsync($"round {round}, {Case(hot, clients)}, {who,-8} {measured.PerSecond,7:0} orders/s");
                }
            }
        }

        var rows = Cases().SelectMany(c => Rows(c.Hot, c.Clients, results)).ToList();
        await host.Quiet();
        var broken = await host.Broken();
        rows.Add(new("invariants broken afterwards", broken.Count, "violations", Goal: 0, Met: broken.Count == 0));
        return rows;
    }

    private IEnumerable<(bool Hot, int Clients)> Cases() => from hot in options.Hot ? SpreadAndHot : Spread from clients in options.Clients select (hot, clients);

    private static string Case(bool hot, int clients) => $"{(hot ? "hot" : "spread")}, {clients} in flight";

    private static IEnumerable<BenchRow> Rows(bool hot, int clients, Dictionary<(string Who, bool Hot, int Clients), List<Measured>> results)
    {
        double Of(string who, Func<Measured, double> what, bool? ofHot = null) => Report.Median(results[(who, ofHot ?? hot, clients)].Select(what));

        var value = Of("ours", m => m.PerSecond);
        var ratio = value / Of("baseline", m => m.PerSecond);
        var hasGoal = clients > 1;
        yield return new($"orders, {Case(hot, clients)}", value, "orders/s", Of("baseline", m => m.PerSecond), ratio, hasGoal ? GoalOfBaseline : null, hasGoal ? ratio >= GoalOfBaseline : null);
        yield return new($"bursts, {Case(hot, clients)}", value * 2, "bursts/s");
        if (hot && hasGoal)
        {
            var spread = Of("ours", m => m.PerSecond, ofHot: false);
            yield return new($"hot against spread, {clients} in flight", value, "orders/s", spread, value / spread, GoalOfHot, value / spread >= GoalOfHot);
        }

        yield return new($"round trips an order, {Case(hot, clients)}", Of("ours", m => m.Trips), "trips", Of("baseline", m => m.Trips));
        yield return new($"commits an order, {Case(hot, clients)}", Of("ours", m => m.Commits), "commits", Of("baseline", m => m.Commits));
        yield return new($"host CPU an order, {Case(hot, clients)}", Of("ours", m => m.HostMs), "ms", Of("baseline", m => m.HostMs));
        yield return new($"server CPU an order, {Case(hot, clients)}", Of("ours", m => m.ServerMs), "ms", Of("baseline", m => m.ServerMs));
    }

    private async Task Ours(int first, bool hot)
    {
        var name = $"B-{Interlocked.Increment(ref orders)}";
        var request = Shop.Order(name, (BenchShop.Sku(hot ? 0 : first), 1), (BenchShop.Sku((first + (BenchShop.Items / 2)) % BenchShop.Items), 1));
        var placed = await host.Requests.Run(Bencher, request, new IdempotencyKey("client:bench", name, "POST /api/v1/orders", new byte[32]));
        var key = OrderKey.Of(placed.Value.Id);
        await Burst(key);
        var shipped = await host.Requests.Run(Bencher, new ShipOrder(placed.Value.Id));
        _ = shipped.Value;
        await Burst(key);
    }

    private Task Theirs(int first, bool hot) => baseline.Order(hot ? 0 : first, (first + (BenchShop.Items / 2)) % BenchShop.Items);

    private async Task Burst(string key)
    {
        await Signal(bursts, key).Task.WaitAsync(TimeSpan.FromSeconds(30));
        bursts.TryRemove(key, out _);
    }

    private static TaskCompletionSource Signal(ConcurrentDictionary<string, TaskCompletionSource> bursts, string key) =>
        bursts.GetOrAdd(key, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>So many clients, each with one order at a time, for a while.</summary>
    private async Task<Measured> For(int clients, bool hot, Func<int, bool, Task> order, TimeSpan time)
    {
        var (commits, hostCpu, serverCpu, tripsBefore) = (await server.Commits("bench", "baseline"), Machine.HostSeconds(), server.Seconds(), Interlocked.Read(ref trips));
        var started = TimeProvider.System.GetTimestamp();
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(client + 1);
            while (TimeProvider.System.GetElapsedTime(started) < time)
            {
                await order(1 + random.Next((BenchShop.Items / 2) - 1), hot);
                Interlocked.Increment(ref done);
            }
        })));
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var perOrder = 1.0 / done;
        var (hostSeconds, serverSeconds) = (Machine.HostSeconds() - hostCpu, server.Seconds() - serverCpu);
        await Task.Delay(300);
        var committed = await server.Commits("bench", "baseline") - commits;
        return new(done / seconds, ((Interlocked.Read(ref trips) - tripsBefore) + committed) * perOrder, committed * perOrder, hostSeconds * 1000 * perOrder, serverSeconds * 1000 * perOrder);
    }
}
