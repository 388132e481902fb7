using Serilog.Extensions.Logging;

namespace RetailOps.Host;

/// <summary><c>migrate</c>: the database to this version, then the end.</summary>
internal static class MigrateVerb
{
    public static Verb Verb { get; } = new(
        "migrate", "bring the database to this version and end",
        """
        migrate: makes the application's login where that is ours to do, and applies what is missing. A second run changes nothing.

        Options:
          --data DIR    the data folder
          --json        {"applied":[…],"alreadyApplied":n,"newer":n,"seconds":s}
        Ends with 0 when the database is at this version, else with 1; what was applied before a failure stays.
        """,
        VerbOptions.Usual, Run);

    private static async Task<int> Run(VerbOptions options, CancellationToken ct)
    {
        var settings = options.Settings(HostSettings.Production);
        await using var log = HostLog.Make(settings.DataFolder);
        using var logs = new SerilogLoggerFactory(log);
        await using var database = await DatabaseSetup.Open(settings, logs.CreateLogger("RetailOps.Host.Migrate"), ct);
        var report = database.Report;
        if (options.Json)
        {
            VerbOptions.Write(new { report.Applied, report.AlreadyApplied, report.Newer, Seconds = report.Elapsed.TotalSeconds });
        }
        else
        {
            Console.Out.WriteLine(report);
        }

        return 0;
    }
}
