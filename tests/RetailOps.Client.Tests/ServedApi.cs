using Microsoft.AspNetCore.Builder;

using RetailOps.Host;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Client.Tests;

/// <summary>A host as it is shipped, on a port and a database of its own, that lets nobody write more than one order at once and five a second.</summary>
public sealed class ServedApi : IAsyncLifetime
{
    private readonly HostSettings settings = new()
    {
        Environment = HostSettings.Test,
        Urls = "http://127.0.0.1:0",
        DataFolder = Directory.CreateTempSubdirectory("retailops-client-").FullName,
        RunsJobs = false,
        Limits = new() { Write = new(5, 1, 1), Read = new(1000, 1000, 10), Pause = TimeSpan.Zero },
    };

    private TestDatabase database = null!;
    private WebApplication app = null!;

    public Uri Address => new(app.Urls.Single());

    public RetailOpsConnection Open(HttpMessageHandler? inner = null) => new(new RetailOpsOptions(Address), inner);

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        app = HostComposition.Build([], settings, database.AppConnectionString);
        await app.StartAsync();
        using var connection = Open();
        await connection.Api.PutItemAsync("LAMP", new ItemBody { Name = "Lamp" });
    }

    /// <summary>How many orders there are.</summary>
    public Task<long> Orders() => Ask.One<long>(database.OwnerConnectionString, "select count(*) from orders.orders");

    public async Task DisposeAsync()
    {
        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(settings.DataFolder, recursive: true);
    }
}
