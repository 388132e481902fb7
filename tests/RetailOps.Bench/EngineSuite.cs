using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

using Npgsql;

using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Bench;

/// <summary>
/// The engine alone. In memory: runs of ten trivial steps, with literals and variables, and with a script in each. Stored: such a run, and one that waits for a
/// signal and goes on; in turns with as many commits of one batch each that write the same rows.
/// </summary>
internal sealed class EngineSuite : IAsyncDisposable
{
    private const int Steps = 10;
    private const double GoalOfBaseline = 0.5;

    // What the original did on a machine like ours, twenty times over.
    private const double GoalOfRuns = 20 * 58;
    private const double GoalOfWaits = 20 * 48;

    private readonly ConcurrentDictionary<string, TaskCompletionSource> bursts;
    private readonly BenchOptions options;
    private readonly NpgsqlDataSource ours;
    private readonly NpgsqlDataSource theirs;
    private readonly TestHost host;
    private int number;

    private EngineSuite(BenchOptions options, TestHost host, NpgsqlDataSource ours, NpgsqlDataSource theirs, ConcurrentDictionary<string, TaskCompletionSource> bursts) =>
        (this.options, this.host, this.ours, this.theirs, this.bursts) = (options, host, ours, theirs, bursts);

    public static async Task<IReadOnlyList<BenchRow>> Run(BenchOptions options)
    {
        var rows = InMemory(options).ToList();
        await Console.Error.WriteLineAsync("Starting a durable server and a host of its own …");
        await using var server = await BenchServer.Start(options);
        await using var suite = await Prepare(options, server);
        rows.AddRange(await suite.Measure());
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await ours.DisposeAsync();
        await theirs.DisposeAsync();
    }

    private static IEnumerable<BenchRow> InMemory(BenchOptions options)
    {
        var (plain, kilobytes) = Timed(MemoryRun.Of(Definition("plain", waits: false, script: false)), options);
        var (scripted, more) = Timed(MemoryRun.Of(Definition("scripted", waits: false, script: true)), options);
        yield return BenchRow.AtMost("a trivial step, in memory", plain / Steps, "µs", 2);
        yield return BenchRow.AtMost("a run of ten trivial steps, in memory", kilobytes, "KiB", 2);
        yield return BenchRow.AtMost("more for a script, in memory", (scripted - plain) / Steps, "µs", 10);
        yield return BenchRow.AtMost("a run of ten scripts, in memory", more, "KiB", null);
    }

    /// <summary>Microseconds and KiB of a run: the median of the rounds.</summary>
    private static (double Micros, double Kilobytes) Timed(MemoryRun run, BenchOptions options)
    {
        Repeat(run, TimeSpan.FromSeconds(Math.Min(options.Warmup, 3)));
        var rounds = Enumerable.Range(0, options.Rounds).Select(_ =>
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            var runs = Repeat(run, TimeSpan.FromSeconds(Math.Min(options.Seconds, 2)));
            return (Micros: watch.Elapsed.TotalMicroseconds / runs, Kilobytes: (GC.GetAllocatedBytesForCurrentThread() - bytes) / 1024.0 / runs);
        }).ToList();
        return (Report.Median(rounds.Select(r => r.Micros)), Report.Median(rounds.Select(r => r.Kilobytes)));
    }

    private static int Repeat(MemoryRun run, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var runs = 0;
        while (watch.Elapsed < time)
        {
            for (var i = 0; i < 100; i++, runs++)
            {
                if (!run.Start())
                {
                    throw new InvalidOperationException("A run did not come to its end.");
                }
            }
        }

        return runs;
    }

    private static async Task<EngineSuite> Prepare(BenchOptions options, BenchServer server)
    {
        var (mine, other) = (await server.Migrate("bench"), await server.Migrate("baseline"));
        var bursts = new ConcurrentDictionary<string, TaskCompletionSource>();
        var host = await TestHost.StartAsync(mine.AppConnectionString, new()
        {
            Pool = 40,
            Workflows = false,
            Documents = false,
            // Stimuli are written from outside, where no bell rings.
            Engine = new() { Notes = options.Notes, Workers = options.Workers, Poll = TimeSpan.FromMilliseconds(2), Committed = key => Signal(bursts, key).TrySetResult() },
        });
        var folder = Directory.CreateTempSubdirectory("engine-bench").FullName;
        foreach (var (name, waits) in new[] { ("run", false), ("wait", true) })
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name + ".json"), Definition(name, waits, script: false));
        }

        var imported = await host.Services.ImportWorkflowsAsync(folder);
        Directory.Delete(folder, recursive: true);
        return imported.Versions == 2
            ? new(options, host, Plain(mine.AppConnectionString), Plain(other.AppConnectionString), bursts)
            : throw new InvalidOperationException(string.Join(Environment.NewLine, imported.Refused));
    }

    private static NpgsqlDataSource Plain(string connectionString) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 40, MaxAutoPrepare = 100, AutoPrepareMinUsages = 2, NoResetOnClose = true }.ConnectionString);

    private async Task<IReadOnlyList<BenchRow>> Measure()
    {
        var clients = options.Clients.Max() * 4;
        await For(clients, Ours(waits: true), TimeSpan.FromSeconds(options.Warmup / 2));
        await For(clients, Theirs(waits: true), TimeSpan.FromSeconds(Math.Min(options.Warmup / 2, 3)));
        var measured = new Dictionary<string, List<double>>();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var waits in new[] { false, true })
            {
                foreach (var (who, run) in new[] { ("ours", Ours(waits)), ("baseline", Theirs(waits)) })
                {
                    var rate = await For(clients, run, TimeSpan.FromSeconds(options.Seconds));
                    (measured.TryGetValue(who + waits, out var list) ? list : measured[who + waits] = []).Add(rate);
                    await Console.Error.WriteLineAsync($"round {round}, {(waits ? "start, wait, resume, end" : "run"),-24} {who,-8} {rate,7:0}/s");
                }
            }
        }

        await host.Quiet();
        var broken = await host.Broken();
        return
        [
            .. Rows("stored runs of ten trivial steps", "runs/s", false, GoalOfRuns), .. Rows("start, wait, resume, end", "flows/s", true, GoalOfWaits),
            new("invariants broken afterwards", broken.Count, "violations", Goal: 0, Met: broken.Count == 0),
        ];

        IEnumerable<BenchRow> Rows(string name, string unit, bool waits, double least)
        {
            var (value, baseline) = (Report.Median(measured["ours" + waits]), Report.Median(measured["baseline" + waits]));
            yield return new(name, value, unit, baseline, value / baseline, GoalOfBaseline, value / baseline >= GoalOfBaseline);
            yield return new($"{name}, twenty times the original's", value, unit, Goal: least, Met: value >= least);
        }
    }

    private Func<Task> Ours(bool waits) => async () =>
    {
        var key = $"b-{Interlocked.Increment(ref number)}";
        await Say(key, waits ? "bench.wait" : "bench.run");
        await Burst(key);
        if (waits)
        {
            await Say(key, "bench.go");
            await Burst(key);
        }
    };

    private async Task Say(string key, string name)
    {
        await using var command = ours.CreateCommand("insert into workflows.stimuli (lane, key, kind, name, source_id, data) values (0, $1, 0, $2, $3, '{}')");
        command.Parameters.Add(new() { Value = key });
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = Guid.CreateVersion7() });
        await command.ExecuteNonQueryAsync();
    }

    private async Task Burst(string key)
    {
        await Signal(bursts, key).Task.WaitAsync(TimeSpan.FromSeconds(30));
        bursts.TryRemove(key, out _);
    }

    private static TaskCompletionSource Signal(ConcurrentDictionary<string, TaskCompletionSource> bursts, string key) => bursts.GetOrAdd(key, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>The same rows in two commits, or in four where the flow waits.</summary>
    private Func<Task> Theirs(bool waits) => async () =>
    {
        var (key, instance, bookmark, now) = ($"b-{Interlocked.Increment(ref number)}", Guid.CreateVersion7(), Guid.CreateVersion7(), TimeProvider.System.GetUtcNow());
        // Each step says Started and Completed; so do workflow, flowchart and trigger. A wait says Suspended and Resumed, too.
        const int Entries = 2 * (Steps + 3);
        await Commit(Stimulus(key, now));
        if (!waits)
        {
            await Commit(Done(key), Instance(instance, key, 1, now), Journal(instance, 0, Entries, now));
            return;
        }

        await Commit(
            Done(key), Instance(instance, key, 0, now), Journal(instance, 0, 8, now),
            P("insert into workflows.bookmarks (id, instance_id, key, kind, name, activity_id, hash, created) values ($1, $2, $3, 0, 'bench.go', 'ear', repeat('A', 64), $4)", bookmark, instance, key, now));
        await Commit(Stimulus(key, now));
        await Commit(
            Done(key), Journal(instance, 8, Entries - 4, now), P("delete from workflows.bookmarks where id = $1", bookmark),
            P("update workflows.instances set status = 1, revision = 2, bursts = 2, state = $2, updated = $3, finished = $3 where id = $1 and revision = 1", instance, new byte[400], now));
    };

    private static NpgsqlBatchCommand Stimulus(string key, DateTimeOffset now) =>
        P("insert into workflows.stimuli (lane, key, kind, name, source_id, data, created) values (0, $1, 0, 'bench.run', $2, '{}', $3)", key, Guid.CreateVersion7(), now);

    private static NpgsqlBatchCommand Done(string key) => P("delete from workflows.stimuli where key = $1", key);

    private static NpgsqlBatchCommand Instance(Guid instance, string key, short status, DateTimeOffset now) => P(
        "insert into workflows.instances (id, definition_id, version_id, key, start_key, status, revision, state, created, updated, finished) values ($1, 'd', 'd-1', $2, $1::text, $3, 1, $4, $5, $5, case when $3 = 1 then $5 end)",
        instance, key, status, new byte[500], now);

    private static NpgsqlBatchCommand Journal(Guid instance, int from, int count, DateTimeOffset now) => P(
        "insert into workflows.journal (instance_id, sequence, activity_id, activity_type, execution_id, event, message, occurred) select $1, n, 'activity', 'Elsa.SetVariable', $1, 'Completed', 'Done', $4 from generate_series($2, $2 + $3 - 1) n",
        instance, from, count, now);

    private static NpgsqlBatchCommand P(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private async Task Commit(params NpgsqlBatchCommand[] commands)
    {
        await using var connection = await theirs.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    private static async Task<double> For(int clients, Func<Task> run, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed < time)
            {
                await run();
                Interlocked.Increment(ref done);
            }
        })));
        return done / watch.Elapsed.TotalSeconds;
    }

    /// <summary>A trigger, a wait where one is wanted, and ten steps that set a variable, half from a literal and half from a variable, or from a script.</summary>
    private static string Definition(string name, bool waits, bool script)
    {
        var activities = new JsonArray(Event("start", "bench." + name, starts: true));
        var order = new List<string> { "start" };
        if (waits)
        {
            activities.Add(Event("ear", "bench.go", starts: false));
            order.Add("ear");
        }

        for (var i = 0; i < Steps; i++)
        {
            var expression = script ? new JsonObject { ["type"] = "JavaScript", ["value"] = "getA() + 1" }
                : i % 2 == 0 ? new JsonObject { ["type"] = "Literal", ["value"] = "7" } : new JsonObject { ["type"] = "Variable", ["value"] = new JsonObject { ["id"] = "a" } };
            activities.Add(new JsonObject
            {
                ["id"] = $"s{i}", ["type"] = "Elsa.SetVariable", ["version"] = 1, ["variable"] = new JsonObject { ["id"] = i % 2 == 0 ? "a" : "b" },
                ["value"] = new JsonObject { ["typeName"] = "Object", ["expression"] = expression },
            });
            order.Add($"s{i}");
        }

        // In memory nothing waits for the trigger: it starts behind it.
        var connections = new JsonArray([.. order.Zip(order.Skip(1), (from, to) => new JsonObject { ["source"] = new JsonObject { ["activity"] = from, ["port"] = "Done" }, ["target"] = new JsonObject { ["activity"] = to, ["port"] = "In" } })]);
        var isStored = name is "run" or "wait";
        if (!isStored)
        {
            activities.RemoveAt(0);
            connections.RemoveAt(0);
        }

        return new JsonObject
        {
            ["id"] = name, ["definitionId"] = name, ["version"] = 1, ["name"] = name,
            ["variables"] = new JsonArray(new JsonObject { ["id"] = "a", ["name"] = "A", ["typeName"] = "Int32", ["value"] = 1 }, new JsonObject { ["id"] = "b", ["name"] = "B", ["typeName"] = "Int32", ["value"] = 2 }),
            ["root"] = new JsonObject { ["id"] = "Flowchart1", ["type"] = "Elsa.Flowchart", ["version"] = 1, ["activities"] = activities, ["connections"] = connections },
        }.ToJsonString();

        static JsonObject Event(string id, string eventName, bool starts) => new()
        {
            ["id"] = id, ["type"] = "Elsa.Event", ["version"] = 1, ["customProperties"] = new JsonObject { ["canStartWorkflow"] = starts },
            ["eventName"] = new JsonObject { ["typeName"] = "String", ["expression"] = new JsonObject { ["type"] = "Literal", ["value"] = eventName } },
        };
    }
}
