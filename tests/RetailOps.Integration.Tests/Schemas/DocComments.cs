using System.Text.RegularExpressions;
using System.Xml.Linq;

using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>What the sources say of records and their members, by the name of the type: the descriptions of the schemas.</summary>
internal sealed partial class DocComments
{
    private readonly Dictionary<string, XElement> comments = new(StringComparer.Ordinal);

    private DocComments()
    {
    }

    public static DocComments OfTheSources { get; } = Read();

    /// <summary>Null where nothing is said.</summary>
    public string? Of(Type type) => comments.GetValueOrDefault(type.FullName!)?.Element("summary") is { } summary ? Text(summary) : null;

    /// <summary>Null where nothing is said.</summary>
    /// <param name="type">The record.</param>
    /// <param name="member">Its member as it stands in JSON.</param>
    public string? Of(Type type, string member) => comments.GetValueOrDefault(type.FullName!)?.Elements("param")
        .FirstOrDefault(p => string.Equals((string?)p.Attribute("name"), member, StringComparison.OrdinalIgnoreCase)) is { } said ? Text(said) : null;

    private static DocComments Read()
    {
        var found = new DocComments();
        var root = RepositoryRoot.Find();
        foreach (var file in new[] { "src", "modules" }.SelectMany(f => Directory.EnumerateFiles(Path.Combine(root, f), "*.cs", SearchOption.AllDirectories)))
        {
            if (file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            {
                continue;
            }

            var text = File.ReadAllText(file);
            var space = Space().Match(text).Groups[1].Value;
            foreach (Match record in Record().Matches(text))
            {
                var lines = record.Groups[1].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(l => l[3..]);
                found.comments[$"{space}.{record.Groups[2].Value}"] = XElement.Parse($"<doc>{string.Join('\n', lines)}</doc>");
            }
        }

        return found;
    }

    private static string Text(XElement said)
    {
        var words = string.Concat(said.DescendantNodes().Select(n => n switch
        {
            XText text => text.Value,
            XElement { IsEmpty: true } reference => Name(reference),
            _ => "",
        }));
        return Blanks().Replace(words, " ").Trim();
    }

    private static string Name(XElement reference) =>
        ((string?)reference.Attribute("langword") ?? (string?)reference.Attribute("name") ?? (string?)reference.Attribute("cref") ?? "").Split('.')[^1];

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Space();

    [GeneratedRegex(@"((?:^///[^\n]*\n)+)(?:^\[[^\n]*\]\s*\n)*^(?:public|internal) (?:sealed |readonly |partial )*record(?: struct)? (\w+)", RegexOptions.Multiline)]
    private static partial Regex Record();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
