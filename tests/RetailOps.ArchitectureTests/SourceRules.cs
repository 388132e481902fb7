using System.Text.RegularExpressions;

namespace RetailOps.ArchitectureTests;

/// <summary>What holds for every C# file.</summary>
internal static class SourceRules
{
    private const int LongestFile = 400;

    private static readonly string[] NpgsqlRooms =
    [
        "src/RetailOps.Platform/Data/", "src/RetailOps.Platform/EmbeddedPostgres/", "src/RetailOps.Workflows/Storage/", "db/RetailOps.Migrator/", "tests/",
    ];

    private static readonly string[] NpgsqlFiles = [".Sql.cs", "DbContext.cs", "Configuration.cs", "Configurations.cs"];

    private static readonly string[] EmptyWords = ["Manager", "Helper", "Util"];

    public static IEnumerable<string> OnlyPlatformJobsMentionsHangfire(World world) =>
        from source in world.Sources
        where !source.Path.StartsWith("src/RetailOps.Platform/Jobs/", StringComparison.Ordinal) && Patterns.JobLibrary().IsMatch(source.Code)
        select $"{source.Path}: mentions Hangfire.";

    public static IEnumerable<string> NpgsqlStaysInItsRooms(World world) =>
        from source in world.Sources
        where !NpgsqlRooms.Any(r => source.Path.StartsWith(r, StringComparison.Ordinal)) && !NpgsqlFiles.Any(f => source.Path.EndsWith(f, StringComparison.Ordinal))
        let found = Patterns.Npgsql().Match(source.Code)
        where found.Success
        select $"{source.Path}: mentions {found.Value}; SQL belongs in a *.Sql.cs file.";

    /// <summary>File-scoped, one namespace for all files of a project: its root namespace, or a beginning of it.</summary>
    public static IEnumerable<string> NamespacesAreFlat(World world)
    {
        foreach (var files in world.Sources.Where(s => s.Project is not null).GroupBy(s => s.Project!))
        {
            var used = new HashSet<string>();
            foreach (var source in files)
            {
                var code = source.Code;
                var found = Patterns.Namespace().Matches(code);
                if (found.Count > 1 || found.Any(m => m.Groups[2].Value != ";"))
                {
                    yield return $"{source.Path}: the namespace is not file-scoped.";
                    continue;
                }

                if (found.Count == 0)
                {
                    if (Patterns.TypeName().IsMatch(code) && !source.Path.EndsWith("/Program.cs", StringComparison.Ordinal))
                    {
                        yield return $"{source.Path}: has no namespace.";
                    }

                    continue;
                }

                var name = found[0].Groups[1].Value;
                used.Add(name);
                if (name != files.Key.RootNamespace && (!files.Key.RootNamespace.StartsWith(name + ".", StringComparison.Ordinal) || name == "RetailOps"))
                {
                    yield return $"{source.Path}: {name} is not the namespace of {files.Key.Name}.";
                }
            }

            if (used.Count > 1)
            {
                yield return $"{files.Key.Path}: has {used.Count} namespaces ({string.Join(", ", used.Order())}), not one.";
            }
        }
    }

    public static IEnumerable<string> TypeNamesSayWhatTheyDo(World world) =>
        from source in world.Sources
        from Match found in Patterns.TypeName().Matches(source.Code)
        let name = found.Groups[1].Value
        where EmptyWords.Any(w => name.Contains(w, StringComparison.Ordinal))
        select $"{source.Path}: {name} says nothing; name it after what it does.";

    public static IEnumerable<string> FilesAreShort(World world) =>
        from source in world.Sources
        let lines = source.Text.AsSpan().TrimEnd().Count('\n') + 1
        where lines > LongestFile
        select $"{source.Path}: {lines} lines; beyond {LongestFile} something hides in it.";

    /// <summary>Who looks for a number in a log finds one sentence.</summary>
    public static IEnumerable<string> LogIdsAreOnesOwn(World world) =>
        from source in world.Sources
        from Match log in Patterns.LogId().Matches(source.Code)
        group source.Path by log.Groups[1].Value into uses
        where uses.Count() > 1
        select $"{uses.Key} is the id of {uses.Count()} log messages: {string.Join(", ", uses)}";

    /// <summary>A rule holds for all or is no rule.</summary>
    public static IEnumerable<string> NoRuleIsSkipped(World world) =>
        from source in world.Sources
        where source.Project?.Name == "RetailOps.ArchitectureTests"
        from found in new[] { "Skip =", "Skip=", "#pragma warning disable", "SuppressMessage" }
        where source.Code.Contains(found, StringComparison.Ordinal)
        select $"{source.Path}: {found}";
}
