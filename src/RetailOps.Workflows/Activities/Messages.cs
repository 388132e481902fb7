using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Lets an event happen, behind the burst's commit. Without a correlation id everybody who waits for it hears it; a local one only this instance.</summary>
[Activity("Elsa.PublishEvent", Category = "Primitives")]
internal sealed class PublishEvent : Activity
{
    [Input]
    public Input<string> EventName { get; set; } = null!;

    [Input]
    public Input<string> CorrelationId { get; set; } = null!;

    [Input]
    public Input<bool> IsLocalEvent { get; set; } = null!;

    [Input]
    public Input<object> Payload { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        ((Burst)context).Publish(context.Get(EventName), context.Get(CorrelationId), context.Get(IsLocalEvent), context.Get(Payload));
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Asks somebody outside to do something, and waits for the answer: <see cref="CompleteRunTask"/>.</summary>
[Activity("Elsa.RunTask", Category = "Primitives")]
internal sealed class RunTask : Activity
{
    [Input]
    public Input<string> TaskName { get; set; } = null!;

    [Input]
    public Input<object> Payload { get; set; } = null!;

    [Output]
    public Output<string> TaskId { get; set; } = null!;

    /// <summary>What the answer brought.</summary>
    [Output]
    public Output<object?> Result { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        var id = ((Burst)context).AskFor(context.Get(TaskName), context.Get(Payload));
        context.Set(TaskId, id.ToString());
        return ValueTask.CompletedTask;
    }

    public override ValueTask ResumeAsync(ActivityContext context, JsonElement? payload)
    {
        context.Set(Result, payload is { } json ? ValueConverter.Plain(json) : null);
        context.Complete();
        return ValueTask.CompletedTask;
    }
}
