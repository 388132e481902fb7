using RetailOps.Platform;
using RetailOps.Workflows;

using Serilog.Extensions.Logging;

namespace RetailOps.Host;

/// <summary><c>export</c>: what is live in the database back to files, to be reviewed and kept.</summary>
internal static class ExportVerb
{
    public static Verb Verb { get; } = new(
        "export", "write what is live back to files: --workflows",
        """
        export --workflows: writes every live workflow to a file, as they come to be reviewed: the file it came from, or one named after it. A file that says the
        same is left as it is. The next start takes nothing over from a file so written. Hosts may go on working.

        Options:
          --workflows   the workflows; what else there is to export comes later, so it must be said
          --folder DIR  where to; the folder the workflows came from
          --data DIR    the data folder
          --json        {"folder":…,"written":n,"unchanged":n,"files":[{"file":…,"definitionId":…,"version":n,"isWritten":…}]}
        Ends with 0 when all are there, else with 1.
        """,
        new Dictionary<string, bool>(VerbOptions.Usual) { ["--workflows"] = false, ["--folder"] = true }, Run);

    private static async Task<int> Run(VerbOptions options, CancellationToken ct)
    {
        if (options["--workflows"] is null)
        {
            throw new SetupException("Say what to export: --workflows.");
        }

        var settings = options.Settings(HostSettings.Production) with { RunsJobs = false };
        await using var log = HostLog.Make(settings.DataFolder);
        using var logs = new SerilogLoggerFactory(log);
        await using var database = await DatabaseSetup.Open(settings, logs.CreateLogger("RetailOps.Host.Export"), ct);

        // The container only: nothing of it is started.
        await using var app = HostComposition.Build([], settings, database.Report.AppConnectionString, log);
        var folder = Path.GetFullPath(options["--folder"] ?? WorkflowFiles.Folder);
        var files = await app.Services.ExportWorkflowsAsync(folder, ct);
        var written = files.Count(f => f.IsWritten);
        if (options.Json)
        {
            VerbOptions.Write(new { Folder = folder, Written = written, Unchanged = files.Count - written, Files = files });
            return 0;
        }

        foreach (var file in files.Where(f => f.IsWritten))
        {
            Console.Out.WriteLine($"{file.File}: version {file.Version} of {file.DefinitionId}");
        }

        Console.Out.WriteLine($"{written} written to {folder}, {files.Count - written} say the same already");
        return 0;
    }
}
