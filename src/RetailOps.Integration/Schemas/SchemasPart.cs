using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Schemas of documents and events.</summary>
internal static class SchemasPart
{
    public static IServiceCollection AddSchemas(this IServiceCollection services) => services.AddSingleton<SchemaShelf>();

    public static void MapSchemas(this IEndpointRouteBuilder api)
    {
        var schemas = api.MapGroup("/schemas").WithTags("Schemas");
        schemas.MapGet("", List)
            .WithName("ListSchemas")
            .WithSummary("The schemas of all documents and events")
            .ProducesRefusals();
        schemas.MapGet("/{name}", Get)
            .WithName("GetSchema")
            .WithSummary("One schema, as JSON Schema 2020-12")
            .ProducesRefusals(404);
    }

    private static async Task<Results<Ok<IReadOnlyList<SchemaView>>, ProblemHttpResult>> List(Door door, CancellationToken ct) => (await door.Run(new ListSchemas(), ct)).ToOk();

    private static async Task<Results<Ok<JsonElement>, StatusCodeHttpResult, ProblemHttpResult>> Get(string name, Door door, HttpRequest request, HttpResponse response, CancellationToken ct)
    {
        var found = await door.Run(new GetSchema(name), ct);
        if (!found.IsSuccess)
        {
            return Problems.Of(found.Refusal);
        }

        // Kept for an hour unasked, then asked for by its tag: the text of a version changes with a new release only, by additions.
        var tag = $"\"{found.Value.Tag}\"";
        (response.Headers.ETag, response.Headers.CacheControl) = (tag, "private, max-age=3600");
        return request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Any(t => t == tag || t == "W/" + tag || t == "*")
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(found.Value.Schema);
    }
}
