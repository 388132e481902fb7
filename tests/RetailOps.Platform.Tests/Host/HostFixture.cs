using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Host;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Platform.Tests;

/// <summary>The whole host on a real port and database, without recurring jobs, with the Demo's people.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    private TestDatabase database = null!;
    private WebApplication app = null!;

    /// <summary>Whether a request from this machine needs no credential.</summary>
    public bool Trusts { get; init; } = true;

    private static readonly TrafficLimit Plenty = new(1000, 1000, 64);

    public HostSettings Settings { get; private set; } = new()
    {
        Environment = HostSettings.Test,
        Urls = "http://127.0.0.1:0",
        DataFolder = Directory.CreateTempSubdirectory("retailops-host-").FullName,
        RunsJobs = false,

        // What is asked here is what operations answer, not how often.
        Limits = HostSettings.UsualLimits(isDemo: true) with { Read = Plenty, Write = Plenty, Bulk = Plenty, Open = Plenty },
    };

    public IServiceProvider Services => app.Services;

    public Uri Address { get; private set; } = null!;

    public IReadOnlyList<DemoSignIn> People { get; private set; } = [];

    public string ConnectionString => database.AppConnectionString;

    public string OwnerConnectionString => database.OwnerConnectionString;

    public async Task InitializeAsync()
    {
        Settings = Trusts ? Settings : Settings with { TrustsThisMachine = false };
        database = await TestDatabase.CreateAsync();
        app = HostComposition.Build([], Settings, database.AppConnectionString);
        People = await EnsurePeople();
        await app.StartAsync();
        Address = new Uri(app.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(Settings.DataFolder, recursive: true);
    }

    public async Task<IReadOnlyList<DemoSignIn>> EnsurePeople()
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<DemoPeople>().Ensure(Settings.DataFolder);
    }

    /// <summary>Takes over a definition as a file of the build, which two people have looked at.</summary>
    public async Task Draw(string definitionId, string json)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Settings.DataFolder, "drawn-" + definitionId)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, definitionId + ".json"), json);
        (await app.Services.ImportWorkflowsAsync(folder)).Refused.Should().BeEmpty();
    }

    /// <summary>A browser of its own, with its own cookies.</summary>
    public Browser Open() => new(Address);
}

[CollectionDefinition(nameof(HostCollection))]
public sealed class HostCollection : ICollectionFixture<HostFixture>;
