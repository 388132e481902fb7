using System.Globalization;

namespace RetailOps.Bench;

/// <summary>How a suite is run.</summary>
internal sealed class BenchOptions
{
    private static readonly string[] Switches = ["--no-hot", "--no-notes", "--statements", "--json"];
    private static readonly string[] Numbers = ["--rounds", "--seconds", "--warmup", "--workers", "--orders", "--seed-orders", "--sleeping", "--timers", "--versions"];
    private static readonly string[] Lists = ["--in-flight", "--clients", "--lines"];

    private readonly Dictionary<string, string> values = [];

    /// <summary>Rounds of each measurement; the median counts.</summary>
    public int Rounds => (int)Number("--rounds", 3);

    /// <summary>Of each measurement.</summary>
    public double Seconds => Number("--seconds", 6);

    /// <summary>Seconds with the most clients before anything is measured.</summary>
    public double Warmup => Number("--warmup", 15);

    public bool Notes => !values.ContainsKey("--no-notes");

    public int Workers => (int)Number("--workers", 2);

    /// <summary>How many clients, each with one order at a time.</summary>
    public IReadOnlyList<int> Clients => List(values.ContainsKey("--clients") ? "--clients" : "--in-flight", [1, 8, 32]);

    /// <summary>Lines of an order.</summary>
    public IReadOnlyList<int> Lines => List("--lines", [2, 25]);

    public bool Hot => !values.ContainsKey("--no-hot");

    public bool Statements => values.ContainsKey("--statements");

    public bool Json => values.ContainsKey("--json");

    /// <summary>A number that only one suite knows.</summary>
    public int Count(string name, int usual) => (int)Number(name, usual);

    /// <param name="args">Behind the suite.</param>
    /// <param name="problem">One sentence; null when all is understood.</param>
    public static BenchOptions Read(string[] args, out string? problem)
    {
        var options = new BenchOptions();
        problem = null;
        for (var i = 0; i < args.Length; i++)
        {
            if (Switches.Contains(args[i]))
            {
                options.values[args[i]] = "";
            }
            else if (Numbers.Contains(args[i]) || Lists.Contains(args[i]))
            {
                var value = i + 1 < args.Length ? args[i + 1] : "";
                var parts = Lists.Contains(args[i]) ? value.Split(',') : [value];
                if (!parts.All(p => double.TryParse(p, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _)))
                {
                    problem = $"{args[i]} takes numbers, not '{value}'.";
                }

                options.values[args[i++]] = value;
            }
            else
            {
                problem = $"There is no option {args[i]}.";
            }
        }

        return options;
    }

    private int[] List(string name, int[] usual) => values.TryGetValue(name, out var text) ? [.. text.Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))] : usual;

    private double Number(string name, double usual) => values.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : usual;
}
