using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>What a page of the designer shows.</summary>
/// <param name="Title">Plain text.</param>
/// <param name="Room">The link of the bar that it belongs to.</param>
/// <param name="Name">The custom element.</param>
/// <param name="Attribute">The attribute that says what it shows; null when it shows a list.</param>
/// <param name="Value">Its value, from outside.</param>
internal sealed record StudioElement(string Title, string Room, string Name, string? Attribute = null, string? Value = null)
{
    /// <summary>HTML beside the links of the bar.</summary>
    public string Aside { get; init; } = "";
}

/// <summary>The bar above the designer, and the document that its elements need: their base, style sheets and scripts in this order.</summary>
internal static class DesignerFrame
{
    private static readonly (string Path, string Text)[] Rooms =
        [(StudioFiles.Base, "Definitions"), ("/designer/instances", "Instances"), ("/designer/proposals", "Proposals")];

    private static readonly string Sheets = string.Concat(((string[])
    [
        "_content/MudBlazor/MudBlazor.min.css", "_content/CodeBeam.MudBlazor.Extensions/MudExtensions.min.css", "_content/Radzen.Blazor/css/material-base.css",
        "_content/Elsa.Studio.Shell/css/shell.css", "Elsa.Studio.Host.CustomElements.styles.css", "/designer/frame.css",
    ]).Select(s => $"<link rel=\"stylesheet\" href=\"{s}\">\n"));

    private static readonly string Scripts = string.Concat(((string[])
    [
        "_content/BlazorMonaco/jsInterop.js", "_content/BlazorMonaco/lib/monaco-editor/min/vs/loader.js", "_content/BlazorMonaco/lib/monaco-editor/min/vs/editor/editor.main.js",
        "_content/MudBlazor/MudBlazor.min.js", "_content/CodeBeam.MudBlazor.Extensions/MudExtensions.min.js", "_content/Radzen.Blazor/Radzen.Blazor.js", "_framework/blazor.webassembly.js",
    ]).Select(s => $"<script src=\"{s}\"></script>\n"));

    public static Task Write(HttpContext http, StudioElement element)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        var asks = element.Attribute is null ? "" : $" data-attribute=\"{element.Attribute}\" data-value=\"{HtmlPage.Encode(element.Value)}\"";
        return http.Response.WriteAsync(
            $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{HtmlPage.Encode(element.Value ?? element.Title)} · RetailOps designer</title>
            <base href="{StudioFiles.Base}">
            <link rel="icon" type="image/png" sizes="32x32" href="_content/Elsa.Studio.Shell/favicon-32x32.png">
            {Sheets}</head>
            <body class="frame">
            {Bar(http, element.Room, element.Aside)}
            <main class="frame-stage" id="studio" data-element="{element.Name}"{asks}>
            <div class="frame-loading" id="studio-loading" role="status"><p>Loading the designer …</p><div class="frame-progress"><span></span></div></div>
            </main>
            <dialog class="frame-dialog" id="session" aria-labelledby="session-title">
            <h2 id="session-title"></h2><p id="session-text"></p>
            <button class="frame-button frame-first" id="session-stay" type="button">Stay signed in</button><a class="frame-button frame-first" id="session-sign-in" href="/sign-in?returnTo={Uri.EscapeDataString(http.Request.Path.ToUriComponent())}">Sign in</a>
            </dialog>
            <dialog class="frame-dialog" id="conflict" aria-labelledby="conflict-title">
            <h2 id="conflict-title">Not saved</h2><p id="conflict-text" role="alert"></p>
            <a class="frame-button frame-first" href="{HtmlPage.Encode(http.Request.Path.ToUriComponent())}">Load the page again</a>
            </dialog>
            <div id="blazor-error-ui" role="alert">The designer has met an error. <a class="reload" href="{HtmlPage.Encode(http.Request.Path.ToUriComponent())}">Load the page again</a> <a class="dismiss" aria-label="Close">✕</a></div>
            {Scripts}<script type="module" src="/designer/frame.js"></script>
            </body></html>
            """,
            http.RequestAborted);
    }

    /// <summary>A page of ours in the same frame, without an element and without scripts.</summary>
    /// <param name="http">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="title">Plain text.</param>
    /// <param name="room">The link of the bar that it belongs to.</param>
    /// <param name="body">HTML; whatever came from outside is encoded already.</param>
    public static Task WritePlain(HttpContext http, int status, string title, string room, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync(
            $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{HtmlPage.Encode(title)} · RetailOps designer</title><link rel="stylesheet" href="/site.css"><link rel="stylesheet" href="/designer/frame.css"></head>
            <body>{Bar(http, room)}<main><h1>{HtmlPage.Encode(title)}</h1>
            {body}
            </main></body></html>
            """,
            http.RequestAborted);
    }

    /// <summary>The bar: the house, the rooms of the designer, who is signed in.</summary>
    private static string Bar(HttpContext http, string room, string aside = "") =>
        $"""
        <nav class="frame-bar" aria-label="RetailOps"><a class="frame-home" href="/">RetailOps</a>
        {string.Concat(Rooms.Select(r => $"<a href=\"{r.Path}\"{(r.Path == room ? " aria-current=\"page\"" : "")}>{r.Text}</a>"))}
        {aside}<span class="frame-who">{HtmlPage.Encode(http.User.Identity?.Name)}</span><a href="/sign-out">Sign out</a></nav>
        """;
}
