using System.Globalization;

namespace RetailOps.Bench;

/// <summary>One line of a result.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The median.</param>
/// <param name="Unit">Of the value.</param>
/// <param name="Baseline">What the baseline did beside it; null where there is none.</param>
/// <param name="Ratio">Value over baseline.</param>
/// <param name="Goal">What the ratio (or, without one, the value) should reach.</param>
/// <param name="Met">Whether it does; null without a goal.</param>
internal sealed record BenchRow(string Name, double Value, string Unit, double? Baseline = null, double? Ratio = null, double? Goal = null, bool? Met = null);

internal sealed record BenchOptions(int Rounds, double Seconds, bool Notes, int Workers, IReadOnlyList<int> InFlight, bool Hot, bool Statements, bool Json)
{
    public static BenchOptions Read(string[] args) => new(
        (int)Number(args, "--rounds", 3), Number(args, "--seconds", 6), !args.Contains("--no-notes"), (int)Number(args, "--workers", 2), InFlightOf(args), !args.Contains("--no-hot"), args.Contains("--statements"), args.Contains("--json"));

    private static int[] InFlightOf(string[] args)
    {
        var at = Array.IndexOf(args, "--in-flight");
        return at < 0 || at + 1 >= args.Length ? [1, 8, 32] : [.. args[at + 1].Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
    }

    private static double Number(string[] args, string name, double usual)
    {
        var at = Array.IndexOf(args, name);
        return at < 0 || at + 1 >= args.Length ? usual : double.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }
}

internal static class Report
{
    public static void Print(IReadOnlyList<BenchRow> rows)
    {
        Console.WriteLine(Machine.Describe());
        Console.WriteLine($"{"",-44} {"value",10} {"unit",-12} {"baseline",10} {"ratio",7} {"goal",6}");
        foreach (var r in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{r.Name,-44} {r.Value,10:0.##} {r.Unit,-12} {r.Baseline,10:0.##} {r.Ratio,7:0.00} {r.Goal,6:0.00} {(r.Met is { } met ? met ? "met" : "MISSED" : "")}"));
        }
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
