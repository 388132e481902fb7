using System.Globalization;

namespace RetailOps.Testing;

/// <summary>How deep searching tests dig: a tenth while one works, all of it before a release.</summary>
public static class Effort
{
    private const string Variable = "RETAILOPS_EFFORT";

    /// <summary>0.01 to 1.0; 0.1 when <c>RETAILOPS_EFFORT</c> is not set.</summary>
    public static double Share { get; } = Parse(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The part of a deep run's count that this run does.</summary>
    /// <param name="deepCount">How often at full effort.</param>
    /// <param name="least">Never fewer: what the test needs to mean anything.</param>
    public static int Of(int deepCount, int least = 1) => Math.Max(least, (int)Math.Round(deepCount * Share));

    /// <summary>Which of all cases this run takes: all from a tenth of the effort on, below it every fourth.</summary>
    /// <param name="all">In an order that does not change.</param>
    public static IEnumerable<T> Some<T>(IEnumerable<T> all) => Share >= 0.1 ? all : all.Where((_, i) => i % 4 == 1);

    private static double Parse(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return 0.1;
        }

        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0.01 and <= 1.0
            ? share
            : throw new InvalidOperationException($"{Variable} is '{value}': give a number from 0.01 to 1.0, like 0.1.");
    }
}
