using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns.Tests;

public sealed class RequestReturnTests(ReturnsFixture shop) : IClassFixture<ReturnsFixture>
{
    [Fact]
    public async Task What_the_policy_permits_is_authorised_at_once_and_claimed_at_the_order()
    {
        var order = await shop.Sold("C-1", ("LAMP", 3, 2_000), ("DESK", 1, 9_900));

        var came = (await shop.Request(order, (1, 2), (2, 1))).Value;

        came.Should().BeEquivalentTo(new { OrderId = order, Status = "authorised", Policy = "standard:1", Revision = 1, RequestedAt = shop.Clock.GetUtcNow() });
        came.Lines.Select(l => (l.LineId, l.OrderLineId, l.Sku.Value, l.Quantity, l.Received)).Should().Equal((1, 1, "LAMP", 2, 0), (2, 2, "DESK", 1, 0));
        (await shop.All<int>("select return_open from orders.lines where order_id = $1 order by line_id", order.Value)).Should().Equal(2, 1);
        (await shop.Events($"return/{came.Id}")).Should().Be("returns.return-requested.v1");
    }

    [Fact]
    public async Task The_last_second_of_the_window_counts_and_the_next_one_does_not()
    {
        var order = await shop.Sold(new DateTimeOffset(2026, 1, 30, 9, 0, 0, TimeSpan.Zero), null, ("LAMP", 2, 2_000));
        var end = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

        var inTime = await shop.Run(shop.Agent, ReturnsFixture.Asked(order, (1, 1)) with { RequestedAt = end.AddSeconds(-1) });
        var late = await shop.Run(shop.Agent, ReturnsFixture.Asked(order, (1, 1)) with { RequestedAt = end });

        inTime.Value.Status.Should().Be("authorised");
        late.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "returns.window-closed" });
        (await shop.One<int>("select return_open from orders.lines where order_id = $1", order.Value)).Should().Be(1);
    }

    [Fact]
    public async Task What_has_not_arrived_does_not_come_back()
    {
        var order = await shop.Sold(null, null, ("LAMP", 2, 2_000));

        var answer = await shop.Request(order, (1, 1));

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "returns.not-delivered" });
    }

    [Fact]
    public async Task Staff_permit_what_the_policy_does_not_and_it_is_written_down_who_and_why()
    {
        var order = await shop.Sold(shop.Clock.GetUtcNow().AddDays(-90), null, ("LAMP", 2, 2_000));
        var service = ReturnsFixture.PersonOf(Roles.Service);
        var asked = ReturnsFixture.Asked(order, (1, 1)) with { Override = "Was ill for two months" };

        var notStaff = await shop.Run(service, asked);
        var came = await shop.Must(shop.Agent, asked);

        notStaff.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "returns.override-by-staff" });
        came.Status.Should().Be("authorised");
        (await shop.One<string>("select override_by || ': ' || override_reason from returns.returns where id = $1", came.Id))
            .Should().Be($"{shop.Agent.Actor}: Was ill for two months");
    }

    [Fact]
    public async Task A_number_of_the_channel_makes_one_return()
    {
        var order = await shop.Sold(null as string, ("LAMP", 3, 2_000));
        var asked = ReturnsFixture.Asked(order, (1, 1)) with { ExternalId = shop.NewName() };

        var first = await shop.Must(shop.Agent, asked);
        var again = await shop.Must(shop.Agent, asked);
        var other = await shop.Run(shop.Agent, asked with { Lines = [asked.Lines[0] with { Quantity = 2 }] });

        again.Should().BeEquivalentTo(first);
        other.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "returns.other-payload" });
        ReturnsFixture.Details(other.Refusal).GetProperty("returnId").GetGuid().Should().Be(first.Id);
        (await shop.One<int>("select return_open from orders.lines where order_id = $1", order.Value)).Should().Be(1);
    }

    [Fact]
    public async Task The_same_number_twice_at_once_makes_one_return()
    {
        var order = await shop.Sold(null as string, ("LAMP", 3, 2_000));
        var asked = ReturnsFixture.Asked(order, (1, 1)) with { ExternalId = shop.NewName() };

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.Run(shop.Agent, asked)));

        answers.Select(a => a.Value.Id).Distinct().Should().ContainSingle();
        (await shop.One<int>("select return_open from orders.lines where order_id = $1", order.Value)).Should().Be(1);
    }

    [Fact]
    public async Task More_than_was_sold_does_not_come_back()
    {
        var order = await shop.Sold(null as string, ("LAMP", 3, 2_000));
        await shop.Request(order, (1, 2));

        var answer = await shop.Request(order, (1, 2));

        answer.Refusal!.Code.Should().Be("orders.not-returnable");
        (await shop.One<long>("select count(*) from returns.returns where order_id = $1", order.Value)).Should().Be(1);
    }

    [Fact]
    public async Task Nobody_has_asked_tomorrow()
    {
        var order = await shop.Sold(null as string, ("LAMP", 3, 2_000));

        var answer = await shop.Run(shop.Agent, ReturnsFixture.Asked(order, (1, 1)) with { RequestedAt = shop.Clock.GetUtcNow().AddDays(1) });

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "returns.not-asked-yet" });
    }

    [Fact]
    public async Task A_blind_return_waits_for_a_person()
    {
        var came = await shop.Must(shop.Agent, Blind("C-9"));

        var tooEarly = await shop.Run(shop.Agent, new ReceiveReturn(came.Id, Guid.CreateVersion7(), "DC-1"));
        var permitted = await shop.Must(shop.Agent, new AuthoriseReturn(came.Id, true, "Seen the receipt"));
        var again = await shop.Run(shop.Agent, new AuthoriseReturn(came.Id, false, "Changed my mind"));

        came.Status.Should().Be("requested");
        tooEarly.Refusal!.Code.Should().Be("returns.not-authorised");
        permitted.Status.Should().Be("authorised");
        again.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "returns.not-requested" });
        (await shop.Events($"return/{came.Id}")).Should().Be("returns.return-requested.v1, returns.return-decided.v1");
    }

    [Fact]
    public async Task A_blind_return_that_a_person_refuses_is_over()
    {
        var came = await shop.Must(shop.Agent, Blind(null));

        var rejected = await shop.Must(shop.Agent, new AuthoriseReturn(came.Id, false, "Not ours"));
        var received = await shop.Run(shop.Agent, new ReceiveReturn(came.Id, Guid.CreateVersion7(), "DC-1"));
        var cancelled = await shop.Run(shop.Agent, new CancelReturn(came.Id));

        rejected.Status.Should().Be("rejected");
        received.Refusal!.Code.Should().Be("returns.not-authorised");
        cancelled.Refusal!.Code.Should().Be("returns.rejected");
    }

    public static TheoryData<string, RequestReturn> Malformed => new()
    {
        { "returns.lines", new(OrderId.New(), []) },
        { "returns.line", new(OrderId.New(), [new(1, null, 1, "r"), new(1, null, 1, "r")]) },
        { "returns.line", new(OrderId.New(), [new(1, new("LAMP"), 1, "r")]) },
        { "returns.line", new(null, [new(1, null, 1, "r")]) },
        { "returns.quantity", new(OrderId.New(), [new(1, null, 0, "r")]) },
        { "returns.reason", new(OrderId.New(), [new(1, null, 1, " ")]) },
        { "returns.resolution", new(OrderId.New(), [new(1, null, 1, "r", "exchange")]) },
        { "returns.asked-amount", new(OrderId.New(), [new(1, null, 1, "r", AskedAmount: new(100, "GBP"))]) },
        { "returns.asked-amount", new(null, [new(null, new("LAMP"), 1, "r", AskedAmount: new(-1, "GBP"))]) },
        { "returns.currency", new(null, [new(null, new("LAMP"), 1, "r", AskedAmount: new(1, "GBP")), new(null, new("DESK"), 1, "r", AskedAmount: new(1, "EUR"))]) },
        { "returns.customer-id", new(OrderId.New(), [new(1, null, 1, "r")], CustomerId: "C-1") },
        { "returns.external-id", new(OrderId.New(), [new(1, null, 1, "r")], ExternalId: "") },
        { "returns.override", new(OrderId.New(), [new(1, null, 1, "r")], Override: "") },
    };

    [Theory, MemberData(nameof(Malformed))]
    public async Task What_cannot_be_meant_is_refused_with_its_code(string code, RequestReturn request)
    {
        var answer = await shop.Run(shop.Agent, request);

        answer.Refusal!.Kind.Should().Be(RefusalKind.Malformed);
        ((IReadOnlyList<RequestFault>)answer.Refusal.Details!).Select(f => f.Code).Distinct().Should().Equal(code);
    }

    private static RequestReturn Blind(string? customer) => new(null, [new(null, new("LAMP"), 2, "broken", AskedAmount: new(4_000, "GBP"))], CustomerId: customer);
}
