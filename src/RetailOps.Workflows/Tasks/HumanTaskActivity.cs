using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Asks a person, and goes on by the answer. What becomes due goes on by <c>Overdue</c> where that is drawn; otherwise the task stays open and is late.</summary>
[Activity("RetailOps.Task", Category = "People", Description = "Asks a person, and goes on by the answer. What becomes due goes on by Overdue where that is drawn; otherwise the task stays open and is late.")]
[Effect(Effect.Waits, NoUndoBecause = "A question changes nothing; whoever stops waiting for the answer cancels it.")]
internal sealed class HumanTaskActivity : Activity
{
    public const string Overdue = "Overdue";

    [Input(Description = "What kind of work, like fraud-review; people filter by it. refund-approval is answered by approving the refund only.")]
    public Input<string> Kind { get; set; } = null!;

    [Input(Description = "One line that tells the person what to do. No personal data.")]
    public Input<string> Title { get; set; } = null!;

    [Input(Description = "Roles, of which one is enough; none for everybody who may complete tasks.", UIHint = UIHints.MultiText)]
    public Input<string[]> Candidates { get; set; } = null!;

    [Input(Default = """["Done"]""", Description = "The answers to choose from, which are the step's outcomes.", UIHint = UIHints.DynamicOutcomes)]
    public Input<string[]> Outcomes { get; set; } = null!;

    [Input(Description = "What the person should know. No personal data.", Syntax = "JavaScript")]
    public Input<object> Facts { get; set; } = null!;

    [Input(DisplayName = "Due in", Description = "How long it may take, like 2.00:00:00 for two days; nothing for no limit. Draw a connection named Overdue to go on when it is over.")]
    public Input<TimeSpan?> DueIn { get; set; } = null!;

    [Input(
        Description = "What the person should say beside the answer: a list of fields with name, label, type (string, number, boolean, choice, date, money), required, hint, choices, currency, min, max, lines. Nothing for no form.",
        Syntax = "JavaScript")]
    public Input<object> Form { get; set; } = null!;

    [Output(Description = "What else the person said; null for nothing.")]
    public Output<object?> Answer { get; set; } = null!;

    [Output(Description = "The answer that was chosen.")]
    public Output<string> Outcome { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        var burst = (Burst)context;
        var due = context.Get(DueIn) is { } span ? context.Now + span : (DateTimeOffset?)null;
        burst.OpenTask(context.Get(Kind), context.Get(Title), context.Get(Candidates) ?? [], context.Get(Outcomes) ?? [], context.Get(Facts), due, context.Get(Form));
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
