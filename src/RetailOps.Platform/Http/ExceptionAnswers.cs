using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary>What a caller hears of an exception: a problem with a code and the trace id, nothing from inside. Logged here, once.</summary>
internal sealed partial class ExceptionAnswers(ILogger<ExceptionAnswers> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        switch (exception)
        {
            case OperationCanceledException when httpContext.RequestAborted.IsCancellationRequested:
                // Nobody is there to read an answer.
                httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                break;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                await Problems.Write(httpContext, StatusCodes.Status413PayloadTooLarge, "request.too-large", "The body is larger than this operation takes; send less at a time.");
                break;
            case BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType }:
                await Problems.Write(httpContext, StatusCodes.Status415UnsupportedMediaType, "request.media-type", "Send the body as application/json.");
                break;
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                await Problems.Write(httpContext, StatusCodes.Status408RequestTimeout, "request.too-slow", "The body came too slowly.");
                break;
            case UnkeepableTextException or BadHttpRequestException { InnerException: UnkeepableTextException }:
                await Problems.WriteUnkeepable(httpContext);
                break;
            case BadHttpRequestException bad:
                await Problems.Write(
                    httpContext, StatusCodes.Status400BadRequest, "request.malformed", "The request cannot be read; see the list of faults.", JsonFaults.Of(bad, BodyOf(httpContext)));
                break;
            case var _ when DatabaseTrouble.IsUnavailable(exception):
                LogUnavailable(log, exception.GetType().Name, exception.Message);
                await Problems.Write(
                    httpContext, StatusCodes.Status503ServiceUnavailable, "system.unavailable",
                    "The database cannot be reached at the moment. Repeat the request with the same Idempotency-Key.");
                break;
            case var _ when DatabaseTrouble.IsUnkeepableText(exception):
                await Problems.WriteUnkeepable(httpContext);
                break;
            default:
                LogUnexpected(log, exception, httpContext.Request.Method, httpContext.Request.Path);
                await Problems.Write(
                    httpContext, StatusCodes.Status500InternalServerError, "system.error", "Something is wrong on our side. Tell an operator the trace id.");
                break;
        }

        return true;
    }

    // By now the framework has taken the endpoint off the request, and keeps it here.
    private static Type? BodyOf(HttpContext http) => http.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;

    [LoggerMessage(6201, LogLevel.Warning, "A request was turned away because the database is not available: {Kind}: {Reason}")]
    private static partial void LogUnavailable(ILogger log, string kind, string reason);

    [LoggerMessage(6202, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogUnexpected(ILogger log, Exception e, string method, string path);
}
