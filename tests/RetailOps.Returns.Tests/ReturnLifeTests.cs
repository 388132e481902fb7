using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns.Tests;

public sealed class ReturnLifeTests(ReturnsFixture shop) : IClassFixture<ReturnsFixture>
{
    [Fact]
    public async Task Goods_go_to_quarantine_then_where_a_person_says_and_then_the_money_can_be_decided()
    {
        var order = await shop.Sold("C-1", ("LAMP", 3, 2_000), ("DESK", 1, 9_900));
        var id = (await shop.Request(order, (1, 2), (2, 1))).Value.Id;

        var received = await shop.Must(shop.Agent, new ReceiveReturn(id, Guid.CreateVersion7(), "DC-1"));
        await shop.Must(shop.Agent, new InspectReturnLine(id, 1, "new"));
        var half = await shop.Must(shop.Agent, new DisposeReturnLine(id, 1, "restock"));
        await shop.Must(shop.Agent, new InspectReturnLine(id, 2, "damaged", "A leg is off"));
        var inspected = await shop.Must(shop.Agent, new DisposeReturnLine(id, 2, "scrap"));

        received.Status.Should().Be("received");
        half.Status.Should().Be("received");
        inspected.Status.Should().Be("inspected");
        inspected.Lines.Select(l => (l.Received, l.Grade, l.Disposition)).Should().Equal((2, "new", "restock"), (1, "damaged", "scrap"));
        (await shop.Moved(id)).Should().BeEquivalentTo(
            "LAMP DC-1 2 returned quarantine", "DESK DC-1 1 returned quarantine", "LAMP DC-1 -2 transferred quarantine", "LAMP DC-1 2 transferred sellable", "DESK DC-1 -1 scrapped quarantine");
        (await shop.All<int>("select returned from orders.lines where order_id = $1 order by line_id", order.Value)).Should().Equal(2, 1);
        (await shop.Events($"return/{id}")).Should().Be(
            "returns.return-requested.v1, returns.return-received.v1, returns.line-inspected.v1, returns.line-disposed.v1, returns.line-inspected.v1, returns.line-disposed.v1, "
            + "returns.return-inspected.v1");
    }

    [Fact]
    public async Task A_parcel_that_is_scanned_twice_came_once()
    {
        var id = (await shop.Request(await shop.Sold("C-1", ("LAMP", 3, 2_000)), (1, 3))).Value.Id;
        var parcel = new ReceiveReturn(id, Guid.CreateVersion7(), "DC-1", [new(1, 2)]);

        var first = await shop.Must(shop.Agent, parcel);
        var again = await shop.Must(shop.Agent, parcel);

        again.Should().BeEquivalentTo(first);
        again.Lines.Single().Received.Should().Be(2);
    }

    [Fact]
    public async Task Two_who_scan_a_parcel_at_once_take_it_in_once()
    {
        var id = (await shop.Request(await shop.Sold("C-1", ("LAMP", 3, 2_000)), (1, 3))).Value.Id;
        var parcel = new ReceiveReturn(id, Guid.CreateVersion7(), "DC-1", [new(1, 1)]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.Run(shop.Agent, parcel)));

        answers.Should().OnlyContain(a => a.IsSuccess);
        (await shop.One<int>("select received from returns.lines where return_id = $1", id)).Should().Be(1);
        (await shop.Moved(id)).Should().Equal("LAMP DC-1 1 returned quarantine");
    }

    [Fact]
    public async Task More_than_was_announced_is_not_taken_in()
    {
        var id = (await shop.Request(await shop.Sold("C-1", ("LAMP", 3, 2_000)), (1, 2))).Value.Id;

        var answer = await shop.Run(shop.Agent, new ReceiveReturn(id, Guid.CreateVersion7(), "DC-1", [new(1, 3)]));

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "returns.over-received" });
        ReturnsFixture.Details(answer.Refusal)[0].GetProperty("announced").GetInt32().Should().Be(2);
    }

    [Fact]
    public async Task What_the_stock_refuses_is_not_taken_in()
    {
        var order = await shop.Sold("C-1", ("LAMP", 1, 2_000));
        var id = (await shop.Request(order, (1, 1))).Value.Id;

        var answer = await shop.Run(shop.Agent, new ReceiveReturn(id, Guid.CreateVersion7(), "NOWHERE"));

        answer.Refusal!.Code.Should().Be("inventory.unknown-node");
        (await shop.Must(shop.Agent, new GetReturn(id))).Should().BeEquivalentTo(new { Status = "authorised", Revision = 1 });
        (await shop.One<int>("select returned from orders.lines where order_id = $1", order.Value)).Should().Be(0);
    }

    [Fact]
    public async Task What_comes_in_a_second_parcel_is_looked_at_for_itself()
    {
        var id = (await shop.Request(await shop.Sold("C-1", ("LAMP", 3, 2_000), ("DESK", 1, 9_900)), (1, 3), (2, 1))).Value.Id;
        await shop.Must(shop.Agent, new ReceiveReturn(id, Guid.CreateVersion7(), "DC-1", [new(1, 1), new(2, 1)]));
        await shop.Must(shop.Agent, new InspectReturnLine(id, 1, "new"));
        await shop.Must(shop.Agent, new DisposeReturnLine(id, 1, "restock"));

        var second = await shop.Must(shop.Agent, new ReceiveReturn(id, Guid.CreateVersion7(), "DC-2", [new(1, 2)]));
        var unseen = await shop.Run(shop.Agent, new DisposeReturnLine(id, 1, "restock"));
        await shop.Must(shop.Agent, new InspectReturnLine(id, 1, "damaged"));
        await shop.Must(shop.Agent, new DisposeReturnLine(id, 1, "liquidate"));

        second.Lines[0].Should().BeEquivalentTo(new { Received = 3, Grade = (string?)null, Disposition = (string?)null });
        unseen.Refusal!.Code.Should().Be("returns.not-inspected");
        (await shop.Moved(id)).Where(m => m.StartsWith("LAMP", StringComparison.Ordinal) && m.Contains(" transferred ", StringComparison.Ordinal)).Should().BeEquivalentTo(
            "LAMP DC-1 -1 transferred quarantine", "LAMP DC-1 1 transferred sellable", "LAMP DC-2 -2 transferred quarantine", "LAMP DC-2 2 transferred damaged");
        (await shop.One<int>("select restocked * 10 + liquidated from returns.lines where return_id = $1 and line_id = 1", id)).Should().Be(12);
    }

    [Fact]
    public async Task What_never_came_can_be_asked_for_again()
    {
        var order = await shop.Sold("C-1", ("LAMP", 3, 2_000));
        var id = (await shop.Request(order, (1, 3))).Value.Id;
        await shop.Must(shop.Agent, new ReceiveReturn(id, Guid.CreateVersion7(), "DC-1", [new(1, 1)]));
        await shop.Must(shop.Agent, new InspectReturnLine(id, 1, "new"));

        await shop.Must(shop.Agent, new DisposeReturnLine(id, 1, "restock"));
        var late = await shop.Run(shop.Agent, new ReceiveReturn(id, Guid.CreateVersion7(), "DC-1", [new(1, 2)]));
        var other = await shop.Request(order, (1, 2));

        late.Refusal!.Code.Should().Be("returns.not-authorised");
        other.Value.Status.Should().Be("authorised");
    }

    [Fact]
    public async Task Nothing_is_disposed_before_somebody_looked_and_only_once()
    {
        var id = (await shop.Request(await shop.Sold("C-1", ("LAMP", 1, 2_000)), (1, 1))).Value.Id;

        var nothingThere = await shop.Run(shop.Agent, new InspectReturnLine(id, 1, "new"));
        await shop.Must(shop.Agent, new ReceiveReturn(id, Guid.CreateVersion7(), "DC-1"));
        var unseen = await shop.Run(shop.Agent, new DisposeReturnLine(id, 1, "restock"));
        await shop.Must(shop.Agent, new InspectReturnLine(id, 1, "damaged"));
        var unsellable = await shop.Run(shop.Agent, new DisposeReturnLine(id, 1, "restock"));
        await shop.Must(shop.Agent, new InspectReturnLine(id, 1, "opened"));
        var first = await shop.Must(shop.Agent, new DisposeReturnLine(id, 1, "restock"));
        var again = await shop.Must(shop.Agent, new DisposeReturnLine(id, 1, "restock"));
        var other = await shop.Run(shop.Agent, new DisposeReturnLine(id, 1, "scrap"));
        var regraded = await shop.Run(shop.Agent, new InspectReturnLine(id, 1, "used"));
        var noLine = await shop.Run(shop.Agent, new InspectReturnLine(id, 7, "used"));

        nothingThere.Refusal!.Code.Should().Be("returns.not-received");
        unseen.Refusal!.Code.Should().Be("returns.not-inspected");
        unsellable.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "returns.not-sellable" });
        again.Should().BeEquivalentTo(first);
        other.Refusal!.Code.Should().Be("returns.disposed");
        regraded.Refusal!.Code.Should().Be("returns.disposed");
        noLine.Refusal!.Code.Should().Be("returns.unknown-line");
    }

    [Fact]
    public async Task Two_who_decide_about_the_last_line_at_once_end_the_inspection_once()
    {
        var id = (await shop.Request(await shop.Sold("C-1", ("LAMP", 1, 2_000)), (1, 1))).Value.Id;
        await shop.Must(shop.Agent, new ReceiveReturn(id, Guid.CreateVersion7(), "DC-1"));
        await shop.Must(shop.Agent, new InspectReturnLine(id, 1, "new"));

        var answers = await Task.WhenAll(shop.Run(shop.Agent, new DisposeReturnLine(id, 1, "restock")), shop.Run(shop.Agent, new DisposeReturnLine(id, 1, "scrap")));

        answers.Count(a => a.IsSuccess).Should().Be(1);
        (await shop.One<long>("select count(*) from platform.events where aggregate = $1 and type = 'returns.return-inspected.v1'", $"return/{id}")).Should().Be(1);
    }

    [Fact]
    public async Task A_return_that_is_given_up_lets_its_units_go_once()
    {
        var order = await shop.Sold("C-1", ("LAMP", 2, 2_000));
        var id = (await shop.Request(order, (1, 2))).Value.Id;

        var first = await shop.Must(shop.Agent, new CancelReturn(id));
        var again = await shop.Must(shop.Agent, new CancelReturn(id));

        first.Status.Should().Be("cancelled");
        again.Should().BeEquivalentTo(first);
        (await shop.One<int>("select return_open from orders.lines where order_id = $1", order.Value)).Should().Be(0);
    }

    [Fact]
    public async Task Goods_that_came_cannot_be_given_up()
    {
        var id = (await shop.Request(await shop.Sold("C-1", ("LAMP", 2, 2_000)), (1, 2))).Value.Id;
        await shop.Must(shop.Agent, new ReceiveReturn(id, Guid.CreateVersion7(), "DC-1", [new(1, 1)]));

        var answer = await shop.Run(shop.Agent, new CancelReturn(id));

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "returns.received" });
    }

    [Fact]
    public async Task There_is_nothing_to_say_of_a_return_that_is_not_there()
    {
        var nobodys = Guid.CreateVersion7();

        Refusal?[] refusals =
        [
            (await shop.Run(shop.Agent, new GetReturn(nobodys))).Refusal,
            (await shop.Run(shop.Agent, new AuthoriseReturn(nobodys, true, "r"))).Refusal,
            (await shop.Run(shop.Agent, new CancelReturn(nobodys))).Refusal,
            (await shop.Run(shop.Agent, new ReceiveReturn(nobodys, nobodys, "DC-1"))).Refusal,
            (await shop.Run(shop.Agent, new InspectReturnLine(nobodys, 1, "new"))).Refusal,
            (await shop.Run(shop.Agent, new DisposeReturnLine(nobodys, 1, "scrap"))).Refusal,
        ];

        refusals.Should().OnlyContain(r => r!.Kind == RefusalKind.NotFound && r.Code == "returns.unknown");
    }

    [Fact]
    public async Task Returns_are_listed_by_order_and_status_page_by_page()
    {
        var order = await shop.Sold("C-1", ("LAMP", 9, 2_000));
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await shop.Request(order, (1, 1))).Value.Id);
        }

        await shop.Must(shop.Agent, new CancelReturn(ids[1]));

        (await shop.Must(shop.Agent, new ListReturns(order, null, null, 2))).Select(r => r.Id).Should().Equal(ids[..2]);
        (await shop.Must(shop.Agent, new ListReturns(order, null, ids[1], 2))).Select(r => r.Id).Should().Equal(ids[2]);
        (await shop.Must(shop.Agent, new ListReturns(order, "cancelled", null, 2))).Select(r => r.Id).Should().Equal(ids[1]);
        (await shop.Run(shop.Agent, new ListReturns(order, "lost", null, 2))).Refusal!.Code.Should().Be("request.invalid");
    }

    [Fact]
    public async Task Only_who_takes_returns_grades_goods()
    {
        var id = (await shop.Request(await shop.Sold("C-1", ("LAMP", 2, 2_000)), (1, 2))).Value.Id;

        var answer = await shop.Run(ReturnsFixture.PersonOf(Roles.Service), new InspectReturnLine(id, 1, "new"));

        answer.Refusal!.Code.Should().Be("security.forbidden");
    }
}
