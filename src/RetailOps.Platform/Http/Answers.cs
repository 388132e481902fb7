using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>From a result to an HTTP answer: a refusal's kind decides its status.</summary>
public static class Answers
{
    private static readonly int[] Always = [400, 401, 403, 503];

    /// <summary>200 with the answer, or the problem.</summary>
    public static Results<Ok<T>, ProblemHttpResult> ToOk<T>(this Result<T> result) =>
        result.IsSuccess ? TypedResults.Ok(result.Value) : Problems.Of(result.Refusal);

    /// <summary>200 with the answer and its revision as <c>ETag</c>, or the problem.</summary>
    public static Results<Ok<T>, ProblemHttpResult> ToOk<T>(this Result<T> result, HttpResponse response, Func<T, int> revision)
    {
        if (result.IsSuccess)
        {
            response.Headers.ETag = Revision.ToETag(revision(result.Value));
        }
        else if (FreshSignIn.IsAskedBy(result.Refusal))
        {
            response.Headers.WWWAuthenticate = FreshSignIn.Challenge;
        }

        return result.ToOk();
    }

    /// <summary>201 with the answer and where the new thing is to be found, or the problem.</summary>
    /// <param name="result">What the handler said.</param>
    /// <param name="location">The path of the new resource; parts that come from outside must be URL-encoded.</param>
    public static Results<Created<T>, ProblemHttpResult> ToCreated<T>(this Result<T> result, Func<T, string> location) =>
        result.IsSuccess ? TypedResults.Created(location(result.Value), result.Value) : Problems.Of(result.Refusal);

    /// <summary>202 with the answer and where its progress is to be found, or the problem.</summary>
    public static Results<Accepted<T>, ProblemHttpResult> ToAccepted<T>(this Result<T> result, Func<T, string> location) =>
        result.IsSuccess ? TypedResults.Accepted(location(result.Value), result.Value) : Problems.Of(result.Refusal);

    /// <summary>204, or the problem.</summary>
    public static Results<NoContent, ProblemHttpResult> ToNoContent<T>(this Result<T> result) =>
        result.IsSuccess ? TypedResults.NoContent() : Problems.Of(result.Refusal);

    /// <summary>Tells the OpenAPI document which problems an operation answers; 400, 401, 403 and 503 are always among them.</summary>
    public static RouteHandlerBuilder ProducesRefusals(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in Always.Union(statuses).Order())
        {
            endpoint.Produces<ProblemDetails>(status, "application/problem+json");
        }

        return endpoint;
    }
}
