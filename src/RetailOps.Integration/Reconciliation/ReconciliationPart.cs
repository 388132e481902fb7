using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Comparing with the books: services and operations.</summary>
internal static class ReconciliationPart
{
    public static IServiceCollection AddReconciliation(this IServiceCollection services)
    {
        services.AddSingleton<ReconciliationReads>();
        services.AddSingleton(new ReconciliationOptions());
        services.AddScoped<OpenDifferences>();
        services.AddOutbound<Reconciler>(Reconciler.Description, Reconciler.Lane);
        services.AddRecurringJob<NightlyReconciliation>();
        return services.AddInvariants(ReconciliationInvariants.All);
    }

    public static void MapReconciliation(this IEndpointRouteBuilder integrations)
    {
        integrations.MapPost("/reconciliations", Start)
            .WithName("ReconcileBooks")
            .WithSummary("Compare what we hold to be posted with the books of the ERP")
            .TakesIdempotencyKey()
            .ProducesRefusals(404, 422);
        integrations.MapGet("/reconciliations", List)
            .WithName("ListReconciliations")
            .WithSummary("Comparisons with the books, the newest first")
            .ProducesRefusals();
        integrations.MapGet("/reconciliations/{id:guid}", Get)
            .WithName("GetReconciliation")
            .WithSummary("One comparison: both sides' totals, and what differs")
            .ProducesRefusals(404);
        integrations.MapPost("/reconciliations/{id:guid}/differences/{number:int}:accept", Accept)
            .WithName("AcceptDifference")
            .WithSummary("Do what is proposed for a difference")
            .TakesIdempotencyKey()
            .ProducesRefusals(404, 409, 422);
        integrations.MapPost("/reconciliations/{id:guid}/differences/{number:int}:dismiss", Dismiss)
            .WithName("DismissDifference")
            .WithSummary("Leave a difference as it is, with a reason")
            .ProducesRefusals(404, 409);
    }

    private static async Task<Results<Created<ReconciliationView>, ProblemHttpResult>> Start(ReconcileBooks body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToCreated(r => $"/api/v1/integrations/reconciliations/{r.Id}");

    private static async Task<Results<Ok<Page<ReconciliationView>>, ProblemHttpResult>> List([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListReconciliations(after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, r => r.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<ReconciliationReport>, ProblemHttpResult>> Get(Guid id, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<int>(out var after, out var problem))
        {
            return problem;
        }

        var report = await door.Run(new GetReconciliation(id, after, paging.Size + 1), ct);
        if (!report.IsSuccess)
        {
            return Problems.Of(report.Refusal);
        }

        var page = Page.Of(report.Value.Differences, paging.Size, d => d.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return TypedResults.Ok(report.Value with { Differences = page.Items, Next = page.Next });
    }

    private static async Task<Results<Ok<DifferenceView>, ProblemHttpResult>> Accept(Guid id, int number, Door door, CancellationToken ct) =>
        (await door.Run(new AcceptDifference(id, number), ct)).ToOk();

    private static async Task<Results<Ok<DifferenceView>, ProblemHttpResult>> Dismiss(Guid id, int number, Dismissal body, Door door, CancellationToken ct) =>
        (await door.Run(new DismissDifference(id, number, body.Reason), ct)).ToOk();
}

/// <summary>Why a difference may stay.</summary>
/// <param name="Reason">1 to 500 characters.</param>
internal sealed record Dismissal(string Reason);
