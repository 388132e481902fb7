using System.Globalization;

namespace RetailOps.Faults;

/// <summary>All runs under one fault.</summary>
/// <param name="Fault">Its name.</param>
/// <param name="What">In words.</param>
/// <param name="Runs">How many were played.</param>
/// <param name="Violations">How many things should not be; 0 is what is promised.</param>
/// <param name="Strokes">How often it struck, over all runs: kills, lost commits, documents lied about.</param>
/// <param name="Restarts">How often a replay was started again.</param>
/// <param name="TotalsEqual">Whether all runs came to the same figures as an undisturbed one.</param>
/// <param name="InvariantsBroken">How many <c>verify</c> found, over all runs.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Found">The violations, a sentence each.</param>
internal sealed record FaultRow(
    string Fault, string What, int Runs, int Violations, int Strokes, int Restarts, bool TotalsEqual, int InvariantsBroken, double Seconds, IReadOnlyList<string> Found)
{
    public static FaultRow Of(string fault, string what, IReadOnlyList<Verdict> verdicts, TimeSpan took) => new(
        fault,
        what,
        verdicts.Count,
        verdicts.Sum(v => v.Violations.Count),
        verdicts.Sum(v => v.Strokes),
        verdicts.Sum(v => v.Restarts),
        verdicts.All(v => v.TotalsEqual),
        verdicts.Sum(v => v.Broken),
        Math.Round(took.TotalSeconds, 1),
        [.. verdicts.SelectMany(v => v.Violations)]);
}

internal static class Report
{
    public static void Print(IReadOnlyList<FaultRow> rows, TextWriter to)
    {
        to.WriteLine($"{"fault",-14} {"runs",5} {"violations",11}  what happened");
        foreach (var row in rows)
        {
            to.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Fault,-14} {row.Runs,5} {row.Violations,11}  {row.What}: struck {row.Strokes} times, started again {row.Restarts} times, totals {(row.TotalsEqual ? "equal" : "NOT EQUAL")}, {row.InvariantsBroken} invariants broken, {row.Seconds:0} s"));
            foreach (var violation in row.Found)
            {
                to.WriteLine($"    {violation}");
            }
        }
    }
}
