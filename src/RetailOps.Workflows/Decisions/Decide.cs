using System.Text.Json;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Asks the live version of a table for a workflow, and records which rows counted.</summary>
[Needs("decisions.decide")]
internal sealed record Decide(string Table, JsonElement Inputs, string Key, Guid DecisionId) : IRequest<Result<DecisionResult>>;

internal sealed class DecideHandler(UnitOfWork work, GovernedDocuments documents, Decisions decisions) : IRequestHandler<Decide, Result<DecisionResult>>
{
    public Task<Result<DecisionResult>> Handle(Decide request, CancellationToken cancellationToken) => Task.FromResult(Answer(request));

    private Result<DecisionResult> Answer(Decide request)
    {
        if (documents.FindLive(Decisions.Kind, request.Table) is not { } document)
        {
            return Refusal.NotFound("decisions.unknown", "No decision table of this name is live; publish one.");
        }

        DecisionResult decision;
        try
        {
            decision = decisions.Evaluate(document, request.Inputs);
        }
        catch (FormatException e)
        {
            return Refusal.Rule("decisions.inputs-invalid", e.Message);
        }

        work.Raise(new DecisionMade(
            Guid.CreateVersion7(), work.Now, request.DecisionId, request.Key, decision.Table, decision.Version, decision.Rows, decision.Result.GetRawText()));
        return decision;
    }
}

/// <summary>Asks a decision table. Leaves by the table's output <c>outcome</c> when it has one, else by <c>Done</c>.</summary>
[Activity("RetailOps.Decide", Version = 1, Category = "Decisions", Description = "Asks a decision table. Leaves by the table's output outcome when it has one, else by Done.")]
[Effect(Effect.Records, NoUndoBecause = "That it was decided stays true.")]
[Sends(typeof(Decide))]
internal sealed class DecideActivity : Activity
{
    [Input(DisplayName = "Decision table", Description = "The table's name.")]
    public Input<string> Decision { get; init; } = new();

    [Input(DisplayName = "Facts", Description = "An object with the table's inputs.", Syntax = "JavaScript")]
    public Input<JsonElement> Inputs { get; init; } = new();

    /// <summary>For who draws: the connections that can leave. What the table says decides.</summary>
    [Input(DisplayName = "Outcomes", Description = "The values of the table's output outcome, so that each can be connected. Empty for a table without one.", UIHint = UIHints.DynamicOutcomes)]
    public Input<string[]> PossibleOutcomes { get; init; } = new();

    [Output(Description = "An object with the table's outputs.")]
    public Output<JsonElement> Result { get; init; } = new();

    [Output(Description = "The rows that counted, from 1.")]
    public Output<IReadOnlyList<int>> Rows { get; init; } = new();

    [Output(Description = "Name and version of the table, like order-review:3.")]
    public Output<string> Version { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var key = context.CorrelationId ?? context.InstanceId.ToString();
        var answer = await context.Send(new Decide(context.Get(Decision) ?? "", context.Get(Inputs), key, context.ExecutionId));
        if (!answer.IsSuccess)
        {
            throw new InvalidOperationException($"{answer.Refusal.Code}: {answer.Refusal.Message}");
        }

        var decision = answer.Value;
        context.Set(Version, $"{decision.Table}:{decision.Version}");
        context.Set(Rows, decision.Rows);
        context.Set(Result, decision.Result);
        context.Complete(decision.Result.TryGetProperty("outcome", out var outcome) && outcome.ValueKind is JsonValueKind.String ? outcome.GetString()! : "Done");
    }
}
