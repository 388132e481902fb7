using System.Text.Json;

using MediatR;

using Microsoft.Extensions.DependencyInjection;

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

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        Host = await TestHost.StartAsync(database.AppConnectionString, new()
        {
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

    public async Task<int> Free(string sku, string node = "DC-1") => (await Host.Position(sku, node)).Free;

    /// <summary>A transaction in the engine's manner, which the caller ends.</summary>
    public Burst Begin(WorkMode mode) => new(Host.Services.CreateAsyncScope(), mode);

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

        internal Burst(AsyncServiceScope scope, WorkMode mode)
        {
            this.scope = scope;
            Work = scope.ServiceProvider.GetRequiredService<WorkExecution>();
            Work.Begin(scope.ServiceProvider.GetRequiredService<Database>().Engine, mode);
            Work.Act(new Caller.System("test"), null, null, TimeProvider.System.GetUtcNow());
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
