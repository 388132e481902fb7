using System.Collections.Concurrent;

using RetailOps.Testing;

namespace RetailOps.Bench;

/// <summary>
/// Whole returns over HTTP of orders that are over: asked for, received, inspected, put away, refunded, credit memo in the books; beside the
/// commit-equal baseline in turns. The orders are made before, and not measured.
/// </summary>
internal sealed class ReturnsSuite : IAsyncDisposable
{
    private const int Makers = 16;
    private const double MostMegabytes = 600;

    // A session of the server that has gone idle adds up what it did last after ten seconds.
    private static readonly TimeSpan UntilAdded = TimeSpan.FromSeconds(11);

    // In our shop the first return of an item makes its place.
    private const string Places =
        """
        insert into inventory.positions (item_id, node, condition, on_hand, allocated, reserved)
        select item_id, node, 'quarantine', 0, 0, 0 from inventory.positions where condition = 'sellable'
        """;

    private readonly BenchOptions options;
    private readonly BenchServer server;
    private readonly ServedShop ours;
    private readonly BenchDatabase theirs;
    private readonly Npgsql.NpgsqlDataSource plain;
    private Replay baseline = null!;
    private double idleCommitsPerSecond;

    private ReturnsSuite(BenchOptions options, BenchServer server, ServedShop ours, BenchDatabase theirs) =>
        (this.options, this.server, this.ours, this.theirs, plain) = (options, server, ours, theirs, Replay.Source(theirs.Report.AppConnectionString));

    public static async Task<IReadOnlyList<BenchRow>> Run(BenchOptions options)
    {
        await Console.Error.WriteLineAsync("Starting a durable server, two shops and a host of its own …");
        await using var server = await BenchServer.Start(options);
        Recorder? recorder = null;
        var database = await BenchDatabase.Make(server, "bench", _ => (recorder = new(server.Superuser("bench"))).Start());
        await using var suite = new ReturnsSuite(options, server, await ServedShop.Open(server, database), await BenchDatabase.Make(server, "baseline"));
        await suite.Begin(recorder!);
        return await suite.Measure();
    }

    public async ValueTask DisposeAsync()
    {
        await ours.DisposeAsync();
        await plain.DisposeAsync();
    }

    private async Task Begin(Recorder recorder)
    {
        var (items, name) = (OrderFlow.Items(new Random(2), 2, false), OrderFlow.NextName());
        await ours.Flow.SendBack(await ours.Flow.Deliver(OrderFlow.NextName(), items));
        var sample = await Sample.Take(recorder, ours.Database.Report.OwnerConnectionString, async () =>
        {
            var order = await ours.Flow.Deliver(name, items);
            await ours.Quiet();
            await ours.Watch.For(OrderFlow.AskCredited, await ours.Front.SendBack(order, ours.Quiet));
        });
        var commits = sample.CommitsOfReturn().ToList();
        baseline = sample.Script(plain, theirs.Shop, await Table.Read(ours.Database.Report.OwnerConnectionString), new(sample.Known, name, items, ours.Database.Shop), commits);
        await Console.Error.WriteLineAsync($"A return writes {commits.Skip(1).Sum(c => c.Count)} rows; the baseline writes them in {baseline.Commits - 1} commits:");
        await Console.Error.WriteLineAsync($"  {commits.Skip(1).SelectMany(c => c).Summary()}");
        await Ask.Do(theirs.Report.OwnerConnectionString, Places);
        await sample.Check(server.Superuser(theirs.Name), () => baseline.One(items));
        await recorder.Stop();
        await Round(8, Math.Max(8, Count / 4));
        await Task.Delay(UntilAdded);
        var before = await server.Commits(ours.Database.Name);
        await Task.Delay(UntilAdded);
        idleCommitsPerSecond = (await server.Commits(ours.Database.Name) - before) / UntilAdded.TotalSeconds;
        await ours.Database.Analyse();
        await theirs.Analyse();
    }

    private int Count => options.Count("--orders", 400);

    private async Task<IReadOnlyList<BenchRow>> Measure()
    {
        var results = options.Clients.ToDictionary(c => c, _ => new List<(Measured Ours, Measured Theirs, double P95)>());
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var clients in options.Clients)
            {
                var measured = await Round(clients, Count);
                results[clients].Add(measured);
                await Console.Error.WriteLineAsync($"round {round}, {clients} clients: {measured.Ours.PerSecond:0} returns/s, baseline {measured.Theirs.PerSecond:0}");
            }
        }

        return [.. results.SelectMany(r => Rows(r.Key, r.Value)), BenchRow.AtMost("host memory, the most at once", ours.Host.PeakMegabytes, "MB", MostMegabytes), await ours.Close()];
    }

    private static IEnumerable<BenchRow> Rows(int clients, List<(Measured Ours, Measured Theirs, double P95)> rounds)
    {
        double Own(Func<Measured, double> what) => Report.Median(rounds.Select(r => what(r.Ours)));
        double Other(Func<Measured, double> what) => Report.Median(rounds.Select(r => what(r.Theirs)));

        var name = $"{clients} client{(clients == 1 ? "" : "s")}";
        yield return new($"returns, {name}", Own(m => m.PerSecond), "returns/s", Other(m => m.PerSecond), Own(m => m.PerSecond) / Other(m => m.PerSecond));
        yield return new($"p95 from request to credit memo, {name}", Report.Median(rounds.Select(r => r.P95)), "ms");
        yield return new($"round trips a return, {name}", Own(m => m.Trips), "trips");
        yield return new($"commits a return, {name}", Own(m => m.Commits), "commits", Other(m => m.Commits));
        yield return new($"host CPU a return, {name}", Own(m => m.HostMs), "ms", Other(m => m.HostMs));
        yield return new($"server CPU a return, {name}", Own(m => m.ServerMs), "ms", Other(m => m.ServerMs));
    }

    /// <summary>So many orders that are over, on both sides; then their returns, first ours, then theirs.</summary>
    private async Task<(Measured Ours, Measured Theirs, double P95)> Round(int clients, int count)
    {
        var (orders, words, times) = (new ConcurrentBag<Guid>(), new ConcurrentBag<Fresh>(), new ConcurrentBag<TimeSpan>());
        await Load.Count(Makers, count, count, async random => orders.Add(await ours.Flow.Deliver(OrderFlow.NextName(), OrderFlow.Items(random, 2, false))));
        await Load.Count(Makers, count, count, async random =>
        {
            var fresh = baseline.New(OrderFlow.Items(random, 2, false));
            await baseline.Part(fresh, 0, 1);
            words.Add(fresh);
        });
        await ours.Quiet();
        await Task.Delay(UntilAdded);
        var (trips, commits, looks) = (ours.Host.Trips, await server.Commits(ours.Database.Name), ours.Watch.Looks);
        var own = await For(clients, count, async () => times.Add(await ours.Flow.SendBack(Take(orders))), () => ours.Host.Seconds);
        trips = ours.Host.Trips - trips;
        var ended = TimeProvider.System.GetTimestamp();
        var other = await For(clients, count, () => baseline.Part(Take(words), 1, baseline.Commits), Machine.HostSeconds);
        await Task.Delay(UntilAdded);
        var committed = await server.Commits(ours.Database.Name) - commits - (ours.Watch.Looks - looks) - (idleCommitsPerSecond * TimeProvider.System.GetElapsedTime(ended).TotalSeconds);
        own = own with { Trips = (trips + committed) / count, Commits = committed / count };
        other = other with { Commits = baseline.Commits - 1 };
        return (own, other, Load.Percentile(times, 0.95));
    }

    private static T Take<T>(ConcurrentBag<T> from) => from.TryTake(out var one) ? one : throw new InvalidOperationException("There is one for each.");

    private async Task<Measured> For(int clients, int count, Func<Task> one, Func<double> host)
    {
        var (before, machine) = (host(), server.Seconds());
        var seconds = await Load.Count(clients, count, 1, _ => one());
        return new(count / seconds, 0, 0, (host() - before) * 1000 / count, (server.Seconds() - machine) * 1000 / count);
    }
}
