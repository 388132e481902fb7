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

    /// <summary>404 without a body, as the original says it.</summary>
    public static IResult Missing() => new Bare(StatusCodes.Status404NotFound);

    /// <summary>204.</summary>
    public static IResult Nothing() => new Bare(StatusCodes.Status204NoContent);

    /// <summary>What stands in the way, each in a sentence.</summary>
    public static IResult Errors(int status, IReadOnlyList<string> errors, string? code = null) =>
        TypedResults.Json(new { statusCode = status, message = "One or more errors occurred!", errors = new { generalErrors = errors }, code }, ElsaJson.Options, statusCode: status);

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
