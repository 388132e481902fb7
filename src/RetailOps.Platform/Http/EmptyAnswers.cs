using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace RetailOps.Platform;

/// <summary>Gives the framework's bare statuses (no such path, method or version) the body of a problem; people get a page.</summary>
internal static class EmptyAnswers
{
    public static Task Fill(HttpContext http)
    {
        var status = http.Response.StatusCode;
        var (code, message) = status switch
        {
            StatusCodes.Status404NotFound => ("request.no-such-path", "There is nothing at this path; /reference lists what there is."),
            StatusCodes.Status405MethodNotAllowed => ("request.method", "This path does not take this method; see the header Allow."),
            StatusCodes.Status413PayloadTooLarge => ("request.too-large", "The body is larger than this operation takes; send less at a time."),
            StatusCodes.Status415UnsupportedMediaType => ("request.media-type", "Send the body as application/json."),
            _ => ("http." + status.ToString(System.Globalization.CultureInfo.InvariantCulture), ReasonPhrases.GetReasonPhrase(status) + "."),
        };
        return WantsPage(http.Request) ? HtmlPage.Write(http, status, "Not here", $"<p>{HtmlPage.Encode(message)}</p>") : Problems.Write(http, status, code, message);
    }

    private static bool WantsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/elsa") && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
