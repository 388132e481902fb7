using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>On every operation of the API.</summary>
internal sealed record ApiOperation;

/// <summary>On every operation that the designer calls.</summary>
internal sealed record DesignerOperation;

/// <summary>
/// Stands before every operation of the API, before its body is read: who is it, does a foreign web page speak through the
/// browser of somebody, does he ask for no more than his share, is the idempotency key in order.
/// </summary>
internal sealed class ApiGate(RequestDelegate next, Callers callers, DesignerTokens tokens, TrafficGate traffic, Denials denials, TimeProvider clock)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is not { } endpoint || (endpoint.Metadata.GetMetadata<ApiOperation>() is null && endpoint.Metadata.GetMetadata<TrafficKind>() is null))
        {
            await next(http);
            return;
        }

        BodyKind.Restore(http);
        if (endpoint.Metadata.GetMetadata<DeprecatedOperation>() is { } deprecated)
        {
            http.Features.Set(deprecated);
        }

        var caller = callers.Of(http);
        using var place = await traffic.Enter(http, caller, endpoint);
        if (place is null)
        {
            return;
        }

        if (endpoint.Metadata.GetMetadata<ApiOperation>() is null)
        {
            // It says itself whom it lets in.
            await next(http);
            return;
        }

        await Enter(http, endpoint, caller);
    }

    private async Task Enter(HttpContext http, Endpoint endpoint, Caller? caller)
    {
        if (caller is null)
        {
            if (http.Features.Get<TokenAnswer>() is null && FirstPassword.IsOf(http.User))
            {
                await FirstPassword.Refuse(http);
                return;
            }

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
            denials.CrossSite(caller.Actor, http.Request.Path);
            await Problems.Write(http, StatusCodes.Status403Forbidden, "security.cross-site", "Another site's page may not change anything here.");
            return;
        }

        if (http.Request.Headers.ContentEncoding.Count > 0)
        {
            await Problems.Write(http, StatusCodes.Status415UnsupportedMediaType, "request.encoding", "Send the body without Content-Encoding.");
            return;
        }

        if (http.Features.Get<DeprecatedOperation>()?.IsGone(clock.GetUtcNow()) is true)
        {
            await Problems.Write(http, StatusCodes.Status410Gone, "request.gone", "This operation is no more; the header Link leads to what there is instead.");
            return;
        }

        if (endpoint.Metadata.GetMetadata<DesignerOperation>() is null && OperationContract.TakesBody(endpoint) && BodyKind.IsForeign(http.Request))
        {
            await Problems.Write(http, StatusCodes.Status415UnsupportedMediaType, "request.media-type", "Send the body as application/json in UTF-8.");
            return;
        }

        if (http.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) is true)
        {
            await Problems.WriteUnkeepable(http);
            return;
        }

        if (http.Request.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) is true)
        {
            http.Request.Body = new KeepableBody(http.Request.Body);
        }

        if (endpoint.Metadata.GetMetadata<DesignerOperation>() is null && !OperationContract.Suits(http.Request, endpoint))
        {
            await Problems.Write(http, StatusCodes.Status406NotAcceptable, "request.not-acceptable", "This operation answers application/json; accept that.");
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
