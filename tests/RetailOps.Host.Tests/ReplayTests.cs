using System.Text.Json;

using RetailOps.Testing;

namespace RetailOps.Host.Tests;

/// <summary>Whole replays, from the command line to the figures.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private readonly ReplayRun replay = ReplayRun.Make();

    private static int Invoices => Effort.Of(400, least: 25);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await replay.DisposeAsync();

    [Fact]
    public async Task Files_with_every_kind_of_dirt_come_out_to_the_penny()
    {
        var file = DirtySales.Write(Path.Combine(replay.Folder, "a.csv.gz"), DirtySales.Lines(1, Invoices, new(2010, 12, 1)));

        var (exitCode, figures, complaints) = await replay.ToTheEnd(file, "--nodes", "5");

        exitCode.Should().Be(0, complaints);
        AreAsPlanned(figures, file);
        AreSound(figures);
    }

    [Fact]
    public async Task Killed_again_and_again_it_goes_on_where_it_stopped_and_comes_to_the_same()
    {
        var file = DirtySales.Write(Path.Combine(replay.Folder, "a.csv.gz"), DirtySales.Lines(2, Invoices, new(2010, 12, 1)));
        for (var kills = Math.Min(10, Effort.Of(30)); kills > 0; kills--)
        {
            await replay.UntilKilled(days: 1, file, "--nodes", "5");
        }

        var (exitCode, figures, complaints) = await replay.ToTheEnd(file, "--nodes", "5");

        exitCode.Should().Be(0, complaints);
        complaints.Should().Contain("Goes on at");
        AreAsPlanned(figures, file);
        AreSound(figures);
    }

    [Fact]
    public async Task With_tight_stock_orders_wait_and_nothing_leaves_that_was_not_there()
    {
        var file = DirtySales.Write(Path.Combine(replay.Folder, "a.csv.gz"), DirtySales.Lines(1, Invoices, new(2010, 12, 1)));

        var (exitCode, figures, complaints) = await replay.ToTheEnd(file, "--nodes", "8", "--stock", "tight");

        exitCode.Should().Be(0, complaints);
        AreSound(figures);
        var (ordered, shipped, waiting) = (Units("unitsOrdered"), Units("unitsShipped"), Units("unitsBackordered"));
        shipped.Should().BeInRange(ordered / 2, ordered - 1);
        waiting.Should().BeInRange(1, ordered - shipped);
        figures.GetProperty("exceptionsOpen").GetInt32().Should().BePositive();
        figures.GetProperty("orders").GetInt32().Should().Be(SalesPlanner.Plan(SalesFiles.Read([file])).Figures.Orders);

        long Units(string name) => figures.GetProperty(name).GetInt64();
    }

    [Fact]
    public async Task A_broken_line_is_said_with_its_place_and_reason_and_costs_nothing_but_itself()
    {
        var file = DirtySales.Write(Path.Combine(replay.Folder, "a.csv.gz"), [Sale(1), "2,85123A,X,many,2010-12-01 08:26:00,2.55,17850.0,UK", Sale(3), "4,85123A,TOO FEW", "5,85123A,\"X,1,2010-12-01 08:26:00,2.55,17850.0,UK", Sale(6)]);

        var (exitCode, figures, complaints) = await replay.ToTheEnd(file, "--nodes", "2");

        exitCode.Should().Be(0, complaints);
        complaints.Should().Contain("6 rows: 3 orders").And.Contain("3 rejects");
        figures.GetProperty("rejectedLines").EnumerateArray().Select(r => $"{r.GetProperty("file")}:{r.GetProperty("line")} {r.GetProperty("reason")}").Should().Equal("a.csv.gz:3 quantity", "a.csv.gz:5 fields", "a.csv.gz:6 quote");
        figures.GetProperty("rejectedLines").EnumerateArray().Should().OnlyContain(r => r.GetProperty("words").GetString()!.Length > 10);
        figures.GetProperty("rejects").EnumerateArray().Select(r => $"{r.GetProperty("count")} {r.GetProperty("reason")}").Should().Equal("1 fields", "1 quantity", "1 quote");
        (figures.GetProperty("orders").GetInt32(), figures.GetProperty("unitsShipped").GetInt32()).Should().Be((3, 18));
        AreAsPlanned(figures, file);
        AreSound(figures);

        static string Sale(int invoice) => $"{invoice},85123A,X,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom";
    }

    [Fact]
    public async Task Of_a_file_that_was_cut_what_is_there_is_played_and_the_exit_code_says_so()
    {
        var whole = await File.ReadAllBytesAsync(DirtySales.Write(Path.Combine(replay.Folder, "a.csv.gz"), DirtySales.Lines(3, 25, new(2010, 12, 1))));
        var file = Path.Combine(replay.Folder, "cut.csv.gz");
        await File.WriteAllBytesAsync(file, whole[..^100]);

        var (exitCode, figures, complaints) = await replay.ToTheEnd(file, "--nodes", "3");

        exitCode.Should().Be(1);
        complaints.Should().Contain("cut.csv.gz").And.Contain("ends too early");
        figures.GetProperty("rejectedLines").EnumerateArray().Should().ContainSingle(r => r.GetProperty("reason").GetString() == "truncated-file" && r.GetProperty("file").GetString() == "cut.csv.gz");
        figures.GetProperty("orders").GetInt32().Should().BeGreaterThan(5);
        figures.GetProperty("rejects").EnumerateArray().Should().Contain(r => r.GetProperty("reason").GetString() == "truncated-file");
        AreAsPlanned(figures, file);
        AreSound(figures);
    }

    /// <summary>Against the plan, which has its own tests.</summary>
    private static void AreAsPlanned(JsonElement figures, string file)
    {
        var plan = SalesPlanner.Plan(SalesFiles.Read([file])).Figures;
        figures.Should().Match<JsonElement>(f =>
            f.GetProperty("rows").GetInt32() == plan.Rows && f.GetProperty("orders").GetInt32() == plan.Orders && f.GetProperty("chargeOnlyOrders").GetInt32() == plan.ChargeOnlyOrders);
        (string, decimal)[] expected =
        [
            ("unitsOrdered", plan.UnitsOrdered), ("unitsShipped", plan.UnitsOrdered), ("unitsBackordered", 0), ("revenue", plan.Revenue / 100m), ("invoiced", plan.Revenue / 100m),
            ("returns", plan.Returns), ("unitsReturned", plan.UnitsReturned), ("refunded", plan.Refunded / 100m), ("creditDifferenceAmount", plan.CreditDifference / 100m),
            ("unmatchedCreditAmount", plan.UnmatchedCredit / 100m), ("creditChargeAmount", plan.CreditCharges / 100m), ("creditMemosPosted", plan.CreditMemos),
        ];
        expected.Select(e => (e.Item1, figures.GetProperty(e.Item1).GetDecimal())).Should().Equal(expected);
    }

    private static void AreSound(JsonElement figures)
    {
        string[] fates = ["saleRows", "chargeRows", "adjustmentRows", "returnRows", "unmatchedCreditRows", "creditChargeRows", "rejectedRows"];
        fates.Sum(Int).Should().Be(Int("rows"), "every row has one fate");
        figures.GetProperty("rejectedLines").GetArrayLength().Should().Be(Int("rejectedRows"));
        figures.GetProperty("rejects").EnumerateArray().Sum(r => r.GetProperty("count").GetInt32()).Should().Be(Int("rejectedRows"));
        (Int("invoicesPosted"), figures.GetProperty("ledgerBalance").GetDecimal()).Should().Be((Int("shipments") + Int("chargeOnlyOrders"), 0m));
        figures.GetProperty("invariants").GetProperty("broken").GetInt32().Should().Be(0, figures.GetProperty("problems").ToString());
        figures.GetProperty("invariants").GetProperty("checked").GetInt32().Should().BeGreaterThan(5);

        int Int(string name) => figures.GetProperty(name).GetInt32();
    }
}
