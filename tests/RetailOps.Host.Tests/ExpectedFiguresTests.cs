using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

using RetailOps.Testing;

namespace RetailOps.Host.Tests;

/// <summary>
/// The plan against a calculation that shares nothing with it: <c>tests/replay/expected.py</c>. It needs Python and the recordings beside the repository;
/// without them these tests fail, and the plain test run leaves them out.
/// </summary>
[Trait("needs", "shared")]
public sealed class ExpectedFiguresTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("expected-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<string[], string?> Recordings =>
        new() { { ["2010-12"], null }, { ["2010-12"], "2010-12-07" }, { ["2011-02", "2010-12", "2011-01"], null } };

    [Theory, MemberData(nameof(Recordings))]
    public async Task The_plan_of_the_recordings_is_what_a_calculation_from_the_files_says(string[] months, string? until)
    {
        var files = months.Select(m => Path.Combine(RepositoryRoot.Find(), "..", "shared", "data", "online-retail", m + ".csv.gz")).ToArray();

        await Same(files, until);
    }

    [Fact]
    public async Task So_is_the_plan_of_files_with_every_kind_of_dirt()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            await Same([DirtySales.Write(Path.Combine(folder, "a.csv.gz"), DirtySales.Lines(seed, 500, new(2010, 12, 1))), DirtySales.Write(Path.Combine(folder, "b.csv.gz"), DirtySales.Lines(seed + 50, 100, new(2011, 2, 1)).Select(l => l.Replace("53", "93", StringComparison.Ordinal)))], null);
        }
    }

    [Fact]
    public async Task So_is_the_plan_of_a_file_that_was_cut()
    {
        var whole = await File.ReadAllBytesAsync(DirtySales.Write(Path.Combine(folder, "a.csv.gz"), DirtySales.Lines(7, 500, new(2010, 12, 1))));
        var cut = Path.Combine(folder, "cut.csv.gz");
        await File.WriteAllBytesAsync(cut, whole[..^4]);

        await Same([cut], null);
    }

    private static async Task Same(string[] files, string? until)
    {
        var plan = SalesPlanner.Plan(SalesFiles.Read(files, until is null ? null : DateOnly.Parse(until, CultureInfo.InvariantCulture))).Figures;

        var expected = await Expected([.. files, .. until is null ? Array.Empty<string>() : ["--until", until]]);

        var mine = new Dictionary<string, string>
        {
            ["rows"] = $"{plan.Rows}",
            ["saleRows"] = $"{plan.SaleRows}",
            ["chargeRows"] = $"{plan.ChargeRows}",
            ["adjustmentRows"] = $"{plan.AdjustmentRows}",
            ["returnRows"] = $"{plan.ReturnRows}",
            ["unmatchedCreditRows"] = $"{plan.UnmatchedCreditRows}",
            ["creditChargeRows"] = $"{plan.CreditChargeRows}",
            ["rejectedRows"] = $"{plan.RejectedRows}",
            ["duplicateRows"] = $"{plan.DuplicateRows}",
            ["orders"] = $"{plan.Orders}",
            ["chargeOnlyOrders"] = $"{plan.ChargeOnlyOrders}",
            ["unitsOrdered"] = $"{plan.UnitsOrdered}",
            ["revenue"] = Pounds(plan.Revenue),
            ["creditNotes"] = $"{plan.CreditNotes}",
            ["returns"] = $"{plan.Returns}",
            ["unitsReturned"] = $"{plan.UnitsReturned}",
            ["refunded"] = Pounds(plan.Refunded),
            ["creditDifferenceAmount"] = Pounds(plan.CreditDifference),
            ["unmatchedCreditAmount"] = Pounds(plan.UnmatchedCredit),
            ["creditChargeAmount"] = Pounds(plan.CreditCharges),
            ["creditMemosPosted"] = $"{plan.CreditMemos}",
        };
        mine.Should().Equal(mine.Keys.ToDictionary(k => k, k => expected.GetProperty(k).ToString()));
        plan.Rejects.Select(r => (r.Key, r.Value)).Should().Equal(expected.GetProperty("rejects").EnumerateArray().Select(r => (r.GetProperty("reason").GetString()!, r.GetProperty("count").GetInt32())));
    }

    private static string Pounds(long pence) => (pence / 100m).ToString("F2", CultureInfo.InvariantCulture);

    private static async Task<JsonElement> Expected(string[] arguments)
    {
        using var python = Process.Start(new ProcessStartInfo("python3", [Path.Combine(RepositoryRoot.Find(), "tests", "replay", "expected.py"), .. arguments]) { RedirectStandardOutput = true })!;
        var said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        python.ExitCode.Should().Be(0);
        return JsonElement.Parse(said);
    }
}
