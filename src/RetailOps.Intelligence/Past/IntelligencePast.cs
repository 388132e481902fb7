using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Intelligence;

/// <summary>Scores of a history: what the models that rule now say.</summary>
internal sealed class IntelligencePast(GovernedDocuments documents) : IPastRoom
{
    private readonly ScoreModels models = new(documents);

    public void Open(PastWork past) => past.On<Score, ScoreResult>(request =>
    {
        var (model, document) = models.Live(request.Model) ?? throw new InvalidOperationException($"No score model is called '{request.Model}'.");
        var features = JsonSerializer.SerializeToElement(model.Known(request.Features));
        var (points, reasons) = model.Score(features);
        var row = new DecisionRow(
            past.NewId(), request.Model, document.Version, request.Subject, request.Attempt, features.GetRawText(), points, JsonSerializer.Serialize(reasons, JsonSerializerOptions.Web), past.Now);
        past.Write(row);
        past.Raise(new SubjectScored(past.NewId(), past.Now, row.Id, request.Subject, document.Stamp, points));
        return new ScoreResult(points, document.Stamp, reasons);
    });
}
