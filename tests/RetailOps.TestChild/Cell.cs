using System.Globalization;
using System.Text.Json;

using RetailOps.Workflows;

namespace RetailOps.TestChild;

/// <summary>
/// Runs definitions that nobody draws in good faith, one per line of its input, in memory. Says a line before and a line after each, so that who
/// watches knows at which one the process died.
/// </summary>
internal static class Cell
{
    private const string Harmless =
        """
        {"root":{"id":"f","type":"Elsa.Flowchart","activities":[{"id":"a","type":"Elsa.WriteLine","text":{"typeName":"String","expression":{"type":"JavaScript","value":"[1, 2].map(n => n * 2).join()"}}},
        {"id":"b","type":"Elsa.WriteLine","text":{"typeName":"String","expression":{"type":"Liquid","value":"{% for i in (1..3) %}{{ i | plus: 1 }}{% endfor %}"}}}],"connections":[]}}
        """;

    /// <summary>A line is a definition. Said: <c>begin N</c>, then <c>end N CPU-MILLISECONDS ALLOCATED-BYTES "incident, why it was refused, or empty"</c>.</summary>
    public static async Task Serve(TextReader lines)
    {
        // What is loaded at first use is no part of what the first one takes.
        Run(Harmless);
        Say("ready");
        for (var number = 0; await lines.ReadLineAsync() is { } line; number++)
        {
            // What the one before left behind is no part of this one's room.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Say(string.Create(CultureInfo.InvariantCulture, $"begin {number}"));
            // Processor time: what the machine does for others meanwhile is no part of it.
            var begun = Environment.CpuUsage.TotalTime;
            var before = GC.GetTotalAllocatedBytes();
            var what = Run(line);
            Say(string.Create(CultureInfo.InvariantCulture, $"end {number} {(long)(Environment.CpuUsage.TotalTime - begun).TotalMilliseconds} {GC.GetTotalAllocatedBytes() - before} {JsonSerializer.Serialize(what)}"));
        }
    }

    private static string Run(string definition)
    {
        try
        {
            var run = MemoryRun.Of(definition);
            run.Start();
            return run.Incident ?? "";
        }
        catch (DefinitionFileException e)
        {
            return "refused: " + e.Message;
        }
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
