using System.Diagnostics;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Refusals as RFC 9457 problem details: a status, a stable <c>code</c>, one sentence, the trace id, never an inside of ours.</summary>
public static class Problems
{
    /// <summary>Says how long a caller should wait when we cannot work at the moment, in seconds.</summary>
    public const int RetryAfterSeconds = 5;

    /// <summary>The code of a refusal that stands for a failed <c>If-Match</c>: 412 instead of 409.</summary>
    private const string StaleRevision = "request.stale-revision";

    /// <summary>The status that a refusal's kind decides.</summary>
    public static int StatusOf(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.Malformed => StatusCodes.Status400BadRequest,
        RefusalKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.NotFound => StatusCodes.Status404NotFound,
        RefusalKind.Conflict when refusal.Code == StaleRevision => StatusCodes.Status412PreconditionFailed,
        RefusalKind.Conflict => StatusCodes.Status409Conflict,
        RefusalKind.Rule => StatusCodes.Status422UnprocessableEntity,
        _ => throw new InvalidOperationException($"No status stands for {refusal.Kind}."),
    };

    /// <summary>A refusal as an endpoint's answer.</summary>
    public static ProblemHttpResult Of(Refusal refusal) => Of(StatusOf(refusal), refusal.Code, refusal.Message, refusal.Details);

    /// <summary>A problem that no refusal stands for: something of HTTP itself.</summary>
    /// <param name="status">The status.</param>
    /// <param name="code">Stable and machine-readable.</param>
    /// <param name="message">One sentence: what is wrong and what to do next.</param>
    /// <param name="details">Facts that help; a list of <see cref="RequestFault"/> becomes <c>errors</c>, anything else <c>details</c>.</param>
    public static ProblemHttpResult Of(int status, string code, string message, object? details = null)
    {
        var problem = new ProblemDetails
        {
            Type = "urn:retailops:problem:" + code,
            Title = ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = message,
            Extensions = { ["code"] = code, ["traceId"] = TraceId() },
        };
        if (details is IReadOnlyList<RequestFault> faults)
        {
            problem.Extensions["errors"] = faults;
        }
        else if (details is not null)
        {
            problem.Extensions["details"] = details;
        }

        return TypedResults.Problem(problem);
    }

    /// <summary>Writes a problem from a place that is no endpoint.</summary>
    internal static Task Write(HttpContext http, int status, string code, string message, object? details = null)
    {
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return Of(status, code, message, details).ExecuteAsync(http);
    }

    /// <summary>Writes what is said of a text that no table can keep.</summary>
    internal static Task WriteUnkeepable(HttpContext http) =>
        Write(http, StatusCodes.Status400BadRequest, "request.character", "A text holds U+0000 or half of a surrogate pair, which cannot be kept; send it without.");

    /// <summary>The id under which logs and traces know this request.</summary>
    internal static string TraceId() => (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();
}
