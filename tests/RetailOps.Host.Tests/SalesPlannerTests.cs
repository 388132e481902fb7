using System.Globalization;

using CsCheck;

using RetailOps.Testing;

namespace RetailOps.Host.Tests;

public sealed class SalesPlannerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plan-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Every kind of row once or twice, small enough to add up by hand.</summary>
    private static readonly string[] ByHand =
    [
        "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,UK", // sale 15.30
        "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,UK", // the same again: 15.30
        "536365,71053,LANTERN,3,2010-12-01 08:27:00,3.335,17850.0,UK", // 10.005 is 10.01
        "536365,POST,POSTAGE,1,2010-12-01 08:26:00,18.00,17850.0,UK", // shipping
        "536366,22423,STAND,2,2010-12-01 08:28:00,0.0,17850.0,UK", // a customer's free item
        "536367,22423,STAND,4,2010-12-01 09:00:00,10.00,,UK", // a guest's: 40.00
        "536368,DOT,DOTCOM,1,2010-12-01 09:00:00,5.00,,UK", // a charge alone
        "536369,85123a,heart,5,2010-12-01 10:00:00,3.00,17850.0,UK", // 15.00, code in lower case
        "536370,85123A,damages,-7,2010-12-01 10:10:00,0.0,,UK", // decrease
        "536371,22423,,9,2010-12-01 10:11:00,0.0,,UK", // increase, unknown
        "536372,M,,-1,2010-12-01 10:12:00,0.0,,UK", // no goods: moves nothing
        "A536373,B,Adjust bad debt,1,2010-12-01 10:13:00,-11062.06,,UK", // rejected
        "C536374,85123A,HEART,-7,2010-12-01 11:00:00,2.55,17850.0,UK", // 5 of 536369 (15.00), 2 of the second line of 536365 (5.10): asked 17.85
        "C536374,71053,LANTERN,-1,2010-12-01 11:00:00,3.335,17850.0,UK", // 3.34 of 10.01: asked 3.34
        "C536375,71053,LANTERN,-5,2010-12-01 12:00:00,3.335,17850.0,UK", // two left: 6.67 paid, asked 6.67; three are unmatched: 16.68 less 6.67
        "C536375,22423,STAND,-1,2010-12-01 12:00:00,10.00,,UK", // a guest matches nothing: 10.00
        "C536376,D,Discount,-1,2010-12-01 12:01:00,27.50,17850.0,UK", // credit charge
        "C536377,85123A,HEART,-1,2010-12-01 08:25:00,2.55,17850.0,UK", // before anything was bought: 2.55
        "536378,85123A,X,many,2010-12-01 13:00:00,2.55,17850.0,UK", // unreadable
    ];

    [Fact]
    public void Every_kind_of_row_falls_into_its_bucket_and_the_sums_are_those_of_a_calculation_by_hand()
    {
        var figures = Plan(ByHand).Figures;

        figures.Should().BeEquivalentTo(new PlannedFigures
        {
            Rows = 19,
            SaleRows = 6,
            ChargeRows = 2,
            AdjustmentRows = 3,
            ReturnRows = 3,
            UnmatchedCreditRows = 2,
            CreditChargeRows = 1,
            RejectedRows = 2,
            Rejects = new SortedDictionary<string, int> { ["ledger-adjustment"] = 1, ["quantity"] = 1 },
            DuplicateRows = 1,
            Orders = 4,
            ChargeOnlyOrders = 1,
            UnitsOrdered = 26,
            Revenue = 1530 + 1530 + 1001 + 1800 + 4000 + 500 + 1500,
            CreditNotes = 4,
            Returns = 3,
            UnitsReturned = 10,
            Refunded = 1500 + 510 + 334 + 667,
            CreditDifference = 1785 - 2010,
            UnmatchedCredit = 1001 + 1000 + 255,
            CreditCharges = 2750,
            CreditMemos = 4,
        });
    }

    [Fact]
    public void An_invoice_is_one_order_at_its_earliest_line_with_its_charges()
    {
        var order = Plan(ByHand).Orders[0];

        order.Should().BeEquivalentTo(new
        {
            Invoice = "536365",
            At = new DateTimeOffset(2010, 12, 1, 8, 26, 0, TimeSpan.Zero),
            Customer = "17850",
            Lines = new[] { new PlannedLine(1, 1, "85123A", 6, 2.55m, 1530), new(2, 2, "85123A", 6, 2.55m, 1530), new(3, 3, "71053", 3, 3.335m, 1001) },
            Charges = new[] { new PlannedCharge("shipping", 1800, "POSTAGE") },
        });
    }

    [Fact]
    public void A_credit_takes_the_latest_earlier_lines_of_its_customer_and_code_split_where_one_is_not_enough()
    {
        var plan = Plan(ByHand);

        plan.Returns.Select(r => r.ExternalId).Should().Equal("C536374/536369", "C536374/536365", "C536375/536365");
        plan.Returns[1].Lines.Should().BeEquivalentTo([new PlannedReturnLine(2, 2, 510, 510, "HEART"), new(3, 1, 334, 334, "LANTERN")]);
        plan.Returns[0].Lines.Should().BeEquivalentTo([new PlannedReturnLine(1, 5, 1275, 1500, "HEART")]);
        plan.Returns[2].Lines.Should().BeEquivalentTo([new PlannedReturnLine(3, 2, 667, 667, "LANTERN")]);
        plan.BlindReturns.SelectMany(b => b.Lines, (b, l) => (b.ExternalId, b.Customer, l.Sku, l.Quantity, l.Asked)).Should().Equal(
            ("C536377/blind", "17850", "85123A", 1, 255), ("C536375/blind", "17850", "71053", 3, 1001), ("C536375/blind", "17850", "22423", 1, 1000));
    }

    [Fact]
    public void Corrections_move_goods_only_and_the_opening_stock_covers_sales_and_decreases()
    {
        var plan = Plan(ByHand);

        plan.Adjustments.Select(a => (a.Sku, a.Quantity, a.Reason)).Should().Equal(("85123A", -7, "damages"), ("22423", 9, "unknown"));
        plan.OpeningStock.Should().Equal(new Dictionary<string, int> { ["22423"] = 6, ["71053"] = 3, ["85123A"] = 24 });
        plan.Items.Should().Equal(new Dictionary<string, string> { ["22423"] = "STAND", ["71053"] = "LANTERN", ["85123A"] = "HEART" });
    }

    [Fact]
    public void Times_are_those_of_the_United_Kingdom_in_summer_and_over_the_changes_of_its_clocks()
    {
        SalesRow.Instant(new(2011, 7, 1, 9, 0, 0)).Should().Be(new DateTimeOffset(2011, 7, 1, 8, 0, 0, TimeSpan.Zero));
        SalesRow.Instant(new(2011, 3, 27, 1, 30, 0)).Should().Be(new DateTimeOffset(2011, 3, 27, 1, 30, 0, TimeSpan.Zero));
        SalesRow.Instant(new(2011, 10, 30, 1, 30, 0)).Should().Be(new DateTimeOffset(2011, 10, 30, 1, 30, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Whatever_the_rows_nothing_is_counted_twice_and_no_more_comes_back_than_was_sold() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[1, 60]).Sample(
            (seed, invoices) =>
            {
                var plan = Plan([.. DirtySales.Lines(seed, invoices, new(2010, 12, 1))]);
                var f = plan.Figures;
                var orders = plan.Orders.ToDictionary(o => o.Invoice);
                var back = plan.Returns.SelectMany(r => r.Lines, (r, l) => (Line: orders[r.Invoice].Lines[l.LineId - 1], l.Quantity, l.Asked, l.Refund)).ToLookup(x => x.Line);

                return f.Rows == f.SaleRows + f.ChargeRows + f.AdjustmentRows + f.ReturnRows + f.UnmatchedCreditRows + f.CreditChargeRows + f.RejectedRows
                    && back.All(l => l.Sum(x => x.Quantity) <= l.Key.Quantity)
                    && back.All(l => l.Sum(x => x.Refund) == Share(l.Key, l.Sum(x => x.Quantity)))
                    && plan.Returns.All(r => r.Lines.All(l => l.Quantity > 0 && l.Refund >= 0))
                    && plan.OpeningStock.Values.Sum(v => (long)v) == f.UnitsOrdered - plan.Adjustments.Where(a => a.Quantity < 0).Sum(a => (long)a.Quantity)
                    && plan.Orders.Select(o => o.Invoice).Distinct().Count() == f.Orders + f.ChargeOnlyOrders
                    && plan.Orders.Zip(plan.Orders.Skip(1)).All(p => p.First.Local <= p.Second.Local);
            },
            iter: Effort.Of(2_000, least: 50));

    [Fact]
    public void Whatever_the_rows_every_item_that_anything_names_is_put_first() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[1, 60]).Sample(
            (seed, invoices) =>
            {
                var plan = Plan([.. DirtySales.Lines(seed, invoices, new(2010, 12, 1)), $"C999999,90210{(char)('a' + (seed % 26))},Never sold,-1,2010-12-24 08:00:00,1.00,99999.0,United Kingdom"]);
                var put = ReplayRequests.Items(plan).SelectMany(p => p.Items).Select(i => i.Sku).ToHashSet();
                var named = plan.Orders.SelectMany(o => ReplayRequests.Order(o).Lines).Select(l => l.Sku)
                    .Concat(plan.Adjustments.Select(a => ReplayRequests.Adjustment(a).Sku))
                    .Concat(plan.BlindReturns.SelectMany(b => ReplayRequests.Return(b).Lines).Select(l => l.Sku!.Value))
                    .Concat(OpeningStock.Deliveries(plan, ReplayStock.Ample, 302).SelectMany(d => d.Lines).Select(l => l.Sku));

                return put.All(s => s.IsWellFormed) && named.All(put.Contains);
            },
            iter: Effort.Of(2_000, least: 50));

    [Fact]
    public void The_generator_makes_every_kind_of_dirt()
    {
        var figures = Plan([.. DirtySales.Lines(1, 400, new(2010, 12, 1))]).Figures;

        new[] { figures.SaleRows, figures.ChargeRows, figures.AdjustmentRows, figures.ReturnRows, figures.UnmatchedCreditRows, figures.CreditChargeRows, figures.DuplicateRows, figures.ChargeOnlyOrders }
            .Should().OnlyContain(n => n > 0);
        figures.Rejects.Keys.Should().Contain(["fields", "ledger-adjustment", "quantity", "quote"]);
    }

    private static long Share(PlannedLine line, int units) => (long)Math.Round((decimal)line.Amount * units / line.Quantity, MidpointRounding.AwayFromZero);

    private SalesPlan Plan(params string[] lines) => SalesPlanner.Plan(SalesFiles.Read([DirtySales.Write(Path.Combine(folder, Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)), lines)]));
}
