using System.Text.Json;

using RetailOps.Bench;
using RetailOps.Platform;

if (args is [SupervisorVerb.Name, ..])
{
    return await SupervisorVerb.RunAsync(args);
}

if (args.Contains("--help") || args is [] or ["--json"])
{
    Console.WriteLine(
        """
        bench SUITE: measures, beside a baseline, in turns, and says whether the goals are met.
          burst         orders through capture, burst, shipment, burst, in process; 1, 8 and 32 in flight, spread and one hot item
          orders        whole orders over HTTP: placed, allocated, shipped, invoiced, posted; then what one waits at half of the peak
          hot           the same with one line that all orders share, in turns with such that share none
          returns       whole returns over HTTP of orders that are over: asked for, received, inspected, put away, refunded, credit memo posted
          resume        how soon flows go on beside many that sleep, many timers and old versions, beside an empty database; how soon a host is ready there
          engine        runs of the engine alone: in memory, stored, and such that wait and go on
          growth        orders behind a seeded history, beside such in an empty database
          limits        what others wait for while one client storms, and what limits and quotas cost, in turns with a host without
        Options:
          --rounds N    rounds of each, the median counts (3)
          --seconds N   of each measurement (6)
          --warmup N    seconds before anything is measured (15)
          --clients L   comma-separated numbers of clients, each with one order at a time (1,8,32); of burst also --in-flight; not for growth, resume
          --lines L     comma-separated sizes of orders (2,25); hot takes the first; not for the others
          --statements  also the statements that cost the server most, on stderr
          --json        machine-readable results on stdout
          --orders N    growth: how many orders are timed (10000); returns: how many at a time (400), instead of --seconds
        Of growth and resume only:
          --seed-orders N  how long the history is (1000000; of resume 1000)
          --sleeping N, --timers N, --versions N  resume: beside what (200000, 25000, 300)
        Of burst only:
          --no-hot      only spread items
          --workers N   groups under way at once (2)
          --no-notes    without the note of what is in flight, to see what it costs
        Ends with 0 when every goal is met, 1 when one is not, 2 when it was called wrongly. Progress goes to stderr.
        """);
    return args is [] or ["--json"] ? 2 : 0;
}

Func<BenchOptions, Task<IReadOnlyList<BenchRow>>>? suite = args[0] switch
{
    "burst" => BurstSuite.Run,
    "orders" => OrdersSuite.Run,
    "hot" => OrdersSuite.RunHot,
    "returns" => ReturnsSuite.Run,
    "resume" => GrowthSuite.RunResume,
    "growth" => GrowthSuite.Run,
    "engine" => EngineSuite.Run,
    "limits" => LimitsSuite.Run,
    _ => null,
};
var options = BenchOptions.Read(args[1..], out var problem);
if (suite is null || problem is not null)
{
    await Console.Error.WriteLineAsync($"{(suite is null ? $"There is no suite {args[0]}." : problem)} See bench --help.");
    return 2;
}

var rows = await suite(options);
if (options.Json)
{
    Console.WriteLine(JsonSerializer.Serialize(new { suite = args[0], machine = Machine.Describe(), results = rows }, JsonSerializerOptions.Web));
}
else
{
    Report.Print(rows);
}

return rows.Any(r => r.Met == false) ? 1 : 0;

/// <summary>What .NET calls in the host that is measured, before the host's own beginning: this assembly is its startup hook.</summary>
internal static class StartupHook
{
    /// <summary>Set to 1, a host of ours does without limits and quotas. The product knows the runtime's switch alone, and no way to set it.</summary>
    public const string Ungoverned = "RETAILOPS_BENCH_UNGOVERNED";

    internal static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Ungoverned) == "1")
        {
            AppContext.SetSwitch("RetailOps.Bench.Ungoverned", true);
        }

        Trips.Begin(Environment.GetEnvironmentVariable(Trips.Variable)!);
    }
}
