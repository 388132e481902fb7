using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows;

/// <summary>What two versions say differently, for who is to decide. Places in the picture, node ids and what every save writes anew do not count.</summary>
internal static class Difference
{
    private static readonly string[] NotOfDefinition = ["id", "definitionId", "version", "createdAt", "toolVersion", "isLatest", "isPublished", "isReadonly", "root", "$schema"];
    private static readonly string[] NotOfActivity = ["id", "nodeId", "activities", "connections", "branches"];
    private static readonly string[] Known = ["type", "version", "name"];
    private static readonly string[] ById = ["variables", "inputs", "outputs"];

    public static WorkflowDifference Of(StoredVersion? before, StoredVersion after)
    {
        var (old, now) = (before is null ? [] : ElsaDocument.Normal(ElsaDocument.Parse(before.Document)), ElsaDocument.Normal(ElsaDocument.Parse(after.Document)));
        var (oldActivities, nowActivities) = (Activities(old["root"] as JsonObject), Activities(now["root"] as JsonObject));
        var (oldConnections, nowConnections) = (Connections(old["root"] as JsonObject), Connections(now["root"] as JsonObject));
        return new(
            after.DefinitionId,
            after.Version,
            before?.Version,
            [.. nowActivities.Where(a => !oldActivities.ContainsKey(a.Key)).Select(a => Whole(a.Value))],
            [.. oldActivities.Where(a => !nowActivities.ContainsKey(a.Key)).Select(a => Whole(a.Value))],
            [
                .. nowActivities.Where(a => oldActivities.ContainsKey(a.Key))
                    .Select(a => new ActivityChange(Drawn(a.Value), [.. Changes(Said(oldActivities[a.Key]), Said(a.Value))]))
                    .Where(c => c.Changes.Count > 0),
            ],
            [.. nowConnections.Except(oldConnections)],
            [.. oldConnections.Except(nowConnections)],
            [.. Changes(Members(old), Members(now))]);
    }

    private static Dictionary<string, JsonObject> Activities(JsonObject? root)
    {
        var found = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        Walk(root, a => found.TryAdd(a["id"]!.GetValue<string>(), a));
        return found;
    }

    private static HashSet<string> Connections(JsonObject? root)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        Walk(root, a =>
        {
            foreach (var connection in Element(a["connections"]) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [])
            {
                var (source, target) = (connection.Member("source") ?? default, connection.Member("target") ?? default);
                var from = source.ValueKind == JsonValueKind.String ? source.GetString() : source.Text("activity");
                var to = target.ValueKind == JsonValueKind.String ? target.GetString() : target.Text("activity");
                found.Add($"{from} –{source.Text("port") ?? connection.Text("sourcePort") ?? "Done"}→ {to}");
            }
        });
        return found;
    }

    private static void Walk(JsonNode? node, Action<JsonObject> each)
    {
        switch (node)
        {
            case JsonObject one:
                if (one["nodeId"] is JsonValue)
                {
                    each(one);
                }

                foreach (var (_, inner) in one)
                {
                    Walk(inner, each);
                }

                break;
            case JsonArray many:
                foreach (var inner in many)
                {
                    Walk(inner, each);
                }

                break;
        }
    }

    private static DrawnActivity Drawn(JsonObject a) => new(a["id"]!.GetValue<string>(), a["type"]?.GetValue<string>() ?? "", (a["name"] as JsonValue)?.GetValue<string>());

    private static DrawnActivity Whole(JsonObject a) =>
        Drawn(a) with { Says = [.. Said(a).Where(m => !Known.Contains(m.Key)).Select(m => new DrawnMember(m.Key, Element(m.Value)!.Value))] };

    /// <summary>An activity without what it holds, which is compared by itself, and without its place.</summary>
    private static SortedDictionary<string, JsonNode> Said(JsonObject activity)
    {
        var said = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var (name, value) in activity.Where(m => m.Value is not null && !NotOfActivity.Contains(m.Key)))
        {
            switch (value)
            {
                case JsonObject port when port["nodeId"] is JsonValue:
                    said[name] = port["id"]!;
                    break;
                case JsonObject map when name is "metadata" or "customProperties":
                    foreach (var (inner, part) in map.Where(m => m.Value is not null && m.Key is not ("designer" or "notFoundConnections")))
                    {
                        said[$"{name}.{inner}"] = part!;
                    }

                    break;
                default:
                    said[name] = value!;
                    break;
            }
        }

        return said;
    }

    /// <summary>What stands beside the drawing: lists by the names of what is in them, maps by their members.</summary>
    private static SortedDictionary<string, JsonNode> Members(JsonObject definition)
    {
        var said = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var (name, value) in definition.Where(m => m.Value is not null && !NotOfDefinition.Contains(m.Key)))
        {
            switch (value)
            {
                case JsonArray list when ById.Contains(name):
                    foreach (var item in list.OfType<JsonObject>())
                    {
                        said[$"{name}.{item["name"] ?? item["id"]}"] = item;
                    }

                    break;
                case JsonArray { Count: 0 }:
                    break;
                case JsonObject map:
                    foreach (var (inner, part) in map.Where(m => m.Value is not null))
                    {
                        said[$"{name}.{inner}"] = part!;
                    }

                    break;
                default:
                    said[name] = value!;
                    break;
            }
        }

        return said;
    }

    private static IEnumerable<MemberChange> Changes(SortedDictionary<string, JsonNode> before, SortedDictionary<string, JsonNode> after) =>
        from name in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
        let old = before.GetValueOrDefault(name)
        let now = after.GetValueOrDefault(name)
        where !JsonNode.DeepEquals(old, now)
        select new MemberChange(name, Element(old), Element(now));

    private static JsonElement? Element(JsonNode? node) => node is null ? null : ElsaDocument.Parse(node.ToJsonString());
}
