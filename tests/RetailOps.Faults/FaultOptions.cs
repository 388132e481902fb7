using System.Globalization;

namespace RetailOps.Faults;

/// <summary>How the harness is run.</summary>
/// <param name="Faults">Which, in this order.</param>
/// <param name="Runs">So many of each.</param>
/// <param name="Invoices">How large the generated file is.</param>
/// <param name="Files">What is played instead of a generated file, as <c>replay</c> takes it.</param>
/// <param name="Json">Rows for a machine on stdout.</param>
internal sealed record FaultOptions(IReadOnlyList<Fault> Faults, int Runs, int Invoices, IReadOnlyList<string> Files, bool Json)
{
    private const int MostRuns = 1_000;
    private const int MostInvoices = 5_000;

    /// <param name="args">As <c>Main</c> got them.</param>
    /// <param name="problem">One sentence; null when all is understood.</param>
    public static FaultOptions Read(string[] args, out string? problem)
    {
        var (quick, json, names, runs, invoices) = (false, false, (string?)null, (int?)null, (int?)null);
        var files = new List<string>();
        problem = null;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    quick = true;
                    break;
                case "--json":
                    json = true;
                    break;
                case "--only" when i + 1 < args.Length:
                    names = args[++i];
                    break;
                case "--runs":
                    runs = Number(args, ref i, MostRuns, ref problem);
                    break;
                case "--invoices":
                    invoices = Number(args, ref i, MostInvoices, ref problem);
                    break;
                case [not '-', ..]:
                    files.Add(args[i]);
                    break;
                default:
                    problem = $"There is no option {args[i]}.";
                    break;
            }
        }

        var faults = names is null ? Fault.Usual : [.. names.Split(',').Select(Fault.Named).OfType<Fault>()];
        if (names?.Split(',').FirstOrDefault(n => Fault.Named(n) is null) is { } unknown)
        {
            problem = $"There is no fault '{unknown}'.";
        }

        if (files.FirstOrDefault(f => !File.Exists(f)) is { } missing)
        {
            problem = $"There is no file {missing}.";
        }

        return new(faults, runs ?? (quick ? 1 : 5), invoices ?? (quick ? 15 : 60), files, json);
    }

    private static int? Number(string[] args, ref int at, int most, ref string? problem)
    {
        var text = at + 1 < args.Length ? args[at + 1] : "";
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most)
        {
            at++;
            return number;
        }

        problem = $"{args[at++]} takes a number from 1 to {most}, not '{text}'.";
        return null;
    }
}
