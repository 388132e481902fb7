using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

/// <summary>Draws flowcharts in few words.</summary>
internal sealed class Drawing
{
    private readonly JsonArray activities = [];
    private readonly JsonArray connections = [];
    private readonly JsonArray variables = [];
    private readonly JsonArray outputs = [];
    private readonly JsonArray inputs = [];
    private readonly JsonObject properties = [];
    private string? strategy;
    private string name = "Drawn";

    public Drawing Variable(string name, string type, object? value = null)
    {
        variables.Add(new JsonObject { ["id"] = "v-" + name, ["name"] = name, ["typeName"] = type, ["value"] = JsonSerializer.SerializeToNode(value) });
        return this;
    }

    public Drawing Input(string name)
    {
        inputs.Add(new JsonObject { ["name"] = name, ["type"] = "Object" });
        return this;
    }

    public Drawing Output(string name)
    {
        outputs.Add(new JsonObject { ["name"] = name, ["type"] = "Object" });
        return this;
    }

    public Drawing Named(string text)
    {
        name = text;
        return this;
    }

    /// <summary>Keeps what its steps do, so that it can be undone.</summary>
    public Drawing Compensates()
    {
        properties["compensates"] = true;
        return this;
    }

    public Drawing InTokenMode()
    {
        properties["Flowchart:ExecutionMode"] = "TokenBased";
        return this;
    }

    /// <summary>How tokens meet before an activity that has been drawn.</summary>
    public Drawing Merges(string id, string mode) => Custom(id, "mergeMode", mode);

    /// <summary>A custom property of an activity that has been drawn.</summary>
    public Drawing Custom(string id, string property, JsonNode? value)
    {
        var activity = activities.OfType<JsonObject>().Single(a => (string?)a["id"] == id);
        var custom = activity["customProperties"] as JsonObject;
        activity["customProperties"] = custom ??= [];
        custom[property] = value;
        return this;
    }

    public Drawing Strategy(string name)
    {
        strategy = name;
        return this;
    }

    /// <param name="members">Inputs as <c>js:…</c>, <c>var:…</c>, <c>in:…</c> or literal text; JSON nodes as they are.</param>
    public Drawing Add(string id, string type, params (string Name, object? Value)[] members)
    {
        var activity = new JsonObject { ["id"] = id, ["type"] = type, ["version"] = 1, ["name"] = id };
        foreach (var (name, value) in members)
        {
            activity[name] = value is JsonNode node ? node : value is bool flag && name == "canStartWorkflow" ? flag : Wrapped(value);
        }

        if (activity["canStartWorkflow"] is { } start)
        {
            activity.Remove("canStartWorkflow");
            activity["customProperties"] = new JsonObject { ["canStartWorkflow"] = start.DeepClone() };
        }

        activities.Add(activity);
        return this;
    }

    public Drawing Line(string id, string text) => Add(id, "Elsa.WriteLine", ("text", text));

    public Drawing Set(string id, string variable, string value) =>
        Add(id, "Elsa.SetVariable", ("variable", new JsonObject { ["id"] = "v-" + variable }), ("value", value));

    /// <param name="way"><c>a → b</c>, <c>a:True → b</c>, several steps in one.</param>
    public Drawing Connect(string way)
    {
        var stops = way.Split('→', StringSplitOptions.TrimEntries);
        for (var i = 1; i < stops.Length; i++)
        {
            var from = stops[i - 1].Split(':');
            connections.Add(new JsonObject
            {
                ["source"] = new JsonObject { ["activity"] = from[0], ["port"] = from.Length > 1 ? from[1] : "Done" },
                ["target"] = new JsonObject { ["activity"] = stops[i].Split(':')[0], ["port"] = "In" },
            });
        }

        return this;
    }

    public JsonObject Json() => (JsonObject)new JsonObject
    {
        ["id"] = "version-1",
        ["definitionId"] = "drawn",
        ["version"] = 1,
        ["name"] = name,
        ["variables"] = variables,
        ["inputs"] = inputs,
        ["outputs"] = outputs,
        ["customProperties"] = properties,
        ["options"] = new JsonObject { ["incidentStrategyType"] = strategy },
        ["root"] = new JsonObject { ["id"] = "Flowchart1", ["type"] = "Elsa.Flowchart", ["version"] = 1, ["activities"] = activities, ["connections"] = connections },
    }.DeepClone();

    public WorkflowDefinition Definition(string definitionId = "drawn")
    {
        var json = Json();
        json["definitionId"] = definitionId;
        json["id"] = definitionId == "drawn" ? "version-1" : definitionId + "-1";
        return WorkflowDefinition.Read(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    /// <param name="published">What it may use as activities, by their names.</param>
    public CompiledWorkflow Compile(params WorkflowDefinition[] published) => WorkflowCompiler.Compile(Definition(), Bench.Catalogue, Library(published));

    /// <summary>Definitions by what activities say of them: version, definition, name.</summary>
    public static DefinitionLookup Library(IReadOnlyList<WorkflowDefinition> published) => reference =>
        published.FirstOrDefault(d => d.VersionId == reference.VersionId && reference.VersionId is not null)
        ?? published.FirstOrDefault(d => d.DefinitionId == reference.DefinitionId && reference.DefinitionId is not null)
        ?? published.FirstOrDefault(d => CompositeReference.TypeOf(d.Name) == reference.Type);

    private static JsonObject Wrapped(object? value)
    {
        var (type, text) = value switch
        {
            string s when s.StartsWith("js:", StringComparison.Ordinal) => ("JavaScript", JsonValue.Create(s[3..])),
            string s when s.StartsWith("in:", StringComparison.Ordinal) => ("Input", JsonValue.Create(s[3..])),
            string s when s.StartsWith("var:", StringComparison.Ordinal) => ("Variable", (JsonNode?)new JsonObject { ["id"] = "v-" + s[4..], ["name"] = s[4..] }),
            _ => ("Literal", JsonSerializer.SerializeToNode(value)),
        };
        return new JsonObject { ["typeName"] = "Object", ["expression"] = new JsonObject { ["type"] = type, ["value"] = text } };
    }
}
