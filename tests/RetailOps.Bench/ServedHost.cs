using System.Diagnostics;
using System.Text.Json;

using RetailOps.Migrator;
using RetailOps.Platform;

namespace RetailOps.Bench;

/// <summary>
/// The product in a process of its own: <c>demo --still</c>, which is <c>serve</c> with a client that has its secret from the start, on a
/// database of ours. Real Kestrel, real flows, recurring jobs.
/// </summary>
internal sealed class ServedHost : IAsyncDisposable
{
    private readonly Process process;
    private readonly Trips trips;
    private bool isGone;

    private ServedHost(Process process, Trips trips, Uri url, string secret, TimeSpan readyAfter) =>
        (this.process, this.trips, Url, Secret, ReadyAfter) = (process, trips, url, secret, readyAfter);

    public Uri Url { get; }

    /// <summary>Of the client <c>cli</c>.</summary>
    public string Secret { get; }

    /// <summary>From the start of the process until it took requests.</summary>
    public TimeSpan ReadyAfter { get; }

    /// <summary>As <see cref="Trips.Count"/>.</summary>
    public long Trips => trips.Count;

    /// <summary>Processor time so far.</summary>
    public double Seconds
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>The most memory that was resident at once, in MB of 1,048,576 bytes.</summary>
    public double PeakMegabytes
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64 / 1_048_576.0;
        }
    }

    /// <param name="database">Migrated.</param>
    /// <param name="folder">For its key, logs and counts; made when it is missing.</param>
    /// <param name="isGoverned">False for a host without limits and quotas, which only this start-up hook can have.</param>
    public static async Task<ServedHost> Start(MigrationReport database, string folder, bool isGoverned = true)
    {
        Directory.CreateDirectory(folder);
        var trips = new Trips(Path.Combine(folder, "trips"));
        var started = TimeProvider.System.GetTimestamp();
        var process = Run(database, folder, ["demo", "--still", "--json", "--urls", "http://127.0.0.1:0"], ("DOTNET_STARTUP_HOOKS", typeof(ServedHost).Assembly.Location), (Bench.Trips.Variable, Path.Combine(folder, "trips")), (StartupHook.Ungoverned, isGoverned ? "" : "1"));
        if (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)) is not { } ready)
        {
            throw new InvalidOperationException($"The host did not start; its logs are in {folder}.");
        }

        return new(process, trips, new Uri(JsonElement.Parse(ready).GetProperty("urls")[0].GetString()!), DemoPeople.SecretOfCommandLine(folder)!, TimeProvider.System.GetElapsedTime(started));
    }

    /// <summary>Runs another verb to its end.</summary>
    /// <returns>What it said to machines.</returns>
    public static async Task<JsonElement> Verb(MigrationReport database, string folder, params string[] arguments)
    {
        Directory.CreateDirectory(folder);
        using var process = Run(database, folder, [.. arguments, "--json"]);
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return said.StartsWith('{') ? JsonElement.Parse(said) : throw new InvalidOperationException($"'{string.Join(' ', arguments)}' ended with {process.ExitCode} and said nothing; its logs are in {folder}.");
    }

    /// <summary>Invariants that do not hold over the whole database.</summary>
    public static async Task<IReadOnlyList<string>> Broken(MigrationReport database, string folder) =>
        [.. (await Verb(database, folder, "verify")).GetProperty("invariants").EnumerateArray().Where(i => i.GetProperty("broken").GetInt64() > 0).Select(i => i.ToString())];

    /// <summary>Ends it at once. A second call changes nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isGone)
        {
            return;
        }

        isGone = true;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        trips.Dispose();
    }

    private static Process Run(MigrationReport database, string folder, string[] arguments, params (string Name, string Value)[] variables)
    {
        var command = SupervisorVerb.CommandOf(Path.Combine(AppContext.BaseDirectory, "RetailOps.Host.dll"));
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), .. arguments, "--data", folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["RETAILOPS_DB"] = database.AppConnectionString;
        start.Environment["RETAILOPS_DB_OWNER"] = database.OwnerConnectionString;
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");

        // The baseline writes to nobody either.
        start.Environment["RETAILOPS_SMTP_URL"] = "off";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var complaints = new StreamWriter(Path.Combine(folder, "stderr.txt"), append: true) { AutoFlush = true };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                complaints.WriteLine(line.Data);
            }
            else
            {
                complaints.Dispose();
            }
        };
        process.BeginErrorReadLine();
        return process;
    }
}
