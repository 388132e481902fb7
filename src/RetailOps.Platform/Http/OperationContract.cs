using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace RetailOps.Platform;

/// <summary>Which problems an operation answers because of what it is, whatever its handler refuses: the one list for the gate, the document and the tests.</summary>
public static class OperationContract
{
    private static readonly int[] Everywhere =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status406NotAcceptable,
        StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status429TooManyRequests, StatusCodes.Status503ServiceUnavailable,
    ];

    /// <summary>In the order of their numbers.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="template">The path with its parameters in braces.</param>
    /// <param name="metadata">Of the endpoint.</param>
    public static IReadOnlyList<int> Problems(string method, string template, IEnumerable<object> metadata)
    {
        var all = metadata as IReadOnlyCollection<object> ?? [.. metadata];
        var statuses = new SortedSet<int>(Everywhere);

        // Each of them changes something, and whatever changes something can meet somebody who changes it too.
        if (!HttpMethods.IsGet(method))
        {
            statuses.Add(StatusCodes.Status409Conflict);
            statuses.Add(StatusCodes.Status413PayloadTooLarge);
        }

        // A parameter of the path that cannot be one leads nowhere.
        if (template.Replace("{apiVersion}", "", StringComparison.Ordinal).Contains('{', StringComparison.Ordinal))
        {
            statuses.Add(StatusCodes.Status404NotFound);
        }

        if (all.OfType<IdempotencyHeader>().Any())
        {
            statuses.Add(StatusCodes.Status422UnprocessableEntity);
        }

        if (all.OfType<IfMatchHeader>().Any())
        {
            statuses.Add(StatusCodes.Status412PreconditionFailed);
            statuses.Add(StatusCodes.Status428PreconditionRequired);
        }

        if (all.OfType<DeprecatedOperation>().Any(d => d.Sunset is not null))
        {
            statuses.Add(StatusCodes.Status410Gone);
        }

        return [.. statuses];
    }

    /// <summary>Whether a caller who accepts this can read anything that the operation answers; its problems count, and nobody need accept anything.</summary>
    internal static bool Suits(HttpRequest request, Endpoint endpoint)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || accept is [null or "" or "*/*" or "application/json"])
        {
            return true;
        }

        if (!Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParseList(accept, out var wanted))
        {
            return false;
        }

        var offered = endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Where(p => p.StatusCode is >= 200 and < 300).SelectMany(p => p.ContentTypes).ToList();
        if (offered.Count == 0)
        {
            offered.Add("application/json");
        }

        var refused = wanted.Where(w => w.Quality == 0).ToList();
        return offered.Exists(o => Microsoft.Net.Http.Headers.MediaTypeHeaderValue.Parse(o) is var type && wanted.Any(w => w.Quality != 0 && type.IsSubsetOf(w)) && !refused.Exists(w => type.IsSubsetOf(w) && !w.MatchesAllTypes));
    }

    /// <summary>Whether an operation reads a body.</summary>
    internal static bool TakesBody(Endpoint endpoint) => endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is not null;
}
