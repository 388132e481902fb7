using System.Globalization;

namespace RetailOps.Bench;

/// <summary>One line of a result.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The median.</param>
/// <param name="Unit">Of the value.</param>
/// <param name="Baseline">What the baseline did beside it; null where there is none.</param>
/// <param name="Ratio">Value over baseline.</param>
/// <param name="Goal">What the ratio should reach; without a ratio, what the value should reach or, of a cost, not exceed.</param>
/// <param name="Met">Whether it does; null without a goal.</param>
internal sealed record BenchRow(string Name, double Value, string Unit, double? Baseline = null, double? Ratio = null, double? Goal = null, bool? Met = null)
{
    /// <summary>A cost.</summary>
    /// <param name="name">Of what.</param>
    /// <param name="value">How much.</param>
    /// <param name="unit">Of what kind.</param>
    /// <param name="most">What it should not exceed; null without a goal.</param>
    public static BenchRow AtMost(string name, double value, string unit, double? most) => new(name, value, unit, Goal: most, Met: most is null ? null : value <= most);

    /// <summary>A cost beside another one.</summary>
    /// <param name="name">Of what.</param>
    /// <param name="value">How much.</param>
    /// <param name="unit">Of what kind.</param>
    /// <param name="baseline">The other one.</param>
    /// <param name="most">How many times as much it should be at most.</param>
    public static BenchRow AtMostTimes(string name, double value, string unit, double baseline, double most) => new(name, value, unit, baseline, value / baseline, most, value / baseline <= most);
}

internal static class Report
{
    public static void Print(IReadOnlyList<BenchRow> rows)
    {
        Console.WriteLine(Machine.Describe());
        Console.WriteLine($"{"",-60} {"value",10} {"unit",-12} {"baseline",10} {"ratio",7} {"goal",6}");
        foreach (var r in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{r.Name,-60} {r.Value,10:0.##} {r.Unit,-12} {r.Baseline,10:0.##} {r.Ratio,7:0.00} {r.Goal,6:0.00} {(r.Met is { } met ? met ? "met" : "MISSED" : "")}"));
        }
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
