using System.Text.RegularExpressions;

namespace RetailOps.ArchitectureTests;

/// <summary>A document that names a command or a path which is not there lies.</summary>
internal static partial class DocumentRules
{
    private static readonly string[] Placeholders = ["…", "*", "{", "<", "NNNN", "://"];

    /// <summary>Every command of a fenced block is one that the scripts' --help names.</summary>
    /// <param name="text">The document.</param>
    /// <param name="helpOf">The --help of a script of the root; null when there is no such script.</param>
    public static IEnumerable<string> CommandsExist(string text, Func<string, string?> helpOf)
    {
        foreach (var line in Fenced().Matches(text).SelectMany(m => m.Groups[1].Value.Split('\n')))
        {
            if (Command().Match(line) is not { Success: true } command)
            {
                continue;
            }

            var script = command.Groups[1].Value;
            if (helpOf(script) is not { } help)
            {
                yield return $"\"{line}\": there is no ./{script}.";
                continue;
            }

            var word = command.Groups[2].Value;
            if (word.Length > 0 && !Regex.IsMatch(help, $@"(^|[\s\[|]){Regex.Escape(word)}([\s\]|]|$)", RegexOptions.Multiline))
            {
                yield return $"\"{line}\": ./{script} --help does not know {word}.";
            }
        }
    }

    /// <summary>Every setting that a document names is one that a script's --help or the product's code reads.</summary>
    public static IEnumerable<string> SettingsExist(string text, string readers) =>
        from setting in Setting().Matches(text).Select(m => m.Value).Distinct()
        where !readers.Contains(setting, StringComparison.Ordinal)
        select $"Nobody reads {setting}.";

    /// <summary>Every path in code marks, and every link into the repository, leads somewhere.</summary>
    public static IEnumerable<string> PathsExist(string text, Func<string, bool> exists) =>
        from path in CodePath().Matches(Fenced().Replace(text, "")).Concat(Link().Matches(text)).Select(m => m.Groups[1].Value).Distinct()
        where !Placeholders.Any(p => path.Contains(p, StringComparison.Ordinal)) && !exists(path.Split('#')[0])
        select $"There is no {path}.";

    /// <summary>Every package of Directory.Packages.props stands, in code marks, in the decision about packages.</summary>
    public static IEnumerable<string> PackagesAreExplained(string packages, string decision) =>
        from id in PackageVersion().Matches(packages).Select(m => m.Groups[1].Value)
        where !decision.Contains($"`{id}`", StringComparison.Ordinal)
        select $"{id}: why is it here, and under which licence?";

    /// <summary>Decisions are numbered once, without gaps.</summary>
    public static IEnumerable<string> DecisionsAreNumbered(World world)
    {
        var numbers = world.Files.Keys.Select(p => Decision().Match(p)).Where(m => m.Success).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal).ToList();
        return numbers.Where((n, i) => n != $"{i + 1:0000}").Take(1).Select(n => $"docs/decisions/{n}-… is not the next number, or is there twice.");
    }

    [GeneratedRegex("^```(?:sh)?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"^\s*(?:[A-Z_]+=\S+\s+)*\./(\w+)(?:\s+([\w-]+))?")]
    private static partial Regex Command();

    [GeneratedRegex(@"\bRETAILOPS_[A-Z_]+\b")]
    private static partial Regex Setting();

    [GeneratedRegex(@"`([\w.-]+/[^`\s]*|[\w-]+\.(?:md|json|sln|props|txt))`")]
    private static partial Regex CodePath();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("<PackageVersion\\s+Include=\"([^\"]+)\"")]
    private static partial Regex PackageVersion();

    [GeneratedRegex(@"^docs/decisions/(\d{4})-[a-z0-9-]+\.md$")]
    private static partial Regex Decision();
}
