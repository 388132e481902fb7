using System.Diagnostics;
using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Bench.Tests;

/// <summary>The benchmark measures what it says: run as people run it, on tiny settings.</summary>
public sealed class BenchTests
{
    [Fact]
    public async Task Orders_are_measured_beside_a_baseline_that_writes_as_many_rows_and_leave_nothing_broken()
    {
        var (exitCode, said, complaints) = await Bench("orders", "--rounds", "1", "--seconds", "1", "--warmup", "1", "--clients", "4", "--lines", "2", "--json");

        exitCode.Should().BeInRange(0, 1, complaints);
        var rows = JsonElement.Parse(said).GetProperty("results").EnumerateArray().ToDictionary(r => r.GetProperty("name").GetString()!);
        var rate = rows["orders, 2 lines, 4 clients"];
        rate.GetProperty("value").GetDouble().Should().BePositive();
        rate.GetProperty("ratio").GetDouble().Should().BeApproximately(rate.GetProperty("value").GetDouble() / rate.GetProperty("baseline").GetDouble(), 1e-9);
        foreach (var cost in new[] { "round trips", "commits", "rows written", "host CPU", "server CPU" })
        {
            rows[$"{cost} an order, 2 lines, 4 clients"].GetProperty("value").GetDouble().Should().BePositive(cost);
        }

        rows.Keys.Should().Contain(name => name.StartsWith("p95 of capture to allocated", StringComparison.Ordinal));
        rows.Values.Where(r => r.GetProperty("unit").GetString() == "ms").Should().OnlyContain(r => r.GetProperty("value").GetDouble() > 0);
        rows["host memory, the most at once"].GetProperty("value").GetDouble().Should().BePositive();
        rows["invariants broken afterwards, bench"].GetProperty("value").GetDouble().Should().Be(0, complaints);
        complaints.Should().MatchRegex("An order of 2 lines writes [1-9][0-9]* rows in [0-9]+ transactions when it is alone; the baseline writes them in 6 ");
    }

    [Theory]
    [InlineData("There is no suite speed.", "speed")]
    [InlineData("There is no option --fast.", "orders", "--fast")]
    [InlineData("--clients takes numbers, not 'many'.", "orders", "--clients", "many")]
    [InlineData("--seconds takes numbers, not ''.", "orders", "--seconds")]
    public async Task What_it_does_not_know_it_says_at_once(string words, params string[] arguments)
    {
        var (exitCode, said, complaints) = await Bench(arguments);

        exitCode.Should().Be(2);
        said.Should().BeEmpty();
        complaints.Should().StartWith(words);
    }

    [Fact]
    public async Task Its_help_names_every_suite()
    {
        var (exitCode, said, _) = await Bench("--help");

        exitCode.Should().Be(0);
        said.Should().ContainAll("engine", "burst", "orders", "hot", "returns", "resume", "growth", "limits");
    }

    private static async Task<(int ExitCode, string Said, string Complaints)> Bench(params string[] arguments)
    {
        var command = SupervisorVerb.CommandOf(Path.Combine(AppContext.BaseDirectory, "RetailOps.Bench.dll"));
        using var process = Process.Start(new ProcessStartInfo(command[0], [.. command.Skip(1), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, complaints) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(10));
        return (process.ExitCode, await said, await complaints);
    }
}
