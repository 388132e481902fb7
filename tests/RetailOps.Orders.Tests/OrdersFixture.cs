using System.Text.Json;

using Npgsql;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

/// <summary>A shop whose engine stands still: an order moves only when a test says so.</summary>
public sealed class OrdersFixture : IAsyncLifetime
{
    private TestDatabase database = null!;
    private int number;

    public TestHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        Host = await TestHost.StartAsync(database.AppConnectionString, new() { Workflows = false, Engine = new() { Workers = 0 } });
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await database.DisposeAsync();
    }

    /// <summary>An external id that no other test has.</summary>
    public string NewNumber() => $"A-{Interlocked.Increment(ref number)}";

    /// <summary>Takes stock for an order and writes that into it, as the flow does.</summary>
    public async Task<AllocationState> Allocate(OrderId order)
    {
        var lines = (await Host.Order(order)).Lines.Select(l => new AllocationLine(l.LineId, l.Sku, l.Ordered));
        var allocation = await Host.Must(new AllocateOrder(order, 1, [.. lines], AllowPart: true));
        return await Host.Must(new RecordAllocation(order, [.. allocation.Granted.Select(g => new GrantedUnits(g.LineId, g.Quantity))]));
    }

    /// <summary>One value of the database.</summary>
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

    /// <summary>What a refusal says besides its code.</summary>
    public static JsonElement Details(Refusal? refusal) => JsonSerializer.SerializeToElement(refusal!.Details, JsonSerializerOptions.Web);
}
