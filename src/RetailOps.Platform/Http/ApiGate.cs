using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RetailOps.Platform;

/// <summary>On every operation of the API.</summary>
internal sealed record ApiOperation;

/// <summary>On every operation that the designer calls.</summary>
internal sealed record DesignerOperation;

/// <summary>
/// Stands before every operation of the API, before its body is read: who is it, does a foreign web page speak through the
/// browser of somebody, is the idempotency key in order.
/// </summary>
internal sealed class ApiGate(RequestDelegate next, Callers callers, DesignerTokens tokens)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<ApiOperation>() is null)
        {
            await next(http);
            return;
        }

        if (callers.Of(http) is not { } caller)
        {
            await (http.Features.Get<TokenAnswer>() is null
                ? Problems.Write(http, StatusCodes.Status401Unauthorized, "security.unauthenticated", "Send an access token from /connect/token, or sign in first: open /sign-in in a browser.")
                : Problems.Write(http, StatusCodes.Status401Unauthorized, "security.invalid-token", "The access token is not ours, has ended or was taken back; ask /connect/token for a new one."));
            return;
        }

        if (endpoint.Metadata.GetMetadata<DesignerOperation>() is not null && !await tokens.Opens(http, caller))
        {
            await Problems.Write(http, StatusCodes.Status401Unauthorized, "security.designer-token", "The designer's page belongs to a session that has ended, or to another one: open it anew.");
            return;
        }

        if (CrossSite.IsForged(http.Request))
        {
            await Problems.Write(http, StatusCodes.Status403Forbidden, "security.cross-site", "Another site's page may not change anything here.");
            return;
        }

        if (http.Request.Headers.ContentEncoding.Count > 0)
        {
            await Problems.Write(http, StatusCodes.Status415UnsupportedMediaType, "request.encoding", "Send the body without Content-Encoding.");
            return;
        }

        IdempotencyKey? key = null;
        if (endpoint.Metadata.GetMetadata<IdempotencyHeader>() is { } header)
        {
            var read = await header.Read(http, caller);
            if (!read.IsSuccess)
            {
                await Problems.Of(read.Refusal).ExecuteAsync(http);
                return;
            }

            key = read.Value;
        }

        http.RequestServices.GetRequiredService<Door>().Open(caller, key);
        await next(http);
    }
}
