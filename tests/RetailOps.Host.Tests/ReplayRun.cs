using System.Diagnostics;
using System.Text.Json;

using Npgsql;

using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Host.Tests;

/// <summary>The verb in a process of its own, on the tests' server; its database and data folder go with it.</summary>
internal sealed class ReplayRun : IAsyncDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("replay-data-").FullName;
    private readonly HashSet<string> databases = [];

    private ReplayRun()
    {
    }

    /// <summary>Where the test writes its files.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("replay-files-").FullName;

    /// <summary>Settings of the environment.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>Nothing is started yet.</summary>
    public static ReplayRun Make() => new();

    /// <summary>Plays to the end.</summary>
    public async Task<(int ExitCode, JsonElement Figures, string Complaints)> ToTheEnd(params string[] arguments)
    {
        using var process = await Start(arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(30));
        var (said, complaints) = (await output, await errors);
        said.Should().StartWith("{", $"it should have come to its figures: {complaints}");
        var figures = JsonElement.Parse(said);
        databases.Add(figures.GetProperty("database").GetString()!);
        return (process.ExitCode, figures, complaints);
    }

    /// <summary>Plays until so many lines of progress are there, and is killed.</summary>
    public async Task UntilKilled(int days, params string[] arguments)
    {
        using var process = await Start(arguments);
        _ = process.StandardOutput.ReadToEndAsync();
        for (var seen = 0; seen < days;)
        {
            var line = await process.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(5));
            line.Should().NotBeNull("it should still play");
            seen += line!.StartsWith("2010-", StringComparison.Ordinal) ? 1 : 0;
        }

        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in databases)
        {
            await Ask.Do(await TestServer.AdminConnectionString, $"drop database if exists {name} with (force)");
            await Ask.Do(await TestServer.AdminConnectionString, $"drop role if exists {name}_app");
        }

        Directory.Delete(data, recursive: true);
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<Process> Start(string[] arguments)
    {
        var command = SupervisorVerb.CommandOf(typeof(HostComposition).Assembly.Location);
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), "replay", .. arguments, "--json", "--data", data]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["RETAILOPS_DB"] = new NpgsqlConnectionStringBuilder(await TestServer.AdminConnectionString) { MaxPoolSize = 20 }.ConnectionString;
        start.Environment.Remove("RETAILOPS_DB_OWNER");
        foreach (var (name, value) in Settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
