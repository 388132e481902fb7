using System.Globalization;
using System.Text;

using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>
/// <c>/docs</c>: the API for people who read, from the same document that machines get, without a script and from nobody else. For who signed in;
/// being on this machine is no credential.
/// </summary>
internal static class ApiPages
{
    private const string Path = "/docs";

    public static void MapDocs(this IEndpointRouteBuilder app)
    {
        // It says the same as long as the host lives, and costs a tenth of a second to make.
        Task<OpenApiDocument>? made = null;
        Task<OpenApiDocument> Document(HttpContext http) =>
            made is { IsFaulted: false } ? made : made = http.RequestServices.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync(CancellationToken.None);

        var pages = app.MapGroup(Path).ForPeople().ExcludeFromDescription();
        pages.MapGet("/", async (HttpContext http) => await HtmlPage.Write(http, StatusCodes.Status200OK, "The API", Contents(await Document(http))));
        pages.MapGet("/{operationId}", async (HttpContext http, string operationId) =>
        {
            var document = await Document(http);
            foreach (var (path, method, operation) in Operations(document).Where(o => o.Operation.OperationId == operationId))
            {
                await HtmlPage.Write(http, StatusCodes.Status200OK, operationId, Page(path, method, operation));
                return;
            }

            await HtmlPage.Write(http, StatusCodes.Status404NotFound, "Not here", $"<p>There is no operation of that name; <a href=\"{Path}\">these</a> there are.</p>");
        });
        pages.MapGet("/schemas/{name}", async (HttpContext http, string name) =>
        {
            var there = (await Document(http)).Components?.Schemas?.TryGetValue(name, out var found) is true ? found : null;
            await (there is null
                ? HtmlPage.Write(http, StatusCodes.Status404NotFound, "Not here", $"<p>There is no shape of that name; start at <a href=\"{Path}\">the operations</a>.</p>")
                : HtmlPage.Write(http, StatusCodes.Status200OK, name, Back + Shape(there)));
        });
    }

    private const string Back = $"<p><a href=\"{Path}\">All operations</a></p>";

    private static IEnumerable<(string Path, string Method, OpenApiOperation Operation)> Operations(OpenApiDocument document) =>
        from path in document.Paths ?? []
        from operation in path.Value.Operations ?? []
        select (path.Key, operation.Key.Method.ToUpperInvariant(), operation.Value);

    private static string Contents(OpenApiDocument document)
    {
        var page = new StringBuilder(
            """
            <p>Every refusal is a problem document (RFC 9457) with a stable <code>code</code>. The same for machines: <a href="/openapi/v1.json">openapi/v1.json</a>.</p>
            """);
        foreach (var group in Operations(document).GroupBy(o => o.Operation.Tags?.FirstOrDefault()?.Name ?? "").OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(group.Key)}</h2><p class=\"soft\">{Text(ApiWords.Tags.GetValueOrDefault(group.Key))}</p>");
            Table(page, ["Operation", "What it does", "Where"], group.Select(o => (string[])
            [
                Link($"{Path}/{o.Operation.OperationId}", o.Operation.OperationId!), Text(o.Operation.Summary) + (o.Operation.Deprecated ? " <strong>Deprecated.</strong>" : ""), $"<code>{Text(o.Method)} {Text(o.Path)}</code>",
            ]));
        }

        return page.ToString();
    }

    private static string Page(string path, string method, OpenApiOperation operation)
    {
        var page = new StringBuilder(Back).Append(CultureInfo.InvariantCulture, $"<p>{Text(operation.Summary)}.</p><p><code>{Text(method)} {Text(path)}</code></p>");
        if (operation.Description is { Length: > 0 } description)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>{Text(description)}</p>");
        }

        if (operation.Parameters is { Count: > 0 } parameters)
        {
            page.Append("<h2>Parameters</h2>");
            Table(page, ["Name", "In", "Type", "What it is"], parameters.Select(p => (string[])
            [
                Text(p.Name), Text(p.In?.ToString().ToLowerInvariant()) + (p.Required ? ", required" : ""), Type(p.Schema), Text(p.Description),
            ]));
        }

        if (operation.RequestBody?.Content?.Values.FirstOrDefault()?.Schema is { } body)
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>Body</h2><p>{Type(body)}</p>").Append(Shape(body));
        }

        page.Append("<h2>Answers</h2>");
        Table(page, ["Status", "Meaning", "Body"], (operation.Responses ?? []).Select(r => (string[])
        [
            Text(r.Key), Text(r.Value.Description), r.Value.Content?.Values.FirstOrDefault()?.Schema is { } schema ? Type(schema) : "none",
        ]));
        return page.ToString();
    }

    private static string Shape(IOpenApiSchema schema)
    {
        var page = new StringBuilder();
        var shown = schema is { OneOf: [_, var only] } ? only : schema;
        if (shown.Description is { Length: > 0 } description)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{Text(description)}</p>");
        }

        if (shown.Properties is { Count: > 0 } members)
        {
            Table(page, ["Member", "Type", "What it is"], members.Select(m => (string[])
            [
                Text(m.Key) + (shown.Required?.Contains(m.Key) is true ? ", required" : ""), Type(m.Value), Text(m.Value.Description),
            ]));
        }

        return page.ToString();
    }

    private static string Type(IOpenApiSchema? schema) => schema switch
    {
        null => "",
        OpenApiSchemaReference { Reference.Id: { } id } => Link($"{Path}/schemas/{id}", id),
        { OneOf: { Count: > 0 } choices } => string.Join(" or ", choices.Select(Type)),
        { Type: { } type } when type.HasFlag(JsonSchemaType.Array) => "list of " + Type(schema.Items) + (type.HasFlag(JsonSchemaType.Null) ? " or null" : ""),
        { Enum: { Count: > 0 } words } => string.Join(", ", words.Select(w => $"<code>{Text(w?.ToString())}</code>")),
        { Type: { } type } => Text(type.ToString().ToLowerInvariant().Replace(",", " or", StringComparison.Ordinal) + (schema.Format is { } format ? $" ({format})" : "")),
        _ => "anything",
    };

    private static string Text(string? text) => HtmlPage.Encode(text);

    private static string Link(string href, string text) => $"<a href=\"{HtmlPage.Encode(href)}\">{HtmlPage.Encode(text)}</a>";

    private static void Table(StringBuilder page, string[] heads, IEnumerable<string[]> rows)
    {
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"scroll\"><table><thead><tr>{string.Concat(heads.Select(h => $"<th>{h}</th>"))}</tr></thead><tbody>");
        foreach (var row in rows)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr>{string.Concat(row.Select(c => $"<td>{c}</td>"))}</tr>");
        }

        page.Append("</tbody></table></div>");
    }
}
