using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Asks a person, and goes on by the answer. What becomes due goes on by <c>Overdue</c> where that is drawn; otherwise the task stays open and is late.</summary>
[Activity("RetailOps.Task", Category = "People")]
[Effect(Effect.Waits, NoUndoBecause = "A question changes nothing; whoever stops waiting for the answer cancels it.")]
internal sealed class HumanTaskActivity : Activity
{
    public const string Overdue = "Overdue";

    [Input]
    public Input<string> Kind { get; set; } = null!;

    [Input]
    public Input<string> Title { get; set; } = null!;

    /// <summary>Roles, of which one is enough; none for everybody who may complete tasks.</summary>
    [Input]
    public Input<string[]> Candidates { get; set; } = null!;

    /// <summary>The answers to choose from, which are the step's outcomes.</summary>
    [Input(Default = """["Done"]""")]
    public Input<string[]> Outcomes { get; set; } = null!;

    /// <summary>What the person should know. No personal data.</summary>
    [Input]
    public Input<object> Facts { get; set; } = null!;

    [Input]
    public Input<TimeSpan?> DueIn { get; set; } = null!;

    /// <summary>What else the person said; null for nothing.</summary>
    [Output]
    public Output<object?> Answer { get; set; } = null!;

    [Output]
    public Output<string> Outcome { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        var burst = (Burst)context;
        var due = context.Get(DueIn) is { } span ? context.Now + span : (DateTimeOffset?)null;
        burst.OpenTask(context.Get(Kind), context.Get(Title), context.Get(Candidates) ?? [], context.Get(Outcomes) ?? [], context.Get(Facts), due);
        if (due is { } at && burst.Leads(Overdue))
        {
            context.WaitUntil(at);
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask ResumeAsync(ActivityContext context, JsonElement? payload)
    {
        if (payload is { } given)
        {
            var outcome = given.GetProperty("outcome").GetString()!;
            context.Set(Answer, given.TryGetProperty("answer", out var answer) ? answer : null);
            context.Set(Outcome, outcome);
            context.Complete(outcome);
        }
        else
        {
            context.Complete(Overdue);
        }

        return ValueTask.CompletedTask;
    }
}
