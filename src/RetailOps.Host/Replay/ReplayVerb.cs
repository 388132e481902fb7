using System.Globalization;
using System.Security.Cryptography;
using System.Text;

using RetailOps.Platform;
using RetailOps.Workflows;

using Serilog.Extensions.Logging;

namespace RetailOps.Host;

/// <summary><c>replay</c>: what a real shop sold and took back, through the whole system.</summary>
internal static class ReplayVerb
{
    private const int FewestNodes = 2;

    private const int MostNodes = 5_000;

    public static Verb Verb { get; } = new(
        "replay", "play what a real shop sold and took back through the whole system",
        """
        replay FILE.csv.gz…: reads invoices and credit notes (columns InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID,
        Country) and plays them through the real requests and workflows, in a database of its own whose name comes from files and options. Time there is
        the files': hour by hour, with everything that the hour sets going. Cut off, the same command goes on where it stopped.

        Options:
          --nodes N     places that hold stock, two of them distribution centres; 302
          --stock ample opening stock that covers all sales and decreases (the usual)
          --stock tight nine tenths of it, a tenth of that in the stores: orders wait, and are served from what is found and what comes back
          --until DATE  only up to the end of that day, like 2010-12-07
          --data DIR    the data folder
          --json        one object with all figures, unmatched credits and rejected lines
        Progress goes to stderr, the figures to stdout.
        Ends with 0 when every file was read to its end, everything was played and no invariant is broken, else with 1.
        """,
        new Dictionary<string, bool> { [VerbOptions.Words] = true, ["--nodes"] = true, ["--stock"] = true, ["--until"] = true, ["--data"] = true, ["--json"] = false }, Run);

    private static async Task<int> Run(VerbOptions options, CancellationToken ct)
    {
        var (files, nodes, until) = (options.Arguments, NodesOf(options["--nodes"]), UntilOf(options["--until"]));
        var stock = StockOf(options["--stock"]);
        if (files.Count == 0)
        {
            throw new SetupException("replay needs at least one FILE.csv.gz.");
        }

        var read = SalesFiles.Read(files, until);
        var plan = SalesPlanner.Plan(read);
        foreach (var sentence in read.Broken)
        {
            Console.Error.WriteLine(sentence);
        }

        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plan.Figures.Rows} rows: {plan.Orders.Count} orders, {plan.Returns.Count} returns, {plan.BlindReturns.Count} credit notes without an order, {plan.Rejected.Count} rejects."));
        return await Play(options, plan, read.Broken, nodes, stock, SourceOf(files, nodes, stock, until), ct);
    }

    private static async Task<int> Play(VerbOptions options, SalesPlan plan, IReadOnlyList<string> broken, int nodes, ReplayStock stock, string source, CancellationToken ct)
    {
        // The jobs of a host look at the machine's time; nobody shall find this host who was not told where it listens.
        var settings = options.Settings(HostSettings.Demo) with { RunsJobs = false, Urls = "http://127.0.0.1:0" };
        RootKey.Load(settings.Key, DataFolders.Prepare(settings.DataFolder), mayCreate: true);
        if (settings.Environment == HostSettings.Test)
        {
            FaultPoints.Arm(Environment.GetEnvironmentVariable("RETAILOPS_FAULT"));
        }

        var name = $"replay_{source[..12]}";
        await using var log = HostLog.Make(settings.DataFolder);
        using var logs = new SerilogLoggerFactory(log);
        await using var database = await DatabaseSetup.Open(settings, logs.CreateLogger("RetailOps.Host.Replay"), ct, name);
        var connection = database.Report.AppConnectionString;
        await using var place = await ReplayPlace.Take(connection, source, ct);
        await using var clock = await ReplayClock.Ensure(connection, ReplayDriver.FirstHour(plan), ct);
        await using var app = HostComposition.Build([], settings, connection, log, clock);
        await app.Services.ImportDocumentsAsync(WorkflowFiles.Folder, ct);
        if ((await app.Services.ImportWorkflowsAsync(WorkflowFiles.Folder, ct)).Refused is { Count: > 0 } refused)
        {
            // A replay is measured; with a flow missing it would measure something else.
            throw new SetupException(string.Join(Environment.NewLine, refused));
        }

        await app.StartAsync(ct);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, app.Lifetime.ApplicationStopping);
        try
        {
            return await Play(options, plan, broken, nodes, stock, source, app, clock, place, name, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            Console.Error.WriteLine("Interrupted. The same command goes on from here.");
            return 1;
        }
        finally
        {
            await app.StopAsync(CancellationToken.None);
        }
    }

    private static async Task<int> Play(
        VerbOptions options, SalesPlan plan, IReadOnlyList<string> broken, int nodes, ReplayStock stock, string source,
        WebApplication app, ReplayClock clock, ReplayPlace place, string name, CancellationToken ct)
    {
        var services = app.Services;
        var door = new ReplayDoor(services.GetRequiredService<RequestRunner>());
        var quiet = new ReplayQuiet(services.GetRequiredService<EngineWatch>(), services.GetRequiredService<Deliveries>(), clock);
        var driver = new ReplayDriver(plan, nodes, stock, door, clock, place, quiet, Console.Error);
        var stuck = await driver.Play(source, ct);
        var dead = await services.GetRequiredService<EngineWatch>().Look(ct);
        IReadOnlyList<string> problems =
        [
            .. broken, .. stuck, .. dead is { Dead: 0, Incidents: 0 } ? Array.Empty<string>() : [$"{dead.Dead} dead letters and {dead.Incidents} incidents wait for a person."],
        ];
        var report = await new ReplayMeasure(plan, stock, door, services.GetRequiredService<Verification>()).Read(driver.Spent, problems, name, ct);
        Say(options, report);
        return report.Problems.Count == 0 ? 0 : 1;
    }

    private static void Say(VerbOptions options, ReplayReport report)
    {
        if (options.Json)
        {
            VerbOptions.Write(report);
        }
        else
        {
            Console.Out.WriteLine(report.Table());
            Console.Out.WriteLine($"The database {report.Database} stays; --json lists every unmatched credit and every rejected line.");
        }

        foreach (var problem in report.Problems)
        {
            Console.Error.WriteLine(problem);
        }
    }

    private static int NodesOf(string? text) =>
        text is null ? 302
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var nodes) && nodes is >= FewestNodes and <= MostNodes ? nodes
        : throw new SetupException($"--nodes takes a number from {FewestNodes} to {MostNodes}, not '{text}'.");

    private static DateOnly? UntilOf(string? text) =>
        text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new SetupException($"--until takes a day like 2010-12-07, not '{text}'.");

    private static ReplayStock StockOf(string? text) => text switch
    {
        null or "ample" => ReplayStock.Ample,
        "tight" => ReplayStock.Tight,
        _ => throw new SetupException($"--stock takes ample or tight, not '{text}'."),
    };

    /// <summary>Names what is played: the files' contents, whatever their names and order, and the options that change what happens.</summary>
    private static string SourceOf(IReadOnlyList<string> files, int nodes, ReplayStock stock, DateOnly? until)
    {
        var contents = files.Select(f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f)))).Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [.. contents, $"nodes {nodes}", $"stock {stock.ToString().ToLowerInvariant()}", $"until {until:yyyy-MM-dd}"]))));
    }
}
