using System.Collections.Concurrent;

using MediatR;

using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Scenarios;

/// <summary>How a note ends.</summary>
public enum Fate
{
    Kept,
    Refused,
    RefusedAfterWriting,
    FailsAfterWriting,
    FailsLikeANetwork,
    FailsLikeAFile,
    LosesARace,
    Hangs,
    IsCancelled,
}

/// <summary>Decides the fate of notes, by <c>key</c>, <c>text</c>, or both as <c>key|text</c>; and opens gates that notes wait at.</summary>
public sealed class Mischief
{
    public ConcurrentDictionary<string, Fate> Fates { get; } = [];

    public ConcurrentDictionary<string, TaskCompletionSource> Gates { get; } = [];

    public ConcurrentQueue<string> Tried { get; } = [];

    public Fate Of(string key, string text) =>
        Fates.TryGetValue($"{key}|{text}", out var both) ? both : Fates.TryGetValue(key, out var one) ? one : Fates.GetValueOrDefault(text);

    public void Shut(string text) => Gates[text] = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open(string text)
    {
        if (Gates.TryRemove(text, out var gate))
        {
            gate.SetResult();
        }
    }

    /// <summary>Does to a unit of work what fate has in store.</summary>
    public async Task<Refusal?> Write(UnitOfWork work, string key, string text, CancellationToken ct)
    {
        var fate = Of(key, text);
        Tried.Enqueue($"{key}|{text}");
        if (Gates.TryGetValue(text, out var gate))
        {
            await gate.Task.WaitAsync(ct);
        }

        if (fate is Fate.Refused)
        {
            return Refusal.Conflict("test.refused", "No.");
        }

        work.Write(new NoteRow(key, text));
        switch (fate)
        {
            case Fate.RefusedAfterWriting:
                return Refusal.Conflict("test.refused", "No.");
            case Fate.FailsAfterWriting:
                throw new InvalidOperationException("Out of order.");
            case Fate.FailsLikeANetwork:
                throw new TimeoutException("Somebody did not answer.");
            case Fate.FailsLikeAFile:
                throw new IOException("Somebody took the file.");
            case Fate.LosesARace:
                throw new StaleException("everything, always");
            case Fate.IsCancelled:
                throw new TaskCanceledException("Somebody hung up.");
            case Fate.Hangs:
                await Task.Delay(Timeout.Infinite, ct);
                break;
            default:
                break;
        }

        return null;
    }
}

/// <summary>Writes a line into a table of the tests.</summary>
[Needs("test.write")]
public sealed record WriteNote(string Key, string Text) : IRequest<Result<int>>;

internal sealed class WriteNoteHandler(UnitOfWork work, Mischief mischief) : IRequestHandler<WriteNote, Result<int>>
{
    public async Task<Result<int>> Handle(WriteNote request, CancellationToken cancellationToken) =>
        await mischief.Write(work, request.Key, request.Text, cancellationToken) is { } refusal ? refusal : 1;
}

internal sealed record NoteRow(string Key, string Text) : IRow<NoteRow>
{
    public static RowTable<NoteRow> Table { get; } = new(
        FlushOrder.Modules, "insert into test.notes (key, text) select * from unnest($1, $2)", everyRow: true, Column.Text<NoteRow>(n => n.Key), Column.Text<NoteRow>(n => n.Text));
}

/// <summary>Sends its texts, one request after the other, and is done whatever the answers are.</summary>
[Activity("Test.Note")]
[Sends(typeof(WriteNote))]
public sealed class NoteActivity : Activity
{
    [Input]
    public Input<string> Texts { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        foreach (var text in context.Get(Texts)!.Split(' '))
        {
            await context.Send(new WriteNote(context.CorrelationId!, text));
        }

        context.Complete();
    }
}

/// <summary>Hears of orders and writes it down.</summary>
internal sealed class Listener(UnitOfWork work, Mischief mischief) : ISubscriber
{
    public static SubscriberDescription Description { get; } = new("test.listener", ["orders.order-placed.v1", "orders.order-allocated.v1", "orders.order-shipped.v1"]);

    public async Task Hear(IFact fact, CancellationToken ct) => await mischief.Write(work, fact.Key, fact.GetType().Name, ct);
}

/// <summary>A database with the tests' own table, and hosts with the tests' own steps.</summary>
public sealed class TestModule : IAsyncDisposable
{
    private TestModule(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public Mischief Mischief { get; } = new();

    public static async Task<TestModule> CreateAsync()
    {
        var database = await TestDatabase.CreateAsync();
        var app = new NpgsqlConnectionStringBuilder(database.AppConnectionString).Username;
        await Ask.Do(
            database.OwnerConnectionString,
            $"""
            create schema test;
            create table test.notes (id bigint generated always as identity, key text not null, text text not null);
            grant usage on schema test to {app};
            grant all on all tables in schema test to {app};
            """);
        return new(database);
    }

    public Task<TestHost> Host(TestHostOptions? options = null, bool listens = false) => TestHost.StartAsync(
        Database.AppConnectionString,
        (options ?? new()) with
        {
            Assemblies = [typeof(TestModule).Assembly],
            Services = services =>
            {
                services.AddSingleton(Mischief);
                if (listens)
                {
                    services.AddSubscriber<Listener>(Listener.Description);
                }

                options?.Services?.Invoke(services);
            },
        });

    /// <summary>All texts, or those of one key, in the order in which they were written.</summary>
    public Task<List<string>> Notes(OrderId? order = null) => order is { } id
        ? Ask.All<string>(Database.AppConnectionString, "select text from test.notes where key = $1 order by id", OrderKey.Of(id))
        : Ask.All<string>(Database.AppConnectionString, "select text from test.notes order by id");

    public Task<T> One<T>(string sql, params object[] values) => Ask.One<T>(Database.AppConnectionString, sql, values);

    /// <summary>How many deadlocks PostgreSQL had to break in this database; exact once all hosts are gone.</summary>
    public Task<long> Deadlocks() => Ask.One<long>(Database.AdminConnectionString, "select deadlocks from pg_stat_database where datname = current_database()");

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}

/// <summary>Flows of the tests.</summary>
internal static class Flows
{
    public const string Placed = "orders.order-placed.v1";
    public const string Shipped = "orders.order-shipped.v1";

    public static TestHostOptions Asleep { get; } = new() { Engine = new() { Workers = 0 }, Workflows = false };

    public static TestHostOptions Awake(TimeProvider? clock = null, int workers = 1) => new()
    {
        Engine = new() { Workers = workers, Poll = TimeSpan.FromMilliseconds(20) },
        Workflows = false,
        Clock = clock,
    };

    public static Flow Notes(params string[] steps)
    {
        var flow = new Flow("noted").StartsWith(Placed);
        for (var i = 0; i < steps.Length; i++)
        {
            flow.Step($"note-{i}", "Test.Note", ("texts", steps[i]));
        }

        return flow.Wait("shipped", Shipped);
    }
}
