using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

/// <summary>The engine on a real database, run by hand: nothing happens between two calls.</summary>
internal sealed class EngineBench : IAsyncDisposable
{
    private readonly TestDatabase database;
    private readonly List<TestHost> hosts = [];

    private HttpCallOptions? calls;

    private EngineBench(TestDatabase database) => this.database = database;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

    public TestHost Host => hosts[0];

    public DefinitionStore Definitions => Of<DefinitionStore>();

    public NpgsqlDataSource Engine => Of<Database>().Engine;

    /// <param name="calls">What may be called; the usual when null.</param>
    public static async Task<EngineBench> StartAsync(HttpCallOptions? calls = null)
    {
        var bench = new EngineBench(await TestDatabase.CreateAsync()) { calls = calls };
        await bench.AddHost(new() { Workers = 0 });
        return bench;
    }

    /// <summary>Another host on the same database, whose workers run by themselves.</summary>
    public async Task<TestHost> AddHost(EngineOptions options)
    {
        var host = await TestHost.StartAsync(database.AppConnectionString, new()
        {
            Clock = Clock,
            Workflows = false,
            Engine = options,
            Assemblies = [typeof(EngineBench).Assembly],
            Pool = 6,
            Services = services => services.AddSingleton(calls ?? new()).AddSingleton(new Callers(new SecurityPosture(false))),
        });
        hosts.Add(host);
        return host;
    }

    public T Of<T>()
        where T : notnull => Host.Services.GetRequiredService<T>();

    /// <summary>Publishes a drawing under an id.</summary>
    public Task<bool> Publish(string definitionId, Drawing drawing) => Definitions.ImportFile(definitionId + ".json", Text(definitionId, drawing), default);

    /// <summary>Publishes a drawing of which one instance lives per key.</summary>
    public Task<bool> PublishSingleton(string definitionId, Drawing drawing) =>
        Definitions.ImportFile(definitionId + ".json", Text(definitionId, drawing, "CorrelatedSingletonStrategy"), default);

    public static string Text(string definitionId, Drawing drawing, string? activation = null)
    {
        var json = drawing.Json();
        json["definitionId"] = definitionId;
        json["options"]!["activationStrategyType"] = activation;
        return json.ToJsonString();
    }

    /// <summary>A fact happens, and whatever waits for it gets a stimulus.</summary>
    public Task<Guid> Say(string fact, string key) => Host.Must(new Say(fact, key));

    /// <summary>Fires what is due and runs what waits until nothing is left.</summary>
    public Task Run() => RunOn(0);

    /// <summary>The same on another host.</summary>
    public async Task RunOn(int host)
    {
        var executor = hosts[host].Services.GetRequiredService<BurstExecutor>();
        do
        {
            await TimerTable.Fire(Engine, Clock.GetUtcNow(), 500, default);
            await ScheduleTable.Fire(Engine, Clock.GetUtcNow(), 500, default);
        }
        while (await executor.RunGroup(Lane.People, default) > 0);
    }

    /// <summary>One value of the database, or something done to it.</summary>
    public async Task<T?> Ask<T>(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync() is T answer ? answer : default;
    }

    /// <summary>How many rows of a table of the engine meet a condition.</summary>
    public Task<long> Count(string table, string condition = "true") => Ask<long>($"select count(*) from workflows.{table} where {condition}");

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        await database.DisposeAsync();
    }
}
