using System.Text.RegularExpressions;

namespace RetailOps.ArchitectureTests;

/// <summary>Refusal codes are part of the interface: found in the source, so a code stands where it is used, as a literal.</summary>
internal static class RefusalRules
{
    private sealed record Use(string Path, string Code, string Kind);

    /// <summary>One line per code, "code kind": what docs/contracts/refusals.txt keeps.</summary>
    public static IEnumerable<string> List(World world) =>
        Uses(world).Select(u => $"{u.Code} {u.Kind}").Distinct().Order(StringComparer.Ordinal);

    public static IEnumerable<string> CodesAreWellFormed(World world)
    {
        foreach (var use in Uses(world))
        {
            if (use.Code.Length == 0)
            {
                yield return $"{use.Path}: a refusal without its code as a literal is not in the list.";
            }
            else if (!Patterns.Code().IsMatch(use.Code))
            {
                yield return $"{use.Path}: \"{use.Code}\" is not of the form module.what-stands-against-it.";
            }
            else if (use.Path.Split('/') is ["modules", var module, ..] && !use.Code.StartsWith(Names.Lower(module) + ".", StringComparison.Ordinal))
            {
                yield return $"{use.Path}: \"{use.Code}\" does not begin with {Names.Lower(module)}.";
            }
        }
    }

    public static IEnumerable<string> ACodeHasOneMeaning(World world) =>
        from uses in Uses(world).Where(u => u.Code.Length > 0).GroupBy(u => u.Code)
        where uses.Select(u => u.Kind).Distinct().Count() > 1
        select $"{uses.Key} is {string.Join(" and ", uses.Select(u => $"{u.Kind} ({u.Path})").Distinct().Order(StringComparer.Ordinal))}.";

    private static IEnumerable<Use> Uses(World world)
    {
        foreach (var source in world.Sources.Where(s => !s.Path.StartsWith("tests/", StringComparison.Ordinal)))
        {
            var text = source.Uncommented;
            foreach (Match m in Patterns.Refusal().Matches(text))
            {
                yield return new Use(source.Path, m.Groups[2].Value + m.Groups[4].Value, m.Groups[1].Value + m.Groups[3].Value);
            }

            foreach (Match m in Patterns.ErrorCode().Matches(text))
            {
                yield return new Use(source.Path, m.Groups[1].Value, "Malformed");
            }
        }
    }
}
