using System.Text.Json;

namespace RetailOps.Faults;

/// <summary>What one run came to.</summary>
/// <param name="Strokes">How often something was done to it.</param>
/// <param name="Restarts">How often the replay was started again.</param>
/// <param name="TotalsEqual">Whether its figures are those of an undisturbed run.</param>
/// <param name="Broken">How many invariants do not hold.</param>
/// <param name="Violations">Everything that should not be, a sentence each.</param>
internal sealed record Verdict(int Strokes, int Restarts, bool TotalsEqual, int Broken, IReadOnlyList<string> Violations)
{
    // Of the run and not of what was played. Which centre sends which unit is a matter of who comes first, and with it into how many shipments orders
    // fall and how many invoices there are; those two are held against each other instead.
    private static readonly string[] OfTheRun = ["elapsedSeconds", "ordersPerSecond", "database", "problems", "invariants", "shipments", "invoicesPosted"];

    /// <summary>What differs between the figures of two runs of the same file.</summary>
    public static IEnumerable<string> Differences(JsonElement expected, JsonElement found)
    {
        foreach (var figure in expected.EnumerateObject().Where(f => !OfTheRun.Contains(f.Name)))
        {
            if (!found.TryGetProperty(figure.Name, out var value))
            {
                yield return $"{figure.Name} is missing.";
            }
            else if (!JsonElement.DeepEquals(figure.Value, value))
            {
                yield return $"{figure.Name} is {Short(value)} instead of {Short(figure.Value)}.";
            }
        }

        var (invoices, shipments, charges) = (Int(found, "invoicesPosted"), Int(found, "shipments"), Int(found, "chargeOnlyOrders"));
        if (invoices != shipments + charges)
        {
            yield return $"{invoices} invoices are posted for {shipments} shipments and {charges} orders without goods.";
        }
    }

    /// <summary>What the replay itself found wrong; broken invariants are named by <c>verify</c>.</summary>
    public static IEnumerable<string> Problems(JsonElement figures) =>
        figures.GetProperty("problems").EnumerateArray().Select(p => p.GetString()!).Where(p => !p.Contains(" is broken: ", StringComparison.Ordinal));

    private static int Int(JsonElement figures, string name) => figures.GetProperty(name).GetInt32();

    private static string Short(JsonElement value) => value.ToString() is { Length: > 80 } text ? text[..80] + "…" : value.ToString();
}
