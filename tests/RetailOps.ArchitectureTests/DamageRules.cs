using System.Text.RegularExpressions;

namespace RetailOps.ArchitectureTests;

/// <summary>A check that never turned red proves nothing: each invariant has a test that plants its damage and sees it found.</summary>
internal static partial class DamageRules
{
    /// <summary>The convention: a theory of this name, whose cases begin with the invariant's id.</summary>
    private const string Theory = "Damage_is_found_by_the_";

    public static IEnumerable<string> EachInvariantHasItsDamage(IEnumerable<string> registered, World world)
    {
        var planted = world.Files
            .Where(f => f.Key.StartsWith("tests/", StringComparison.Ordinal) && f.Key.EndsWith(".cs", StringComparison.Ordinal) && f.Value.Contains($"Task {Theory}", StringComparison.Ordinal))
            .SelectMany(f => Case().Matches(CodeText.Without(f.Value, strings: false)).Select(m => m.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);
        return from id in registered.Distinct()
               where !planted.Contains(id)
               select $"{id}: no test plants its damage. Add a case to a theory {Theory}….";
    }

    [GeneratedRegex(@"(?:^\s*\{ |\[InlineData\()""(I\d+[a-z]?)"", ", RegexOptions.Multiline)]
    private static partial Regex Case();
}
