using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Platform;
using RetailOps.TestChild;

namespace RetailOps.Workflows.Tests;

/// <summary>What became of one hostile definition.</summary>
/// <param name="Incident">The message of its incident, or why it was refused; empty when it ran; null when the process did not live to say so.</param>
internal sealed record Ending(string Name, string? Incident, long Milliseconds, long Bytes)
{
    public override string ToString() => $"{(Name.Length > 160 ? Name[..160] + "…" : Name)}: {Incident ?? "KILLED THE PROCESS"} ({Milliseconds} ms, {Bytes} bytes)";
}

/// <summary>Runs hostile definitions in a process with little memory, and watches from outside: one that dies or hangs is named, and the next gets a new process.</summary>
internal static class CellBlock
{
    /// <summary>What the process may have: one call that takes hundreds of megabytes fails, or ends it.</summary>
    private const long Heap = 384L * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Ending>> Run(IReadOnlyList<(string Name, JsonObject Definition)> prisoners)
    {
        var endings = new List<Ending>();
        while (endings.Count < prisoners.Count)
        {
            endings.AddRange(await Serve([.. prisoners.Skip(endings.Count)]));
        }

        return endings;
    }

    private static async Task<List<Ending>> Serve(IReadOnlyList<(string Name, JsonObject Definition)> prisoners)
    {
        var command = SupervisorVerb.CommandOf(typeof(Customers).Assembly.Location);
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), "cell"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x" + Heap.ToString("x", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var process = Process.Start(start)!;
        var complaints = process.StandardError.ReadToEndAsync();
        var endings = new List<Ending>();
        try
        {
            var ready = await Line(process);
            ready.Should().Be("ready", ready is null && process.HasExited ? await complaints : "that is what it says first");
            foreach (var (name, definition) in prisoners)
            {
                await process.StandardInput.WriteLineAsync(definition.ToJsonString());
                await process.StandardInput.FlushAsync();
                var begun = await Line(process);
                var ended = begun is null ? null : await Line(process);
                endings.Add(ended is null ? new Ending(name, null, (long)Patience.TotalMilliseconds, 0) : Read(name, ended));
                if (ended is null)
                {
                    break;
                }
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            await process.WaitForExitAsync();
        }

        return endings;
    }

    private static async Task<string?> Line(Process process)
    {
        try
        {
            return await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static Ending Read(string name, string line)
    {
        var words = line.Split(' ', 5);
        return new(name, JsonSerializer.Deserialize<string>(words[4]), long.Parse(words[2], CultureInfo.InvariantCulture), long.Parse(words[3], CultureInfo.InvariantCulture));
    }
}
