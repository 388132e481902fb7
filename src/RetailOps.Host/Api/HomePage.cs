using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary><c>/</c>: what this is and where to go.</summary>
internal static class HomePage
{
    public static void MapHome(this IEndpointRouteBuilder app, HostSettings settings) =>
        app.MapGet("/", (HttpContext http) =>
        {
            var name = http.User.Identity is { IsAuthenticated: true, Name: { } who } ? who : null;
            return HtmlPage.Write(
                http, StatusCodes.Status200OK, "Retail operations",
                $"""
                <p>Orders and stock of a retailer: one process on one PostgreSQL. What happens to an order is drawn in workflows and run by an embedded engine.</p>
                <p class="soft">{(name is null ? "Nobody is signed in." : $"Signed in as {HtmlPage.Encode(name)}.")}</p>
                <ul class="links">
                <li><a href="/reference"><strong>API reference</strong>Every operation, to read and to try</a></li>
                <li><a href="/openapi/v1.json"><strong>OpenAPI document</strong>The same for machines</a></li>
                <li><a href="/health/ready"><strong>Health</strong>Whether the system can do its work</a></li>
                {(settings is { IsDemo: true, RunsJobs: true } ? "<li><a href=\"/jobs\"><strong>Jobs</strong>What runs again and again</a></li>" : "")}
                {(name is null ? "<li><a href=\"/sign-in\"><strong>Sign in</strong>As one of the people of this shop</a></li>" : "<li><a href=\"/sign-out\"><strong>Sign out</strong>Or sign in as somebody else</a></li>")}
                </ul>
                """);
        }).ExcludeFromDescription();
}
