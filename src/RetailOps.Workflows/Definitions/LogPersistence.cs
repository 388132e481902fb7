using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Names of the inputs and outputs of an activity that are written down, by their slots; null where one is not.</summary>
internal sealed record RecordedValues(string?[] Inputs, string?[] Outputs);

/// <summary>
/// What a definition asks to have written down of its executions: <c>logPersistenceConfig</c> (or the older <c>logPersistenceMode</c>) among the custom
/// properties of the workflow and of an activity, which may differ for single inputs and outputs. A strategy that is an expression counts as none.
/// </summary>
internal static class LogPersistence
{
    /// <summary>What carries credentials is written down never, whatever the definition asks for.</summary>
    private static readonly string[] Secret = ["authorization", "requestHeaders"];

    /// <summary>Marks what is to be written down. Once, before a version runs.</summary>
    /// <param name="workflow">The version.</param>
    /// <param name="catalogue">Knows the names of inputs.</param>
    /// <param name="byDefault">What holds where the definition says nothing.</param>
    public static void Apply(CompiledWorkflow workflow, ActivityCatalogue catalogue, bool byDefault)
    {
        var whole = Default(workflow.Definition.Document) ?? byDefault;
        workflow.KeepsVariables = whole;
        var drawn = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (workflow.Definition.Root is { } root)
        {
            Collect(root, drawn);
        }

        foreach (var node in workflow.Nodes.Skip(1))
        {
            if (catalogue.Find(node.Type, node.Version) is not { } kind)
            {
                continue;
            }

            var own = drawn.GetValueOrDefault(node.Id);
            var all = Default(own) ?? whole;
            var recorded = new RecordedValues(
                [.. kind.Inputs.Select(i => !Secret.Contains(i.Name) && (Of(own, "inputs", i.Name) ?? all) ? Pascal(i.Name) : null)], [.. kind.Outputs.Select(o => Of(own, "outputs", o.Name) ?? all ? Pascal(o.Name) : null)]);
            node.Recorded = all || recorded.Inputs.Concat(recorded.Outputs).Any(n => n is not null) ? recorded : null;
        }
    }

    private static void Collect(ActivityDefinition activity, Dictionary<string, JsonElement> into)
    {
        into.TryAdd(activity.Id, activity.Json);
        foreach (var child in activity.Children.Concat(activity.Ports.Select(p => p.Value)))
        {
            Collect(child, into);
        }
    }

    private static bool? Default(JsonElement owner) => Config(owner) is { } config && config.Member("default") is { } value ? Strategy(value) : null;

    private static bool? Of(JsonElement owner, string group, string name) => Config(owner)?.Member(group)?.Member(name) is { } value ? Strategy(value) : null;

    private static JsonElement? Config(JsonElement owner) =>
        owner.Member("customProperties") is { } custom ? custom.Member("logPersistenceConfig") ?? custom.Member("logPersistenceMode") : null;

    /// <summary>The older form is a word; the newer one an object with the strategy's type.</summary>
    private static bool? Strategy(JsonElement value)
    {
        var said = value.ValueKind == JsonValueKind.String ? value.GetString() : value.Text("strategyType");
        return said?.Split(',')[0].Split('.')[^1] switch
        {
            "Include" => true,
            "Exclude" => false,
            _ => null,
        };
    }

    private static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
