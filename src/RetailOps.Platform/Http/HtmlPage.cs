using System.Text.Encodings.Web;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RetailOps.Platform;

/// <summary>The few pages that are not the console: plain HTML without scripts, one style sheet of our own, no request to anybody else.</summary>
public static class HtmlPage
{
    private const string StylePath = "/site.css";

    private const string Style =
        """
        :root { color-scheme: light dark; --ink: #1d2733; --soft: #5a6877; --paper: #f5f7f9; --card: #fff; --line: #d9e0e7; --accent: #0b5cad; --on-accent: #fff; --bad: #a11c1c; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #a3b1bf; --paper: #12181f; --card: #1a222b; --line: #33404d; --accent: #7db8f0; --on-accent: #0c1620; --bad: #ff9a94; } }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
        header, main { max-width: 58rem; margin: 0 auto; padding: 1.5rem; }
        header { padding-bottom: 0; font-weight: 600; letter-spacing: .02em; }
        header a { color: inherit; text-decoration: none; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0 1rem; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.5rem; }
        .narrow { max-width: 24rem; }
        ul.links { list-style: none; padding: 0; margin: 1.5rem 0 0; display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); }
        ul.links a { display: block; height: 100%; padding: .9rem 1rem; border: 1px solid var(--line); border-radius: .5rem; color: inherit; text-decoration: none; }
        ul.links a:hover { border-color: var(--accent); }
        ul.links strong { display: block; color: var(--accent); }
        a { color: var(--accent); }
        h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; }
        .scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
        table { border-collapse: collapse; width: 100%; font-size: .92rem; }
        th, td { text-align: left; padding: .4rem .75rem; border-top: 1px solid var(--line); vertical-align: top; }
        thead th { border-top: 0; color: var(--soft); font-weight: 600; white-space: nowrap; }
        td:first-child { white-space: nowrap; color: var(--soft); }
        .soft { color: var(--soft); }
        label { display: block; font-weight: 600; margin: 1rem 0 .3rem; }
        input { width: 100%; font: inherit; padding: .55rem .7rem; border: 1px solid var(--soft); border-radius: .4rem; background: var(--paper); color: inherit; }
        button { font: inherit; font-weight: 600; margin-top: 1.4rem; padding: .6rem 1.4rem; border: 0; border-radius: .4rem; background: var(--accent); color: var(--on-accent); cursor: pointer; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        .error { color: var(--bad); font-weight: 600; margin: 0; }
        """;

    /// <summary>Text for HTML.</summary>
    public static string Encode(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    /// <summary>Writes a page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="title">Plain text.</param>
    /// <param name="body">HTML; whatever came from outside is encoded already.</param>
    public static Task Write(HttpContext http, int status, string title, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync(
            $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Encode(title)} · RetailOps</title><link rel="stylesheet" href="{StylePath}"></head>
            <body><header><a href="/">RetailOps</a></header><main><h1>{Encode(title)}</h1>
            {body}
            </main></body></html>
            """,
            http.RequestAborted);
    }

    /// <summary>Serves the style sheet.</summary>
    public static void MapStyle(this IEndpointRouteBuilder app) =>
        app.MapGet(StylePath, (HttpResponse response) =>
        {
            response.Headers.CacheControl = "public, max-age=3600";
            return TypedResults.Text(Style, "text/css; charset=utf-8");
        }).ExcludeFromDescription();
}
