using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace RetailOps.Platform;

/// <summary>
/// What a body says it is, kept away from routing: routing would take an operation for missing when the body is of another kind than it takes, before anybody
/// has said who he is. The gate looks at it behind that.
/// </summary>
internal sealed class BodyKind
{
    private BodyKind(string? said) => Said = said;

    private string? Said { get; }

    /// <summary>Before routing.</summary>
    public static Task Hide(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.StartsWithSegments("/api") && http.Request.ContentType != "application/json")
        {
            http.Features.Set(new BodyKind(http.Request.ContentType));
            http.Request.ContentType = "application/json";
        }

        return next(http);
    }

    /// <summary>Behind routing: as it was sent.</summary>
    public static void Restore(HttpContext http)
    {
        if (http.Features.Get<BodyKind>() is { } kind)
        {
            http.Request.ContentType = kind.Said;
        }
    }

    /// <summary>Whether there is a body that is not JSON in UTF-8.</summary>
    public static bool IsForeign(HttpRequest request)
    {
        if (request.ContentLength is 0 or null && request.Headers.TransferEncoding.Count == 0)
        {
            return false;
        }

        return !(request.ContentType is { } said && MediaTypeHeaderValue.TryParse(said, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (type.Charset.Length == 0 || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase)));
    }
}
