using System.Text.Json.Nodes;

using RetailOps.Workflows;

namespace RetailOps.Testing;

/// <summary>Draws a definition of one line of steps, in few words, and publishes it as a file would be.</summary>
public sealed class Flow(string id)
{
    private readonly JsonArray activities = [];
    private readonly JsonArray connections = [];
    private readonly JsonArray variables = [];
    private (string Step, string[] Ports)? last;

    /// <summary>The event that starts it; its data stands in the variable <c>Placed</c>.</summary>
    public Flow StartsWith(string eventName)
    {
        Variable("Placed");
        Variable("Granted");
        return Add("begin", "Elsa.Event", ["Done"], new JsonObject
        {
            ["customProperties"] = new JsonObject { ["canStartWorkflow"] = true },
            ["eventName"] = Input(eventName),
            ["result"] = new JsonObject { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = "v-Placed" } },
        });
    }

    /// <summary>What starts it that is no event: a clock, or a web request, the parts of whose path stand in the variable <c>Route</c>. Inputs as in <see cref="Step"/>.</summary>
    public Flow StartsBy(string type, params (string Name, string Value)[] inputs)
    {
        Variable("Route");
        var members = Inputs(inputs);
        members["customProperties"] = new JsonObject { ["canStartWorkflow"] = true };
        if (type == "Elsa.HttpEndpoint")
        {
            members["routeData"] = new JsonObject { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = "v-Route" } };
        }

        return Add("begin", type, ["Done"], members);
    }

    /// <summary>Takes stock for all lines and writes what was granted into the order.</summary>
    /// <param name="outcomes">After which outcomes of that it goes on; <c>Allocated</c> when none is given.</param>
    public Flow Allocate(params string[] outcomes)
    {
        Add("allocate", "RetailOps.AllocateOrder", ["Allocated", "Partly", "Short"], new JsonObject
        {
            ["lines"] = Input("js:getPlaced().lines"),
            ["granted"] = new JsonObject { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = "v-Granted" } },
        });
        return Add("record", "RetailOps.RecordAllocation", outcomes.Length == 0 ? ["Allocated"] : outcomes, new JsonObject { ["granted"] = Input("var:Granted") });
    }

    /// <summary>A wait for an event.</summary>
    public Flow Wait(string step, string eventName) => Add(step, "Elsa.Event", ["Done"], new JsonObject { ["eventName"] = Input(eventName) });

    /// <summary>A wait for the clock.</summary>
    public Flow Delay(string step, TimeSpan span) => Add(step, "Elsa.Delay", ["Done"], new JsonObject { ["timeSpan"] = Input(span.ToString("c")) });

    /// <summary>Any step; inputs as literals, or <c>js:…</c>, or <c>var:…</c>.</summary>
    public Flow Step(string step, string type, params (string Name, string Value)[] inputs) => Add(step, type, ["Done"], Inputs(inputs));

    /// <summary>Publishes definitions.</summary>
    public static async Task Publish(IServiceProvider services, params Flow[] flows)
    {
        var folder = Directory.CreateTempSubdirectory("flows-");
        try
        {
            foreach (var flow in flows)
            {
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, flow.Id + ".json"), flow.Json());
            }

            await Import(services, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Publishes a folder's definitions, all of them.</summary>
    public static async Task Import(IServiceProvider services, string folder)
    {
        if ((await services.ImportWorkflowsAsync(folder)).Refused is { Count: > 0 } refused)
        {
            throw new InvalidOperationException(string.Join(Environment.NewLine, refused));
        }
    }

    private string Id => id;

    private void Variable(string name) => variables.Add(new JsonObject { ["id"] = "v-" + name, ["name"] = name, ["typeName"] = "Object" });

    private Flow Add(string step, string type, string[] ports, JsonObject members)
    {
        (members["id"], members["type"], members["version"], members["name"]) = (step, type, 1, step);
        activities.Add(members);
        foreach (var port in last?.Ports ?? [])
        {
            connections.Add(new JsonObject
            {
                ["source"] = new JsonObject { ["activity"] = last!.Value.Step, ["port"] = port },
                ["target"] = new JsonObject { ["activity"] = step, ["port"] = "In" },
            });
        }

        last = (step, ports);
        return this;
    }

    private string Json() => new JsonObject
    {
        ["id"] = id + "-1",
        ["definitionId"] = id,
        ["version"] = 1,
        ["name"] = id,
        ["variables"] = variables,
        ["inputs"] = new JsonArray(),
        ["outputs"] = new JsonArray(),
        ["options"] = new JsonObject { ["activationStrategyType"] = "Elsa.Workflows.Runtime.ActivationValidators.CorrelatedSingletonStrategy, Elsa.Workflows.Runtime" },
        ["root"] = new JsonObject { ["id"] = "Flowchart1", ["type"] = "Elsa.Flowchart", ["version"] = 1, ["activities"] = activities, ["connections"] = connections },
    }.ToJsonString();

    private static JsonObject Inputs((string Name, string Value)[] inputs) => new([.. inputs.Select(i => KeyValuePair.Create(i.Name, (JsonNode?)Input(i.Value)))]);

    private static JsonObject Input(string value)
    {
        var (type, text) = value switch
        {
            ['j', 's', ':', ..] => ("JavaScript", JsonValue.Create(value[3..])),
            ['v', 'a', 'r', ':', ..] => ("Variable", (JsonNode?)new JsonObject { ["id"] = "v-" + value[4..], ["name"] = value[4..] }),
            _ => ("Literal", JsonValue.Create(value)),
        };
        return new JsonObject { ["typeName"] = "Object", ["expression"] = new JsonObject { ["type"] = type, ["value"] = text } };
    }
}
