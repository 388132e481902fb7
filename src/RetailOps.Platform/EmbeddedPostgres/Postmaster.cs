using System.Diagnostics;
using System.Globalization;

namespace RetailOps.Platform;

/// <summary>The server process of one cluster: started when nothing else works there, stopped so that nothing needs recovery.</summary>
internal sealed class Postmaster(ServerFolder folder, Binaries binaries, Account account, ServerLog log) : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FastStop = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Leftovers = TimeSpan.FromSeconds(3);
    private Process? process;
    private TaskCompletionSource exited = new();

    /// <summary>Ends when the server process does, for whatever reason; processes it started may outlive it for a moment.</summary>
    public async Task Ended(CancellationToken ct)
    {
        await exited.Task.WaitAsync(ct);
        log.Say($"the server ended with code {process!.ExitCode}");
    }

    /// <summary>Waits for as long as crash recovery takes.</summary>
    /// <exception cref="EmbeddedServerException">It ended instead; with its last words.</exception>
    public async Task Start(int port, CancellationToken ct)
    {
        await Clear(ct);
        log.Forget();
        process?.Dispose();
        process = Process.Start(account.Command(binaries.Postgres,
            ["-D", folder.Cluster, "-c", "config_file=" + folder.Settings, "-p", port.ToString(CultureInfo.InvariantCulture)]))
            ?? throw new InvalidOperationException(binaries.Postgres);
        var signal = exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => signal.TrySetResult();
        process.EnableRaisingEvents = true;
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Heard(line.Data);
        process.ErrorDataReceived += (_, line) => Heard(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        while (!IsReady(process.Id))
        {
            if (process.HasExited)
            {
                await process.WaitForExitAsync(ct).WaitAsync(Leftovers, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);   // its last words may still be in the pipe
                throw new EmbeddedServerException($"The PostgreSQL server did not start (exit code {process.ExitCode}). Its last words, from {folder.Log}:{Environment.NewLine}{log.Tail()}");
            }

            await Task.Delay(Glance, ct);
        }

        log.Say($"the server {process.Id} is ready on port {port}");
    }

    public async Task Stop()
    {
        if (process is { HasExited: false })
        {
            await Stop(process.Id);
        }
    }

    public void Dispose() => process?.Dispose();

    private void Heard(string? line)
    {
        if (line is not null)
        {
            log.Add(line);
        }
    }

    /// <summary>
    /// The server says so itself in the eighth line of its lock file (storage/ipc, <c>pidfile.h</c>). The first line tells ours from a
    /// predecessor's.
    /// </summary>
    private bool IsReady(int pid)
    {
        var lines = PidFile();
        return lines.Length >= 8 && lines[0].Trim() == pid.ToString(CultureInfo.InvariantCulture) && lines[7].StartsWith("ready", StringComparison.Ordinal);
    }

    private string[] PidFile()
    {
        try
        {
            return File.Exists(folder.Pid) ? File.ReadAllLines(folder.Pid) : [];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private int? NotedPid() => PidFile() is [var first, ..] && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;

    /// <summary>
    /// Nothing may work in the cluster when a server starts there. An orphaned server is stopped, processes that outlived a killed one are
    /// waited for and then killed (recovery follows anyway), and only then is a lock file stale, whoever bears its number now.
    /// </summary>
    private async Task Clear(CancellationToken ct)
    {
        var noted = NotedPid();
        if (noted is { } orphan && Working().Contains(orphan))
        {
            log.Say($"stopping the server {orphan}, which a killed supervisor left");
            await Stop(orphan);
        }

        var waited = Stopwatch.StartNew();
        while (Working() is { Count: > 0 } left)
        {
            if (waited.Elapsed > Leftovers)
            {
                left.ForEach(ServerProcesses.Kill);
            }

            await Task.Delay(Glance, ct);
        }

        File.Delete(folder.Pid);
        foreach (var stale in folder.Sockets is { } sockets && Directory.Exists(sockets) ? Directory.EnumerateFileSystemEntries(sockets, ".s.PGSQL.*") : [])
        {
            File.Delete(stale);
        }
    }

    private List<int> Working() => ServerProcesses.WorkingIn(folder.Cluster, NotedPid());

    private async Task Stop(int pid)
    {
        ServerProcesses.Interrupt(pid, binaries);
        if (!await IsGone(pid, FastStop))
        {
            log.Say($"the server {pid} does not stop: trying harder");
            ServerProcesses.Quit(pid, binaries);
            if (!await IsGone(pid, Leftovers))
            {
                ServerProcesses.Kill(pid);
            }
        }
    }

    private async Task<bool> IsGone(int pid, TimeSpan patience)
    {
        var waited = Stopwatch.StartNew();
        while (process?.Id == pid ? !process.HasExited : Working().Contains(pid))
        {
            if (waited.Elapsed > patience)
            {
                return false;
            }

            await Task.Delay(Glance);
        }

        return true;
    }
}
