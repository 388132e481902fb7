using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

using RetailOps.Faults;
using RetailOps.Testing;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.WriteLine(
        $"""
        faults [FILE.csv.gz…]: plays these files, or a generated one, through replay, in processes and on a PostgreSQL of its own, each time under
        a fault. After each run the figures must be those of an undisturbed run, and verify must find nothing broken.

        {string.Join('\n', Fault.Usual.Select(f => $"  {f.Name,-14} {f.Words}"))}
        Options:
          --quick       a small file, one run of each: two or three minutes
          --runs N      runs of each (5; 1 with --quick)
          --invoices N  size of the file (60; 15 with --quick)
          --only F,…    only these; planted does damage on purpose, to see that it is counted
          --json        machine-readable rows on stdout
        Ends with 0 when there was no violation, 1 when there was one, 2 when it was called wrongly. Progress goes to stderr.
        """);
    return 0;
}

var options = FaultOptions.Read(args, out var problem);
if (problem is not null)
{
    await Console.Error.WriteLineAsync($"{problem} See faults --help.");
    return 2;
}

using var end = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
try
{
    var rows = await Play();
    if (options.Json)
    {
        Console.WriteLine(JsonSerializer.Serialize(new { violations = rows.Sum(r => r.Violations), results = rows }, JsonSerializerOptions.Web));
    }
    else
    {
        Report.Print(rows, Console.Out);
    }

    return rows.Any(r => r.Violations > 0) ? 1 : 0;
}
catch (OperationCanceledException) when (end.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Interrupted.");
    return 1;
}

void Cancel(PosixSignalContext signal)
{
    // What was started and made has to go first.
    signal.Cancel = true;
    end.Cancel();
}

async Task<IReadOnlyList<FaultRow>> Play()
{
    await using var scene = await Scene.Open();
    string[] files = options.Files.Count > 0
        ? [.. options.Files]
        : [DirtySales.Write(Path.Combine(scene.Folder, "sales.csv.gz"), DirtySales.Lines(1, options.Invoices, new(2010, 12, 1))), "--nodes", "5"];
    var campaign = new Campaign(scene, files, options.Files.Count > 0 ? TimeSpan.FromHours(2) : TimeSpan.FromMinutes(10), Console.Error);
    var started = Stopwatch.GetTimestamp();
    var rows = new List<FaultRow> { FaultRow.Of("none", "an undisturbed run", [await campaign.Undisturbed(end.Token)], Stopwatch.GetElapsedTime(started)) };
    foreach (var fault in options.Faults)
    {
        started = Stopwatch.GetTimestamp();
        var verdicts = new List<Verdict>();
        for (var run = 1; run <= options.Runs; run++)
        {
            verdicts.Add(await campaign.Run(fault, run, end.Token));
        }

        rows.Add(FaultRow.Of(fault.Name, fault.Words, verdicts, Stopwatch.GetElapsedTime(started)));
    }

    return rows;
}
