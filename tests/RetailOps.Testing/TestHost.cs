using System.Reflection;

using MediatR;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

using Npgsql;

using RetailOps.Integration;
using RetailOps.Intelligence;
using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Returns;
using RetailOps.Workflows;

namespace RetailOps.Testing;

/// <summary>What a test wants different.</summary>
public sealed record TestHostOptions
{
    /// <summary>How the engine runs.</summary>
    public EngineOptions Engine { get; init; } = new() { Poll = TimeSpan.FromMilliseconds(50) };

    /// <summary>How deliveries are tried.</summary>
    public RelayOptions Relay { get; init; } = new() { FirstPause = TimeSpan.FromMilliseconds(20), Poll = TimeSpan.FromMilliseconds(50) };

    /// <summary>More assemblies with handlers, activities and facts: the tests' own.</summary>
    public IReadOnlyList<Assembly> Assemblies { get; init; } = [];

    /// <summary>More services.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Most connections for requests.</summary>
    public int Pool { get; init; } = 16;

    /// <summary>The clock; the real one when null.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>Whether an order has a flow: the thin one of <c>Thin/</c>, which allocates and waits for the shipment and asks nothing of other rooms.</summary>
    public bool Workflows { get; init; } = true;

    /// <summary>Whether the policies and tables of the product are taken over at the start.</summary>
    public bool Documents { get; init; } = true;

    /// <summary>From which level on the log goes to the console.</summary>
    public LogLevel Log { get; init; } = LogLevel.Error;
}

/// <summary>The product without its HTTP surface, on a database of its own: modules, engine, relay. Everything real but the clock.</summary>
public sealed class TestHost : IAsyncDisposable
{
    /// <summary>All modules' assemblies.</summary>
    public static readonly IReadOnlyList<Assembly> Modules =
    [
        typeof(InventoryModule).Assembly, typeof(OrdersModule).Assembly, typeof(ReturnsModule).Assembly, typeof(IntegrationModule).Assembly, typeof(IntelligenceModule).Assembly,
    ];

    private static readonly Assembly[] Contracts =
    [
        typeof(AllocateOrder).Assembly, typeof(PlaceOrder).Assembly, typeof(RequestReturn).Assembly, typeof(PostDocument).Assembly, typeof(Score).Assembly, typeof(GetTask).Assembly,
    ];

    private readonly IHost host;

    private TestHost(IHost host, string connectionString)
    {
        this.host = host;
        ConnectionString = connectionString;
    }

    /// <summary>The app login's.</summary>
    public string ConnectionString { get; }

    /// <summary>The container.</summary>
    public IServiceProvider Services => host.Services;

    /// <summary>The one door.</summary>
    public RequestRunner Requests => Services.GetRequiredService<RequestRunner>();

    /// <summary>Starts a host on a database. Several may share one.</summary>
    public static async Task<TestHost> StartAsync(string connectionString, TestHostOptions? options = null)
    {
        options ??= new();
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        Compose(builder, connectionString, options);
        var host = new TestHost(builder.Build(), connectionString);
        if (options.Documents)
        {
            await host.Services.ImportDocumentsAsync(Path.Combine(RepositoryRoot.Find(), "workflows"));
        }

        if (options.Workflows)
        {
            await Flow.Import(host.Services, Path.Combine(RepositoryRoot.Find(), "tests", "RetailOps.Testing", "Thin"));
        }

        await host.host.StartAsync();
        return host;
    }

    /// <summary>Puts into a builder what <see cref="StartAsync"/> starts; for a host that has an HTTP surface beside it.</summary>
    public static void Compose(IHostApplicationBuilder builder, string connectionString, TestHostOptions options)
    {
        builder.Logging.AddSimpleConsole(c => c.SingleLine = true).SetMinimumLevel(options.Log).AddFilter("Microsoft", LogLevel.Error);
        builder.Services.AddSingleton(options.Clock ?? TimeProvider.System);
        builder.Services.AddSingleton(options.Engine);
        builder.Services.AddSingleton(options.Relay);
        builder.Services.AddInventory().AddOrders().AddReturns().AddIntegration().AddIntelligence();
        builder.Services.AddWorkflows([.. Modules, .. options.Assemblies]);
        builder.Services.AddJobs();
        builder.Services.AddPlatform(new Database(connectionString, options.Pool), [typeof(WorkflowsModule).Assembly, .. Modules, .. options.Assemblies], [.. Contracts, .. options.Assemblies]);
        options.Services?.Invoke(builder.Services);
    }

    /// <summary>Sends a request as somebody who may do everything. What an order names is put first, see <see cref="TestItems"/>; use <see cref="Requests"/> where that must not be.</summary>
    public async Task<Result<T>> Send<T>(IRequest<Result<T>> request, IdempotencyKey? key = null)
    {
        if (request is PlaceOrder order)
        {
            await TestItems.Ensure(this, order);
        }

        return await Requests.Run(new Caller.System("test"), request, key);
    }

    /// <summary>Sends a request that must be granted.</summary>
    public async Task<T> Must<T>(IRequest<Result<T>> request) => (await Send(request)).Value;

    /// <summary>Waits until nothing of the database's queues can be worked on any more.</summary>
    public Task Quiet(TimeSpan? within = null)
    {
        var watch = Services.GetRequiredService<EngineWatch>();
        var deliveries = Services.GetRequiredService<Deliveries>();
        async Task<bool> NothingWaits() => (await watch.Look()).IsQuiet && await deliveries.AreDone();

        // Twice: what a delivery leaves to the engine between the two looks would be seen by neither.
        return Eventually.Holds(async () => await NothingWaits() && await NothingWaits(), within ?? TimeSpan.FromSeconds(60), "nothing is left to do");
    }

    /// <summary>What is broken, of everything that must always hold.</summary>
    public async Task<IReadOnlyList<string>> Broken()
    {
        var broken = new List<string>();
        await foreach (var result in Services.GetRequiredService<Verification>().Check(null, null))
        {
            broken.AddRange(result.Examples.Select(e => $"{result.Id}: {e}"));
        }

        return broken;
    }

    /// <summary>What would be broken after some damage: it is done, looked at and taken back.</summary>
    /// <param name="connectionString">Of one who may do it: the database's owner or the server's administrator.</param>
    /// <param name="damage">SQL that changes something.</param>
    public async Task<IReadOnlyList<string>> BrokenBy(string connectionString, string damage)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand(damage, connection, transaction))
        {
            await command.ExecuteNonQueryAsync();
        }

        var verification = Services.GetRequiredService<Verification>();
        var broken = new List<string>();
        foreach (var invariant in verification.All)
        {
            broken.AddRange((await verification.Check(invariant, transaction, null, null)).Examples.Select(e => $"{invariant.Id}: {e}"));
        }

        await transaction.RollbackAsync();
        return broken;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
