using Microsoft.AspNetCore.Authentication;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary><c>/designer</c>: the elements of Elsa Studio, one to a page, in a frame of our own.</summary>
internal static class DesignerPages
{
    private const string Permission = "workflows.read";

    // WebAssembly is compiled, and the designer's components carry styles in their attributes. No eval, and of the scripts within pages two: by their
    // hashes, the designer's own for the keys of its lists and its editor. Another version of the package may have others; the browser's tests hear of it.
    private static readonly ContentPolicy Policy = new(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-vu6sQrKXQHR4Yn3FMMihA/9TxxfIXnCxKwvLrTPJ5ts=' 'sha256-snlP1jz0gjwc5cTz9ErZcliXuCK63+Mmf68RRCeptgc='; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        + "worker-src 'self' blob:; manifest-src 'self'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'");

    public static void MapDesigner(this IEndpointRouteBuilder app)
    {
        var studio = StudioFiles.Find();
        studio.Map(app, Policy);
        MapOwnFile(app, "frame.js", "text/javascript; charset=utf-8");
        MapOwnFile(app, "frame.css", "text/css; charset=utf-8");

        var pages = app.MapGroup("/designer").WithMetadata(Policy).ExcludeFromDescription();
        var session = pages.MapGroup("/session");
        session.MapGet("", Session).WithMetadata(new LooksAtSession());

        // Asked by a person: as every request but the one above, it renews a session that is past its middle.
        session.MapPost("", Session);

        var people = pages.MapGroup("").ForPeople(Permission);
        people.MapGet("", http => Show(http, studio, new("Definitions", StudioFiles.Base, "elsa-workflow-definition-list")));
        people.MapGet("/definitions/{definitionId}", http => Show(http, studio, Editor((string)http.GetRouteValue("definitionId")!)));
        people.MapGet("/instances", http => Show(http, studio, new("Instances", "/designer/instances", "elsa-workflow-instance-list")));
        ProposalPages.Map(people);
        people.MapGet("/instances/{id}", http => Show(http, studio, new("Instance", "/designer/instances", "elsa-workflow-instance-viewer", "instance-id", (string)http.GetRouteValue("id")!)));
    }

    private static StudioElement Editor(string definitionId) => new("Definition", StudioFiles.Base, "elsa-workflow-definition-editor", "definition-id", definitionId)
    {
        Aside = $"<a class=\"frame-aside\" href=\"/designer/definitions/{Uri.EscapeDataString(definitionId)}/versions\">Versions and proposing</a><span class=\"frame-note\">Governed workflows go live when another person approves: what is published here is proposed.</span>",
    };

    private static Task Show(HttpContext http, StudioFiles studio, StudioElement element)
    {
        if (http.Request.Path == "/designer")
        {
            http.Response.Redirect(StudioFiles.Base);
            return Task.CompletedTask;
        }

        return studio.AreHere ? DesignerFrame.Write(http, element) : Missing(http);
    }

    private static Task Missing(HttpContext http) =>
        HtmlPage.Write(
            http, StatusCodes.Status503ServiceUnavailable, "The designer is not here yet",
            "<p>Elsa Studio is fetched by npm, and was not. Install Node.js 20 or later and start again with <code>./run</code>, or run <code>npm ci --prefix tools/studio</code> beside the program and restart it.</p>");

    /// <summary>Who is signed in, for how long, and the token for an element; 401 when the session has ended.</summary>
    private static async Task<IResult> Session(HttpContext http, DesignerTokens tokens, TimeProvider clock)
    {
        if (await tokens.For(http.User, http.RequestAborted) is not { } token)
        {
            return TypedResults.StatusCode(StatusCodes.Status401Unauthorized);
        }

        if (!Callers.SignedIn(http.User)!.May(Permission))
        {
            return TypedResults.StatusCode(StatusCodes.Status403Forbidden);
        }

        var ends = http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc ?? clock.GetUtcNow();
        return TypedResults.Json(new { name = http.User.Identity!.Name, token, secondsLeft = (long)(DesignerTokens.EndOf(http.User, ends) - clock.GetUtcNow()).TotalSeconds });
    }

    private static void MapOwnFile(IEndpointRouteBuilder app, string name, string type)
    {
        using var stream = typeof(DesignerPages).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        app.MapGet("/designer/" + name, (HttpResponse response) =>
        {
            response.Headers.CacheControl = "no-cache";
            return TypedResults.Text(text, type);
        }).ExcludeFromDescription();
    }
}
