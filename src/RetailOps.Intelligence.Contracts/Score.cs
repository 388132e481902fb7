using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Intelligence;

/// <summary>Scores something by points, and records the decision with what went in and what came out.</summary>
/// <param name="Model">The model's name, like <c>order-risk</c>.</param>
/// <param name="Subject">The business key of what is scored; with model and attempt the idempotency key.</param>
/// <param name="Attempt">This execution; a second call with it answers as the first.</param>
/// <param name="Features">What is known: numbers, flags, words. No personal data. At most 100.</param>
/// <returns>The score, or <c>intelligence.unknown-model</c> (NotFound).</returns>
[Needs("intelligence.score")]
public sealed record Score(string Model, string Subject, Guid Attempt, IReadOnlyDictionary<string, System.Text.Json.JsonElement> Features) : IRequest<Result<ScoreResult>>;

/// <summary>A score.</summary>
/// <param name="Points">0 to 100; more is riskier.</param>
/// <param name="Model">Name and version of the model, like <c>order-risk:1</c>.</param>
/// <param name="Reasons">What gave points, most first.</param>
public sealed record ScoreResult(decimal Points, string Model, IReadOnlyList<ScoreReason> Reasons);

/// <summary>What gave points.</summary>
/// <param name="Reason">In the model's words.</param>
/// <param name="Points">How many.</param>
public sealed record ScoreReason(string Reason, decimal Points);
