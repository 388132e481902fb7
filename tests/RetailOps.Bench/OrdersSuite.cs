using RetailOps.Testing;

namespace RetailOps.Bench;

/// <summary>
/// Whole orders over HTTP against the product in a process of its own: placed, allocated, shipped, invoiced, posted. Closed loop for the rate,
/// beside the commit-equal baseline in turns; then an open loop at half of the peak for what one customer waits.
/// </summary>
internal sealed class OrdersSuite : IAsyncDisposable
{
    private const double LeastRate = 200;
    private const double MostCommits = 5;
    private const double MostTrips = 20;
    private const double MostMegabytes = 600;
    private const double GoalOfHot = 0.8;
    private const double MostMsOfCapture = 50;
    private const double MostMsOfAllocation = 150;

    private static readonly bool[] SpreadAndHot = [false, true];
    private static readonly double[] Shares = [0.5, 0.95, 0.99];

    private readonly BenchOptions options;
    private readonly BenchServer server;
    private readonly ServedShop ours;
    private readonly BenchDatabase theirs;
    private readonly Npgsql.NpgsqlDataSource plain;
    private readonly Dictionary<int, (Replay Replay, int Rows)> baselines = [];
    private readonly Dictionary<Case, List<(Measured Ours, Measured Theirs)>> results = [];
    private int hotUnits;

    private OrdersSuite(BenchOptions options, BenchServer server, ServedShop ours, BenchDatabase theirs) =>
        (this.options, this.server, this.ours, this.theirs, plain) = (options, server, ours, theirs, Replay.Source(theirs.Report.AppConnectionString));

    private sealed record Case(int Lines, bool Hot, int Clients)
    {
        public override string ToString() => $"{Lines} lines, {(Hot ? "hot, " : "")}{Clients} client{(Clients == 1 ? "" : "s")}";
    }

    /// <summary>Spread items, all sizes, with latencies.</summary>
    public static Task<IReadOnlyList<BenchRow>> Run(BenchOptions options) => Run(options, [.. from lines in options.Lines from clients in options.Clients select new Case(lines, false, clients)], hasLatencies: true);

    /// <summary>Orders of which one line is always the same item, in turns with such that have none.</summary>
    public static Task<IReadOnlyList<BenchRow>> RunHot(BenchOptions options) =>
        Run(options, [.. from lines in options.Lines.Take(1) from clients in options.Clients from hot in SpreadAndHot select new Case(lines, hot, clients)], hasLatencies: false);

    private static async Task<IReadOnlyList<BenchRow>> Run(BenchOptions options, Case[] cases, bool hasLatencies)
    {
        await Console.Error.WriteLineAsync("Starting a durable server, two shops and a host of its own, and warming all …");
        await using var server = await BenchServer.Start(options);
        Recorder? recorder = null;
        var database = await BenchDatabase.Make(server, "bench", _ => (recorder = new(server.Superuser("bench"))).Start());
        await using var suite = new OrdersSuite(options, server, await ServedShop.Open(server, database), await BenchDatabase.Make(server, "baseline"));
        await suite.Begin(recorder!, [.. cases.Select(c => c.Lines).Distinct()]);
        var rows = await suite.Measure(cases, hasLatencies);
        if (options.Statements)
        {
            await Statements.Print(server.OwnerConnectionString);
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await ours.DisposeAsync();
        await plain.DisposeAsync();
    }

    private async Task Begin(Recorder recorder, int[] sizes)
    {
        await Load.Closed(4, TimeSpan.FromSeconds(Math.Min(5, options.Warmup)), random => Ours(random, new(sizes[0], false, 4)));
        var tables = await Table.Read(ours.Database.Report.OwnerConnectionString);
        foreach (var lines in sizes)
        {
            // Once before: the first order of a customer makes him known to the books, which the baseline's orders need not.
            var items = OrderFlow.Items(new Random(lines), lines, false);
            await Slowly(OrderFlow.NextName(), items);
            var name = OrderFlow.NextName();
            var sample = await Sample.Take(recorder, ours.Database.Report.OwnerConnectionString, () => Slowly(name, items));
            var replay = sample.Script(plain, theirs.Shop, tables, new(sample.Known, name, items, ours.Database.Shop), sample.CommitsOfOrder());
            baselines[lines] = (replay, sample.Changes.Count);
            await Console.Error.WriteLineAsync(
                $"An order of {lines} lines writes {sample.Changes.Count} rows in {sample.Changes.Select(c => c.Transaction).Distinct().Count()} transactions when it is alone; the baseline writes them in {replay.Commits} with {replay.Statements} statements:");
            await Console.Error.WriteLineAsync($"  {sample.Changes.Summary()}");
            await Acquaint();
            await sample.Check(server.Superuser(theirs.Name), () => replay.One(items));
        }

        await recorder.Stop();
        foreach (var lines in sizes)
        {
            await Load.Closed(32, TimeSpan.FromSeconds(options.Warmup), random => Ours(random, new(lines, false, 32)));
            await Load.Closed(8, TimeSpan.FromSeconds(options.Warmup / 3), random => Theirs(random, new(lines, false, 8)));
        }

        await ours.Database.Analyse();
        await theirs.Analyse();
        if (options.Statements)
        {
            await Statements.Reset(server.OwnerConnectionString);
        }
    }

    /// <summary>The customers that our books know the baseline's know too.</summary>
    private async Task Acquaint()
    {
        foreach (var party in await Ask.All<string>(ours.Database.Report.OwnerConnectionString, "select code from sandbox_erp.parties"))
        {
            await Ask.Do(theirs.Report.OwnerConnectionString, "insert into sandbox_erp.parties (code, name) values ($1, $1) on conflict do nothing", party);
        }
    }

    /// <summary>The sample: each step when the one before has come to rest, so that all its rows belong to its commit.</summary>
    private async Task Slowly(string name, IReadOnlyList<int> items)
    {
        var order = await ours.Front.Place(name, items);
        var fulfilments = await ours.Watch.For(OrderFlow.AskFulfilments, order);
        await ours.Quiet();
        foreach (var fulfilment in fulfilments)
        {
            await ours.Front.Ship(fulfilment);
        }

        await ours.Watch.For(OrderFlow.AskPosted, order);
    }

    private async Task<IReadOnlyList<BenchRow>> Measure(Case[] cases, bool hasLatencies)
    {
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var one in cases)
            {
                var own = await For(ours.Database, one, Ours, () => (ours.Host.Seconds, ours.Host.Trips, ours.Watch.Looks));
                var other = await For(theirs, one, Theirs, () => (Machine.HostSeconds(), 0, 0));
                (results.TryGetValue(one, out var list) ? list : results[one] = []).Add((own, other));
                await Console.Error.WriteLineAsync($"round {round}, {one}: {own.PerSecond:0} orders/s, baseline {other.PerSecond:0}");
            }
        }

        var rows = cases.SelectMany(Rows).ToList();
        if (hasLatencies)
        {
            foreach (var lines in cases.Select(c => c.Lines).Distinct())
            {
                rows.AddRange(await Latencies(lines, results.Where(r => r.Key.Lines == lines).Max(r => Report.Median(r.Value.Select(m => m.Ours.PerSecond)))));
            }
        }

        rows.Add(BenchRow.AtMost("host memory, the most at once", ours.Host.PeakMegabytes, "MB", MostMegabytes));
        await ours.Quiet();
        if (cases.Any(c => c.Hot))
        {
            var left = await Ask.One<int>(ours.Database.Report.OwnerConnectionString, "select on_hand from inventory.positions where item_id = $1 and condition = 'sellable'", ours.Database.Shop.ItemId(BenchShop.Hot));
            rows.Add(BenchRow.AtMost("units of the hot item that are missing or too many", Math.Abs(BenchShop.Stock - hotUnits - left), "units", 0));
        }

        rows.Add(await ours.Close());
        return rows;
    }

    private Task Ours(Random random, Case one)
    {
        Interlocked.Add(ref hotUnits, one.Hot ? 1 : 0);
        return ours.Flow.One(OrderFlow.Items(random, one.Lines, one.Hot), TimeProvider.System.GetTimestamp());
    }

    private Task Theirs(Random random, Case one) => baselines[one.Lines].Replay.One(OrderFlow.Items(random, one.Lines, one.Hot));

    private async Task<Measured> For(BenchDatabase database, Case one, Func<Random, Case, Task> order, Func<(double Seconds, long Trips, long Own)> host)
    {
        // The server's sessions add up what they did once a second: as much of what was before comes in late as goes out late at the end.
        await Load.Closed(one.Clients, TimeSpan.FromSeconds(Math.Min(1, options.Seconds)), random => order(random, one));
        var (before, rows, commits, serverSeconds) = (host(), await database.Rows(), await server.Commits(database.Name), server.Seconds());
        var (done, seconds) = await Load.Closed(one.Clients, TimeSpan.FromSeconds(options.Seconds), random => order(random, one));
        var (after, serverMs) = (host(), (server.Seconds() - serverSeconds) * 1000 / done);
        await Task.Delay(300);
        var committed = await server.Commits(database.Name) - commits - (after.Own - before.Own);
        return new(
            done / seconds, after.Trips - before.Trips == 0 ? 0 : (double)(after.Trips - before.Trips + committed) / done, (double)committed / done, (after.Seconds - before.Seconds) * 1000 / done, serverMs,
            (double)(await database.Rows() - rows) / done);
    }

    private IEnumerable<BenchRow> Rows(Case one)
    {
        double Own(Func<Measured, double> what, Case? of = null) => Report.Median(results[of ?? one].Select(r => what(r.Ours)));
        double Other(Func<Measured, double> what) => Report.Median(results[one].Select(r => what(r.Theirs)));

        var (rate, underLoad) = (Own(m => m.PerSecond), one.Clients > 1);
        var (ratio, goal) = (rate / Other(m => m.PerSecond), one.Lines <= 2 ? 0.5 : 0.35);
        yield return new($"orders, {one}", rate, "orders/s", Other(m => m.PerSecond), ratio, underLoad && !one.Hot ? goal : null, underLoad && !one.Hot ? ratio >= goal : null);
        if (underLoad && one is { Lines: <= 2, Hot: false })
        {
            yield return new($"orders a second, {one}", rate, "orders/s", Goal: LeastRate, Met: rate >= LeastRate);
        }

        if (one.Hot && results.ContainsKey(one with { Hot = false }))
        {
            var spread = Own(m => m.PerSecond, one with { Hot = false });
            yield return new($"hot against spread, {one}", rate, "orders/s", spread, rate / spread, underLoad ? GoalOfHot : null, underLoad ? rate / spread >= GoalOfHot : null);
        }

        yield return BenchRow.AtMost($"round trips an order, {one}", Own(m => m.Trips), "trips", underLoad ? MostTrips : null);
        yield return BenchRow.AtMost($"commits an order, {one}", Own(m => m.Commits), "commits", underLoad ? MostCommits : null) with { Baseline = baselines[one.Lines].Replay.Commits };
        yield return new($"rows written an order, {one}", Own(m => m.Rows), "rows", baselines[one.Lines].Rows);
        yield return new($"host CPU an order, {one}", Own(m => m.HostMs), "ms", Other(m => m.HostMs));
        yield return new($"server CPU an order, {one}", Own(m => m.ServerMs), "ms", Other(m => m.ServerMs));
    }

    private async Task<IEnumerable<BenchRow>> Latencies(int lines, double peak)
    {
        var times = await Load.Open(peak / 2, TimeSpan.FromSeconds(options.Seconds * options.Rounds), lines, (random, due) => ours.Flow.One(OrderFlow.Items(random, lines, false), due));
        await Console.Error.WriteLineAsync($"{lines} lines, open loop: {times.Count} orders at {peak / 2:0} a second");
        var name = $"{lines} lines at half of peak ({peak / 2:0} orders/s)";
        return new (string What, Func<OrderTimes, TimeSpan> Of, double? Goal)[] { ("capture", t => t.Captured, MostMsOfCapture), ("capture to allocated", t => t.Allocated, MostMsOfAllocation), ("capture to posted", t => t.Posted, null) }
            .SelectMany(w => Shares.Select(p => BenchRow.AtMost($"p{p * 100:0} of {w.What}, {name}", Load.Percentile(times.Select(w.Of), p), "ms", p == 0.95 ? w.Goal : null)));
    }
}
