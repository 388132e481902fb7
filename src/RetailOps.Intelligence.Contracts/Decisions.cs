using System.Text.Json;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Intelligence;

/// <summary>What a model said about something, and why.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Model">Name and version, like <c>order-risk:1</c>; the version's content never changes.</param>
/// <param name="Subject">The business key of what was scored.</param>
/// <param name="Attempt">The execution that asked.</param>
/// <param name="Features">What the model declares, as it was given; what it does not declare is not kept.</param>
/// <param name="Points">0 to 100; more is riskier.</param>
/// <param name="Reasons">What gave points, most first.</param>
/// <param name="DecidedAt">Business time, UTC.</param>
public sealed record ScoreDecision(
    Guid Id, string Model, string Subject, Guid Attempt, JsonElement Features, decimal Points, IReadOnlyList<ScoreReason> Reasons, DateTimeOffset DecidedAt);

/// <summary>What models said, oldest first.</summary>
/// <param name="Subject">Only about this business key; null for all.</param>
/// <param name="Model">Only by this model, by its name; null for all.</param>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("intelligence.read"), AsksDatabase]
public sealed record ListScoreDecisions(string? Subject, string? Model, Guid? After, int Limit) : IRequest<Result<IReadOnlyList<ScoreDecision>>>;

/// <summary>One thing that a model said.</summary>
/// <param name="Id">Which.</param>
/// <returns>The decision, or <c>intelligence.unknown-decision</c> (NotFound).</returns>
[Needs("intelligence.read"), AsksDatabase]
public sealed record GetScoreDecision(Guid Id) : IRequest<Result<ScoreDecision>>;

/// <summary>A model scored something.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DecisionId">The decision.</param>
/// <param name="Subject">The business key of what was scored.</param>
/// <param name="Model">Name and version of the model.</param>
/// <param name="Points">0 to 100.</param>
[EventName("intelligence.subject-scored.v1")]
public sealed record SubjectScored(Guid EventId, DateTimeOffset OccurredAt, Guid DecisionId, string Subject, string Model, decimal Points) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("score", DecisionId);

    string IFact.Key => Subject;
}
