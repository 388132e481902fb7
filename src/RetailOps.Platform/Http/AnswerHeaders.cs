using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace RetailOps.Platform;

/// <summary>A page that needs another Content-Security-Policy than the strict one, because its scripts are not ours.</summary>
/// <param name="Policy">The whole policy.</param>
public sealed record ContentPolicy(string Policy);

/// <summary>Security headers on every answer, whoever wrote it.</summary>
internal sealed class AnswerHeaders(RequestDelegate next)
{
    private const string Strict = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        http.Response.OnStarting(static state => Write((HttpContext)state), http);
        return next(http);
    }

    private static Task Write(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = http.GetEndpoint()?.Metadata.GetMetadata<ContentPolicy>()?.Policy ?? Strict;
        if (http.Features.Get<TrafficQuota>() is { } quota)
        {
            quota.Announce(headers);
        }

        if (http.Features.Get<DeprecatedOperation>() is { } deprecated)
        {
            deprecated.Announce(headers);
        }

        if (headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }

        if (http.Response.StatusCode == StatusCodes.Status401Unauthorized && headers.WWWAuthenticate.Count == 0)
        {
            headers.WWWAuthenticate = http.Features.Get<TokenAnswer>() is null
                ? new StringValues(["Bearer realm=\"RetailOps\"", "Cookie realm=\"RetailOps\", form-action=\"/sign-in\""])
                : "Bearer realm=\"RetailOps\", error=\"invalid_token\", error_description=\"The token is not ours, has ended or was taken back\"";
        }

        // RFC 6750, section 3.1.
        if (http.Response.StatusCode == StatusCodes.Status403Forbidden && http.Features.Get<TokenAnswer>() is not null && headers.WWWAuthenticate.Count == 0)
        {
            var lacks = http.RequestServices.GetRequiredService<Door>().Lacks;
            headers.WWWAuthenticate = "Bearer realm=\"RetailOps\", error=\"insufficient_scope\"" + (lacks is null ? "" : $", scope=\"{lacks}\"");
        }

        if (http.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        return Task.CompletedTask;
    }
}
