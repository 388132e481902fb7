using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns.Tests;

public sealed class RefundTests(ReturnsFixture shop) : IClassFixture<ReturnsFixture>
{
    private static readonly Caller Flow = new Caller.System("flow");

    [Fact]
    public async Task What_came_back_is_worth_what_was_paid_for_it()
    {
        var order = await shop.Sold(shop.NewName("C"), ("LAMP", 3, 1_000), ("DESK", 2, 2_345));
        var came = await shop.Inspected(order, (1, 2), (2, 1));

        var refund = await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()));

        refund.Should().BeEquivalentTo(new { ReturnId = came.Id, OrderId = order, Status = "granted", Amount = new Money(4_345, "GBP"), NeedsApproval = false, Kind = "return" });
        (await shop.Must(shop.Agent, new GetReturn(came.Id))).Should().BeEquivalentTo(new { Status = "refund_pending", Refunds = new[] { refund } });
        (await shop.Events($"refund/{refund.Id}")).Should().Be("returns.refund-granted.v1");
    }

    [Fact]
    public async Task A_grant_that_is_repeated_is_the_first_one_and_another_finds_nothing_left()
    {
        var came = await shop.Inspected(await shop.Sold(shop.NewName("C"), ("LAMP", 3, 1_000)), (1, 2));
        var key = Guid.CreateVersion7();

        var first = await shop.Must(Flow, new GrantRefund(came.Id, key));
        var again = await shop.Must(Flow, new GrantRefund(came.Id, key));
        var other = await shop.Run(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()));

        again.Should().BeEquivalentTo(first);
        other.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "returns.nothing-to-refund" });
    }

    [Fact]
    public async Task Two_who_grant_at_once_make_one_refund()
    {
        var came = await shop.Inspected(await shop.Sold(shop.NewName("C"), ("LAMP", 3, 1_000)), (1, 3));

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.Run(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()))));

        answers.Count(a => a.IsSuccess).Should().Be(1);
        answers.Where(a => !a.IsSuccess).Should().OnlyContain(a => a.Refusal!.Code == "returns.nothing-to-refund");
        (await shop.One<long>("select count(*) from returns.refunds where return_id = $1", came.Id)).Should().Be(1);
    }

    [Fact]
    public async Task Nothing_is_paid_for_goods_that_were_not_looked_at_or_are_not_what_was_sold()
    {
        var order = await shop.Sold(shop.NewName("C"), ("LAMP", 2, 1_000));
        var came = (await shop.Request(order, (1, 2))).Value;
        await shop.Must(shop.Agent, new ReceiveReturn(came.Id, Guid.CreateVersion7(), "DC-1"));

        var unseen = await shop.Run(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()));
        await shop.Must(shop.Agent, new InspectReturnLine(came.Id, 1, "wrong-item"));
        await shop.Must(shop.Agent, new DisposeReturnLine(came.Id, 1, "vendor"));
        var wrong = await shop.Run(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()));
        var nobodys = await shop.Run(Flow, new GrantRefund(Guid.CreateVersion7(), Guid.CreateVersion7()));

        unseen.Refusal!.Code.Should().Be("returns.not-inspected");
        wrong.Refusal!.Code.Should().Be("returns.nothing-to-refund");
        nobodys.Refusal!.Code.Should().Be("returns.unknown");
    }

    [Fact]
    public async Task Of_a_blind_return_what_was_asked_for_is_paid_in_proportion()
    {
        var asked = new RequestReturn(null, [new(null, new("LAMP"), 3, "broken", AskedAmount: new(1_000, "GBP"))], CustomerId: shop.NewName("C"));
        var came = await shop.Must(ReturnsFixture.PersonOf(Roles.Service), asked);
        await shop.Must(shop.Agent, new AuthoriseReturn(came.Id, true, "Seen the receipt"));
        await shop.Must(shop.Agent, new ReceiveReturn(came.Id, Guid.CreateVersion7(), "DC-1", [new(1, 2)]));
        await shop.Must(shop.Agent, new InspectReturnLine(came.Id, 1, "used"));
        await shop.Must(shop.Agent, new DisposeReturnLine(came.Id, 1, "scrap"));

        var refund = await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()));
        var paid = await shop.Must(Flow, new ExecuteRefund(refund.Id));

        refund.Should().BeEquivalentTo(new { OrderId = (OrderId?)null, Kind = "return", Amount = new Money(667, "GBP") });
        paid.Lines.Should().Equal(new CreditedLine(new("LAMP"), 2, new(667, "GBP"), new(0, "GBP")));
    }

    [Fact]
    public async Task A_refund_is_paid_once()
    {
        var order = await shop.Sold("C-paid", ("LAMP", 3, 1_000));
        var came = await shop.Inspected(order, (1, 1));
        var refund = await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()));

        var paid = await shop.Must(Flow, new ExecuteRefund(refund.Id));
        var again = await shop.Must(Flow, new ExecuteRefund(refund.Id));
        var tooLate = await shop.Run(Flow, new VoidRefund(refund.Id, "Oh no"));

        paid.Should().BeEquivalentTo(new { RefundId = refund.Id, CustomerId = "C-paid", ExecutedAt = shop.Clock.GetUtcNow(), Amount = new Money(1_000, "GBP"), BusinessDate = new DateOnly(2026, 3, 2) });
        again.Should().BeEquivalentTo(paid);
        tooLate.Refusal!.Code.Should().Be("returns.settled");
        (await shop.Must(shop.Agent, new GetReturn(came.Id))).Status.Should().Be("refunded");
        (await shop.Events($"refund/{refund.Id}")).Should().Be("returns.refund-granted.v1, returns.refund-settled.v1");
        (await shop.One<string>("select status from orders.refunds where id = $1", refund.Id)).Should().Be("settled");
    }

    [Fact]
    public async Task A_refund_that_is_given_up_frees_its_money_for_another()
    {
        var came = await shop.Inspected(await shop.Sold(shop.NewName("C"), ("LAMP", 3, 1_000)), (1, 3));
        var refund = await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()));

        await shop.Must(Flow, new VoidRefund(refund.Id, "A mistake"));
        var again = await shop.Must(Flow, new VoidRefund(refund.Id, "Another word"));
        var closed = await shop.Must(shop.Agent, new GetReturn(came.Id));
        var unpaid = await shop.Run(Flow, new ExecuteRefund(refund.Id));
        var other = await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()));

        again.Status.Should().Be("voided");
        closed.Status.Should().Be("closed");
        unpaid.Refusal!.Code.Should().Be("returns.voided");
        other.Amount.Should().Be(refund.Amount);
        (await shop.Events($"refund/{refund.Id}")).Should().Be("returns.refund-granted.v1, returns.refund-voided.v1");
    }

    [Fact]
    public async Task Six_times_99_is_not_600_without_a_person()
    {
        var customer = shop.NewName("C");
        var needs = new List<bool>();
        for (var i = 0; i < 3; i++)
        {
            var came = await shop.Inspected(await shop.Sold(customer, ("LAMP", 1, 4_900)), (1, 1));
            needs.Add((await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()))).NeedsApproval);
        }

        needs.Should().Equal(false, false, true);
    }

    [Fact]
    public async Task Several_returns_of_an_order_of_a_guest_are_added_up()
    {
        var order = await shop.Sold(null as string, ("LAMP", 3, 4_900));
        var first = await shop.Inspected(order, (1, 2));
        var second = await shop.Inspected(order, (1, 1));

        var small = await shop.Must(Flow, new GrantRefund(first.Id, Guid.CreateVersion7()));
        var above = await shop.Must(Flow, new GrantRefund(second.Id, Guid.CreateVersion7()));

        small.NeedsApproval.Should().BeFalse();
        above.NeedsApproval.Should().BeTrue();
    }

    [Fact]
    public async Task Refunds_that_are_granted_at_once_count_each_other()
    {
        var customer = shop.NewName("C");
        var came = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            came.Add((await shop.Inspected(await shop.Sold(customer, ("LAMP", 1, 4_900)), (1, 1))).Id);
        }

        var refunds = await Task.WhenAll(came.Select(id => shop.Must(Flow, new GrantRefund(id, Guid.CreateVersion7()))));

        refunds.Count(r => r.NeedsApproval).Should().Be(2);
    }

    [Fact]
    public async Task Refunds_of_one_order_that_are_paid_and_given_up_at_once_all_count()
    {
        var order = await shop.Sold(null as string, ("LAMP", 4, 1_000));
        var refunds = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            refunds.Add((await shop.Must(Flow, new GrantRefund((await shop.Inspected(order, (1, 1))).Id, Guid.CreateVersion7()))).Id);
        }

        var paid = Task.WhenAll(refunds.Take(3).Select(id => shop.Must(Flow, new ExecuteRefund(id))));
        var voided = shop.Must(Flow, new VoidRefund(refunds[3], "A mistake"));
        await Task.WhenAll(paid, voided);

        (await shop.One<string>("select refunding_minor || ' ' || refunded_minor from orders.tenders where order_id = $1", order.Value)).Should().Be("0 3000");
    }

    [Fact]
    public async Task A_sundry_credit_is_given_once_under_its_key()
    {
        var finance = ReturnsFixture.PersonOf(Roles.Finance);
        var wish = new GrantSundryCredit(shop.NewName("CR"), new(1_234, "GBP"), "Late delivery", shop.NewName("C"));

        var first = await shop.Must(finance, wish);
        var again = await shop.Must(finance, wish);
        var other = await shop.Run(finance, wish with { Amount = new(1_235, "GBP") });
        var paid = await shop.Must(Flow, new ExecuteRefund(first.Id));

        first.Should().BeEquivalentTo(new { ReturnId = (Guid?)null, OrderId = (OrderId?)null, Kind = "sundry", NeedsApproval = false, Status = "granted" });
        again.Should().BeEquivalentTo(first);
        other.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "returns.other-payload" });
        paid.Should().BeEquivalentTo(new { Kind = "sundry", Reference = wish.Key, Reason = "Late delivery", wish.CustomerId });
        paid.Lines.Should().Equal(new CreditedLine(null, 1, new(1_234, "GBP"), new(0, "GBP")));
    }

    [Fact]
    public async Task Credits_for_nobody_are_added_up_over_who_gives_them()
    {
        var (one, other) = (ReturnsFixture.PersonOf(Roles.Finance), ReturnsFixture.PersonOf(Roles.Finance));
        await shop.Must(one, new GrantSundryCredit(shop.NewName("CR"), new(6_000, "GBP"), "Fee"));

        var second = await shop.Must(one, new GrantSundryCredit(shop.NewName("CR"), new(6_000, "GBP"), "Fee"));
        var others = await shop.Must(other, new GrantSundryCredit(shop.NewName("CR"), new(6_000, "GBP"), "Fee"));

        second.NeedsApproval.Should().BeTrue();
        others.NeedsApproval.Should().BeFalse();
    }

    [Fact]
    public async Task A_credit_without_an_amount_or_a_reason_is_none()
    {
        var answer = await shop.Run(ReturnsFixture.PersonOf(Roles.Finance), new GrantSundryCredit("", new(0, "GBP"), ""));

        ((IReadOnlyList<RequestFault>)answer.Refusal!.Details!).Select(f => f.Code).Should().BeEquivalentTo("returns.key", "returns.amount", "returns.reason");
    }

    [Fact]
    public async Task What_was_given_back_is_forgotten_after_the_window()
    {
        var customer = shop.NewName("C");
        var early = await shop.Inspected(await shop.Sold(customer, ("LAMP", 1, 9_900)), (1, 1));
        await shop.Must(Flow, new GrantRefund(early.Id, Guid.CreateVersion7()));
        await shop.Do("update returns.refunds set granted_at = granted_at - interval '30 days' where return_id = $1", early.Id);
        var late = await shop.Inspected(await shop.Sold(customer, ("LAMP", 1, 9_900)), (1, 1));

        var refund = await shop.Must(Flow, new GrantRefund(late.Id, Guid.CreateVersion7()));

        refund.NeedsApproval.Should().BeFalse();
    }
}
