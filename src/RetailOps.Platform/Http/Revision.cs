using System.Globalization;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>An aggregate's revision as an entity tag: <c>ETag: "3"</c> out, <c>If-Match: "3"</c> in.</summary>
public static class Revision
{
    /// <summary>The strong entity tag of a revision.</summary>
    public static string ToETag(int revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    /// <summary>Reads the revision that a PUT or PATCH insists on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="revision">What the caller has seen; 0 when there is a problem.</param>
    /// <param name="problem">428 without the header; 412 when it is no tag of ours (a weak tag, a list and <c>*</c> included).</param>
    public static bool TryReadIfMatch(HttpRequest request, out int revision, out ProblemHttpResult problem)
    {
        revision = 0;
        problem = null!;
        var header = request.Headers.IfMatch.ToString().Trim();
        if (header.Length == 0)
        {
            problem = Problems.Of(
                StatusCodes.Status428PreconditionRequired, "request.if-match-missing", "Send If-Match with the ETag of the version that you changed; read the resource first.");
            return false;
        }

        if (header is ['"', .. var digits, '"'] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out revision))
        {
            return true;
        }

        problem = Problems.Of(StaleRefusal());
        return false;
    }

    /// <summary>What a handler answers when the revision it was told is no longer the current one: 412.</summary>
    public static Refusal StaleRefusal() => Refusal.Conflict(
        "request.stale-revision", "The resource was changed since you read it; read it again and decide anew.");

    /// <summary>Declares that the operation insists on <c>If-Match</c>, for the OpenAPI document.</summary>
    public static RouteHandlerBuilder TakesIfMatch(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new IfMatchHeader()).ProducesRefusals(412, 428);
}

/// <summary>On an operation that insists on <c>If-Match</c>.</summary>
public sealed record IfMatchHeader;
