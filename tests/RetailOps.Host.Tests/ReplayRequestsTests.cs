using CsCheck;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Testing;

namespace RetailOps.Host.Tests;

public sealed class ReplayRequestsTests
{
    [Fact]
    public void An_order_comes_to_what_the_rows_say_also_where_a_price_is_below_a_penny() =>
        Gen.Select(Gen.Int[0, 5_000_000], Gen.Int[1, 80_995]).Sample(
            (thousandths, quantity) =>
            {
                var row = new SalesRow(1, "a", 2, "1", "85123A", "X", quantity, new(2010, 12, 1), thousandths / 1000m, "1");

                var line = ReplayRequests.Order(Order([new(1, 1, row.Code, quantity, row.Price, row.Amount)])).Lines.Single();

                return (line.UnitPrice * quantity).MinorUnits - (line.Discount?.MinorUnits ?? 0) == row.Amount && line.Discount is not { MinorUnits: <= 0 };
            },
            iter: Effort.Of(100_000));

    [Fact]
    public void An_order_has_its_time_its_customer_and_its_charges()
    {
        var request = ReplayRequests.Order(Order([], new PlannedCharge("shipping", 1800, "POSTAGE")) with { Customer = null });

        request.Should().BeEquivalentTo(new PlaceOrder("web", "536365", null, "GBP", [], new(2011, 7, 1, 7, 26, 0, TimeSpan.Zero), [new("shipping", new(1800, "GBP"), null, "POSTAGE")]));
        ReplayRequests.Order(Order([])).Customer.Should().Be(new Customer(null, null, null, "17850"));
    }

    [Fact]
    public void Shipments_leave_after_4_to_48_hours_and_arrive_1_to_5_days_later_the_same_in_every_run()
    {
        var invoices = Enumerable.Range(536365, 3_000).Select(n => $"{n}").ToList();

        var (leave, arrive) = (invoices.Select(i => ReplayRequests.UntilShipped(i).TotalHours).ToList(), invoices.Select(i => ReplayRequests.UntilDelivered(i).TotalDays).ToList());

        leave.Should().OnlyContain(h => h >= 4 && h <= 48);
        arrive.Should().OnlyContain(d => d >= 1 && d <= 5);
        (leave.Min(), leave.Max(), arrive.Min(), arrive.Max()).Should().Match<(double, double, double, double)>(x => x.Item1 < 4.5 && x.Item2 > 47.5 && x.Item3 < 1.1 && x.Item4 > 4.9);
        ReplayRequests.UntilShipped("536365").Should().Be(ReplayRequests.UntilShipped("536365"));
    }

    [Fact]
    public void Opening_stock_stands_60_to_40_in_the_distribution_centres_in_pieces_that_a_delivery_takes()
    {
        var plan = Plan() with { OpeningStock = new Dictionary<string, int> { ["A"] = 5, ["B"] = 1, ["C"] = 2_500_000 } };

        var units = OpeningStock.Deliveries(plan, ReplayStock.Ample, 302).SelectMany(d => d.Lines, (d, l) => (d.Node, l.Sku.Value, l.Quantity));

        units.Should().Equal(("DC-1", "A", 3), ("DC-1", "B", 1), ("DC-1", "C", 1_000_000), ("DC-1", "C", 500_000), ("DC-2", "A", 2), ("DC-2", "C", 1_000_000));
    }

    [Fact]
    public void Tight_stock_is_nine_tenths_and_a_tenth_of_it_lies_in_the_stores_the_same_each_time()
    {
        var plan = Plan() with { OpeningStock = new Dictionary<string, int> { ["A"] = 1_000, ["B"] = 1, ["C"] = 12 } };

        var deliveries = OpeningStock.Deliveries(plan, ReplayStock.Tight, 12).ToList();
        var again = OpeningStock.Deliveries(plan, ReplayStock.Tight, 12);
        var withoutStores = OpeningStock.Deliveries(plan, ReplayStock.Tight, 2).SelectMany(d => d.Lines, (d, l) => (d.Node, l.Sku.Value, l.Quantity));

        Of("A").Should().HaveCount(5);
        Of("A").Where(u => u.Node.StartsWith("DC", StringComparison.Ordinal)).Should().Equal(("DC-1", 486), ("DC-2", 324));
        Of("A").Where(u => u.Node.StartsWith("ST", StringComparison.Ordinal)).Select(u => u.Units).Should().Equal(30, 30, 30);
        Of("B").Should().BeEmpty();
        Of("C").Sum(u => u.Units).Should().Be(10);
        deliveries.Select(d => d.Reference).Should().OnlyHaveUniqueItems();
        deliveries.Should().BeEquivalentTo(again, o => o.WithStrictOrdering());
        withoutStores.Should().Equal(("DC-1", "A", 540), ("DC-1", "C", 6), ("DC-2", "A", 360), ("DC-2", "C", 4));

        List<(string Node, int Units)> Of(string sku) => [.. deliveries.SelectMany(d => d.Lines, (d, l) => (d.Node, l)).Where(u => u.l.Sku.Value == sku).Select(u => (u.Node, u.l.Quantity))];
    }

    [Fact]
    public void The_shop_has_two_distribution_centres_and_stores()
    {
        var nodes = ReplayRequests.Nodes(302).ToList();

        nodes.Select(n => n.Kind).Should().Equal([.. Enumerable.Repeat("dc", 2), .. Enumerable.Repeat("store", 300)]);
        nodes.DistinctBy(n => n.Code).Should().HaveCount(302);
    }

    [Fact]
    public void Who_asks_for_money_never_decides_about_it_and_may_no_more_than_such_people_may()
    {
        var all = ReplayPeople.Approvers.Append(ReplayPeople.ReturnsDesk).Append(ReplayPeople.Bookkeeper).Append(ReplayPeople.Shop).Append(ReplayPeople.Reviewer).Append(ReplayPeople.Auditor);

        all.Select(c => c.Actor).Should().OnlyHaveUniqueItems();
        ReplayPeople.Approvers.Should().HaveCount(2).And.OnlyContain(a => a.May("refunds.approve") && !a.May("returns.request") && a is Caller.Person);
        ReplayPeople.ReturnsDesk.May("refunds.approve").Should().BeFalse();
    }

    private static PlannedOrder Order(IReadOnlyList<PlannedLine> lines, params PlannedCharge[] charges) => new("536365", new(2011, 7, 1, 8, 26, 0), "17850", lines, charges);

    private static SalesPlan Plan() => SalesPlanner.Plan(new([], [], 0, []));
}
