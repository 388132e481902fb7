using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Workflows;

namespace RetailOps.Bench;

/// <summary>The definitions of the engine's suite: flowcharts in one line.</summary>
internal static class EngineDrawings
{
    public const int Steps = 10;

    /// <summary>Ten steps that set a variable, one after the other: five from a literal, five from the other variable.</summary>
    public static CompiledWorkflow Trivial() => Compile(Draw("bench-trivial", [.. Assignments(_ => null)]));

    /// <summary>The same with a script in each.</summary>
    public static CompiledWorkflow Scripted() => Compile(Draw("bench-scripted", [.. Assignments(i => $"getLeft() + {i}")]));

    /// <summary>Starts by a fact, then ten trivial steps.</summary>
    public static string Run() => Draw("bench-run", [Event("began", Began.Name, starts: true), .. Assignments(_ => null)]).ToJsonString();

    /// <summary>Starts by a fact and waits for another one.</summary>
    public static string Wait() => Draw("bench-wait", [Event("began", Began.Name, starts: true), Event("told", Told.Name, starts: false)]).ToJsonString();

    private static CompiledWorkflow Compile(JsonObject definition) =>
        WorkflowCompiler.Compile(WorkflowDefinition.Read(Encoding.UTF8.GetBytes(definition.ToJsonString())), new ActivityCatalogue([]));

    private static IEnumerable<JsonObject> Assignments(Func<int, string?> script) => Enumerable.Range(0, Steps).Select(i => new JsonObject
    {
        ["id"] = $"set-{i}",
        ["type"] = "Elsa.SetVariable",
        ["version"] = 1,
        ["variable"] = Variable(i % 2 == 0 ? "Left" : "Right"),
        ["value"] = new JsonObject
        {
            ["typeName"] = "Object",
            ["expression"] = script(i) is { } text ? new JsonObject { ["type"] = "JavaScript", ["value"] = text }
                : i % 2 == 0 ? new JsonObject { ["type"] = "Literal", ["value"] = i }
                : new JsonObject { ["type"] = "Variable", ["value"] = Variable("Left") },
        },
    });

    private static JsonObject Event(string id, string name, bool starts) => new()
    {
        ["id"] = id,
        ["type"] = "Elsa.Event",
        ["version"] = 1,
        ["customProperties"] = new JsonObject { ["canStartWorkflow"] = starts },
        ["eventName"] = new JsonObject { ["typeName"] = "String", ["expression"] = new JsonObject { ["type"] = "Literal", ["value"] = name } },
    };

    private static JsonObject Variable(string name) => new() { ["id"] = "v-" + name, ["name"] = name, ["typeName"] = "Int32", ["value"] = 0 };

    private static JsonObject Draw(string definitionId, JsonObject[] steps) => new()
    {
        ["id"] = definitionId + "-1",
        ["definitionId"] = definitionId,
        ["name"] = definitionId,
        ["version"] = 1,
        ["isPublished"] = true,
        ["isLatest"] = true,
        ["variables"] = new JsonArray(Variable("Left"), Variable("Right")),
        ["options"] = new JsonObject(),
        ["root"] = new JsonObject
        {
            ["type"] = "Elsa.Flowchart",
            ["version"] = 1,
            ["id"] = "chart",
            ["activities"] = new JsonArray([.. steps]),
            ["connections"] = new JsonArray([.. steps.Zip(steps.Skip(1), (from, to) => new JsonObject
            {
                ["source"] = new JsonObject { ["activity"] = JsonValue.Create(from["id"]!.GetValue<string>()), ["port"] = "Done" },
                ["target"] = new JsonObject { ["activity"] = JsonValue.Create(to["id"]!.GetValue<string>()), ["port"] = "In" },
            })]),
        },
    };
}
