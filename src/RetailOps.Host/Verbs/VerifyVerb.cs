using System.Globalization;

using RetailOps.Platform;

using Serilog.Extensions.Logging;

namespace RetailOps.Host;

/// <summary><c>verify</c>: every invariant over the whole database.</summary>
internal static class VerifyVerb
{
    public static Verb Verb { get; } = new(
        "verify", "check every invariant over the whole database",
        """
        verify: checks what must always hold, one line each, while hosts may go on working. Brings the database to this version first.

        Options:
          --data DIR    the data folder
          --json        {"checked":n,"broken":n,"invariants":[{"id":…,"holds":…,"broken":n,"examples":[…],"milliseconds":ms}]}
          --audit       only the audit chain: links what waits, recomputes all of it from the first row, names the rows that are not as they were linked, and
                        compares with the heads that were exported into the data folder; with --json
                        {"checked":rows,"broken":n,"links":n,"unlinked":n,"exported":n,"head":…,"findings":[{"kind":…,"link":n,"event":…,"message":…}]}
          --heads FILE  with --audit: a copy of the exported heads that was kept elsewhere, instead of the data folder's
        Ends with 0 when all hold, with 1 when one is broken or could not be checked.
        """,
        new Dictionary<string, bool>(VerbOptions.Usual) { ["--audit"] = false, ["--heads"] = true }, Run);

    private static async Task<int> Run(VerbOptions options, CancellationToken ct)
    {
        var settings = options.Settings(HostSettings.Production) with { RunsJobs = false };
        await using var log = HostLog.Make(settings.DataFolder);
        using var logs = new SerilogLoggerFactory(log);
        await using var database = await DatabaseSetup.Open(settings, logs.CreateLogger("RetailOps.Host.Verify"), ct);

        // The container only, for the modules' invariants: nothing of it is started.
        await using var clock = await ReplayClock.Of(database.Report.AppConnectionString, ct);
        await using var app = HostComposition.Build([], settings, database.Report.AppConnectionString, log, clock);

        // Where no host runs nobody has linked the last rows.
        var chain = app.Services.GetRequiredService<AuditChain>();
        await chain.LinkAll(ct);
        if (options["--audit"] is not null)
        {
            return await AuditReporting.Run(app.Services.GetRequiredService<AuditCheck>(), HeadsOf(options, chain.HeadsIn(settings.DataFolder)), options.Json, ct);
        }

        var results = new List<InvariantResult>();
        await foreach (var result in app.Services.GetRequiredService<Verification>().Check(null, null, ct))
        {
            results.Add(result);
            if (!options.Json)
            {
                Console.Out.WriteLine(Line(result));
            }
        }

        var broken = results.Count(r => r.Broken > 0);
        if (options.Json)
        {
            VerbOptions.Write(new { Checked = results.Count, Broken = broken, Invariants = results });
        }
        else
        {
            Console.Out.WriteLine($"{results.Count} checked, {broken} broken");
        }

        return broken == 0 ? 0 : 1;
    }

    private static HeadFile HeadsOf(VerbOptions options, HeadFile usual) => options["--heads"] switch
    {
        null => usual,
        var file when File.Exists(file) => new(file),
        var file => throw new SetupException($"There is no file {file}: --heads names one with exported heads."),
    };

    private static string Line(InvariantResult result)
    {
        using var line = new StringWriter(CultureInfo.InvariantCulture);
        OneLineFormatter.Encode(
            result.Broken == 0
                ? $"{result.Id,-5} holds   {result.Holds} ({result.Milliseconds:0} ms)"
                : $"{result.Id,-5} BROKEN  {result.Holds}: {result.Broken} times: {string.Join("; ", result.Examples)}",
            line);
        return line.ToString();
    }
}
