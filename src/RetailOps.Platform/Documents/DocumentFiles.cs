using System.Text.Json;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>A document file that cannot be used, and why.</summary>
public sealed class DocumentFileException(string file, IEnumerable<string> problems)
    : Exception($"{file} cannot be used:{Environment.NewLine}  {string.Join($"{Environment.NewLine}  ", problems)}");

/// <summary>Documents as files: <c>{"kind":…,"name":…,"content":…}</c>.</summary>
public static class DocumentFiles
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = ApiJson.MaxDepth };

    /// <summary>
    /// Takes over changed policies, profiles and decision tables, before the host accepts work: a file that says something else than when it
    /// was last taken over becomes a new version, live when the live one came from a file too, otherwise proposed.
    /// </summary>
    /// <param name="services">The built container.</param>
    /// <param name="folder">The folder of the workflows; the documents lie in <c>policies</c> and <c>decisions</c> below it.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many new versions there are.</returns>
    /// <exception cref="DocumentFileException">A file is no document, or its content has faults; the message names file, path and fault.</exception>
    public static async Task<int> ImportDocumentsAsync(this IServiceProvider services, string folder, CancellationToken ct = default)
    {
        var kinds = services.GetRequiredService<DocumentKinds>();
        var found = new Dictionary<(string Kind, string Name), (string File, JsonElement Content)>();
        foreach (var below in (string[])["policies", "decisions"])
        {
            var path = Path.Combine(folder, below);
            foreach (var file in Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
            {
                var place = Path.Combine(below, Path.GetFileName(file));
                var (kind, name, content) = Read(place, await File.ReadAllTextAsync(file, ct));
                if (kinds.Faults(kind, content) is { Count: > 0 } faults)
                {
                    throw new DocumentFileException(place, faults.Select(f => $"content.{f.Field}: {f.Message} ({f.Code})"));
                }

                if (!found.TryAdd((kind, name), (place, content)))
                {
                    throw new DocumentFileException(place, [$"{found[(kind, name)].File} is the {kind} '{name}' too."]);
                }
            }
        }

        var files = found.Select(f => new DocumentFile(f.Key.Kind, f.Key.Name, f.Value.File, f.Value.Content)).ToList();
        var imported = (await services.GetRequiredService<RequestRunner>().Run(new Caller.System("import"), new ImportDocuments(files), ct: ct)).Value;
        await services.GetRequiredService<GovernedDocuments>().Refresh(ct);
        return imported.Count;
    }

    private static (string Kind, string Name, JsonElement Content) Read(string file, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            var root = document.RootElement;
            if (root.ValueKind is JsonValueKind.Object && root.EnumerateObject().Count() == 3
                && root.TryGetProperty("kind", out var kind) && kind.ValueKind is JsonValueKind.String && DocumentTable.IsName(kind.GetString())
                && root.TryGetProperty("name", out var name) && name.ValueKind is JsonValueKind.String && DocumentTable.IsName(name.GetString())
                && root.TryGetProperty("content", out var content) && content.ValueKind is JsonValueKind.Object)
            {
                return (kind.GetString()!, name.GetString()!, content.Clone());
            }
        }
        catch (JsonException bad)
        {
            throw new DocumentFileException(file, [bad.Message]);
        }

        throw new DocumentFileException(file, ["A document is {\"kind\":\"…\",\"name\":\"…\",\"content\":{…}}; kind and name are 1 to 64 small letters, digits and hyphens."]);
    }
}
