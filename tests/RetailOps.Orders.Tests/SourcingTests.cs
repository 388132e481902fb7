using CsCheck;

using RetailOps.Inventory;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

public sealed class SourcingTests
{
    private static readonly SourcingProfile Standard = new(
        [new("one-dc", ["dc"], true), new("one-node", ["dc", "store"], true), new("fewest", ["dc", "store"], false)], ["kind", "free"], 2);

    private static readonly MissingUnits[] Wanted = [new(1, new("A"), 2), new(2, new("B"), 1), new(3, new("A"), 1)];

    [Fact]
    public void One_distribution_centre_that_has_everything_serves_before_a_fuller_store()
    {
        var (lines, candidates) = Sourcing.Plan(Standard, Wanted, [Free("A", "DC-1", 3), Free("B", "DC-1", 1), Free("A", "S-1", 90, "store"), Free("B", "S-1", 90, "store")], []);

        lines.Should().Equal(new PlannedLine(1, new("A"), 2, "DC-1"), new PlannedLine(2, new("B"), 1, "DC-1"), new PlannedLine(3, new("A"), 1, "DC-1"));
        candidates.Select(c => (c.Node, c.Excluded)).Should().Equal(("DC-1", null), ("S-1", "kind store is not in one-dc"));
        candidates[0].Score.Should().BeGreaterThan(candidates[1].Score);
    }

    [Fact]
    public void Of_equals_the_one_with_more_stock_serves()
    {
        var (lines, candidates) = Sourcing.Plan(Standard, [new(1, new("A"), 1)], [Free("A", "DC-1", 3), Free("A", "DC-2", 4)], []);

        lines.Single().Node.Should().Be("DC-2");
        candidates.Select(c => (c.Node, c.Excluded)).Should().Equal(("DC-2", null), ("DC-1", "ranked lower"));
    }

    [Fact]
    public void A_store_that_has_everything_serves_before_the_order_is_spread()
    {
        var (lines, _) = Sourcing.Plan(Standard, Wanted, [Free("A", "DC-1", 3), Free("A", "S-1", 3, "store"), Free("B", "S-1", 1, "store")], []);

        lines.Should().OnlyContain(l => l.Node == "S-1");
    }

    [Fact]
    public void The_same_item_on_two_lines_is_one_claim()
    {
        var (lines, _) = Sourcing.Plan(Standard, Wanted, [Free("A", "DC-1", 2), Free("B", "DC-1", 1), Free("A", "DC-2", 1)], []);

        lines.Should().Equal(new PlannedLine(1, new("A"), 2, "DC-1"), new PlannedLine(2, new("B"), 1, "DC-1"), new PlannedLine(3, new("A"), 1, "DC-2"));
    }

    [Fact]
    public void An_order_is_spread_over_as_many_nodes_as_the_profile_allows_and_no_more()
    {
        var (lines, candidates) = Sourcing.Plan(Standard, [new(1, new("A"), 6)], [Free("A", "DC-1", 3), Free("A", "DC-2", 2), Free("A", "DC-3", 1)], []);

        lines.Select(l => (l.Node, l.Quantity)).Should().Equal(("DC-1", 3), ("DC-2", 2));
        candidates.Single(c => c.Node == "DC-3").Excluded.Should().Be("as many nodes as the profile allows");
    }

    [Fact]
    public void Who_is_excluded_does_not_serve_and_is_named()
    {
        var (lines, candidates) = Sourcing.Plan(Standard with { Excluded = ["DC-2"] }, [new(1, new("A"), 1)], [Free("A", "DC-1", 3), Free("A", "DC-2", 4), Free("A", "DC-3", 1)], ["DC-1"]);

        lines.Single().Node.Should().Be("DC-3");
        candidates.Where(c => c.Excluded == "excluded").Select(c => c.Node).Should().BeEquivalentTo("DC-1", "DC-2");
    }

    [Fact]
    public void No_plan_takes_more_than_there_is_or_than_is_wanted_and_leaves_nothing_that_one_node_has() =>
        Gen.Select(Gen.Select(Gen.Int[0, 2], Gen.Int[1, 5]).Array[1, 6], Gen.Select(Gen.Int[0, 2], Gen.Int[0, 4], Gen.Int[1, 6]).Array[0, 12]).Sample((wants, stock) =>
        {
            MissingUnits[] wanted = [.. wants.Select((w, i) => new MissingUnits(i + 1, new($"S{w.Item1}"), w.Item2))];
            StockCandidate[] free = [.. stock.DistinctBy(s => (s.Item1, s.Item2)).Select(s => Free($"S{s.Item1}", $"N-{s.Item2}", s.Item3, s.Item2 % 2 == 0 ? "dc" : "store"))];

            var (lines, candidates) = Sourcing.Plan(Standard with { MaxNodes = 20 }, wanted, free, []);

            lines.GroupBy(l => l.LineId).All(g => g.Sum(l => l.Quantity) <= wanted[g.Key - 1].Quantity).Should().BeTrue();
            lines.GroupBy(l => (l.Sku, l.Node)).All(g => g.Sum(l => l.Quantity) <= free.Single(f => f.Sku == g.Key.Sku && f.Node == g.Key.Node).Free).Should().BeTrue();
            lines.Sum(l => l.Quantity).Should().Be(wanted.GroupBy(w => w.Sku).Sum(w => Math.Min(w.Sum(x => x.Quantity), free.Where(f => f.Sku == w.Key).Sum(f => f.Free))));
            candidates.Where(c => c.Excluded is null).Select(c => c.Node).Should().BeEquivalentTo(lines.Select(l => l.Node).Distinct());
        });

    private static StockCandidate Free(string sku, string node, int free, string kind = "dc") => new(new(sku), node, kind, null, free);
}

public sealed class SourceOrderTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task A_decision_is_kept_with_its_reasons_and_made_once()
    {
        await orders.Host.Stock("GLUE", 5);
        await orders.Host.Stock("GLUE", 9, "DC-2");
        var id = await orders.Host.Place(orders.NewNumber(), ("GLUE", 3));

        var plan = await orders.Host.Must(new SourceOrder(id, 1));
        await orders.Host.Stock("GLUE", 50);
        var again = await orders.Host.Must(new SourceOrder(id, 1));
        var elsewhere = await orders.Host.Must(new SourceOrder(id, 2, ["DC-1"]));
        var explained = await orders.Host.Must(new ExplainSourcing(id));

        plan.Should().BeEquivalentTo(new { Attempt = 1, Profile = "standard:1", IsWhole = true, Lines = new[] { new PlannedLine(1, new("GLUE"), 3, "DC-2") } });
        again.Should().BeEquivalentTo(plan);
        elsewhere.Lines.Single().Node.Should().Be("DC-2");
        explained.Select(e => e.Attempt).Should().Equal(1, 2);
        explained[0].Candidates.Select(c => (c.Node, c.Excluded)).Should().Equal(("DC-2", null), ("DC-1", "ranked lower"));
        explained[1].Candidates.Single(c => c.Node == "DC-1").Excluded.Should().Be("excluded");
    }

    [Fact]
    public async Task Where_nothing_is_free_the_plan_is_empty_and_where_nothing_is_missing_too()
    {
        var nothing = await orders.Host.Must(new SourceOrder(await orders.Host.Place(orders.NewNumber(), ("NOWHERE", 3)), 1));
        var done = await orders.Host.Must(new SourceOrder(await orders.PlaceAndAllocate(Shop.Order(orders.NewNumber(), ("TAPE", 1))), 2));

        nothing.Should().BeEquivalentTo(new { IsWhole = false, Lines = Array.Empty<PlannedLine>() });
        done.Should().BeEquivalentTo(new { IsWhole = true, Lines = Array.Empty<PlannedLine>() });
    }
}
