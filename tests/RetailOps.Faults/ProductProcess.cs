using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Faults;

/// <summary>The product in a process of its own that runs one verb on a database of ours, and may be killed.</summary>
internal sealed class ProductProcess : IAsyncDisposable
{
    // Of what it complains the end says why it ended.
    private const int Kept = 40;

    private readonly Process process;
    private readonly StringBuilder said = new();
    private readonly ConcurrentQueue<string> complaints = [];
    private readonly TaskCompletionSource spoke = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProductProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Complain(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Whether it was killed by us.</summary>
    public bool IsKilled { get; private set; }

    /// <summary>After its end.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Called with each line of progress.</summary>
    public Action<string>? Heard { get; set; }

    /// <summary>The last lines on its error output.</summary>
    public string Complaints => string.Join('\n', complaints);

    /// <summary>What it said to machines; null when it was cut off before.</summary>
    public JsonElement? Figures
    {
        get
        {
            lock (said)
            {
                return said.ToString() is ['{', ..] text ? JsonElement.Parse(text) : null;
            }
        }
    }

    /// <summary>The memory that is resident at this moment, in MB of 1,048,576 bytes; 0 when it is gone.</summary>
    public double Megabytes
    {
        get
        {
            process.Refresh();
            return process.HasExited ? 0 : process.WorkingSet64 / 1_048_576.0;
        }
    }

    /// <param name="connection">The owner's connection string to the database.</param>
    /// <param name="folder">For keys and logs.</param>
    /// <param name="arguments">Verb and options; <c>--json</c> and the data folder come with them.</param>
    public static ProductProcess Start(string connection, string folder, params string[] arguments)
    {
        var command = SupervisorVerb.CommandOf(Path.Combine(AppContext.BaseDirectory, "RetailOps.Host.dll"));
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), .. arguments, "--json", "--data", folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("RETAILOPS_", StringComparison.Ordinal) || k == "ASPNETCORE_ENVIRONMENT").ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["RETAILOPS_DB"] = connection;
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return new(Process.Start(start)!);
    }

    /// <summary>Ends when it has said its first line to machines, or is gone.</summary>
    public async Task Speaks(CancellationToken ct) => await Task.WhenAny(spoke.Task, process.WaitForExitAsync(ct)).WaitAsync(ct);

    /// <summary>SIGKILL; nothing when it is gone already.</summary>
    /// <returns>Whether it lived.</returns>
    public bool Kill()
    {
        if (process.HasExited)
        {
            return false;
        }

        IsKilled = true;
        process.Kill();
        return true;
    }

    /// <summary>Waits for its end, and for all that it said.</summary>
    public Task Ends(CancellationToken ct) => process.WaitForExitAsync(ct);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"process {process.Id}");

    /// <summary>Kills it when it still lives.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is not null)
        {
            lock (said)
            {
                said.AppendLine(line);
            }

            spoke.TrySetResult();
        }
    }

    private void Complain(string? line)
    {
        if (line is null)
        {
            return;
        }

        Heard?.Invoke(line);
        complaints.Enqueue(line);
        while (complaints.Count > Kept)
        {
            complaints.TryDequeue(out _);
        }
    }
}
