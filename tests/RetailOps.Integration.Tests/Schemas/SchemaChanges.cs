using System.Text.Json.Nodes;

namespace RetailOps.Integration.Tests;

/// <summary>One difference between two versions of a schema.</summary>
/// <param name="Breaks">Whether somebody who was right before may be wrong now.</param>
/// <param name="What">Where and what, for a person.</param>
internal sealed record SchemaChange(bool Breaks, string What)
{
    public override string ToString() => (Breaks ? "BREAKS  " : "adds    ") + What;
}

/// <summary>
/// Compares two versions of a schema. Members that need not be there, words of a list and texts for people may be added; whatever else differs breaks, as
/// some of those who read it also write it.
/// </summary>
internal sealed class SchemaChanges
{
    private readonly List<SchemaChange> changes = [];

    private SchemaChanges()
    {
    }

    /// <summary>All files, by path: those that break first.</summary>
    public static IReadOnlyList<SchemaChange> Between(IReadOnlyDictionary<string, JsonObject> before, IReadOnlyDictionary<string, JsonObject> after)
    {
        var comparison = new SchemaChanges();
        foreach (var (path, schema) in before)
        {
            if (after.TryGetValue(path, out var other))
            {
                comparison.Schema(Path.GetFileNameWithoutExtension(path), schema, other);
            }
            else
            {
                comparison.Breaks($"{path} is gone");
            }
        }

        comparison.changes.AddRange(after.Keys.Except(before.Keys).Select(path => new SchemaChange(false, $"{path} is new")));
        return [.. comparison.changes.OrderByDescending(c => c.Breaks).ThenBy(c => c.What, StringComparer.Ordinal)];
    }

    private void Schema(string place, JsonObject old, JsonObject now)
    {
        foreach (var keyword in old.Select(k => k.Key).Union(now.Select(k => k.Key)))
        {
            var (was, becomes) = (old[keyword], now[keyword]);
            if (JsonNode.DeepEquals(was, becomes))
            {
                continue;
            }

            switch (keyword)
            {
                case "title" or "description":
                    Adds($"{place}: its {keyword} says something else");
                    break;
                case "properties" or "$defs":
                    Members(place, was as JsonObject ?? [], becomes as JsonObject ?? [], Words(now["required"]));
                    break;
                case "required":
                    Words(was).Except(Words(becomes)).ToList().ForEach(m => Breaks($"{place}: the member {m} may be missing now"));

                    // A member that is new is told of there.
                    Words(becomes).Except(Words(was)).Where(m => old["properties"]?[m] is not null).ToList().ForEach(m => Breaks($"{place}: the member {m} must be there now"));
                    break;
                case "enum" when was is not null && becomes is not null:
                    Words(was).Except(Words(becomes)).ToList().ForEach(w => Breaks($"{place}: the word {w} is gone"));
                    Words(becomes).Except(Words(was)).ToList().ForEach(w => Adds($"{place}: the word {w} is new"));
                    break;
                case "items" when was is JsonObject && becomes is JsonObject:
                    Schema(place + "[]", (JsonObject)was, (JsonObject)becomes);
                    break;
                default:
                    Breaks($"{place}: {keyword} {was?.ToJsonString() ?? "nothing"} is now {becomes?.ToJsonString() ?? "nothing"}");
                    break;
            }
        }
    }

    private void Members(string place, JsonObject old, JsonObject now, HashSet<string> needed)
    {
        foreach (var (name, member) in old)
        {
            if (now[name] is JsonObject other)
            {
                Schema($"{place}.{name}", (JsonObject)member!, other);
            }
            else
            {
                Breaks($"{place}: the member {name} is gone");
            }
        }

        foreach (var (name, _) in now.Where(m => old[m.Key] is null))
        {
            changes.Add(new(needed.Contains(name), $"{place}: the member {name} is new{(needed.Contains(name) ? " and must be there" : "")}"));
        }
    }

    private static HashSet<string> Words(JsonNode? list) => [.. (list as JsonArray ?? []).Select(w => w?.ToString() ?? "null")];

    private void Breaks(string what) => changes.Add(new(true, what));

    private void Adds(string what) => changes.Add(new(false, what));
}
