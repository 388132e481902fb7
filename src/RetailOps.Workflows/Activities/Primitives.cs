using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>The engine's own activities; the retail ones come from the modules.</summary>
internal static class EngineActivities
{
    public static IReadOnlyList<Type> All { get; } =
    [
        typeof(Flowchart), typeof(FlowJoin), typeof(FlowFork), typeof(FlowDecision), typeof(FlowSwitch), typeof(FlowNode), typeof(Sequence),
        typeof(Start), typeof(End), typeof(Finish), typeof(Complete), typeof(SetVariable), typeof(SetOutput), typeof(WriteLine), typeof(Correlate), typeof(SetName),
        typeof(Fault), typeof(Event), typeof(Delay), typeof(RunJavaScript), typeof(DispatchWorkflow), typeof(ExecuteWorkflow), typeof(BulkDispatchWorkflows),
        typeof(If), typeof(Switch), typeof(While), typeof(For), typeof(ForEach), typeof(ParallelForEach), typeof(Fork), typeof(Parallel), typeof(Break),
        typeof(HumanTaskActivity), typeof(DecideActivity), typeof(PublishEvent), typeof(RunTask), typeof(TimerActivity), typeof(Cron), typeof(StartAt),
        typeof(HttpEndpoint), typeof(WriteHttpResponse), typeof(WriteFileHttpResponse), typeof(SendHttpRequest), typeof(FlowSendHttpRequest), typeof(DownloadHttpFile),
        typeof(StateMachine),
    ];
}

/// <summary>Stands in for a type that this system does not have: keeps the definition readable, fails when run.</summary>
[Activity("Elsa.NotFoundActivity")]
internal sealed class NotFoundActivity(string type) : Activity
{
    public const string Type = "Elsa.NotFoundActivity";

    public override ValueTask ExecuteAsync(ActivityContext context) => throw new NotFoundException(type);
}

[Activity("Elsa.SetVariable", Category = "Primitives")]
internal sealed class SetVariable : Activity, IDrawn
{
    private string? variable;

    [Input]
    public Input<object> Value { get; set; } = null!;

    public void Read(ActivityDefinition definition, ExpressionCompiler expressions) =>
        variable = (definition.Json.Member("variable") ?? default).Text("id");

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        var value = context.Get(Value);
        if (variable is null || !((Burst)context).TrySetVariable(variable, value))
        {
            throw new InvalidOperationException($"Variable '{variable}' not found.");
        }

        context.Complete();
        return ValueTask.CompletedTask;
    }
}

[Activity("Elsa.SetOutput", Category = "Composition")]
internal sealed class SetOutput : Activity
{
    [Input]
    public Input<string> OutputName { get; set; } = null!;

    [Input]
    public Input<object> OutputValue { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        ((Burst)context).SetWorkflowOutput(context.Get(OutputName) ?? "", context.Get(OutputValue));
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

[Activity("Elsa.WriteLine", Category = "Console")]
internal sealed class WriteLine : Activity
{
    [Input]
    public Input<string> Text { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        var burst = (Burst)context;
        burst.Services.Log(burst.Node, context.Get(Text) ?? "");
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

[Activity("Elsa.Correlate", Category = "Primitives")]
internal sealed class Correlate : Activity
{
    [Input]
    public Input<string> CorrelationId { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.CorrelationId = context.Get(CorrelationId);
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

[Activity("Elsa.SetName", Category = "Primitives")]
internal sealed class SetName : Activity
{
    [Input]
    public Input<string> Value { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        ((Burst)context).State.Name = KeyText.Checked(context.Get(Value), "name of an instance");
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>A failure that was drawn; retrying by the clock would be no use.</summary>
[Activity("Elsa.Fault", Category = "Primitives")]
internal sealed class Fault : Activity
{
    [Input]
    public Input<string> Code { get; set; } = null!;

    [Input]
    public Input<string> Category { get; set; } = null!;

    [Input]
    public Input<string> FaultType { get; set; } = null!;

    [Input]
    public Input<string> Message { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context) =>
        throw new FaultException(context.Get(Message) ?? "", Or(context.Get(Code), "0"), Or(context.Get(Category), "General"), Or(context.Get(FaultType), "System"));

    private static string Or(string? drawn, string otherwise) => string.IsNullOrEmpty(drawn) ? otherwise : drawn;
}

/// <summary>Kept and shown; cannot be run.</summary>
[Activity("Elsa.StateMachine", Category = "Flow")]
internal sealed class StateMachine : Activity, IDrawn
{
    public const string Type = "Elsa.StateMachine";

    public void Read(ActivityDefinition definition, ExpressionCompiler expressions) =>
        expressions.Refuse("state-machine", definition.Id, "State machines are kept and shown but cannot be run here; draw a flowchart.");

    public override ValueTask ExecuteAsync(ActivityContext context) => throw new FaultException("State machines cannot be run here; draw a flowchart.");
}

/// <summary>Waits for an event of the instance's correlation id, or starts an instance.</summary>
[Activity("Elsa.Event", Category = "Primitives")]
internal sealed class Event : Activity
{
    [Input]
    public Input<string> EventName { get; set; } = null!;

    [Output]
    public Output<object?> Result { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.WaitForEvent(context.Get(EventName) ?? "");
        return ValueTask.CompletedTask;
    }

    public override ValueTask ResumeAsync(ActivityContext context, JsonElement? payload)
    {
        context.Set(Result, payload is { } json ? ValueConverter.Plain(json) : null);
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

[Activity("Elsa.Delay", Category = "Scheduling")]
internal sealed class Delay : Activity
{
    [Input(Default = "00:01:00")]
    public Input<TimeSpan> TimeSpan { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.WaitUntil(context.Now + context.Get(TimeSpan));
        return ValueTask.CompletedTask;
    }
}
