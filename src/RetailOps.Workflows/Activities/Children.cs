using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows;

/// <summary>Starts an instance of another definition, and waits for its end when that is asked for.</summary>
[Activity("Elsa.DispatchWorkflow", Category = "Composition")]
internal sealed class DispatchWorkflow : Activity
{
    [Input]
    public Input<string> WorkflowDefinitionId { get; set; } = null!;

    [Input]
    public Input<string> CorrelationId { get; set; } = null!;

    [Input]
    public Input<object> Input { get; set; } = null!;

    [Input]
    public Input<bool> WaitForCompletion { get; set; } = null!;

    /// <summary>Read and kept; traces here follow what caused what.</summary>
    [Input]
    public Input<bool> StartNewTrace { get; set; } = null!;

    /// <summary>Read and kept; there is one channel here.</summary>
    [Input]
    public Input<string> ChannelName { get; set; } = null!;

    /// <summary>The child's outputs by name; null when nobody waits.</summary>
    [Output]
    public Output<object?> Result { get; set; } = null!;

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var waits = context.Get(WaitForCompletion);
        await ((Burst)context).StartChild(context.Get(WorkflowDefinitionId), context.Get(CorrelationId), ChildInput.Of(context.Get(Input)), waits);
        if (!waits)
        {
            context.Complete();
        }
    }

    public override ValueTask ResumeAsync(ActivityContext context, JsonElement? payload)
    {
        context.Set(Result, ChildInput.End((Burst)context, payload).GetProperty("output"));
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Runs an instance of another definition and waits for its end, however it ends.</summary>
[Activity("Elsa.ExecuteWorkflow", Category = "Composition")]
internal sealed class ExecuteWorkflow : Activity
{
    [Input]
    public Input<string> WorkflowDefinitionId { get; set; } = null!;

    [Input]
    public Input<string> CorrelationId { get; set; } = null!;

    [Input]
    public Input<object> Input { get; set; } = null!;

    /// <summary>Read and kept; how a child ends is known only when it has, so its parent always waits.</summary>
    [Input]
    public Input<bool> WaitForCompletion { get; set; } = null!;

    /// <summary><c>{workflowInstanceId, status, subStatus, output}</c>.</summary>
    [Output]
    public Output<object?> Result { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context) =>
        ((Burst)context).StartChild(context.Get(WorkflowDefinitionId), context.Get(CorrelationId), ChildInput.Of(context.Get(Input)), isAwaited: true);

    public override ValueTask ResumeAsync(ActivityContext context, JsonElement? payload)
    {
        context.Set(Result, ChildInput.End((Burst)context, payload));
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Starts one child for each item. Waiting, it runs a port of its own for each child that ends, and is done when all have.</summary>
[Activity("Elsa.BulkDispatchWorkflows", Category = "Composition")]
[Outcomes("Completed", "Canceled", "Done")]
internal sealed class BulkDispatchWorkflows : Composite
{
    public const int MostItems = 1_000;

    private const string Open = "open";
    private const string Canceled = "canceled";

    [Input]
    public Input<string> WorkflowDefinitionId { get; set; } = null!;

    [Input]
    public Input<object> Items { get; set; } = null!;

    [Input(Default = "Item")]
    public Input<string> DefaultItemInputKey { get; set; } = null!;

    /// <summary>Evaluated for each item, which scripts see under the name of <see cref="DefaultItemInputKey"/>.</summary>
    [Input]
    public Input<string> CorrelationIdFunction { get; set; } = null!;

    [Input]
    public Input<object> Input { get; set; } = null!;

    [Input(Default = "true")]
    public Input<bool> WaitForCompletion { get; set; } = null!;

    /// <summary>Read and kept; traces here follow what caused what.</summary>
    [Input]
    public Input<bool> StartNewTrace { get; set; } = null!;

    /// <summary>Read and kept; there is one channel here.</summary>
    [Input]
    public Input<string> ChannelName { get; set; } = null!;

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var burst = (Burst)context;
        var items = ItemList.Of(context.Get(Items));
        if (items.Count > MostItems)
        {
            throw new InvalidOperationException($"{items.Count} children at once are too many; {MostItems} are allowed. Split the list.");
        }

        var waits = context.Get(WaitForCompletion);
        var name = context.Get(DefaultItemInputKey) is { Length: > 0 } drawn ? drawn : "Item";
        for (var i = 0; i < items.Count; i++)
        {
            burst.Arguments = new Dictionary<string, object?> { [name] = ValueConverter.Plain(items[i]) };
            try
            {
                await burst.StartChild(context.Get(WorkflowDefinitionId), context.Get(CorrelationIdFunction), ChildInput.Of(context.Get(Input), items[i], name), waits, i);
            }
            finally
            {
                burst.Arguments = null;
            }
        }

        if (waits && items.Count > 0)
        {
            context[Open] = JsonSerializer.SerializeToElement(items.Count);
        }
        else
        {
            context.Complete(waits ? ["Completed", "Done"] : ["Done"]);
        }
    }

    public override ValueTask ResumeAsync(ActivityContext context, JsonElement? payload)
    {
        var burst = (Burst)context;
        context[Open] = JsonSerializer.SerializeToElement(Left(burst.Current) - 1);
        var end = payload!.Value;
        var how = end.GetProperty("subStatus").GetString();
        if (how == nameof(InstanceSubStatus.Cancelled))
        {
            context[Canceled] = JsonSerializer.SerializeToElement(true);
        }

        var port = how switch
        {
            nameof(InstanceSubStatus.Finished) => burst.Node.Port("childCompleted"),
            nameof(InstanceSubStatus.Faulted) or ChildEnd.Rejected => burst.Node.Port("childFaulted"),
            _ => null,
        };
        if (port is not null)
        {
            burst.Schedule(port, burst.Current, locals: new()
            {
                ["ChildInstanceId"] = end.GetProperty("workflowInstanceId").GetString(),
                ["ChildOutput"] = end.GetProperty("output"),
            });
        }
        else if (Outcome(burst.Current) is { } outcomes)
        {
            context.Complete(outcomes.Many!);
        }

        return ValueTask.CompletedTask;
    }

    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes) => Outcome(self);

    protected override void Begin(Burst burst) => throw new NotSupportedException();

    private static int Left(ActivityExecution self) => self.Properties![Open].GetInt32();

    private static Outcomes? Outcome(ActivityExecution self) =>
        Left(self) > 0 || self.Children > 0 ? null : new Outcomes(null, [self.Properties!.ContainsKey(Canceled) ? "Canceled" : "Completed", "Done"]);
}

/// <summary>What goes into a child and what comes back.</summary>
internal static class ChildInput
{
    /// <exception cref="FormatException">The input is no object.</exception>
    public static JsonObject Of(object? input)
    {
        if (input is null or "" or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined })
        {
            return [];
        }

        return ValueConverter.ToJson(input) is { ValueKind: JsonValueKind.Object } json
            ? JsonObject.Create(json.Clone())!
            : throw new FormatException("The input of a child must be an object: names and values.");
    }

    /// <summary>An item that is an object gives its members as inputs, as in the original; every item stands under its name, too.</summary>
    public static JsonObject Of(object? input, JsonElement item, string name)
    {
        var merged = Of(input);
        if (item.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in item.EnumerateObject())
            {
                merged[member.Name] = JsonSerializer.SerializeToNode(member.Value);
            }
        }

        merged[name] = JsonSerializer.SerializeToNode(item);
        return merged;
    }

    /// <summary>The end of an awaited child.</summary>
    /// <exception cref="InvalidOperationException">It was never started. The step is then run from its beginning when it is retried, and asks for the child again.</exception>
    public static JsonElement End(Burst burst, JsonElement? payload)
    {
        var end = payload ?? throw new InvalidOperationException("The end of a child came without saying how it ended.");
        if (end.GetProperty("subStatus").GetString() == ChildEnd.Rejected)
        {
            burst.Current.Resumed = false;
            throw new InvalidOperationException(end.GetProperty("message").GetString());
        }

        return end;
    }
}

/// <summary>Lists as inputs give them.</summary>
internal static class ItemList
{
    /// <exception cref="FormatException">It is neither a list nor nothing.</exception>
    public static List<JsonElement> Of(object? value)
    {
        if (value is null or "" or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined })
        {
            return [];
        }

        return ValueConverter.ToJson(value) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Select(i => i.Clone())]
            : throw new FormatException("A list of items is wanted.");
    }
}
