using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

public sealed class ChargesTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    private static Money Pounds(long pence) => new(pence, "GBP");

    [Fact]
    public async Task Discounts_come_off_taxes_and_charges_on_and_the_payments_sum_to_it()
    {
        var request = Shop.Order(orders.NewNumber()) with
        {
            Customer = new(null, null, null, "C-17"),
            Lines = [new(new("LAMP"), 3, Pounds(250), Discount: Pounds(50), Tax: Pounds(140))],
            Charges = [new("shipping", Pounds(395), Pounds(79), "Next day"), new("discount", Pounds(-100), Pounds(-20))],
            Payments = [new("gift-card", Pounds(194)), new("card", Pounds(1_000), "pay_1")],
            ShippingMethod = "express",
        };

        var placed = await orders.Host.Must(request);
        var again = await orders.Host.Must(request with { Payments = [.. request.Payments.Reverse()] });
        var order = await orders.Host.Order(placed.Id);

        placed.Total.Should().Be(Pounds(1_194));
        again.Should().Be(placed);
        order.Should().BeEquivalentTo(new { CustomerId = "C-17", Total = Pounds(1_194), Charges = request.Charges });
        order.Lines[0].Amount.Should().Be(Pounds(840));
        order.Payments.Should().Equal(new PaymentView("card", Pounds(1_000), Pounds(0), Pounds(0)), new PaymentView("gift-card", Pounds(194), Pounds(0), Pounds(0)));
    }

    [Fact]
    public async Task A_number_of_the_customer_alone_is_no_personal_data()
    {
        var placed = await orders.Host.Must(Shop.Order(orders.NewNumber(), ("LAMP", 1)) with { Customer = new(null, null, null, "C-18") });

        (await orders.Ask<bool>("select person_id is null and customer_id = 'C-18' from orders.orders where id = $1", placed.Id.Value)).Should().BeTrue();
    }

    [Fact]
    public async Task What_is_said_and_what_is_meant_are_one_payload()
    {
        var brief = Shop.Order(orders.NewNumber(), ("LAMP", 2));

        var first = await orders.Host.Must(brief);
        var again = await orders.Host.Must(brief with { Charges = [], Payments = [new("account", Pounds(500))], Lines = [brief.Lines[0] with { Discount = Pounds(0), Tax = Pounds(0) }] });

        again.Should().Be(first);
    }

    [Fact]
    public async Task An_order_without_goods_is_done_with_its_invoice()
    {
        var request = Shop.Order(orders.NewNumber()) with { Charges = [new("service", Pounds(2_000), Pounds(400), "Assembly")] };
        var id = (await orders.Host.Must(request)).Id;

        var invoice = await orders.Host.Must(new IssueInvoice(id, null));
        var again = await orders.Host.Must(new IssueInvoice(id, null));

        invoice.Total.Should().Be(Pounds(2_400));
        again.Should().BeEquivalentTo(invoice, o => o.Excluding(i => i.IssuedAt));
        (await orders.Events(id)).Should().Be("order-placed invoice-issued order-closed");
        (await orders.Host.Order(id)).Should().BeEquivalentTo(new { Status = "closed" });
        (await orders.Host.Send(new CancelOrder(id, "too late"))).Refusal!.Code.Should().Be("orders.nothing-to-cancel");
    }

    [Fact]
    public async Task An_order_without_goods_can_be_cancelled_before_its_invoice()
    {
        var id = (await orders.Host.Must(Shop.Order(orders.NewNumber()) with { Charges = [new("service", Pounds(2_000))] })).Id;

        var cancelled = await orders.Host.Must(new CancelOrder(id, "changed my mind"));

        cancelled.Status.Should().Be("cancelled");
        (await orders.Host.Send(new IssueInvoice(id, null))).Refusal!.Code.Should().Be("orders.not-shipped");
    }

    [Fact]
    public async Task An_order_that_insists_on_stock_holds_it_or_is_refused()
    {
        await orders.Host.Stock("VASE", 3);
        var request = Shop.Order(orders.NewNumber(), ("VASE", 2)) with { RequireStock = true };

        var placed = await orders.Host.Must(request);
        var again = await orders.Host.Must(request);
        var refused = await orders.Host.Send(request with { ExternalId = orders.NewNumber() });
        var plan = await orders.Host.Must(new SourceOrder(placed.Id, 1));

        again.Should().Be(placed);
        refused.Refusal!.Code.Should().Be("inventory.short");
        (await orders.Host.Position("VASE")).Should().BeEquivalentTo(new { Reserved = 2, Allocated = 0 });
        plan.Should().BeEquivalentTo(new { Profile = "reservation", IsWhole = true });
        plan.Lines.Should().Equal(new PlannedLine(1, new("VASE"), 2, "DC-1"));
        await orders.Host.Must(new CancelOrder(placed.Id, "one is enough", [new(1, 1)]));
        (await orders.Host.Must(new SourceOrder(placed.Id, 1))).Lines.Single().Quantity.Should().Be(1);
    }
}
