using System.Text.Json;

using Microsoft.AspNetCore.Http;

using RetailOps.Kernel;
using RetailOps.Platform;

using IResult = Microsoft.AspNetCore.Http.IResult;

namespace RetailOps.Workflows;

/// <summary>Answers in Elsa's shapes: a bare 404, and 400 with a list of errors, which the designer shows.</summary>
internal static class ElsaAnswers
{
    public static IResult Ok<T>(T body) => TypedResults.Json(body, ElsaJson.Options);

    /// <summary><c>{"items":[…],"count":n}</c>, as descriptors come.</summary>
    public static IResult Items<T>(IReadOnlyList<T> items) => Ok(new { items, count = items.Count });

    /// <summary><c>{"items":[…],"totalCount":n}</c>, as pages come.</summary>
    public static IResult Page<T>(IReadOnlyList<T> items, long totalCount) => Ok(new { items, totalCount });

    /// <summary>The answer, or the refusal in Elsa's shape.</summary>
    public static IResult Of<T>(Result<T> result, Func<T, IResult> answer) => result.IsSuccess ? answer(result.Value) : Of(result.Refusal);

    public static IResult Of(Refusal refusal) => Problems.StatusOf(refusal) is var status && status == StatusCodes.Status404NotFound
        ? Missing()
        : Errors(status, refusal.Details as IReadOnlyList<string> ?? [refusal.Message], refusal.Code);

    /// <summary>What the designer's client takes for an answer with errors; anything else is a crash to it.</summary>
    private const string Problem = "application/problem+json";

    private const string Occurred = "One or more errors occurred!";

    /// <summary>404 without a body, as the original says it.</summary>
    public static IResult Missing() => new Bare(StatusCodes.Status404NotFound);

    /// <summary>204.</summary>
    public static IResult Nothing() => new Bare(StatusCodes.Status204NoContent);

    /// <summary>What stands in the way, each in a sentence.</summary>
    public static IResult Errors(int status, IReadOnlyList<string> errors, string? code = null) =>
        TypedResults.Json(new { statusCode = status, message = Occurred, errors = new { generalErrors = errors }, code }, ElsaJson.Options, Problem, status);

    /// <summary>
    /// 400 where the designer's buttons to publish and to retract only proposed: it takes every 200 for "it is live" and says so, and shows the sentence of a 400.
    /// What was drawn is saved all the same, and stands in the answer.
    /// </summary>
    public static IResult OnlyProposed(string notice, object workflowDefinition) => TypedResults.Json(
        new { statusCode = StatusCodes.Status400BadRequest, message = Occurred, errors = new { generalErrors = new[] { notice } }, code = "workflows.only-proposed", workflowDefinition },
        ElsaJson.Options, Problem, StatusCodes.Status400BadRequest);

    public static IResult Errors(int status, string error, string? code = null) => Errors(status, [error], code);

    /// <summary>The body of a request as Elsa's JSON; null when it is none.</summary>
    public static async Task<T?> Read<T>(HttpRequest request, CancellationToken ct)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, ElsaJson.Options, ct);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A status without a body; the page of our own 404 would be one.</summary>
    private sealed class Bare(int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            return httpContext.Response.CompleteAsync();
        }
    }
}
