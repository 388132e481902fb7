using Microsoft.AspNetCore.Http;

namespace RetailOps.Platform;

/// <summary>
/// Browsers send a cookie, and reach loopback, on behalf of any page. They also say which page that is, in headers that a page
/// cannot set. What no browser sent has neither header and passes.
/// </summary>
public static class CrossSite
{
    /// <summary>Whether another site's page would change something through this request.</summary>
    public static bool IsForged(HttpRequest request)
    {
        // A page of anybody may open a web socket, and read and say what it likes there.
        var isHarmless = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if (isHarmless && !string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site is not ("same-origin" or "none");
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}";
    }
}
