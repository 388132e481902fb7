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

    /// <summary>The people who proposed and approved this version; none for one that came with the build.</summary>
    public IReadOnlyList<string> Hands { get; init; } = [];
}

/// <summary>
/// The documents that rule, as they are live now. Reading asks nobody: every host keeps them in memory and looks for newer ones twice a
/// second. What must not change under a case keeps the version and reads it by <see cref="Version"/>.
/// </summary>
/// <param name="database">Where they are stored.</param>
public sealed class GovernedDocuments(Database database)
{
    private readonly ConcurrentDictionary<(string Kind, string Name), GovernedDocument> live = new();
    private readonly ConcurrentDictionary<(string Kind, string Name, int Version), GovernedDocument> versions = new();

    /// <summary>The live version.</summary>
    /// <exception cref="InvalidOperationException">There is none; import or publish one.</exception>
    public GovernedDocument Live(string kind, string name) =>
        FindLive(kind, name) ?? throw new InvalidOperationException($"No {kind} is called '{name}'; publish one.");

    /// <summary>The live version; null when there is none.</summary>
    public GovernedDocument? FindLive(string kind, string name) => live.GetValueOrDefault((kind, name));

    /// <summary>A version that was frozen into a case, whether it still rules or not. Asks the database the first time, at most.</summary>
    /// <exception cref="InvalidOperationException">It does not exist.</exception>
    public GovernedDocument Version(string kind, string name, int version) => versions.TryGetValue((kind, name, version), out var known)
        ? known
        : Keep(DocumentTable.Version(database, kind, name, version) ?? throw new InvalidOperationException($"The {kind} '{name}' has no version {version}."));

    /// <summary>Takes over what went live, on this host or another.</summary>
    internal async Task Refresh(CancellationToken ct)
    {
        foreach (var document in await DocumentTable.NewlyLive(database, [.. live.Values], ct))
        {
            Publish(document);
        }
    }

    /// <summary>A version went live here. A later one is never replaced by an earlier one.</summary>
    internal void Publish(GovernedDocument document) =>
        live.AddOrUpdate((document.Kind, document.Name), _ => Keep(document), (_, before) => before.Version < document.Version ? Keep(document) : before);

    private GovernedDocument Keep(GovernedDocument document) => versions.GetOrAdd((document.Kind, document.Name, document.Version), document);
}
