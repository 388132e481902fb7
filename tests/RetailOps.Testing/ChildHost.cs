using System.Collections.Concurrent;
using System.Diagnostics;

using RetailOps.Platform;

namespace RetailOps.Testing;

/// <summary>The product in a process of its own, so that it can be killed. Ends with the test's process at the latest.</summary>
public sealed class ChildHost : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> said = new();
    private readonly ConcurrentQueue<string> complained = new();

    private ChildHost(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Add(said, line.Data);
        process.ErrorDataReceived += (_, line) => Add(complained, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it wrote to its output so far, line by line.</summary>
    public IReadOnlyCollection<string> Said => said;

    /// <summary>What it wrote to its error output so far.</summary>
    public string Complaints => string.Join('\n', complained);

    /// <summary>Whether it has ended.</summary>
    public bool IsGone => process.HasExited;

    /// <summary>Orders it got an acknowledgement for before it said so, with their external ids.</summary>
    public IReadOnlyList<(Guid Id, string ExternalId)> Acknowledged =>
        [.. said.Select(s => s.Split(' ')).Where(w => w is ["placed", _, _]).Select(w => (Guid.Parse(w[1]), w[2]))];

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its assembly.</param>
    /// <param name="fault">As in <see cref="FaultPoints.Arm"/>; null for none.</param>
    /// <param name="arguments">The rest of the command line.</param>
    public static ChildHost Start(string program, string? fault, params string[] arguments)
    {
        var command = SupervisorVerb.CommandOf(program);
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["RETAILOPS_FAULT"] = fault ?? "";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return new(Process.Start(start)!);
    }

    /// <summary>Waits for a line that begins so.</summary>
    public Task Says(string beginning, int times = 1) => Eventually.Holds(
        () => process.HasExited && said.Count(s => s.StartsWith(beginning, StringComparison.Ordinal)) < times
            ? throw new InvalidOperationException($"The process ended before it said '{beginning}': {Complaints}")
            : Task.FromResult(said.Count(s => s.StartsWith(beginning, StringComparison.Ordinal)) >= times),
        TimeSpan.FromSeconds(60),
        $"the process says '{beginning}'");

    /// <summary>Kills it without a word.</summary>
    public void Kill() => process.Kill();

    /// <summary>Waits for its end, and for all that it said.</summary>
    public Task Ends(TimeSpan within) => process.WaitForExitAsync().WaitAsync(within);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private static void Add(ConcurrentQueue<string> to, string? line)
    {
        if (line is not null)
        {
            to.Enqueue(line);
        }
    }
}
