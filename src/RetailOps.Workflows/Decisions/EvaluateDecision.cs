using System.Text.Json;

using FluentValidation;

using MediatR;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Tries a table and records nothing: the live version, another one, or a content that nobody has proposed yet.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Inputs">What is asked.</param>
/// <param name="Version">Which version; null for the live one.</param>
/// <param name="Content">What to try instead of a version; null for none.</param>
[Needs("documents.read"), AsksDatabase]
internal sealed record EvaluateDecision(string Table, JsonElement Inputs, int? Version, JsonElement? Content) : IRequest<Result<DecisionResult>>;

internal sealed class EvaluateDecisionValidator : AbstractValidator<EvaluateDecision>
{
    public EvaluateDecisionValidator()
    {
        RuleFor(r => r.Inputs).Must(i => i.ValueKind is JsonValueKind.Object).WithErrorCode("decisions.inputs-object").WithMessage("An object with the table's inputs.");
        RuleFor(r => r.Content).Null().When(r => r.Version is not null).WithErrorCode("decisions.version-or-content").WithMessage("A version or a content, not both.");
    }
}

internal sealed class EvaluateDecisionHandler(ISender sender, Decisions decisions) : IRequestHandler<EvaluateDecision, Result<DecisionResult>>
{
    public async Task<Result<DecisionResult>> Handle(EvaluateDecision request, CancellationToken ct)
    {
        try
        {
            if (request.Content is { } content)
            {
                return DecisionTable.Faults(content) is { Count: > 0 } faults
                    ? Refusal.Rule("decisions.invalid", "The table has faults; see the list.", faults)
                    : Decisions.Try(request.Table, content, request.Inputs);
            }

            var found = await sender.Send(new GetDocument(Decisions.Kind, request.Table, request.Version), ct);
            return found.IsSuccess
                ? decisions.Evaluate(new GovernedDocument(Decisions.Kind, found.Value.Name, found.Value.Version, found.Value.Content!.Value), request.Inputs)
                : found.Refusal;
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            return Refusal.Rule("decisions.inputs-invalid", e.Message);
        }
    }
}

internal static class DecisionEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/decisions/{name}:evaluate", Evaluate)
        .WithTags("Decisions").WithName("EvaluateDecisionTable").WithSummary("Try a table: the live version, another one, or a content not proposed yet").ProducesRefusals(404, 422);

    private static async Task<Results<Ok<DecisionResult>, ProblemHttpResult>> Evaluate(string name, DecisionQuestion body, Door door, CancellationToken ct) =>
        (await door.Run(new EvaluateDecision(name, body.Inputs, body.Version, body.Content), ct)).ToOk();
}

/// <summary>What to try.</summary>
/// <param name="Inputs">An object with the table's inputs.</param>
/// <param name="Version">Which version; null for the live one.</param>
/// <param name="Content">A table to try instead; null for none.</param>
internal sealed record DecisionQuestion(JsonElement Inputs, int? Version = null, JsonElement? Content = null);
