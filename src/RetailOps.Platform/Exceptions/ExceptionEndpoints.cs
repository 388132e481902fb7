using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;

namespace RetailOps.Platform;

internal static class ExceptionEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var exceptions = api.MapGroup("/exceptions").WithTags("Exceptions");
        exceptions.MapGet("/", List).WithName("ListExceptions").WithSummary("What needs a person, oldest first").ProducesRefusals();
        exceptions.MapGet("/{id:guid}", Read).WithName("GetException").WithSummary("One exception, with the money at stake and its age").ProducesRefusals(404);
        exceptions.MapPost("/{id:guid}:take", Take).WithName("TakeException").WithSummary("Work on it, so that nobody else does").ProducesRefusals(404, 409);
        exceptions.MapPost("/{id:guid}:resolve", Resolve).WithName("ResolveException").WithSummary("Close it, with what was done").ProducesRefusals(404, 409);
    }

    private static async Task<Results<Ok<Page<ExceptionView>>, ProblemHttpResult>> List(
        string? status, string? cause, string? severity, string? key, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListExceptions(status, cause, severity, key, after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, e => e.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<ExceptionView>, ProblemHttpResult>> Read(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetException(id), ct)).ToOk(response, e => e.Revision);

    private static async Task<Results<Ok<ExceptionView>, ProblemHttpResult>> Take(Guid id, bool? takeOver, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new TakeException(id, takeOver ?? false), ct)).ToOk(response, e => e.Revision);

    private static async Task<Results<Ok<ExceptionView>, ProblemHttpResult>> Resolve(
        Guid id, ExceptionResolution body, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new ResolveException(id, body.Reason), ct)).ToOk(response, e => e.Revision);
}

/// <summary>How an exception was dealt with.</summary>
/// <param name="Reason">What was done, 1 to 500 characters.</param>
internal sealed record ExceptionResolution(string Reason);
