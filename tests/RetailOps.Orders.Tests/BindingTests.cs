using MediatR;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

/// <summary>Who is bound to channels or nodes: what belongs to another one does not exist for it.</summary>
public sealed class BindingTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    private static readonly Caller Web = new Caller.Client("web", Permissions.OfSystems) { Channels = new HashSet<string> { "web" } };
    private static readonly Caller Market = new Caller.Client("market", Permissions.OfSystems) { Channels = new HashSet<string> { "market" } };
    private static readonly Caller None = new Caller.Client("none", Permissions.OfSystems) { Channels = new HashSet<string>(), Nodes = new HashSet<string>() };

    [Fact]
    public async Task A_client_reads_the_orders_of_its_channels_and_no_other()
    {
        var id = await orders.PlaceAndAllocate(Shop.Order(orders.NewNumber(), ("BIND-1", 2)));
        var fulfilment = (await orders.Host.Order(id)).Fulfilments.Single().Id;

        (await Code(Web, new GetOrder(id))).Should().BeNull();
        (await Code(Web, new GetFulfilment(fulfilment))).Should().BeNull();
        (await Run(Web, new ListOrders(null, 500))).Value.Select(o => o.Id).Should().Contain(id);
        foreach (var caller in new[] { Market, None })
        {
            (await Code(caller, new GetOrder(id))).Should().Be("orders.unknown");
            (await Code(caller, new GetTimeline(id))).Should().Be("orders.unknown");
            (await Code(caller, new ExplainSourcing(id))).Should().Be("orders.unknown");
            (await Code(caller, new GetFulfilment(fulfilment))).Should().Be("orders.unknown-fulfilment");
            (await Run(caller, new ListOrders(null, 500))).Value.Should().NotContain(o => o.Id == id);
            (await Run(caller, new ListFulfilments(null, null, null, 500))).Value.Should().NotContain(f => f.Id == fulfilment);
        }
    }

    [Fact]
    public async Task Nor_does_it_change_one()
    {
        var id = await orders.PlaceAndAllocate(Shop.Order(orders.NewNumber(), ("BIND-2", 2)));
        var fulfilment = (await orders.Host.Order(id)).Fulfilments.Single().Id;

        (await Code(Market, new CancelOrder(id, "Mine"))).Should().Be("orders.unknown");
        (await Code(Market, new ShipOrder(id))).Should().Be("orders.unknown");
        (await Code(Market, new ShipFulfilment(fulfilment))).Should().Be("orders.unknown-fulfilment");
        (await Code(Market, new DeliverFulfilment(fulfilment))).Should().Be("orders.unknown-fulfilment");
        (await Code(Market, new ClaimReturnable(id, Guid.NewGuid(), [new(1, 1)]))).Should().Be("orders.unknown");
        (await orders.Host.Order(id)).Status.Should().Be("allocated");
        (await Code(Web, new CancelOrder(id, "Ours"))).Should().BeNull();
    }

    [Fact]
    public async Task It_places_orders_in_its_channels_only()
    {
        await orders.Host.Stock("BIND-3", 5);

        (await Run(Market, Shop.Order(orders.NewNumber(), ("BIND-3", 1)))).Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Forbidden, Code = "orders.other-channel" });
        (await Code(Web, Shop.Order(orders.NewNumber(), ("BIND-3", 1)))).Should().BeNull();
        (await Code(Market, Shop.Order(orders.NewNumber(), ("BIND-3", 1)) with { Channel = "market" })).Should().BeNull();
    }

    [Fact]
    public async Task An_earlier_order_of_another_channel_is_not_told_by_its_number()
    {
        var number = orders.NewNumber();
        await orders.PlaceAndAllocate(Shop.Order(number, ("BIND-4", 1)));

        (await Code(Market, Shop.Order(number, ("BIND-4", 1)))).Should().Be("orders.other-channel");
    }

    [Fact]
    public async Task A_store_person_sees_and_ships_what_leaves_from_the_own_node()
    {
        var (id, here, there) = await FromTwoNodes("BIND-5");
        var person = At("DC-1");

        (await Run(person, new ListFulfilments("released", null, null, 500))).Value.Select(f => f.Id).Should().Contain(here).And.NotContain(there);
        (await Code(person, new GetOrder(id))).Should().BeNull();
        (await Code(person, new GetFulfilment(there))).Should().Be("orders.unknown-fulfilment");
        (await Code(person, new ShipFulfilment(there))).Should().Be("orders.unknown-fulfilment");
        (await Code(person, new ShipOrder(id))).Should().BeNull();
        (await orders.Host.Order(id)).Fulfilments.Select(f => (f.Node, f.Status)).Should().BeEquivalentTo([("DC-1", "shipped"), ("DC-2", "released")]);
        (await Code(At("DC-3"), new GetOrder(id))).Should().Be("orders.unknown");
        (await Run(At("DC-3"), new ListOrders(null, 500))).Value.Should().BeEmpty();
    }

    [Fact]
    public async Task A_store_person_counts_and_receives_at_the_own_node_only()
    {
        await orders.Host.Stock("BIND-6", 4);
        await orders.Host.Stock("BIND-6", 4, "DC-2");
        var person = At("DC-1");

        (await Code(person, new RecordMovement("received", new("BIND-6"), "dc-1", "sellable", 1))).Should().BeNull();
        (await Code(person, new RecordMovement("received", new("BIND-6"), "DC-2", "sellable", 1))).Should().Be("inventory.unknown-node");
        (await Code(person, new ReceiveStock("DC-2", [new(new("BIND-6"), 1)], "receipt-" + orders.NewNumber()))).Should().Be("inventory.unknown-node");
        (await Code(person, new ReceiveReturnedStock(Guid.NewGuid(), Guid.NewGuid(), "DC-2", [new(new("BIND-6"), 1)]))).Should().Be("inventory.unknown-node");
        (await Run(person, new ListPositions(new("BIND-6"), null, 500))).Value.Select(p => p.Node).Distinct().Should().Equal("DC-1");
        (await Run(person, new ListMovements(new("BIND-6"), null, null, null, 500))).Value.Select(m => m.Node).Distinct().Should().Equal("DC-1");
        (await Run(person, new GetAvailability([new("BIND-6")]))).Value.Single().Available.Should().Be(5);
        (await Run(None, new GetAvailability([new("BIND-6")]))).Value.Single().Available.Should().Be(0);
    }

    private static Caller.Person At(string node) => new(Guid.CreateVersion7(), Permissions.Of([Roles.Store])) { Roles = new HashSet<string> { Roles.Store }, Nodes = new HashSet<string> { node } };

    private async Task<(OrderId Order, Guid Here, Guid There)> FromTwoNodes(string sku)
    {
        await orders.Host.Stock(sku, 2);
        await orders.Host.Stock(sku, 3, "DC-2");
        var id = await orders.Host.Place(orders.NewNumber(), (sku, 5));
        await orders.Allocate(id);
        var parts = (await orders.Host.Order(id)).Fulfilments;
        return (id, parts.Single(f => f.Node == "DC-1").Id, parts.Single(f => f.Node == "DC-2").Id);
    }

    private async Task<string?> Code<T>(Caller caller, IRequest<Result<T>> request) => (await Run(caller, request)).Refusal?.Code;

    private Task<Result<T>> Run<T>(Caller caller, IRequest<Result<T>> request) => orders.Host.Requests.Run(caller, request);
}
