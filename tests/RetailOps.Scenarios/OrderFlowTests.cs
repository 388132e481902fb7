using Microsoft.Extensions.Time.Testing;

using RetailOps.Orders;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

public sealed class OrderFlowTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private TestDatabase database = null!;
    private TestHost host = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        host = await TestHost.StartAsync(database.AppConnectionString, new() { Clock = clock });
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task An_order_is_allocated_shipped_and_done()
    {
        await host.Stock("LAMP", 10);

        var order = await host.Place("A-1", ("LAMP", 3));
        await host.Quiet();
        var allocated = await host.Order(order);
        var shipment = await host.Must(new ShipOrder(order));
        await host.Quiet();

        allocated.Status.Should().Be("allocated");
        shipment.Status.Should().Be("shipped");
        (await host.Position("LAMP")).Should().BeEquivalentTo(new { OnHand = 7, Allocated = 0, Free = 7 });
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_short_order_tries_again_when_stock_has_come()
    {
        await host.Stock("LAMP", 1);

        var order = await host.Place("A-1", ("LAMP", 3));
        await host.Quiet();
        var before = await host.Order(order);
        await host.Stock("LAMP", 5);
        clock.Advance(TimeSpan.FromMinutes(15));
        await Eventually.Holds(async () => (await host.Order(order)).Status == "allocated", TimeSpan.FromSeconds(20), "the second try found the stock");
        await host.Quiet();

        before.Status.Should().Be("partly_allocated");
        before.Lines[0].Should().BeEquivalentTo(new { Allocated = 1, Backordered = 2, Pending = 0 });
        (await host.Position("LAMP")).Should().BeEquivalentTo(new { OnHand = 6, Allocated = 3 });
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_customers_wanted_and_did_not_get_is_counted_once()
    {
        await host.Stock("LAMP", 0);

        await host.Place("A-1", ("LAMP", 3));
        await host.Quiet();

        await using var connection = new Npgsql.NpgsqlConnection(database.AppConnectionString);
        await connection.OpenAsync();
        await using var ask = new Npgsql.NpgsqlCommand("select quantity from inventory.unmet_demand where sku = 'LAMP'", connection);
        (await ask.ExecuteScalarAsync()).Should().Be(3L);
        (await host.Broken()).Should().BeEmpty();
    }
}
