using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace RetailOps.Host.Tests;

/// <summary>One operation as a client knows it.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Path">With its parameters in braces.</param>
/// <param name="Id">Its name in the document; method and path where it has none.</param>
/// <param name="Described">What the document says of it; null for the designer's.</param>
internal sealed record ApiOperationUnderTest(string Method, string Path, string Id, JsonObject? Described)
{
    public bool IsDesigners => Described is null;

    public JsonObject? BodySchema => Described?["requestBody"]?["content"]?["application/json"]?["schema"] as JsonObject;

    public bool TakesKey => Header("Idempotency-Key") is not null;

    public bool TakesIfMatch => Header("If-Match") is not null;

    public IEnumerable<JsonObject> Parameters(string place) => (Described?["parameters"] as JsonArray ?? []).OfType<JsonObject>().Where(p => (string?)p["in"] == place);

    public IReadOnlySet<int> Statuses => (Described?["responses"] as JsonObject ?? []).Select(r => int.Parse(r.Key, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();

    public override string ToString() => Id;

    private JsonObject? Header(string name) => Parameters("header").FirstOrDefault(p => (string?)p["name"] == name);
}

/// <summary>All operations of a host: those of its document, and the designer's from the table of its endpoints.</summary>
internal sealed class ApiSurface
{
    private ApiSurface(JsonObject document, IReadOnlyList<ApiOperationUnderTest> operations) => (Document, Operations) = (document, operations);

    public JsonObject Document { get; }

    /// <summary>In the order of their paths and methods.</summary>
    public IReadOnlyList<ApiOperationUnderTest> Operations { get; }

    public IEnumerable<ApiOperationUnderTest> Ours => Operations.Where(o => !o.IsDesigners);

    public static ApiSurface Of(string document, EndpointDataSource endpoints)
    {
        var parsed = (JsonObject)JsonNode.Parse(document)!;
        var ours =
            from path in (JsonObject)parsed["paths"]!
            from operation in (JsonObject)path.Value!
            select new ApiOperationUnderTest(operation.Key.ToUpperInvariant(), path.Key, (string)operation.Value!["operationId"]!, (JsonObject)operation.Value);
        var designers =
            from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
            let path = Written(endpoint.RoutePattern)
            where path.StartsWith("/elsa/api/", StringComparison.Ordinal)
            from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
            select new ApiOperationUnderTest(method, path, $"{method} {path}", null);
        return new(parsed, [.. ours.Concat(designers.DistinctBy(o => o.Id)).OrderBy(o => o.Path, StringComparer.Ordinal).ThenBy(o => o.Method, StringComparer.Ordinal)]);
    }

    /// <summary>A schema behind its references.</summary>
    public JsonObject Resolve(JsonNode? schema)
    {
        var now = schema as JsonObject ?? [];
        while ((string?)now["$ref"] is { } reference)
        {
            now = (JsonObject)Document["components"]!["schemas"]![reference.Split('/')[^1]]!;
        }

        return now;
    }

    private static string Written(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p switch
    {
        RoutePatternParameterPart parameter => "{" + parameter.Name + "}",
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    }))));
}
