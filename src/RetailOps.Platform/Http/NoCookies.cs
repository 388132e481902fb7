using Microsoft.AspNetCore.Http;

namespace RetailOps.Platform;

/// <summary>
/// On an endpoint whose answers are not ours: no cookie is read there and none set, so that what it does, it does for a caller who named himself, and
/// never for a browser that happens to be signed in.
/// </summary>
public sealed record NoCookies;

/// <summary>Takes cookies away before anybody asks who calls; behind routing, before authentication.</summary>
internal sealed class CookieGate(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<NoCookies>() is not null)
        {
            http.Request.Headers.Remove("Cookie");
            http.Response.OnStarting(static state =>
            {
                ((HttpContext)state).Response.Headers.Remove("Set-Cookie");
                return Task.CompletedTask;
            }, http);
        }

        return next(http);
    }
}
