using System.Text.Json;

using RetailOps.Testing;

namespace RetailOps.Host.Tests;

/// <summary>
/// Every place in a body of the API where a text can be put, from the committed document, and what may stand there, from <c>docs/contracts/personal-data.txt</c>:
/// <c>personal</c>, <c>reference</c> (another system's number), <c>words</c> (written by people, kept for good), <c>content</c> (JSON of somebody else's shape) or <c>data</c>.
/// </summary>
internal static class TextFields
{
    public static readonly string File = Path.Combine(RepositoryRoot.Find(), "docs", "contracts", "personal-data.txt");

    public static readonly IReadOnlyList<string> Kinds = ["personal", "reference", "words", "content", "data"];

    /// <summary>What was said of each field.</summary>
    public static Dictionary<string, string> Classified() =>
        System.IO.File.ReadAllLines(File).Where(l => l.Length > 0).Select(l => l.Split(' ')).ToDictionary(w => w[0], w => w[^1], StringComparer.Ordinal);

    /// <summary>Every text field of a body, like <c>PlaceOrder.customer.name</c>.</summary>
    public static SortedSet<string> OfTheApi(JsonElement document)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var operation in document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).Select(m => m.Value))
        {
            if (operation.ValueKind is JsonValueKind.Object && operation.TryGetProperty("requestBody", out var body))
            {
                foreach (var media in body.GetProperty("content").EnumerateObject().Where(m => m.Value.TryGetProperty("schema", out _)))
                {
                    Walk(document, media.Value.GetProperty("schema"), operation.GetProperty("operationId").GetString()!, [], found);
                }
            }
        }

        return found;
    }

    /// <summary>
    /// With RETAILOPS_ACCEPT=1: fields that are gone leave the file, and new ones enter it, as others of their name are or as <c>unclassified</c>, which somebody has to decide.
    /// </summary>
    public static void Accept(SortedSet<string> fields)
    {
        if (Environment.GetEnvironmentVariable("RETAILOPS_ACCEPT") == "1" && Environment.GetEnvironmentVariable("CI") != "true")
        {
            var said = Classified();
            System.IO.File.WriteAllLines(File, fields.Select(f => $"{f} {said.GetValueOrDefault(f) ?? LikeOthers(f)}"));

            string LikeOthers(string field) => said.Where(s => s.Key.Split('.')[^1] == field.Split('.')[^1]).Select(s => s.Value).Distinct().ToList() is [var only] ? only : "unclassified";
        }
    }

    private static void Walk(JsonElement document, JsonElement schema, string path, string[] within, SortedSet<string> found)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!.Split('/')[^1];
            if (!within.Contains(name))
            {
                Walk(document, document.GetProperty("components").GetProperty("schemas").GetProperty(name), path, [.. within, name], found);
            }

            return;
        }

        var parts = new[] { "oneOf", "anyOf", "allOf" }.Where(k => schema.TryGetProperty(k, out _)).SelectMany(k => schema.GetProperty(k).EnumerateArray()).ToList();
        parts.ForEach(p => Walk(document, p, path, within, found));
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                Walk(document, property.Value, $"{path}.{property.Name}", within, found);
            }
        }

        if (schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind is JsonValueKind.Object)
        {
            Walk(document, more, path + ".*", within, found);
        }

        if (schema.TryGetProperty("items", out var items))
        {
            Walk(document, items, path + "[]", within, found);
        }

        var types = schema.TryGetProperty("type", out var type) ? type.ValueKind is JsonValueKind.Array ? [.. type.EnumerateArray().Select(t => t.GetString()!)] : new[] { type.GetString()! } : [];
        var isText = types.Contains("string") && !(schema.TryGetProperty("format", out var format) && (format.GetString() is "uuid" or "date-time"));
        var isAnything = types.Length == 0 && parts.Count == 0 && !schema.TryGetProperty("properties", out _);
        if (isText || isAnything)
        {
            found.Add(path);
        }
    }
}
