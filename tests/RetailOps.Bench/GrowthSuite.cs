using System.Collections.Concurrent;
using System.Globalization;

namespace RetailOps.Bench;

/// <summary>
/// What a history costs: the same orders in a database that was seeded and in one that is empty but for the items, in turns, both warm and analysed;
/// and how soon flows that sleep beside very many others go on.
/// </summary>
internal static class GrowthSuite
{
    private const double MostTimes = 1.2;
    private const double MostSecondsToReady = 2;
    private const double MostMegabytes = 600;
    private const int Clients = 8;

    /// <summary>So many orders of two lines behind a seeded million.</summary>
    public static async Task<IReadOnlyList<BenchRow>> Run(BenchOptions options)
    {
        var (count, history) = (options.Count("--orders", 10_000), options.Count("--seed-orders", 1_000_000));
        await using var server = await BenchServer.Start(options);
        await using var seeded = await Open(server, "seeded", "--orders", Digits(history));
        await using var empty = await Open(server, "empty");
        await Warm(options, seeded, empty);

        var costs = new Dictionary<ServedShop, List<(double Seconds, double HostMs, double ServerMs)>> { [seeded] = [], [empty] = [] };
        var turns = Math.Max(1, options.Rounds) * 2;
        for (var turn = 0; turn < turns; turn++)
        {
            // Who begins changes too.
            foreach (var shop in turn % 2 == 0 ? new[] { empty, seeded } : [seeded, empty])
            {
                var (host, machine, part) = (shop.Host.Seconds, server.Seconds(), Math.Max(1, count / turns));
                var seconds = await Load.Count(Clients, part, turn, random => shop.Flow.One(OrderFlow.Items(random, 2, false), TimeProvider.System.GetTimestamp()));
                costs[shop].Add((seconds, (shop.Host.Seconds - host) * 1000 / part, (server.Seconds() - machine) * 1000 / part));
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"turn {turn + 1} of {turns}, {shop.Database.Name}: {part} orders in {seconds:0.0} s"));
            }
        }

        double Of(ServedShop shop, Func<(double Seconds, double HostMs, double ServerMs), double> what) => Report.Median(costs[shop].Select(what));

        return
        [
            BenchRow.AtMostTimes($"{count} orders behind {history} others", costs[seeded].Sum(c => c.Seconds), "s", costs[empty].Sum(c => c.Seconds), MostTimes),
            new("host CPU an order", Of(seeded, c => c.HostMs), "ms", Of(empty, c => c.HostMs)),
            new("server CPU an order", Of(seeded, c => c.ServerMs), "ms", Of(empty, c => c.ServerMs)),
            BenchRow.AtMost("host memory, the most at once", seeded.Host.PeakMegabytes, "MB", MostMegabytes) with { Baseline = empty.Host.PeakMegabytes },
            await seeded.Close(),
            await empty.Close(),
        ];
    }

    /// <summary>Orders of two lines beside sleeping flows, timers and old versions; and how long a host takes to be ready among them.</summary>
    public static async Task<IReadOnlyList<BenchRow>> RunResume(BenchOptions options)
    {
        var (sleeping, timers, versions) = (options.Count("--sleeping", 200_000), options.Count("--timers", 25_000), options.Count("--versions", 300));
        await using var server = await BenchServer.Start(options);
        await using var first = await Open(server, "sleeping", "--orders", Digits(options.Count("--seed-orders", 1_000)), "--sleeping", Digits(sleeping), "--timers", Digits(timers), "--versions", Digits(versions));

        // The first start brings the definitions up to this version; what counts is one on another day.
        await first.DisposeAsync();
        var starts = new List<double>();
        for (var round = 0; round < options.Rounds; round++)
        {
            await using var again = await ServedShop.Open(server, first.Database);
            starts.Add(again.Host.ReadyAfter.TotalSeconds);
        }

        await using var full = await ServedShop.Open(server, first.Database);
        await using var empty = await Open(server, "empty");
        await Warm(options, full, empty);

        var times = new Dictionary<ServedShop, ConcurrentBag<TimeSpan>> { [full] = [], [empty] = [] };
        for (var round = 0; round < options.Rounds * 2; round++)
        {
            foreach (var shop in round % 2 == 0 ? new[] { empty, full } : [full, empty])
            {
                var (done, seconds) = await Load.Closed(4, TimeSpan.FromSeconds(options.Seconds), async random => times[shop].Add(await shop.Flow.Resume(OrderFlow.Items(random, 2, false))));
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"turn {round + 1}, {shop.Database.Name}: {done} resumed in {seconds:0.0} s"));
            }
        }

        var name = $"from shipment to invoice beside {sleeping} sleeping flows, {timers} timers, {versions} versions";
        return
        [
            new($"p50 {name}", Load.Percentile(times[full], 0.5), "ms", Load.Percentile(times[empty], 0.5)),
            BenchRow.AtMostTimes($"p95 {name}", Load.Percentile(times[full], 0.95), "ms", Load.Percentile(times[empty], 0.95), MostTimes),
            BenchRow.AtMost("from start to ready", Report.Median(starts), "s", MostSecondsToReady) with { Baseline = empty.Host.ReadyAfter.TotalSeconds },
            BenchRow.AtMost("host memory, the most at once", full.Host.PeakMegabytes, "MB", MostMegabytes) with { Baseline = empty.Host.PeakMegabytes },
            await full.Close(),
            await empty.Close(),
        ];
    }

    private static async Task<ServedShop> Open(BenchServer server, string name, params string[] seed)
    {
        await Console.Error.WriteLineAsync(seed.Length == 0 ? $"Making the shop {name} …" : $"Making the shop {name}: seed {string.Join(' ', seed)} …");
        var database = await BenchDatabase.Make(server, name, async report =>
        {
            if (seed.Length > 0)
            {
                var said = await ServedHost.Verb(report, Path.Combine(server.Folder, "seed"), ["seed", .. seed]);
                await Console.Error.WriteLineAsync(said.ToString());
            }
        });
        return await ServedShop.Open(server, database);
    }

    private static async Task Warm(BenchOptions options, params ServedShop[] shops)
    {
        foreach (var shop in shops)
        {
            await Load.Closed(Clients, TimeSpan.FromSeconds(options.Warmup), random => shop.Flow.One(OrderFlow.Items(random, 2, false), TimeProvider.System.GetTimestamp()));
            await shop.Database.Analyse();
        }
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);
}
