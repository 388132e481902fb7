using System.Collections.Concurrent;
using System.Text.Json;

namespace RetailOps.Platform;

/// <summary>One version of a governed document: a policy, a profile, a decision table.</summary>
/// <param name="Kind">What it is, like <c>return-policy</c>.</param>
/// <param name="Name">Which one, like <c>standard</c>.</param>
/// <param name="Version">From 1; never changes once it was live.</param>
/// <param name="Content">Its JSON.</param>
public sealed record GovernedDocument(string Kind, string Name, int Version, JsonElement Content)
{
    /// <summary><c>name:version</c>, as decisions keep it.</summary>
    public string Stamp => $"{Name}:{Version}";
}

/// <summary>The documents that rule, as they are live now. Reading asks nobody: every host keeps them in memory.</summary>
public sealed class GovernedDocuments
{
    private readonly ConcurrentDictionary<(string Kind, string Name), GovernedDocument> live = new();

    /// <summary>The live version.</summary>
    /// <exception cref="InvalidOperationException">There is none; import or publish one.</exception>
    public GovernedDocument Live(string kind, string name) =>
        live.TryGetValue((kind, name), out var document) ? document : throw new InvalidOperationException($"No {kind} is called '{name}'; publish one.");

    /// <summary>Takes over the files of a folder: <c>{"kind":…,"name":…,"content":…}</c>.</summary>
    /// <param name="folder">Where the <c>*.json</c> are.</param>
    public void Import(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            var root = document.RootElement;
            var (kind, name) = (root.GetProperty("kind").GetString()!, root.GetProperty("name").GetString()!);
            live[(kind, name)] = new(kind, name, 1, root.GetProperty("content").Clone());
        }
    }
}
