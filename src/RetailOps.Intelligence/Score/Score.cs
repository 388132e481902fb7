using System.Collections.Concurrent;
using System.Text.Json;

using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Intelligence;

internal sealed class ScoreValidator : AbstractValidator<Score>
{
    private const int LongestFeatures = 32 * 1024;

    public ScoreValidator()
    {
        RuleFor(r => r.Model).Must(m => Text.HasLength(m, 64)).WithErrorCode("intelligence.model").WithMessage("The model's name, 1 to 64 characters.");
        RuleFor(r => r.Subject).Must(s => Text.HasLength(s, 200)).WithErrorCode("intelligence.subject").WithMessage("The business key, 1 to 200 characters.");
        RuleFor(r => r.Features).Must(f => f is { Count: <= 100 } && f.Sum(x => x.Key.Length + (x.Value.ValueKind is JsonValueKind.Undefined ? 0 : x.Value.GetRawText().Length)) <= LongestFeatures)
            .WithErrorCode("intelligence.feature-count").WithMessage("At most 100 features, 32 KB together.");
    }
}

/// <summary>The live models, each version compiled once.</summary>
internal sealed class ScoreModels(GovernedDocuments documents)
{
    private readonly ConcurrentDictionary<(string Name, int Version), ScoreModel> models = new();

    /// <summary>The model that rules and its document; null when there is none.</summary>
    public (ScoreModel Model, GovernedDocument Document)? Live(string name) => documents.FindLive(ScoreModel.Kind, name) is { } document
        ? (models.GetOrAdd((document.Name, document.Version), static (_, content) => ScoreModel.Compile(content), document.Content), document)
        : null;
}

internal sealed class ScoreHandler(ScoreModels models, DecisionReads decisions, UnitOfWork work) : IRequestHandler<Score, Result<ScoreResult>>
{
    public async Task<Result<ScoreResult>> Handle(Score request, CancellationToken ct)
    {
        if (await decisions.Of(request.Model, request.Subject, request.Attempt, ct) is { } earlier)
        {
            return new ScoreResult(earlier.Points, $"{earlier.Model}:{earlier.Version}", JsonSerializer.Deserialize<List<ScoreReason>>(earlier.Reasons, JsonSerializerOptions.Web)!);
        }

        if (models.Live(request.Model) is not var (model, document))
        {
            return Refusal.NotFound("intelligence.unknown-model", "No score model of this name is live; publish one.");
        }

        var features = JsonSerializer.SerializeToElement(model.Known(request.Features));
        var (points, reasons) = model.Score(features);
        var row = new DecisionRow(
            Guid.CreateVersion7(), request.Model, document.Version, request.Subject, request.Attempt, features.GetRawText(), points,
            JsonSerializer.Serialize(reasons, JsonSerializerOptions.Web), work.Now);
        work.Write(row);
        decisions.Remember(row);
        work.Raise(new SubjectScored(Guid.CreateVersion7(), work.Now, row.Id, request.Subject, document.Stamp, points));
        return new ScoreResult(points, document.Stamp, reasons);
    }
}
