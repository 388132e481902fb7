using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

/// <summary>Each invariant of orders sees the damage it is there for, on an order that has gone the whole way.</summary>
public sealed class DamageTests(ReturnedOrder orders) : IClassFixture<ReturnedOrder>
{
    [Theory]
    [InlineData("I4d", "update orders.lines set allocated = allocated + 1, shipped = shipped - 1, delivered = 0, invoiced = 0, returned = 0, refund_units = 0")]
    [InlineData("I4d", "update orders.lines set delivered = 0")]
    [InlineData("I4d", "update orders.lines set invoiced = 0")]
    [InlineData("I4d", "update orders.fulfilment_lines set quantity = quantity + 1")]
    [InlineData("I4e", "update orders.orders set status = 'shipped'")]
    [InlineData("I4e", "update orders.orders set status = 'cancelled'")]
    [InlineData("I5a", "update orders.tenders set refunded_minor = refunded_minor - 1")]
    [InlineData("I5a", "update orders.tenders set captured_minor = captured_minor + 1")]
    [InlineData("I5a", "update orders.refunds set status = 'released'")]
    [InlineData("I5a", "update orders.refund_tenders set amount_minor = amount_minor + 1")]
    [InlineData("I5b", "update orders.lines set refund_minor = refund_minor - 1")]
    [InlineData("I5b", "delete from orders.refund_lines")]
    [InlineData("I5b", "alter table orders.lines drop constraint ck_lines_returned; update orders.lines set returned = shipped + 1")]
    [InlineData("I5c", "update orders.invoices set total_minor = total_minor + 1")]
    [InlineData("I5c", "update orders.invoice_lines set amount_minor = amount_minor - 1; update orders.invoices set total_minor = total_minor - 1")]
    [InlineData("I5c", "delete from orders.invoice_lines where kind <> 'goods'; update orders.invoices set total_minor = 500")]
    public async Task Damage_is_found_by_the_invariant_that_is_there_for_it(string invariant, string damage)
    {
        (await orders.Broken()).Should().BeEmpty();

        (await orders.BrokenBy(damage)).Should().Contain(b => b.StartsWith(invariant + ":", StringComparison.Ordinal));
    }
}

/// <summary>A shop with one order that has been shipped, delivered, invoiced, and returned and refunded in part.</summary>
public sealed class ReturnedOrder : IAsyncLifetime
{
    private readonly OrdersFixture orders = new();

    public async Task InitializeAsync()
    {
        await orders.InitializeAsync();
        var id = await orders.PlaceAndDeliver(Shop.Order(orders.NewNumber(), ("LAMP", 2)) with { Charges = [new("shipping", new(395, "GBP"))] });
        await orders.Host.Must(new IssueInvoice(id, (await orders.Host.Order(id)).Fulfilments.Single().Id));
        await orders.Return(id, 1, 1);
        var refund = Guid.NewGuid();
        await orders.Host.Must(new ReserveRefund(id, refund, [new(1, 1)]));
        await orders.Host.Must(new SettleRefund(id, refund));
    }

    public Task DisposeAsync() => orders.DisposeAsync();

    public async Task<IEnumerable<string>> Broken() => OfOrders(await orders.Host.Broken());

    public async Task<IEnumerable<string>> BrokenBy(string damage) => OfOrders(await orders.Host.BrokenBy(orders.Database, damage));

    private static IEnumerable<string> OfOrders(IReadOnlyList<string> broken) =>
        broken.Where(b => b.StartsWith("I4", StringComparison.Ordinal) || b.StartsWith("I5", StringComparison.Ordinal));
}
