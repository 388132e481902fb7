using System.Text.Json;

namespace RetailOps.Platform;

/// <summary>One kind of governed document and what its content must be.</summary>
/// <param name="Name">Like <c>return-policy</c>.</param>
/// <param name="Validate">All faults of a content, by their JSON path; empty when there is none. Must not throw.</param>
public sealed record DocumentKind(string Name, Func<JsonElement, IReadOnlyList<RequestFault>> Validate)
{
    /// <summary>A kind whose content is read into a type, strictly: unknown and missing members are faults.</summary>
    /// <typeparam name="T">The content's type.</typeparam>
    /// <param name="name">Like <c>return-policy</c>.</param>
    /// <param name="check">Finds what the shape cannot say; null for nothing more.</param>
    public static DocumentKind Of<T>(string name, Func<T, IEnumerable<RequestFault>>? check) => new(name, content =>
    {
        try
        {
            return content.Deserialize<T>(ApiJson.Options) is { } read
                ? [.. check?.Invoke(read) ?? []]
                : [new("", "documents.empty", "The content is null.")];
        }
        catch (JsonException e)
        {
            return [new(e.Path is ['$', '.', .. var path] ? path : "", "documents.content", "This value is missing, unknown or of another kind.")];
        }
    });
}

/// <summary>The kinds that modules registered.</summary>
public sealed class DocumentKinds(IEnumerable<DocumentKind> kinds)
{
    private readonly Dictionary<string, DocumentKind> byName = kinds.ToDictionary(k => k.Name, StringComparer.Ordinal);

    /// <summary>Whether a module stands for this kind. Nobody can propose what nobody checks.</summary>
    public bool IsKnown(string kind) => byName.ContainsKey(kind);

    /// <summary>What is wrong with a content; nothing where no module stands for the kind, which only files of the build may do.</summary>
    public IReadOnlyList<RequestFault> Faults(string kind, JsonElement content) => byName.TryGetValue(kind, out var known) ? known.Validate(content) : [];
}
