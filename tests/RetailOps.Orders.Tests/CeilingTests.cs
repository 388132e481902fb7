using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

public sealed class CeilingTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    private static Money Pounds(long pence) => new(pence, "GBP");

    [Fact]
    public async Task A_return_claims_what_was_shipped_and_the_same_claim_twice_is_one()
    {
        var id = await orders.PlaceAndDeliver(Shop.Order(orders.NewNumber(), ("SOAP", 3)) with { Customer = new(null, null, null, "C-1") });
        var claim = new ClaimReturnable(id, Guid.NewGuid(), [new(1, 2)]);

        var sold = await orders.Host.Must(claim);
        var again = await orders.Host.Must(claim);
        var tooMuch = await orders.Host.Send(claim with { ReturnId = Guid.NewGuid() });

        sold.Should().BeEquivalentTo(new { Channel = "web", CustomerId = "C-1", Currency = "GBP", LastDeliveredAt = orders.Clock.GetUtcNow() });
        sold.Lines.Should().Equal(new SoldLine(1, new("SOAP"), 2));
        again.Should().BeEquivalentTo(sold);
        tooMuch.Refusal!.Code.Should().Be("orders.not-returnable");
        (await orders.Host.Order(id)).Lines[0].ReturnOpen.Should().Be(2);
    }

    [Fact]
    public async Task What_has_not_arrived_has_no_day_of_arrival_and_what_has_not_left_cannot_come_back()
    {
        var id = await orders.PlaceAndAllocate(Shop.Order(orders.NewNumber(), ("SALT", 1)));

        var before = await orders.Host.Send(new ClaimReturnable(id, Guid.NewGuid(), [new(1, 1)]));
        await orders.Host.Must(new ShipOrder(id));
        var sold = await orders.Host.Must(new ClaimReturnable(id, Guid.NewGuid(), [new(1, 1)]));

        before.Refusal!.Code.Should().Be("orders.not-returnable");
        sold.LastDeliveredAt.Should().BeNull();
    }

    [Fact]
    public async Task A_settled_refund_names_the_invoice_of_its_goods_and_none_where_they_stand_on_several()
    {
        var id = await InvoicedFromTwoNodes();
        var invoices = (await orders.Host.Order(id)).Invoices;
        await orders.Return(id, 1, 1);
        await orders.Return(id, 2, 2);
        var (one, both) = (Guid.NewGuid(), Guid.NewGuid());
        var before = await orders.Host.Must(new ReserveRefund(id, one, [new(1, 1)]));
        await orders.Host.Must(new ReserveRefund(id, both, [new(2, 1)]));

        var settled = await orders.Host.Must(new SettleRefund(id, one));
        var again = await orders.Host.Must(new SettleRefund(id, one));
        var ofBoth = await orders.Host.Must(new SettleRefund(id, both));

        invoices.Should().HaveCount(2);
        before.InvoiceId.Should().BeNull();
        settled.InvoiceId.Should().Be(invoices.Single(i => i.Total == Pounds(250 + 250)).Id);
        again.InvoiceId.Should().Be(settled.InvoiceId);
        ofBoth.InvoiceId.Should().BeNull("units of the second line left with both shipments");
    }

    /// <summary>A line of one unit from one node, and a line of two units, one from each: two shipments, both invoiced.</summary>
    private async Task<OrderId> InvoicedFromTwoNodes()
    {
        await orders.Host.Stock("JAR", 1);
        await orders.Host.Stock("LID", 1);
        await orders.Host.Stock("LID", 1, "DC-2");
        var id = (await orders.Host.Must(Shop.Order(orders.NewNumber(), ("JAR", 1), ("LID", 2)))).Id;
        AllocationLine[] plan = [new(1, new("JAR"), 1, "DC-1"), new(2, new("LID"), 1, "DC-1"), new(2, new("LID"), 1, "DC-2")];
        await orders.Host.Must(new AllocateOrder(id, 1, plan, AllowPart: false));
        await orders.Host.Must(new RecordAllocation(id, [.. plan.Select(p => new GrantedUnits(p.LineId, p.Node!, p.Quantity))]));
        await orders.Host.Must(new ShipOrder(id));
        foreach (var fulfilment in (await orders.Host.Order(id)).Fulfilments)
        {
            await orders.Host.Must(new IssueInvoice(id, fulfilment.Id));
        }

        return id;
    }

    [Fact]
    public async Task Two_claims_of_the_last_unit_at_once_make_one()
    {
        var id = await orders.PlaceAndDeliver(Shop.Order(orders.NewNumber(), ("TEA", 1)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => orders.Host.Send(new ClaimReturnable(id, Guid.NewGuid(), [new(1, 1)]))));

        answers.Should().ContainSingle(a => a.IsSuccess);
        answers.Where(a => !a.IsSuccess).Should().OnlyContain(a => a.Refusal!.Code == "orders.not-returnable");
    }

    [Fact]
    public async Task Claims_are_settled_or_let_go_and_never_beyond_what_was_claimed()
    {
        var id = await orders.PlaceAndDeliver(Shop.Order(orders.NewNumber(), ("MILK", 3)));
        await orders.Host.Must(new ClaimReturnable(id, Guid.NewGuid(), [new(1, 3)]));

        await orders.Host.Must(new SettleReturnable(id, [new(1, 1)]));
        await orders.Host.Must(new ReleaseReturnable(id, [new(1, 1)]));
        var tooMuch = await orders.Host.Send(new SettleReturnable(id, [new(1, 2)]));

        (await orders.Host.Order(id)).Lines[0].Should().BeEquivalentTo(new { ReturnOpen = 1, Returned = 1 });
        tooMuch.Refusal!.Code.Should().Be("orders.not-claimed");
        (await orders.Events(id)).Should().EndWith("returnable-changed returnable-changed returnable-changed");
    }

    [Fact]
    public async Task A_refund_is_reserved_over_the_tenders_settled_and_let_go()
    {
        var id = await orders.PlaceAndDeliver(Shop.Order(orders.NewNumber()) with
        {
            Lines = [new(new("WINE"), 3, Pounds(334), Discount: Pounds(2), Tax: Pounds(200))],
            Payments = [new("card", Pounds(800)), new("gift-card", Pounds(400))],
        });
        await orders.Return(id, 1, 2);
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());

        var one = await orders.Host.Must(new ReserveRefund(id, first, [new(1, 1)]));
        var oneAgain = await orders.Host.Must(new ReserveRefund(id, first, [new(1, 1)]));
        var two = await orders.Host.Must(new ReserveRefund(id, second, [new(1, 1)], Pounds(3)));
        await orders.Host.Must(new SettleRefund(id, first));
        await orders.Host.Must(new SettleRefund(id, first));
        await orders.Host.Must(new ReleaseRefund(id, second));
        var settled = await orders.Host.Send(new ReleaseRefund(id, first));
        var released = await orders.Host.Send(new SettleRefund(id, second));

        one.Should().BeEquivalentTo(new { Amount = Pounds(400), Lines = new[] { new RefundedLine(1, new("WINE"), 1, Pounds(333), Pounds(67)) } });
        one.Tenders.Should().Equal(new RefundedTender("card", Pounds(267)), new RefundedTender("gift-card", Pounds(133)));
        oneAgain.Should().BeEquivalentTo(one);
        two.Amount.Should().Be(Pounds(334 + 66 + 3));
        (settled.Refusal!.Code, released.Refusal!.Code).Should().Be(("orders.refund-settled", "orders.refund-released"));
        (await orders.Host.Order(id)).Payments.Should().Equal(
            new PaymentView("card", Pounds(800), Pounds(0), Pounds(267)), new PaymentView("gift-card", Pounds(400), Pounds(0), Pounds(133)));
        (await orders.Host.Broken()).Where(b => b.StartsWith("I5", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task Nobody_gets_more_than_came_back_or_than_was_paid()
    {
        var id = await orders.PlaceAndDeliver(Shop.Order(orders.NewNumber(), ("BEER", 2)));
        await orders.Return(id, 1, 1);

        var notBack = await orders.Host.Send(new ReserveRefund(id, Guid.NewGuid(), [new(1, 2)]));
        var notPaid = await orders.Host.Send(new ReserveRefund(id, Guid.NewGuid(), [new(1, 1)], Pounds(251)));
        var otherMoney = await orders.Host.Send(new ReserveRefund(id, Guid.NewGuid(), [], new Money(1, "EUR")));
        var all = await orders.Host.Send(new ReserveRefund(id, Guid.NewGuid(), [new(1, 1)], Pounds(250)));

        notBack.Refusal!.Code.Should().Be("orders.over-returned");
        notPaid.Refusal!.Code.Should().Be("orders.over-captured");
        otherMoney.Refusal!.Code.Should().Be("orders.refund-currency");
        all.IsSuccess.Should().BeTrue();
    }

    [Fact]
    public async Task Of_two_refunds_of_the_same_money_at_once_one_wins()
    {
        var id = await orders.PlaceAndDeliver(Shop.Order(orders.NewNumber(), ("CIDER", 2)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => orders.Host.Send(new ReserveRefund(id, Guid.NewGuid(), [], Pounds(300)))));

        answers.Should().ContainSingle(a => a.IsSuccess);
        answers.Where(a => !a.IsSuccess).Should().OnlyContain(a => a.Refusal!.Code == "orders.over-captured");
        (await orders.Host.Order(id)).Payments.Single().Refunding.Should().Be(Pounds(300));
    }

    [Fact]
    public async Task One_refund_that_is_asked_for_twice_at_once_is_one()
    {
        var id = await orders.PlaceAndDeliver(Shop.Order(orders.NewNumber(), ("RUM", 2)));
        var refund = new ReserveRefund(id, Guid.NewGuid(), [], Pounds(100));

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => orders.Host.Send(refund)));

        answers.Should().OnlyContain(a => a.IsSuccess && a.Value.Amount == Pounds(100));
        (await orders.Host.Order(id)).Payments.Single().Refunding.Should().Be(Pounds(100));
    }

    [Theory]
    [InlineData("update orders.tenders set refunded_minor = captured_minor, refunding_minor = 1 where order_id = $1", "ck_tenders_ceiling")]
    [InlineData("update orders.lines set returned = shipped + 1 where order_id = $1", "ck_lines_returned")]
    [InlineData("update orders.lines set refund_units = returned + 1 where order_id = $1", "ck_lines_refund_units")]
    [InlineData("update orders.lines set refund_minor = unit_price_minor * ordered + 1 where order_id = $1", "ck_lines_refunded")]
    public async Task The_table_itself_holds_the_ceiling(string beyond, string check)
    {
        var id = await orders.PlaceAndDeliver(Shop.Order(orders.NewNumber(), ("GIN", 2)));

        var write = () => Ask.Do(orders.Database, beyond, id.Value);

        (await write.Should().ThrowAsync<Npgsql.PostgresException>()).Which.ConstraintName.Should().Be(check);
    }
}
