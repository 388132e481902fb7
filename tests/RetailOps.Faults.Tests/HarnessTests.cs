using System.Diagnostics;
using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Faults.Tests;

/// <summary>The fault harness as people run it, on a tiny file: it passes what holds, and counts what does not.</summary>
public sealed class HarnessTests
{
    [Fact]
    public async Task A_replay_whose_host_is_killed_has_no_violation_and_one_that_is_damaged_has()
    {
        var (exitCode, said, complaints) = await Faults("--quick", "--invoices", "4", "--only", "killed-host,planted", "--json");

        exitCode.Should().Be(1, complaints);
        var rows = JsonElement.Parse(said).GetProperty("results").EnumerateArray().ToDictionary(r => r.GetProperty("fault").GetString()!);
        rows.Keys.Should().Equal("none", "killed-host", "planted");
        rows["none"].GetProperty("violations").GetInt32().Should().Be(0, complaints);
        var (killed, planted) = (rows["killed-host"], rows["planted"]);
        (Int(killed, "runs"), Int(killed, "violations"), killed.GetProperty("totalsEqual").GetBoolean()).Should().Be((1, 0, true), complaints);
        Int(killed, "strokes").Should().BePositive().And.Be(Int(killed, "restarts"));
        Int(planted, "invariantsBroken").Should().BePositive();
        planted.GetProperty("found").EnumerateArray().Select(f => f.GetString()).Should().Contain(f => f!.StartsWith("I2", StringComparison.Ordinal));
        Int(JsonElement.Parse(said), "violations").Should().Be(Int(planted, "violations")).And.BePositive();

        static int Int(JsonElement of, string name) => of.GetProperty(name).GetInt32();
    }

    [Fact]
    public void A_figure_that_is_another_one_or_missing_is_named()
    {
        var expected = JsonElement.Parse("""{"orders":2,"refunded":1.50,"returns":1,"shipments":3,"chargeOnlyOrders":1,"invoicesPosted":4,"elapsedSeconds":7}""");
        var found = JsonElement.Parse("""{"orders":2,"refunded":1.49,"shipments":2,"chargeOnlyOrders":1,"invoicesPosted":4,"elapsedSeconds":9}""");

        Verdict.Differences(expected, found).Should().Equal("refunded is 1.49 instead of 1.50.", "returns is missing.", "4 invoices are posted for 2 shipments and 1 orders without goods.");
        Verdict.Differences(expected, expected).Should().BeEmpty();
    }

    [Theory]
    [InlineData("There is no fault 'flood'.", "--only", "killed-host,flood")]
    [InlineData("There is no option --fast.", "--fast")]
    [InlineData("--runs takes a number from 1 to 1000, not 'many'.", "--runs", "many")]
    [InlineData("--invoices takes a number from 1 to 5000, not ''.", "--invoices")]
    public async Task What_it_does_not_know_it_says_at_once(string words, params string[] arguments)
    {
        var (exitCode, said, complaints) = await Faults(arguments);

        exitCode.Should().Be(2);
        said.Should().BeEmpty();
        complaints.Should().StartWith(words);
    }

    [Fact]
    public async Task Its_help_names_every_fault()
    {
        var (exitCode, said, _) = await Faults("--help");

        exitCode.Should().Be(0);
        said.Should().ContainAll(Fault.Usual.Select(f => f.Name));
    }

    private static async Task<(int ExitCode, string Said, string Complaints)> Faults(params string[] arguments)
    {
        var command = SupervisorVerb.CommandOf(Path.Combine(AppContext.BaseDirectory, "RetailOps.Faults.dll"));
        using var process = Process.Start(new ProcessStartInfo(command[0], [.. command.Skip(1), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, complaints) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(10));
        return (process.ExitCode, await said, await complaints);
    }
}
