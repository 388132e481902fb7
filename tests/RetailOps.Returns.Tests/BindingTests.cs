using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns.Tests;

/// <summary>A return is of its order's channel, and is received where the person works.</summary>
public sealed class BindingTests(ReturnsFixture shop) : IClassFixture<ReturnsFixture>
{
    private static readonly Caller Web = new Caller.Client("web", Permissions.OfSystems) { Channels = new HashSet<string> { "web" } };
    private static readonly Caller Market = new Caller.Client("market", Permissions.OfSystems) { Channels = new HashSet<string> { "market" } };

    [Fact]
    public async Task A_client_sees_and_moves_the_returns_of_its_channels_only()
    {
        var order = await shop.Sold("C-1", ("LAMP", 2, 2_500));
        (await Code(Market, ReturnsFixture.Asked(order, (1, 1)))).Should().Be("returns.unknown-order");
        var came = (await shop.Run(Web, ReturnsFixture.Asked(order, (1, 1)))).Value;

        (await Code(Web, new GetReturn(came.Id))).Should().BeNull();
        (await Code(Web, new ListReturns(order, null, null, 100))).Should().BeNull();
        (await Code(Web, new ListReturns(null, null, null, 100))).Should().Be("returns.name-the-order");
        (await Code(Market, new GetReturn(came.Id))).Should().Be("returns.unknown");
        (await Code(Market, new ListReturns(order, null, null, 100))).Should().Be("returns.unknown-order");
        (await Code(Market, new CancelReturn(came.Id))).Should().Be("returns.unknown");
        (await Code(Market, new ReceiveReturn(came.Id, Guid.CreateVersion7(), "DC-1"))).Should().Be("returns.unknown");
        (await Code(Web, new CancelReturn(came.Id))).Should().BeNull();
    }

    [Fact]
    public async Task Nor_does_it_see_what_is_refunded_for_another_channel()
    {
        var order = await shop.Sold("C-2", ("LAMP", 1, 2_500));
        var came = await shop.Inspected(order, (1, 1));
        var refund = (await shop.Run(new Caller.System("flow"), new GrantRefund(came.Id, Guid.CreateVersion7()))).Value;

        (await Code(Web, new GetRefund(refund.Id))).Should().BeNull();
        (await Code(Market, new GetRefund(refund.Id))).Should().Be("returns.unknown-refund");
        (await Code(Market, new ListApprovals(null, null, 100))).Should().Be("returns.name-the-refund");
    }

    [Fact]
    public async Task Goods_are_received_at_the_own_node()
    {
        var order = await shop.Sold("C-3", ("LAMP", 1, 2_500));
        var came = (await shop.Request(order, (1, 1))).Value;
        var store = ReturnsFixture.PersonOf(Roles.Store) with { Nodes = new HashSet<string> { "DC-2" } };

        (await Code(store, new ReceiveReturn(came.Id, Guid.CreateVersion7(), "DC-1"))).Should().Be("inventory.unknown-node");
        (await Code(store, new ReceiveReturn(came.Id, Guid.CreateVersion7(), "DC-2"))).Should().BeNull("a customer brings back to any store what another one sent");
    }

    private async Task<string?> Code<T>(Caller caller, IRequest<Result<T>> request) => (await shop.Run(caller, request)).Refusal?.Code;
}
