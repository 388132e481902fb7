using System.Text.Json;

using MediatR;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

/// <summary>Stock, and nothing that works on it by itself except deliveries.</summary>
public sealed class InventoryFixture : IAsyncLifetime
{
    private TestDatabase database = null!;

    public TestHost Host { get; private set; } = null!;

    /// <summary>Business time; stands still until a test moves it.</summary>
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        Host = await TestHost.StartAsync(database.AppConnectionString, new()
        {
            Clock = Clock,
            Workflows = false,
            Engine = new() { Workers = 0 },
            Relay = new() { Poll = TimeSpan.FromMilliseconds(20) },
        });
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await database.DisposeAsync();
    }

    public Task Stock(string sku, int onHand, string node = "DC-1") => Host.Stock(sku, onHand, node);

    /// <summary>Wants pieces of one item for an order of its own.</summary>
    public Task<Result<OrderAllocation>> Allocate(string sku, int quantity, bool allowPart = false) => Allocate(OrderId.New(), allowPart, (sku, quantity));

    /// <summary>Wants pieces of items, line by line.</summary>
    public Task<Result<OrderAllocation>> Allocate(OrderId order, bool allowPart, params (string Sku, int Quantity)[] lines) => Host.Send(Wish(order, allowPart, lines));

    public static AllocateOrder Wish(OrderId order, bool allowPart, params (string Sku, int Quantity)[] lines) =>
        new(order, 1, [.. lines.Select((l, i) => new AllocationLine(i + 1, new(l.Sku), l.Quantity))], allowPart);

    public Task<Result<StockMovement>> Adjust(string sku, int quantity, string condition = "sellable", string node = "DC-1") =>
        Host.Send(new RecordMovement("adjusted", new(sku), node, condition, quantity, "count"));

    /// <summary>Puts an allocation of one line at one node in place.</summary>
    public async Task<OrderId> Allocated(string sku, int quantity, string node = "DC-1")
    {
        var order = OrderId.New();
        await Host.Must(new AllocateOrder(order, 1, [new(1, new(sku), quantity, node)], AllowPart: false));
        return order;
    }

    /// <summary>Holds one line anywhere for a minute, unless it says otherwise.</summary>
    public Task<Result<ReservationView>> Reserve(string key, string sku, int quantity, int? seconds = 60) =>
        Host.Send(new ReserveStock(key, [new(1, new(sku), quantity)], seconds));

    /// <summary>What the minute's job does.</summary>
    public async Task Sweep()
    {
        await using var scope = Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetServices<IRecurringJob>().Single(j => j.Name == "reservation-expiry").RunAsync(default);
    }

    /// <summary>The events of one type under one key, oldest first, each as one member of its data.</summary>
    public Task<string?> Facts(string type, string key, string member) => Ask<string>(
        "select string_agg(data->>$3, ', ' order by recorded) from platform.events where type = $1 and key = $2", type, key, member);

    /// <summary>The ledger of an item, oldest first.</summary>
    public Task<string?> Ledger(string sku) => Ask<string>(
        """
        select string_agg(m.kind || ' ' || m.quantity || ' ' || m.condition || ' at ' || m.node, ', ' order by m.recorded)
        from inventory.movements m join inventory.items i on i.id = m.item_id where i.sku = $1
        """, sku);

    public async Task<int> Free(string sku, string node = "DC-1") => (await Host.Position(sku, node)).Free;

    /// <summary>A transaction in the engine's manner, which the caller ends.</summary>
    public Burst Begin(WorkMode mode) => new(Host.Services.CreateAsyncScope(), mode, Clock.GetUtcNow());

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

    /// <summary>What a refusal says was missing.</summary>
    public static IReadOnlyList<ShortStock> Missing(Refusal? refusal) => JsonSerializer.SerializeToElement(refusal!.Details).Deserialize<ShortStock[]>()!;

    /// <summary>A unit of work that a test flushes and commits by hand.</summary>
    public sealed class Burst : IAsyncDisposable
    {
        private readonly AsyncServiceScope scope;

        internal Burst(AsyncServiceScope scope, WorkMode mode, DateTimeOffset now)
        {
            this.scope = scope;
            Work = scope.ServiceProvider.GetRequiredService<WorkExecution>();
            Work.Begin(scope.ServiceProvider.GetRequiredService<Database>().Engine, mode);
            Work.Act(new Caller.System("test"), null, null, now);
        }

        public WorkExecution Work { get; }

        public Task<T> Send<T>(IRequest<T> request) => scope.ServiceProvider.GetRequiredService<ISender>().Send(request);

        public async Task Commit()
        {
            await Work.Flush(default);
            await Work.Commit();
        }

        public ValueTask DisposeAsync() => scope.DisposeAsync();
    }
}
