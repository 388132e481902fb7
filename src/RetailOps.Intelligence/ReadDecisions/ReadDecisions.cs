using System.Text.Json;

using FluentValidation;

using MediatR;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Intelligence;

internal sealed class ListScoreDecisionsValidator : AbstractValidator<ListScoreDecisions>
{
    public ListScoreDecisionsValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("intelligence.limit");
}

internal sealed class ListScoreDecisionsHandler(UnitOfWork work) : IRequestHandler<ListScoreDecisions, Result<IReadOnlyList<ScoreDecision>>>
{
    public async Task<Result<IReadOnlyList<ScoreDecision>>> Handle(ListScoreDecisions request, CancellationToken ct)
    {
        var context = await work.Join<IntelligenceDbContext>(ct);
        var found = await context.Decisions.AsNoTracking()
            .Where(d => (request.Subject == null || d.Subject == request.Subject) && (request.Model == null || d.Model == request.Model) && (request.After == null || d.Id > request.After))
            .OrderBy(d => d.Id).Take(request.Limit).ToListAsync(ct);
        return found.ConvertAll(Seen.From);
    }
}

internal sealed class GetScoreDecisionHandler(UnitOfWork work) : IRequestHandler<GetScoreDecision, Result<ScoreDecision>>
{
    public async Task<Result<ScoreDecision>> Handle(GetScoreDecision request, CancellationToken ct)
    {
        var context = await work.Join<IntelligenceDbContext>(ct);
        return await context.Decisions.AsNoTracking().SingleOrDefaultAsync(d => d.Id == request.Id, ct) is { } found
            ? Seen.From(found)
            : Refusal.NotFound("intelligence.unknown-decision", "There is no such decision.");
    }
}

internal static class Seen
{
    public static ScoreDecision From(Decision decision) => new(
        decision.Id, $"{decision.Model}:{decision.Version}", decision.Subject, decision.Attempt, JsonElement.Parse(decision.Features), decision.Points,
        JsonSerializer.Deserialize<List<ScoreReason>>(decision.Reasons, JsonSerializerOptions.Web)!, decision.Decided);
}

internal static class DecisionsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var decisions = api.MapGroup("/intelligence/decisions").WithTags("Intelligence");
        decisions.MapGet("/", List).WithName("ListScoreDecisions").WithSummary("What models said, and why, oldest first").ProducesRefusals();
        decisions.MapGet("/{id:guid}", Read).WithName("GetScoreDecision").WithSummary("One thing that a model said, and why").ProducesRefusals(404);
    }

    private static async Task<Results<Ok<Page<ScoreDecision>>, ProblemHttpResult>> List(string? subject, string? model, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListScoreDecisions(subject, model, after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, d => d.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<ScoreDecision>, ProblemHttpResult>> Read(Guid id, Door door, CancellationToken ct) => (await door.Run(new GetScoreDecision(id), ct)).ToOk();
}
