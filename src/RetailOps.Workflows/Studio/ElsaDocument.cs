using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows;

/// <summary>
/// A definition's JSON in the one form that is stored and compared: the original's members in its order, what nobody knows behind them, node ids computed anew,
/// one spelling of drivers and strategies. Types that this system does not have stay as they were drawn.
/// </summary>
internal static class ElsaDocument
{
    public const string Schema = "https://elsaworkflows.io/schemas/workflow-definition/v3.0.0/schema.json";

    /// <summary>Where an answer carries the revision of a draft, and the designer brings it back: a map of which it keeps what it does not know.</summary>
    public const string Revision = "RetailOps.Revision";

    private const string NotFound = "Elsa.NotFoundActivity";

    /// <summary>In the order of the original's files.</summary>
    private static readonly string[] Known =
    [
        "$schema", "id", "definitionId", "name", "description", "createdAt", "version", "toolVersion", "variables", "inputs", "outputs", "outcomes", "customProperties",
        "isReadonly", "isSystem", "isLatest", "isPublished", "options", "root",
    ];

    /// <summary>Said by the row, or only once: no part of what a definition says.</summary>
    private static readonly string[] Passing = ["$schema", "id", "definitionId", "createdAt", "version", "toolVersion", "isLatest", "isPublished", "isReadonly", "links", "materializerName", "providerName", "tenantId"];

    private static readonly string[] KnownOfActivity = ["type", "version", "id", "nodeId", "name", "metadata", "customProperties"];

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 512 };

    /// <param name="model">An object that <see cref="DefinitionReader"/> has read, in any case.</param>
    public static JsonObject Normal(JsonElement model)
    {
        var given = JsonObject.Create(model)!.DeepClone().AsObject();
        var drawn = new Dictionary<string, JsonNode?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in given.ToList())
        {
            given.Remove(name);
            drawn[name] = value;
        }

        var normal = new JsonObject();
        foreach (var name in Known.Skip(1))
        {
            if (drawn.Remove(name, out var value) && value is not null)
            {
                normal[name] = value;
            }
            else if (name is "variables" or "inputs" or "outputs" or "outcomes")
            {
                normal[name] = new JsonArray();
            }
            else if (name is "customProperties" or "options")
            {
                normal[name] = new JsonObject();
            }
        }

        normal.TryAdd("isSystem", false);
        foreach (var (name, value) in drawn.Where(d => !Passing.Contains(d.Key, StringComparer.OrdinalIgnoreCase)))
        {
            normal[name] = value;
        }

        (normal["customProperties"] as JsonObject)?.Remove(Revision);
        foreach (var variable in Objects(normal["variables"]).Concat(Objects(normal["inputs"])))
        {
            Spell(variable, "storageDriverTypeName");
            Spell(variable, "storageDriverType");
        }

        if (normal["options"] is JsonObject options)
        {
            Spell(options, "activationStrategyType");
            Spell(options, "incidentStrategyType");
        }

        normal["root"] = normal["root"] is JsonObject root
            ? Activity(root, WorkflowRoot.RootId)
            : Activity(new JsonObject { ["id"] = "Sequence1", ["name"] = "Sequence1", ["type"] = "Elsa.Sequence", ["version"] = 1, ["activities"] = new JsonArray() }, WorkflowRoot.RootId);
        return normal;
    }

    /// <summary>Of what a definition says, whoever says it and in which version: what an approval is bound to.</summary>
    public static string Checksum(JsonObject normal)
    {
        var content = normal.DeepClone().AsObject();
        foreach (var name in Passing)
        {
            content.Remove(name);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Ordered(content).ToJsonString(Relaxed))));
    }

    public static string Checksum(string document) => Checksum(Normal(Parse(document)));

    /// <summary>The text that is stored for a version.</summary>
    public static string Text(JsonObject normal, string versionId, string definitionId, int version, DateTimeOffset created)
    {
        var text = normal.DeepClone().AsObject();
        (text["id"], text["definitionId"], text["version"], text["createdAt"], text["toolVersion"]) = (versionId, definitionId, version, created, StudioEndpoints.ElsaVersion);
        return Ordered(text).ToJsonString(Relaxed);
    }

    /// <summary>A stored version as the designer gets it.</summary>
    public static JsonObject Answer(StoredVersion version, ActivityCatalogue catalogue, bool withLinks = true)
    {
        var normal = Whole(version);
        if (normal["customProperties"] is JsonObject custom)
        {
            custom[Revision] = version.Revision;
        }

        if (normal["root"] is JsonObject root)
        {
            normal["root"] = Shown(root, catalogue);
        }

        var answer = new JsonObject();
        if (withLinks)
        {
            answer["links"] = DefinitionLinks.Of(version.DefinitionId);
        }

        foreach (var (name, value) in normal.ToList())
        {
            normal.Remove(name);
            answer[name] = value;
        }

        return answer;
    }

    /// <summary>A stored version as a file: the schema first, formatted to be reviewed.</summary>
    /// <param name="version">Which.</param>
    /// <param name="isLean">Without what says nothing: flags that are not set.</param>
    public static byte[] File(StoredVersion version, bool isLean = false)
    {
        var file = new JsonObject { ["$schema"] = Schema };
        var normal = Whole(version);
        if (isLean)
        {
            Lean(normal["root"]);
        }

        foreach (var (name, value) in normal.ToList())
        {
            normal.Remove(name);
            file[name] = value;
        }

        return DefinitionReader.Read(Encoding.UTF8.GetBytes(file.ToJsonString(Relaxed))).Write();
    }

    public static JsonElement Parse(string document)
    {
        using var parsed = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = 512 });
        return parsed.RootElement.Clone();
    }

    private static void Lean(JsonNode? node)
    {
        if (node is JsonObject one)
        {
            if (one["customProperties"] is JsonObject custom)
            {
                foreach (var (name, _) in custom.Where(m => m.Value is JsonArray { Count: 0 } || (m.Value is JsonValue flag && flag.TryGetValue<bool>(out var set) && !set)).ToList())
                {
                    custom.Remove(name);
                }
            }

            foreach (var (_, inner) in one)
            {
                Lean(inner);
            }
        }
        else if (node is JsonArray many)
        {
            foreach (var inner in many)
            {
                Lean(inner);
            }
        }
    }

    private static JsonObject Whole(StoredVersion version)
    {
        var normal = Normal(Parse(version.Document));
        (normal["id"], normal["definitionId"], normal["name"], normal["version"]) = (version.VersionId, version.DefinitionId, version.Name, version.Version);
        normal["createdAt"] = version.IsFromFile && normal["createdAt"] is JsonValue written ? written.DeepClone() : version.Created;
        (normal["isReadonly"], normal["isSystem"], normal["isLatest"], normal["isPublished"]) = (false, version.IsSystem, version.IsLatest, version.IsPublished);
        return Ordered(normal);
    }

    /// <summary>Moves the members into their order; nothing stays behind.</summary>
    private static JsonObject Ordered(JsonObject normal)
    {
        var ordered = new JsonObject();
        foreach (var name in Known.Concat(normal.Select(m => m.Key).Except(Known).ToList()))
        {
            if (normal.Remove(name, out var value))
            {
                ordered[name] = value;
            }
        }

        return ordered;
    }

    private static void Spell(JsonObject of, string name)
    {
        if (of[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0)
        {
            of[name] = DesignerLists.Spelled(text);
        }
    }

    private static JsonObject Activity(JsonObject given, string parent)
    {
        var drawn = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (name, value) in given.ToList())
        {
            given.Remove(name);
            drawn[char.IsUpper(name, 0) ? JsonNamingPolicy.CamelCase.ConvertName(name) : name] = value;
        }

        if (TextOf(drawn, "type") == NotFound && TextOf(drawn, "originalActivityJson") is { } original && Original(original) is { } kept)
        {
            // What stood in for it comes back with its place in the picture; everything else is as it was drawn.
            kept["id"] = drawn.GetValueOrDefault("id")?.DeepClone() ?? kept["id"]?.DeepClone();
            kept["metadata"] = Placed(kept["metadata"] as JsonObject, drawn.GetValueOrDefault("metadata") as JsonObject);
            return Activity(kept, parent);
        }

        var id = TextOf(drawn, "id") ?? "";
        var nodeId = parent + ":" + id;
        var custom = drawn.GetValueOrDefault("customProperties") as JsonObject ?? [];
        custom.TryAdd("canStartWorkflow", drawn.Remove("canStartWorkflow", out var starts) && starts is JsonValue flag && flag.TryGetValue<bool>(out var set) && set);
        custom.TryAdd("runAsynchronously", false);
        var activity = new JsonObject { ["type"] = TextOf(drawn, "type") ?? "", ["version"] = drawn.GetValueOrDefault("version") ?? 1, ["id"] = id, ["nodeId"] = nodeId };
        if (drawn.GetValueOrDefault("name") is { } title)
        {
            activity["name"] = title;
        }

        activity["metadata"] = drawn.GetValueOrDefault("metadata") as JsonObject ?? [];
        activity["customProperties"] = custom;
        foreach (var (name, value) in drawn.Where(d => !KnownOfActivity.Contains(d.Key)))
        {
            activity[name] = Part(name, value, nodeId);
        }

        // A container that was just begun in the designer's dialog has none of these, and the designer expects them.
        if (TextOf(drawn, "type") is "Elsa.Flowchart" or "Elsa.Sequence" or "Elsa.Parallel")
        {
            activity.TryAdd("variables", new JsonArray());
            activity.TryAdd("activities", new JsonArray());
        }

        if (TextOf(drawn, "type") is "Elsa.Flowchart")
        {
            activity.TryAdd("connections", new JsonArray());
            custom.TryAdd("notFoundConnections", new JsonArray());
        }

        return activity;
    }

    private static JsonNode? Part(string name, JsonNode? value, string nodeId)
    {
        switch (value)
        {
            case JsonArray list when name is "activities" or "branches":
                return Each(list, item => item is JsonObject child && (name == "activities" || IsActivity(child)) ? Activity(child, nodeId) : item);
            case JsonArray cases when name is "cases":
                foreach (var one in cases.OfType<JsonObject>())
                {
                    if (one["activity"] is JsonObject of && IsActivity(of))
                    {
                        one.Remove("activity");
                        one["activity"] = Activity(of, nodeId);
                    }
                }

                return cases;
            case JsonObject port when name is not "start" && IsActivity(port):
                return Activity(port, nodeId);
            case JsonArray variables when name is "variables":
                foreach (var variable in variables.OfType<JsonObject>())
                {
                    Spell(variable, "storageDriverTypeName");
                }

                return variables;
            default:
                return value;
        }
    }

    /// <summary>Types that this system does not have are shown as the original shows them, with the drawing inside.</summary>
    private static JsonObject Shown(JsonObject activity, ActivityCatalogue catalogue)
    {
        var type = activity["type"]?.GetValue<string>() ?? "";
        var version = activity["version"] is JsonValue number && number.TryGetValue<int>(out var given) ? given : 0;
        if (catalogue.Find(type, version) is null && !ElsaWords.ShownOnly.Contains(type) && activity["workflowDefinitionId"] is null)
        {
            return new()
            {
                ["missingTypeName"] = type,
                ["missingTypeVersion"] = version,
                ["originalActivityJson"] = activity.ToJsonString(Relaxed),
                ["id"] = activity["id"]!.DeepClone(),
                ["nodeId"] = activity["nodeId"]!.DeepClone(),
                ["name"] = activity["name"]?.DeepClone(),
                ["type"] = NotFound,
                ["version"] = 1,
                ["customProperties"] = activity["customProperties"]!.DeepClone(),
                ["metadata"] = Placed(new() { ["displayText"] = "Not Found: " + type, ["description"] = $"Could not find activity type {type} with version {version}" }, activity["metadata"] as JsonObject),
            };
        }

        foreach (var (name, value) in activity.ToList())
        {
            switch (value)
            {
                case JsonArray list when name is "activities" or "branches":
                    activity[name] = Each(list, item => item is JsonObject child && IsActivity(child) ? Shown(child, catalogue) : item);
                    break;
                case JsonArray cases when name is "cases":
                    foreach (var one in cases.OfType<JsonObject>().Where(c => c["activity"] is JsonObject of && IsActivity(of)))
                    {
                        var of = one["activity"]!.AsObject();
                        one.Remove("activity");
                        one["activity"] = Shown(of, catalogue);
                    }

                    break;
                case JsonObject port when name is not ("start" or "metadata" or "customProperties") && IsActivity(port):
                    activity.Remove(name);
                    activity[name] = Shown(port, catalogue);
                    break;
                case JsonObject input:
                    OutcomeLists.Show(name, input);
                    break;
            }
        }

        return activity;
    }

    private static JsonArray Each(JsonArray list, Func<JsonNode?, JsonNode?> change)
    {
        var items = list.ToList();
        list.Clear();
        return [.. items.Select(change)];
    }

    private static JsonObject Placed(JsonObject? metadata, JsonObject? by)
    {
        var placed = metadata?.DeepClone().AsObject() ?? [];
        if (by?["designer"] is { } designer)
        {
            placed["designer"] = designer.DeepClone();
        }

        return placed;
    }

    private static JsonObject? Original(string json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: new() { MaxDepth = 256, AllowDuplicateProperties = false }) as JsonObject is { } kept && IsActivity(kept) ? kept : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsActivity(JsonObject json) => json.Any(m => m.Key.Equals("type", StringComparison.OrdinalIgnoreCase) && IsText(m.Value)) && json.Any(m => m.Key.Equals("id", StringComparison.OrdinalIgnoreCase) && IsText(m.Value));

    private static bool IsText(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out _);

    private static string? TextOf(Dictionary<string, JsonNode?> members, string name) => members.GetValueOrDefault(name) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static IEnumerable<JsonObject> Objects(JsonNode? list) => list is JsonArray items ? items.OfType<JsonObject>() : [];
}
