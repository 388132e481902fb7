using System.Text.Json;

using RetailOps.Workflows;

namespace RetailOps.Intelligence;

/// <summary>Scores what the workflow is about. Only says; a decision table decides.</summary>
[Activity("RetailOps.Score", Version = 1, Category = "Intelligence", Description = "Scores what the workflow is about. Only says; a decision table decides.")]
[Effect(Effect.Records, NoUndoBecause = "That it was scored stays true.")]
[Sends(typeof(Score))]
internal sealed class ScoreActivity : Activity
{
    [Input(Default = "order-risk", Description = "The model's name.")]
    public Input<string> Model { get; init; } = new();

    [Input(Description = "An object with what is known; a feature that is left out counts as unknown.", Syntax = "JavaScript")]
    public Input<Dictionary<string, JsonElement>> Features { get; init; } = new();

    [Output(Description = "0 to 100; more is riskier.")]
    public Output<decimal> Points { get; init; } = new();

    [Output(Description = "What gave points, most first.")]
    public Output<IReadOnlyList<ScoreReason>> Reasons { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var subject = context.CorrelationId ?? throw new InvalidOperationException("What is scored is the correlation id; this instance has none.");
        var result = await context.Send(new Score(context.Get(Model) ?? "", subject, context.ExecutionId, context.Get(Features) ?? []));
        if (!result.IsSuccess)
        {
            throw new InvalidOperationException($"{result.Refusal.Code}: {result.Refusal.Message}");
        }

        context.Set(Reasons, result.Value.Reasons);
        context.Set(Points, result.Value.Points);
        context.Complete();
    }
}
