using Npgsql;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

/// <summary>An order may name only items that are there. Sent past the tests' own habit of putting what an order names.</summary>
public sealed class UnknownItemsTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    private static readonly Caller Channel = new Caller.System("channel");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_line_with_an_unknown_item_is_named_and_nothing_is_left_behind(bool requireStock)
    {
        await orders.Host.Stock("KNOWN", 10);
        var request = Shop.Order(orders.NewNumber(), ("KNOWN", 1), ("LAMQ", 1), ("known", 2), ("TYPO", 1), ("lamq", 3)) with { RequireStock = requireStock };
        var before = await Rows();

        var answer = await orders.Host.Requests.Run(Channel, request);

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "orders.unknown-sku" });
        answer.Refusal!.Details.Should().BeAssignableTo<IEnumerable<RequestFault>>().Which.Should().Equal(
            new RequestFault("lines[1].sku", "orders.unknown-sku", "There is no item LAMQ."),
            new RequestFault("lines[3].sku", "orders.unknown-sku", "There is no item TYPO."),
            new RequestFault("lines[4].sku", "orders.unknown-sku", "There is no item LAMQ."));
        (await Rows()).Should().Be(before);
    }

    [Fact]
    public async Task The_place_is_that_of_the_request_whatever_the_lines_are_numbered()
    {
        await orders.Host.Stock("KNOWN", 1);
        var request = Shop.Order(orders.NewNumber(), ("KNOWN", 1), ("MISSPELT", 1));

        var answer = await orders.Host.Requests.Run(Channel, request with { Lines = [request.Lines[0] with { LineId = 9 }, request.Lines[1] with { LineId = 2 }] });

        answer.Refusal!.Details.Should().BeAssignableTo<IEnumerable<RequestFault>>().Which.Select(f => f.Field).Should().Equal("lines[1].sku");
    }

    [Fact]
    public async Task The_same_order_goes_through_once_the_item_is_there_whoever_put_it()
    {
        await using var other = await TestHost.StartAsync(orders.Host.ConnectionString, new() { Workflows = false, Documents = false, Engine = new() { Workers = 0 } });
        var request = Shop.Order(orders.NewNumber(), ("LATE", 1));
        var refused = await orders.Host.Requests.Run(Channel, request);

        await other.Must(new PutItem(new("LATE"), "Late", "each"));
        var placed = await orders.Host.Requests.Run(Channel, request);

        refused.Refusal!.Code.Should().Be("orders.unknown-sku");
        placed.IsSuccess.Should().BeTrue();
    }

    [Fact]
    public async Task An_order_of_known_items_asks_nothing_of_the_items()
    {
        await orders.Host.Stock("HOT", 1);
        (await orders.Host.Requests.Run(Channel, Shop.Order(orders.NewNumber(), ("HOT", 1)))).IsSuccess.Should().BeTrue();
        await using var connection = new NpgsqlConnection(orders.Database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new NpgsqlCommand("lock table inventory.items in access exclusive mode", connection).ExecuteNonQueryAsync();

        // Nobody can read the items now; a query for them would wait for this transaction's end.
        var known = await orders.Host.Requests.Run(Channel, Shop.Order(orders.NewNumber(), ("HOT", 2))).WaitAsync(TimeSpan.FromSeconds(30));
        var charges = await orders.Host.Requests.Run(Channel, ChargesOnly(orders.NewNumber())).WaitAsync(TimeSpan.FromSeconds(30));

        (known.IsSuccess, charges.IsSuccess).Should().Be((true, true));
    }

    [Fact]
    public async Task An_order_of_charges_needs_no_item()
    {
        var answer = await orders.Host.Requests.Run(Channel, ChargesOnly(orders.NewNumber()));

        answer.IsSuccess.Should().BeTrue();
    }

    [Fact]
    public void Whoever_may_place_orders_may_ask_for_items() =>
        Roles.All.Where(r => Permissions.Holds(r, "orders.place")).Should().NotBeEmpty().And.OnlyContain(r => Permissions.Holds(r, "items.read"));

    private static PlaceOrder ChargesOnly(string number) => Shop.Order(number) with { Charges = [new("shipping", new(395, "GBP"))] };

    private async Task<string?> Rows() => await orders.Ask<string>(
        """
        select (select count(*) from orders.orders) || ' orders, ' || (select count(*) from orders.people) || ' people, ' || (select count(*) from platform.events) || ' events, '
          || (select count(*) from inventory.reservations) || ' reservations'
        """);
}
