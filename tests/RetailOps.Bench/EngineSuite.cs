using System.Collections.Concurrent;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Bench;

/// <summary>The engine alone: runs in memory, runs that are stored, and runs that wait and go on.</summary>
internal sealed class EngineSuite : IAsyncDisposable
{
    private const double GoalOfBaseline = 0.5;

    // What the original did on a machine like this on another day; see docs/benchmarks.md.
    private const double OriginalRuns = 58;
    private const double OriginalWaits = 48;
    private const double TimesTheOriginal = 20;
    private const double MostMicroseconds = 2;
    private const double MostBytes = 2 * 1024;
    private const double MostMicrosecondsOfAScript = 10;

    private static readonly Caller Bencher = new Caller.Client("bench", new HashSet<string>(StringComparer.Ordinal) { "bench.say" });

    private readonly ConcurrentDictionary<string, TaskCompletionSource> bursts;
    private readonly BenchOptions options;
    private readonly TestHost host;
    private readonly EngineBaseline baseline;
    private readonly MigrationReportPair databases;
    private int runs;

    private EngineSuite(BenchOptions options, TestHost host, EngineBaseline baseline, MigrationReportPair databases, ConcurrentDictionary<string, TaskCompletionSource> bursts) =>
        (this.options, this.host, this.baseline, this.databases, this.bursts) = (options, host, baseline, databases, bursts);

    public static async Task<IReadOnlyList<BenchRow>> Run(BenchOptions options)
    {
        await Console.Error.WriteLineAsync("Runs in memory …");
        var rows = new List<BenchRow>();
        var trivial = InMemory(options, EngineDrawings.Trivial());
        var scripted = InMemory(options, EngineDrawings.Scripted());
        rows.Add(BenchRow.AtMost("a run of ten trivial steps in memory", trivial.Microseconds, "µs", MostMicroseconds));
        rows.Add(BenchRow.AtMost("what it allocates", trivial.Bytes, "bytes", MostBytes));
        rows.Add(BenchRow.AtMost("what a script in a step costs more", (scripted.Microseconds - trivial.Microseconds) / EngineDrawings.Steps, "µs", MostMicrosecondsOfAScript));

        await Console.Error.WriteLineAsync("Starting a durable server and a host of its own, and warming both …");
        await using var server = await BenchServer.Start(options);
        await using var suite = await Prepare(options, server);
        rows.AddRange(await suite.Measure());
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await baseline.DisposeAsync();
    }

    /// <summary>
    /// One thread, as a burst is; the best of some quarters of a second, since whatever else this machine does can only make it slower. Each is long enough for many collections of garbage.
    /// </summary>
    private static (double Microseconds, double Bytes) InMemory(BenchOptions options, string definition)
    {
        var run = MemoryRun.Of(definition);
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started).TotalSeconds < Math.Min(3, options.Warmup))
        {
            Once();
        }

        var (best, bytes) = (double.MaxValue, 0.0);
        for (var quarter = 0; quarter < 8 * options.Rounds; quarter++)
        {
            var (before, from, done) = (GC.GetAllocatedBytesForCurrentThread(), TimeProvider.System.GetTimestamp(), 0);
            while (TimeProvider.System.GetElapsedTime(from).TotalSeconds < Math.Min(0.25, options.Seconds))
            {
                for (var i = 0; i < 100; i++)
                {
                    Once();
                }

                done += 100;
            }

            best = Math.Min(best, TimeProvider.System.GetElapsedTime(from).TotalMicroseconds / done);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)done;
        }

        return (best, bytes);

        void Once()
        {
            if (!run.Start())
            {
                throw new InvalidOperationException("The run did not come to its end.");
            }
        }
    }

    private static async Task<EngineSuite> Prepare(BenchOptions options, BenchServer server)
    {
        var databases = new MigrationReportPair(await server.Migrate("bench"), await server.Migrate("baseline"));
        var bursts = new ConcurrentDictionary<string, TaskCompletionSource>();
        var host = await TestHost.StartAsync(databases.Ours.AppConnectionString, new()
        {
            Pool = 40,
            Workflows = false,
            Assemblies = [typeof(EngineSuite).Assembly],
            Engine = new() { Workers = options.Workers, Committed = key => Signal(bursts, key).TrySetResult() },
        });
        var settings = new NpgsqlConnectionStringBuilder(databases.Theirs.AppConnectionString) { MaxPoolSize = 40, MaxAutoPrepare = 200, AutoPrepareMinUsages = 2, NoResetOnClose = true };
        return new(options, host, new EngineBaseline(NpgsqlDataSource.Create(settings.ConnectionString)), databases, bursts);
    }

    /// <summary>Publishes a definition and takes the other one's trigger away.</summary>
    private static async Task Publish(TestHost host, string ownerConnectionString, string definition)
    {
        await Ask.One<long>(ownerConnectionString, "with gone as (delete from workflows.triggers returning 1) select count(*) from gone");
        var folder = Directory.CreateTempSubdirectory("bench-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "bench.json"), definition);
        await Flow.Import(host.Services, folder.FullName);
        folder.Delete(recursive: true);
    }

    private async Task<IReadOnlyList<BenchRow>> Measure()
    {
        var rows = new List<BenchRow>();
        foreach (var (name, definition, waits, original) in new[] { ("runs of ten trivial steps, stored", EngineDrawings.Run(), false, OriginalRuns), ("start, wait, resume, end", EngineDrawings.Wait(), true, OriginalWaits) })
        {
            // One definition at a time: both start by the same fact.
            await Publish(host, databases.Ours.OwnerConnectionString, definition);
            Func<Task> ours = waits ? Wait : Start;
            await ours();
            var journal = await Ask.One<int>(databases.Ours.OwnerConnectionString, "select count(*)::int from workflows.journal j where j.instance_id = (select id from workflows.instances order by created desc limit 1)");
            Func<Task> theirs = () => baseline.Run(waits, journal);
            await Load(32, ours, TimeSpan.FromSeconds(options.Warmup));
            await Load(8, theirs, TimeSpan.FromSeconds(4));
            await BenchServer.Analyse(databases.Ours.OwnerConnectionString);
            await BenchServer.Analyse(databases.Theirs.OwnerConnectionString);
            rows.AddRange(await Compare(name, ours, theirs, original));
        }

        await host.Quiet();
        var broken = await host.Broken();
        rows.Add(new("invariants broken afterwards", broken.Count, "violations", Goal: 0, Met: broken.Count == 0));
        return rows;
    }

    private async Task<IReadOnlyList<BenchRow>> Compare(string name, Func<Task> ours, Func<Task> theirs, double original)
    {
        var measured = new Dictionary<(bool Ours, int Clients), List<double>>();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var clients in options.Clients)
            {
                foreach (var (isOurs, run) in new[] { (true, ours), (false, theirs) })
                {
                    var rate = await Load(clients, run, TimeSpan.FromSeconds(options.Seconds));
                    (measured.TryGetValue((isOurs, clients), out var list) ? list : measured[(isOurs, clients)] = []).Add(rate);
                    await Console.Error.WriteLineAsync($"round {round}, {name}, {clients} in flight, {(isOurs ? "ours" : "baseline"),-8} {rate,7:0} a second");
                }
            }
        }

        var rows = new List<BenchRow>();
        foreach (var clients in options.Clients)
        {
            var (value, beside) = (Report.Median(measured[(true, clients)]), Report.Median(measured[(false, clients)]));
            var hasGoal = clients > 1;
            rows.Add(new($"{name}, {clients} in flight", value, "a second", beside, value / beside, hasGoal ? GoalOfBaseline : null, hasGoal ? value / beside >= GoalOfBaseline : null));
        }

        var most = options.Clients.Max(c => Report.Median(measured[(true, c)]));
        rows.Add(new($"{name}, against the original on another day", most, "a second", original, most / original, TimesTheOriginal, most / original >= TimesTheOriginal));
        return rows;
    }

    private async Task Start()
    {
        var key = Next();
        await Say(isStart: true, key);
        await Burst(key);
    }

    private async Task Wait()
    {
        var key = Next();
        await Say(isStart: true, key);
        await Burst(key);
        await Say(isStart: false, key);
        await Burst(key);
    }

    private string Next() => $"bench/{Interlocked.Increment(ref runs)}";

    private async Task Say(bool isStart, string key)
    {
        var said = await host.Requests.Run(Bencher, new Say(isStart, key));
        _ = said.Value;
    }

    private async Task Burst(string key)
    {
        await Signal(bursts, key).Task.WaitAsync(TimeSpan.FromSeconds(30));
        bursts.TryRemove(key, out _);
    }

    private static TaskCompletionSource Signal(ConcurrentDictionary<string, TaskCompletionSource> bursts, string key) =>
        bursts.GetOrAdd(key, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private static async Task<double> Load(int clients, Func<Task> run, TimeSpan time)
    {
        var (started, done) = (TimeProvider.System.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            while (TimeProvider.System.GetElapsedTime(started) < time)
            {
                await run();
                Interlocked.Increment(ref done);
            }
        })));
        return done / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }
}

/// <summary>The database that is measured and the one beside it.</summary>
internal sealed record MigrationReportPair(Migrator.MigrationReport Ours, Migrator.MigrationReport Theirs);
