using System.Text.Json;

using Microsoft.Extensions.Time.Testing;

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

    /// <summary>Business time; stands until a test moves it.</summary>
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

    /// <summary>The owner's, to look and to meddle past the product.</summary>
    public string Database => database.OwnerConnectionString;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        Host = await TestHost.StartAsync(database.AppConnectionString, new() { Workflows = false, Engine = new() { Workers = 0 }, Clock = Clock, Assemblies = [typeof(OrdersFixture).Assembly] });
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
        return await Host.Must(new RecordAllocation(order, [.. allocation.Granted.Select(g => new GrantedUnits(g.LineId, g.Node, g.Quantity))]));
    }

    /// <summary>An order whose goods are allocated.</summary>
    public async Task<OrderId> PlaceAndAllocate(PlaceOrder request)
    {
        foreach (var line in request.Lines)
        {
            await Host.Stock(line.Sku.Value, line.Quantity);
        }

        var order = (await Host.Must(request)).Id;
        await Allocate(order);
        return order;
    }

    /// <summary>An order whose goods have left and arrived.</summary>
    public async Task<OrderId> PlaceAndDeliver(PlaceOrder request)
    {
        var order = await PlaceAndAllocate(request);
        await Host.Must(new ShipOrder(order));
        foreach (var fulfilment in (await Host.Order(order)).Fulfilments)
        {
            await Host.Must(new DeliverFulfilment(fulfilment.Id));
        }

        return order;
    }

    /// <summary>Units of a delivered order that have come back.</summary>
    public async Task Return(OrderId order, int lineId, int quantity)
    {
        await Host.Must(new ClaimReturnable(order, Guid.NewGuid(), [new(lineId, quantity)]));
        await Host.Must(new SettleReturnable(order, [new(lineId, quantity)]));
    }

    /// <summary>What the order's own events say, oldest first: the name without its module and version.</summary>
    public async Task<string?> Events(OrderId id) => await Ask<string>(
        "select string_agg(replace(replace(type, 'orders.', ''), '.v1', ''), ' ' order by revision) from platform.events where aggregate = $1", OrderKey.Of(id));

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
