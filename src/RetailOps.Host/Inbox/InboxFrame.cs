using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>The frame of the pages on which people decide: where to go, who is signed in, what came of the last step. Without scripts.</summary>
internal static class InboxFrame
{
    public const string Approvals = "/approvals";

    public const string Tasks = "/tasks";

    public const string Notices = "/notices";

    private const string StylePath = "/inbox.css";

    private static readonly (string Path, string Text, string Permission)[] Rooms =
        [(Approvals, "Approvals", "refunds.read"), (Tasks, "Tasks", "tasks.read"), (Notices, "Notices", "notices.read"), ("/designer", "Designer", "workflows.read")];

    /// <summary>Serves the style sheet.</summary>
    public static void MapInboxStyle(this IEndpointRouteBuilder app)
    {
        using var stream = typeof(InboxFrame).Assembly.GetManifestResourceStream("inbox.css")!;
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        app.MapGet(StylePath, (HttpResponse response) =>
        {
            response.Headers.CacheControl = "no-cache";
            return TypedResults.Text(text, "text/css; charset=utf-8");
        }).ExcludeFromDescription();
    }

    /// <summary>Writes a page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="title">Plain text: the heading, and the window's title.</param>
    /// <param name="room">The link of the bar that it belongs to.</param>
    /// <param name="body">HTML; whatever came from outside is encoded already.</param>
    public static Task Write(HttpContext http, int status, string title, string room, string body)
    {
        var person = Callers.SignedIn(http.User)!;
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync(
            $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{HtmlPage.Encode(title)} · RetailOps</title><link rel="stylesheet" href="/site.css"><link rel="stylesheet" href="{StylePath}"></head>
            <body class="inbox"><a class="skip" href="#content">To the content</a>
            <nav class="bar" aria-label="RetailOps"><a class="home" href="/">RetailOps</a>
            {string.Concat(Rooms.Where(r => person.May(r.Permission)).Select(r => $"<a href=\"{r.Path}\"{(r.Path == room ? " aria-current=\"page\"" : "")}>{r.Text}</a>"))}
            <span class="who">{HtmlPage.Encode(http.User.Identity?.Name)}</span><a href="/sign-out">Sign out</a></nav>
            <main id="content"><h1>{HtmlPage.Encode(title)}</h1>
            {body}
            </main></body></html>
            """,
            http.RequestAborted);
    }

    /// <summary>What stands against the last step, as a box; nothing for nothing.</summary>
    public static string Trouble(string? words) => words is null ? "" : $"<div class=\"note stop\" role=\"alert\"><p class=\"error\">{HtmlPage.Encode(words)}</p></div>";

    /// <summary>What came of the last step.</summary>
    public static string Notice(string? html) => html is null ? "" : $"<div class=\"note\" role=\"status\"><p>{html}</p></div>";

    /// <summary>Leads on after something was done, so that loading the page again does nothing twice.</summary>
    public static void LeadTo(this HttpContext http, string path)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = path;
    }
}
