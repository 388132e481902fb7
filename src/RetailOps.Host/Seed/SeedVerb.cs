using System.Globalization;
using System.Runtime.InteropServices;

using RetailOps.Platform;
using RetailOps.Workflows;

using Serilog.Extensions.Logging;

namespace RetailOps.Host;

/// <summary><c>seed</c>: a history of any size, copied into an empty database.</summary>
internal static class SeedVerb
{
    private const int MostOrders = 10_000_000;

    public static Verb Verb { get; } = new(
        "seed", "fill an empty database with a history of any size",
        """
        seed --orders N: writes what a year of N orders would have left: orders, stock and its ledger, events, returns, postings and the sandbox's books, as
        the real requests write it, without their way. All invariants hold afterwards, and a host goes on from there. The same options on the same day
        write the same rows, ids included.

        Options:
          --orders N    orders that are over: shipped, invoiced, posted, delivered; 1 to 10,000,000
          --returns M   of how many of them a unit came back and was refunded; a tenth of the orders
          --sleeping S  further orders whose flows wait for the shipment; 0
          --timers T    flows that wait for the clock, due in the days to come; 0
          --versions V  published versions of the definition of those flows; 1 with timers, else 0
          --seed X      another number is another history; 1
          --until DATE  the day before which it ends, like 2026-10-31; today
          --data DIR    the data folder
          --json        {"orders":n,"lines":n,"returns":n,"sleeping":n,"timers":n,"versions":n,"rows":n,"bytes":n,"bytesPerOrder":n,"elapsedSeconds":s,"ordersPerSecond":n}
        Needs a database without orders, items and flows, on which no host works. Progress goes to stderr. Interrupted, it leaves what was copied so far,
        which holds together; it cannot be gone on with. bytes is the growth of the whole database: tables, indexes and what stands beside them.
        Ends with 0 when all of it was written, else with 1.
        """,
        new Dictionary<string, bool>
        {
            ["--orders"] = true,
            ["--returns"] = true,
            ["--sleeping"] = true,
            ["--timers"] = true,
            ["--versions"] = true,
            ["--seed"] = true,
            ["--until"] = true,
            ["--data"] = true,
            ["--json"] = false,
        }, Run);

    private static async Task<int> Run(VerbOptions options, CancellationToken ct)
    {
        var plan = PlanOf(options, TimeProvider.System.GetUtcNow());
        var settings = options.Settings(HostSettings.Production) with { RunsJobs = false };
        await using var log = HostLog.Make(settings.DataFolder);
        using var logs = new SerilogLoggerFactory(log);
        await using var database = await DatabaseSetup.Open(settings, logs.CreateLogger("RetailOps.Host.Seed"), ct);

        // The container only, for its rooms: nothing of it is started.
        await using var app = HostComposition.Build([], settings, database.Report.AppConnectionString, log);
        await app.Services.ImportDocumentsAsync(WorkflowFiles.Folder, ct);
        await app.Services.ImportWorkflowsAsync(WorkflowFiles.Folder, ct);
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        try
        {
            Say(options, await new SeedRun(plan, app.Services, new SeedTables(database.Report.AppConnectionString, database.Report.OwnerConnectionString), Console.Error).Run(interrupted.Token));
            return 0;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            Console.Error.WriteLine("Interrupted. What was copied so far holds together and stays.");
            return 1;
        }

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupted.Cancel();
        }
    }

    /// <summary>What the options ask for.</summary>
    /// <exception cref="SetupException">An option makes no sense.</exception>
    internal static SeedPlan PlanOf(VerbOptions options, DateTimeOffset now)
    {
        var orders = Number("--orders", 1, MostOrders) ?? throw new SetupException("seed needs --orders N.");
        var timers = Number("--timers", 0, MostOrders) ?? 0;
        var plan = new SeedPlan(
            orders,
            0,
            Number("--sleeping", 0, MostOrders) ?? 0,
            timers,
            Number("--versions", timers > 0 ? 1 : 0, 10_000) ?? (timers > 0 ? 1 : 0),
            Number("--seed", 0, int.MaxValue) ?? 1,
            UntilOf(options["--until"], now));
        return plan with { Returns = Number("--returns", 0, plan.Returnable) ?? Math.Min(orders / 10, plan.Returnable) };

        int? Number(string name, int least, int most) =>
            options[name] is not { } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : throw new SetupException($"{name} takes a number from {least} to {most}, not '{text}'.");
    }

    private static DateTimeOffset UntilOf(string? text, DateTimeOffset now)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        return text is null ? today
            : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                && new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) is var until && until <= today ? until
            : throw new SetupException($"--until takes a day like 2026-10-31, today at the latest, not '{text}'.");
    }

    private static void Say(VerbOptions options, SeedReport report)
    {
        if (options.Json)
        {
            VerbOptions.Write(report);
        }
        else
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Orders} orders, {report.Returns} returns, {report.Sleeping} orders under way, {report.Timers} timers in {report.Versions} versions: {report.Rows} rows in {report.ElapsedSeconds} s, {report.OrdersPerSecond} orders/s"));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Bytes / 1_048_576.0:0} MB more in the database, {report.BytesPerOrder} bytes an order"));
        }
    }
}
