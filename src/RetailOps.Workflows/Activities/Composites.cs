using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Another definition, used as an activity: it runs within the same instance. Ends with the outcomes that <c>Complete</c> in it says, or <c>Done</c>.</summary>
/// <param name="arguments">What is evaluated for each of its inputs, in their order.</param>
[Activity("Elsa.WorkflowDefinitionActivity")]
internal sealed class WorkflowActivity((ArgumentDefinition Argument, Expression Value)[] arguments) : Composite
{
    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes) => outcomes;

    protected override void Begin(Burst burst)
    {
        // All before any: what is given must not be seen by what is given next.
        var values = arguments.Select(a => (a.Argument.Name, Value: a.Argument.Type.Keep(a.Value.Evaluate(burst)))).ToList();
        var within = burst.Current.Variables ??= new ScopeValues();
        values.ForEach(v => within[v.Name] = v.Value);
        burst.Schedule(burst.Node.Children[0], burst.Current);
    }
}

/// <summary>Ends the workflow it stands in by outcomes of its choice: the one that is used as an activity, or the whole instance.</summary>
[Activity("Elsa.Complete", Category = "Composition")]
internal sealed class Complete : Activity, ITerminal
{
    /// <summary>One outcome, or a list of them.</summary>
    [Input(Default = "Done")]
    public Input<object> Outcomes { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        ((Burst)context).EndWorkflow(new Outcomes(null, Read(context.Get(Outcomes))));
        context.Complete();
        return ValueTask.CompletedTask;
    }

    private static List<string> Read(object? drawn)
    {
        var json = ValueConverter.ToJson(drawn);
        List<string> names = json.ValueKind switch
        {
            JsonValueKind.Array => [.. json.EnumerateArray().Select(o => o.ToString()).Where(o => o.Length > 0)],
            JsonValueKind.Null or JsonValueKind.Undefined => [],
            _ when json.ToString() is { Length: > 0 } one => [one],
            _ => [],
        };
        return names.Count == 0 ? ["Done"] : names;
    }
}
