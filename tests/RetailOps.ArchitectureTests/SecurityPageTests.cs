using System.Text.RegularExpressions;

namespace RetailOps.ArchitectureTests;

/// <summary>The page on security names tests that exist, and each requirement once.</summary>
public sealed partial class SecurityPageTests
{
    private const string Page = "docs/security.md";

    [Fact]
    public void Each_test_that_the_page_names_exists() => Missing(World.OnDisk.Files[Page], World.OnDisk).Should().BeEmpty();

    [Fact]
    public void Each_requirement_of_the_second_level_stands_there_once_with_a_state()
    {
        var rows = Row().Matches(World.OnDisk.Files[Page]).Select(m => (Id: m.Groups[1].Value, Level: m.Groups[2].Value, State: m.Groups[3].Value, Evidence: m.Groups[4].Value.Trim())).ToList();

        rows.Select(r => r.Id).Should().OnlyHaveUniqueItems();
        // OWASP ASVS 5.0 has 70 requirements of the first level and 183 more of the second.
        (rows.Count(r => r.Level == "1"), rows.Count(r => r.Level == "2")).Should().Be((70, 183));
        rows.Where(r => r.Evidence.Length == 0).Should().BeEmpty();
    }

    [Fact]
    public void A_test_that_does_not_exist_is_seen()
    {
        var world = World.Of(("tests/A.Tests/ATests.cs", "public sealed class ATests { public void It_works() { } }"));

        Missing("`ATests`, `ATests.It_works`, `BTests`, `ATests.It_flies`", world).Should().Equal("There is no test BTests.", "There is no test ATests.It_flies.");
    }

    private static IEnumerable<string> Missing(string page, World world)
    {
        var tests = world.Files.Where(f => f.Key.StartsWith("tests/", StringComparison.Ordinal) && f.Key.EndsWith("Tests.cs", StringComparison.Ordinal)).ToList();
        foreach (var named in Test().Matches(page).DistinctBy(m => m.Value))
        {
            var (type, method) = (named.Groups[1].Value, named.Groups[2].Value);
            if (!tests.Any(t => Regex.IsMatch(t.Value, $@"\bclass {type}\b") && (method.Length == 0 || Regex.IsMatch(t.Value, $@"\b{method}\("))))
            {
                yield return $"There is no test {named.Value.Trim('`')}.";
            }
        }
    }

    [GeneratedRegex(@"`([A-Z]\w*Tests)(?:\.(\w+))?`")]
    private static partial Regex Test();

    [GeneratedRegex(@"^\| (\d+\.\d+\.\d+) \| ([123]) \| [^|]+ \| (met|n/a|operator|open|pending) \| ([^|]*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
