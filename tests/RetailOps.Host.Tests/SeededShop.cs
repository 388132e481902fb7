using Microsoft.Extensions.Time.Testing;

using RetailOps.Integration;
using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Host.Tests;

/// <summary>A database that was seeded, and hosts over it that know all the product's flows.</summary>
internal sealed class SeededShop : IAsyncDisposable
{
    private readonly TestDatabase database;

    private SeededShop(TestDatabase database) => this.database = database;

    /// <summary>A small plan of the day; the tests' own clock may go on from here.</summary>
    public static SeedPlan Plan { get; } = new(300, 40, 20, 20, 3, 7, new(TimeProvider.System.GetUtcNow().Date, TimeSpan.Zero));

    public string ConnectionString => database.AppConnectionString;

    /// <summary>Business time of its hosts.</summary>
    public FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

    /// <summary>A database without anything.</summary>
    public static async Task<SeededShop> Empty() => new(await TestDatabase.CreateAsync());

    /// <summary>A database with all of a plan.</summary>
    public static async Task<SeededShop> Make(SeedPlan? plan = null)
    {
        var shop = await Empty();
        await shop.Seed(plan ?? Plan);
        return shop;
    }

    /// <summary>Seeds it, as the verb does.</summary>
    public async Task<SeedReport> Seed(SeedPlan plan, TextWriter? progress = null, int batch = 2_500, CancellationToken ct = default)
    {
        var folder = Directory.CreateTempSubdirectory("seed-data-").FullName;
        try
        {
            var settings = new HostSettings { Environment = HostSettings.Test, DataFolder = folder, RunsJobs = false };
            await using var app = HostComposition.Build([], settings, ConnectionString);
            await app.Services.ImportDocumentsAsync(WorkflowFiles.Folder, ct);
            await app.Services.ImportWorkflowsAsync(WorkflowFiles.Folder, ct);
            return await new SeedRun(plan, app.Services, new(ConnectionString, database.OwnerConnectionString), progress ?? TextWriter.Null, batch).Run(ct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A host over it, with everything that the product's host promises.</summary>
    public async Task<TestHost> Open()
    {
        var host = await TestHost.StartAsync(ConnectionString, new() { Workflows = false, Clock = Clock, Services = s => s.AddPostingPromises() });
        await host.Services.ImportWorkflowsAsync(WorkflowFiles.Folder);
        return host;
    }

    public Task<T> Ask<T>(string sql, params object[] values) => RetailOps.Testing.Ask.One<T>(ConnectionString, sql, values);

    public Task<List<T>> AskAll<T>(string sql, params object[] values) => RetailOps.Testing.Ask.All<T>(ConnectionString, sql, values);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
