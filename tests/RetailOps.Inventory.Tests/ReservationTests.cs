using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

public sealed class ReservationTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task What_is_reserved_is_nobody_elses_until_its_time_has_come()
    {
        await inventory.Stock("CAP-01", 3);
        var held = (await inventory.Reserve("cart-01", "CAP-01", 2)).Value;

        var rival = await inventory.Allocate("CAP-01", 2);
        inventory.Clock.Advance(TimeSpan.FromSeconds(60));
        await inventory.Sweep();
        var late = await inventory.Allocate("CAP-01", 3);

        held.Should().BeEquivalentTo(new { Status = "open", Lines = new[] { new GrantedStock(1, "DC-1", 2) } });
        rival.Refusal!.Code.Should().Be("inventory.short");
        late.IsSuccess.Should().BeTrue();
        (await inventory.Host.Must(new GetReservation(held.Id))).Status.Should().Be("expired");
        (await inventory.Facts("inventory.reservation-changed.v1", $"reservation/{held.Id}", "status")).Should().Be("open, expired");
        (await inventory.Facts("inventory.stock-freed.v1", "item/CAP-01", "units")).Should().Be("3, 2");
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Nothing_is_swept_away_before_its_time()
    {
        await inventory.Stock("CAP-02", 3);
        var held = (await inventory.Reserve("cart-02", "CAP-02", 2)).Value;

        inventory.Clock.Advance(TimeSpan.FromSeconds(59));
        await inventory.Sweep();

        (await inventory.Host.Must(new GetReservation(held.Id))).Status.Should().Be("open");
        (await inventory.Host.Position("CAP-02")).Should().BeEquivalentTo(new { Reserved = 2, Free = 1 });
    }

    [Fact]
    public async Task More_than_one_batch_is_swept_away_in_one_run()
    {
        await inventory.Stock("CAP-03", 250);
        await Parallel.ForAsync(0, 210, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (n, _) => await inventory.Reserve($"many-{n}", "CAP-03", 1));

        inventory.Clock.Advance(TimeSpan.FromMinutes(2));
        await inventory.Sweep();

        (await inventory.Host.Position("CAP-03")).Should().BeEquivalentTo(new { Reserved = 0, Free = 250 });
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_key_reserves_once_and_answers_for_its_own_lines_only()
    {
        await inventory.Stock("CAP-04", 5);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => inventory.Reserve("cart-04", "CAP-04", 2)));
        var other = await inventory.Reserve("cart-04", "CAP-04", 3);

        answers.Select(a => a.Value.Id).Distinct().Should().ContainSingle();
        other.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "inventory.other-reservation" });
        (await inventory.Host.Position("CAP-04")).Reserved.Should().Be(2);
    }

    [Fact]
    public async Task All_is_reserved_or_nothing()
    {
        await inventory.Stock("CAP-05", 5);
        await inventory.Stock("CAP-06", 1);

        var answer = await inventory.Host.Send(new ReserveStock("cart-05", [new(1, new("CAP-05"), 2), new(2, new("CAP-06"), 2)], 60));

        InventoryFixture.Missing(answer.Refusal).Should().Equal(new ShortStock(new("CAP-06"), 2, 1));
        (await inventory.Host.Position("CAP-05")).Reserved.Should().Be(0);
    }

    [Fact]
    public async Task A_reservation_that_is_let_go_is_free_once()
    {
        await inventory.Stock("CAP-07", 3);
        var held = (await inventory.Reserve("cart-07", "CAP-07", 2)).Value;

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => inventory.Host.Send(new ReleaseReservation(held.Id))));
        var converted = await inventory.Host.Send(new ConvertReservation(held.Id, OrderId.New()));

        answers.Should().OnlyContain(a => a.Value.Status == "released");
        converted.Refusal!.Code.Should().Be("inventory.reservation-closed");
        (await inventory.Host.Position("CAP-07")).Should().BeEquivalentTo(new { Reserved = 0, Free = 3 });
        (await inventory.Facts("inventory.reservation-changed.v1", $"reservation/{held.Id}", "status")).Should().Be("open, released");
    }

    [Fact]
    public async Task A_converted_reservation_is_the_orders_allocation_and_can_be_shipped()
    {
        await inventory.Stock("CAP-08", 3);
        var (held, order) = ((await inventory.Reserve("cart-08", "CAP-08", 2)).Value, OrderId.New());

        var first = await inventory.Host.Must(new ConvertReservation(held.Id, order));
        var again = await inventory.Host.Must(new ConvertReservation(held.Id, order));
        var other = await inventory.Host.Send(new ConvertReservation(held.Id, OrderId.New()));
        var released = await inventory.Host.Send(new ReleaseReservation(held.Id));

        (first.Status, again.Status).Should().Be(("converted", "converted"));
        new[] { other, released }.Should().OnlyContain(a => a.Refusal!.Code == "inventory.reservation-closed");
        (await inventory.Host.Position("CAP-08")).Should().BeEquivalentTo(new { Reserved = 0, Allocated = 2, Free = 1 });
        (await inventory.Host.Send(new ShipStock(order, Guid.NewGuid(), "DC-1", [new(1, 2)]))).IsSuccess.Should().BeTrue();
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Two_reservations_can_become_the_allocation_of_one_order()
    {
        await inventory.Stock("CAP-09", 4);
        var order = OrderId.New();
        var one = (await inventory.Reserve("cart-09a", "CAP-09", 1)).Value;
        var two = (await inventory.Reserve("cart-09b", "CAP-09", 2)).Value;

        await inventory.Host.Must(new ConvertReservation(one.Id, order));
        await inventory.Host.Must(new ConvertReservation(two.Id, order));

        (await inventory.Host.Position("CAP-09")).Should().BeEquivalentTo(new { Reserved = 0, Allocated = 3 });
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_reservation_whose_time_has_come_is_over_before_it_is_swept_away()
    {
        await inventory.Stock("CAP-10", 3);
        var held = (await inventory.Reserve("cart-10", "CAP-10", 2)).Value;
        inventory.Clock.Advance(TimeSpan.FromSeconds(60));

        var converted = await inventory.Host.Send(new ConvertReservation(held.Id, OrderId.New()));
        var released = await inventory.Host.Send(new ReleaseReservation(held.Id));

        new[] { converted, released }.Should().OnlyContain(a => a.Refusal!.Code == "inventory.reservation-closed");
        (await inventory.Host.Must(new GetReservation(held.Id))).Status.Should().Be("expired");
    }

    [Fact]
    public async Task An_order_gets_what_it_holds_and_takes_only_what_is_missing()
    {
        await inventory.Stock("CAP-11", 2);
        var order = OrderId.New();
        await inventory.Reserve(OrderKey.Of(order), "CAP-11", 2, seconds: null);
        await inventory.Stock("CAP-11", 1);

        var found = await inventory.Host.Must(new FindStock([new("CAP-11")], order));
        var others = await inventory.Host.Must(new FindStock([new("CAP-11")]));
        var allocated = await inventory.Allocate(order, false, ("CAP-11", 3));

        (found.Single().Free, others.Single().Free).Should().Be((3, 1));
        allocated.Value.IsWhole.Should().BeTrue();
        (await inventory.Host.Position("CAP-11")).Should().BeEquivalentTo(new { Reserved = 0, Allocated = 3, Free = 0 });
        (await inventory.Ask<string>("select status || ' ' || order_id from inventory.reservations where key = $1", OrderKey.Of(order))).Should().Be($"converted {order}");
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task In_a_group_too_an_order_gets_what_it_holds_and_frees_what_the_plan_does_not_want()
    {
        await inventory.Stock("CAP-12", 4, "NORTH");
        var order = OrderId.New();
        await inventory.Reserve(OrderKey.Of(order), "CAP-12", 4, seconds: null);
        await using var group = inventory.Begin(WorkMode.Group);

        var allocated = await group.Send(InventoryFixture.Wish(order, false, ("CAP-12", 3)));
        var again = await group.Send(InventoryFixture.Wish(order, false, ("CAP-12", 3)));
        await group.Commit();

        again.Value.Should().BeEquivalentTo(allocated.Value);
        (await inventory.Host.Position("CAP-12", "NORTH")).Should().BeEquivalentTo(new { Reserved = 0, Allocated = 3, Free = 1 });
        (await inventory.Facts("inventory.reservation-changed.v1",
            $"reservation/{await inventory.Ask<Guid>("select id from inventory.reservations where key = $1", OrderKey.Of(order))}", "status")).Should().Be("open, converted");
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_an_order_holds_is_taken_where_it_lies()
    {
        await inventory.Stock("CAP-13", 1, "NORTH");
        var order = OrderId.New();
        await inventory.Reserve(OrderKey.Of(order), "CAP-13", 1, seconds: null);
        await inventory.Stock("CAP-13", 9, "SOUTH");

        var allocated = await inventory.Allocate(order, false, ("CAP-13", 2));

        allocated.Value.Granted.Should().Equal(new GrantedStock(1, "NORTH", 1), new GrantedStock(1, "SOUTH", 1));
    }

    public static TheoryData<string, ReserveStock> Faults => new()
    {
        { "inventory.reservation-key", new("", [new(1, new("CAP"), 1)], 60) },
        { "inventory.reservation-key", new("two words", [new(1, new("CAP"), 1)], 60) },
        { "inventory.reservation-key", new("cart", [new(1, new("CAP"), 1)], null) },
        { "inventory.reservation-key", new($"order/{Guid.NewGuid()}", [new(1, new("CAP"), 1)], 60) },
        { "inventory.reservation-key", new("order/nobody", [new(1, new("CAP"), 1)], null) },
        { "inventory.expiry", new("cart", [new(1, new("CAP"), 1)], 0) },
        { "inventory.expiry", new("cart", [new(1, new("CAP"), 1)], 2_592_001) },
        { "inventory.lines", new("cart", [], 60) },
        { "inventory.quantity", new("cart", [new(1, new("CAP"), 0)], 60) },
    };

    [Theory, MemberData(nameof(Faults))]
    public async Task A_fault_of_the_shape_has_its_code(string code, ReserveStock request)
    {
        var answer = await inventory.Host.Send(request);

        answer.Refusal!.Details.Should().BeAssignableTo<IEnumerable<RequestFault>>().Which.Select(f => f.Code).Should().Equal(code);
    }

    [Fact]
    public async Task Nobody_knows_a_reservation_that_was_never_made()
    {
        var read = await inventory.Host.Send(new GetReservation(Guid.NewGuid()));
        var released = await inventory.Host.Send(new ReleaseReservation(Guid.NewGuid()));
        var converted = await inventory.Host.Send(new ConvertReservation(Guid.NewGuid(), OrderId.New()));

        new[] { read, released, converted }.Should().OnlyContain(a => a.Refusal!.Code == "inventory.unknown-reservation");
    }
}
