using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

/// <summary>The activities of orders in drawn flows, on the engine, many at once.</summary>
public sealed class StepsTests : IAsyncLifetime
{
    private const string Placed = "orders.order-placed.v1";
    private const string Shipped = "orders.fulfilment-shipped.v1";
    private static readonly (string, string) OrderId = ("orderId", "js:getPlaced().orderId");

    private TestDatabase database = null!;
    private TestHost host = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        host = await TestHost.StartAsync(database.AppConnectionString, new() { Workflows = false, Assemblies = [typeof(StepsTests).Assembly] });
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task A_shipment_is_invoiced_and_described_by_its_own_flow()
    {
        await Flow.Publish(
            host.Services,
            new Flow("orders").StartsWith(Placed).Allocate(),
            new Flow("shipments").StartsWith(Shipped)
                .Step("invoice", "RetailOps.IssueInvoice", OrderId, ("fulfilmentId", "js:getPlaced().fulfilmentId"))
                .Step("describe", "RetailOps.DescribeShipment"));
        await host.Stock("LAMP", 100);
        var orders = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => host.Place($"A-{i}", ("LAMP", 2))));
        await host.Quiet();

        await Task.WhenAll(orders.Select(o => host.Must(new ShipOrder(o))));
        await host.Quiet();

        foreach (var order in await Task.WhenAll(orders.Select(host.Order)))
        {
            order.Invoices.Should().ContainSingle(i => i.FulfilmentId == order.Fulfilments.Single().Id && i.Total == order.Total);
        }

        (await Incidents()).Should().BeEmpty();
        (await Outcomes("RetailOps.DescribeShipment")).Should().Be(20);
        (await host.Broken()).Where(b => !b.StartsWith("I2", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task An_order_without_goods_is_invoiced_by_the_order_its_key_names()
    {
        await Flow.Publish(host.Services, new Flow("services").StartsWith(Placed).Step("invoice", "RetailOps.IssueInvoice"));

        var id = (await host.Must(Shop.Order("A-1") with { Charges = [new("service", new(100, "GBP"))] })).Id;
        await host.Quiet();

        (await host.Order(id)).Status.Should().Be("closed");
        (await Incidents()).Should().BeEmpty();
    }

    [Fact]
    public async Task Orders_are_sourced_once_each_and_a_held_one_not()
    {
        await Flow.Publish(host.Services, new Flow("sourcing").StartsWith(Placed).Step("hold", "RetailOps.HoldOrder", ("kind", "fraud"), ("reason", "score 95")).Step("source", "RetailOps.SourceOrder"));
        await Flow.Publish(host.Services, new Flow("free").StartsWith("orders.hold-released.v1").Step("source", "RetailOps.SourceOrder"));
        await host.Stock("LAMP", 100);

        var orders = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => host.Place($"A-{i}", ("LAMP", 2))));
        await host.Quiet();
        var before = await Ask.One<long>(database.OwnerConnectionString, "select count(*) from orders.sourcing_decisions");
        await Task.WhenAll(orders.Select(o => host.Must(new ReleaseHold(o, "fraud"))));
        await host.Quiet();

        before.Should().Be(0);
        (await Ask.One<long>(database.OwnerConnectionString, "select count(*) from orders.sourcing_decisions where is_whole and attempt = 1")).Should().Be(10);
        (await Incidents()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_flow_can_cancel_its_order()
    {
        await Flow.Publish(host.Services, new Flow("never").StartsWith(Placed).Step("cancel", "RetailOps.CancelOrder", ("reason", "nobody sells here")));

        var id = await host.Place("A-1", ("LAMP", 2));
        await host.Quiet();

        (await host.Order(id)).Status.Should().Be("cancelled");
        (await Incidents()).Should().BeEmpty();
    }

    private Task<List<string>> Incidents() => Ask.All<string>(database.OwnerConnectionString, "select activity_type || ': ' || message from workflows.incidents");

    private Task<long> Outcomes(string activity) =>
        Ask.One<long>(database.OwnerConnectionString, "select count(*) from workflows.journal where activity_type = $1 and event = 'Completed'", activity);
}
