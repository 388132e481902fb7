using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>The OpenAPI document: what the framework sees of the endpoints, and what only we know of our words and headers.</summary>
internal static class ApiDocument
{
    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", o =>
    {
        o.ShouldInclude = d => d.RelativePath?.StartsWith("api/", StringComparison.Ordinal) is true;
        o.AddSchemaTransformer(Schema);
        o.AddOperationTransformer(Operation);
        o.AddDocumentTransformer(Document);
    });

    private static async Task Schema(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(Money))
        {
            schema.Type = JsonSchemaType.Object;
            schema.Description = "Whole minor units of one currency; a JSON number is accepted for the amount.";
            schema.Required = new HashSet<string> { "amount", "currency" };
            schema.AdditionalPropertiesAllowed = false;
            schema.Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["amount"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^-?[0-9]+(\\.[0-9]+)?$", Examples = [JsonValue.Create("12.34")!] },
                ["currency"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[A-Z]{3}$", Description = "ISO 4217", Examples = [JsonValue.Create("GBP")!] },
            };
        }
        else if (type.GetCustomAttribute<JsonConverterAttribute>() is not null && type is { IsValueType: true, IsEnum: false } && type.GetProperty("Value")?.PropertyType is { } inner)
        {
            // Our ids and codes: one value behind a converter, a plain string in JSON.
            schema.Type = JsonSchemaType.String;
            schema.Format = inner == typeof(Guid) ? "uuid" : null;
        }
        else if (type == typeof(ProblemDetails))
        {
            schema.AdditionalPropertiesAllowed = true;
            schema.Properties ??= new Dictionary<string, IOpenApiSchema>();
            schema.Properties["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Stable; decide by this." };
            schema.Properties["traceId"] = new OpenApiSchema { Type = JsonSchemaType.String };
            schema.Properties["details"] = new OpenApiSchema { Description = "Facts that help, by code." };
            schema.Properties["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = "The faults of the request's shape.",
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["field"] = new OpenApiSchema { Type = JsonSchemaType.String },
                        ["code"] = new OpenApiSchema { Type = JsonSchemaType.String },
                        ["message"] = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                },
            };
        }
        else if (schema.Required is { } required)
        {
            // The framework takes every parameter of a record without a default for required; we let a nullable one be missing.
            foreach (var property in context.JsonTypeInfo.Properties.Where(p => !p.IsRequired))
            {
                required.Remove(property.Name);
            }
        }
        else if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
        }
        else if (context.JsonTypeInfo.ElementType is { } element && schema is { Items: null, Type: { } kind } && kind.HasFlag(JsonSchemaType.Array))
        {
            // A list of our ids: the framework has nothing to say about what a converter writes.
            schema.Items = await context.GetOrCreateSchemaAsync(element, cancellationToken: ct);
        }
    }

    private static Task Operation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters = [.. (operation.Parameters ?? []).Where(p => p.Name != "apiVersion")];
        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>())
        {
            parameter.Description ??= ApiWords.Parameters.GetValueOrDefault(parameter.Name ?? "");
        }

        if (metadata.OfType<IdempotencyHeader>().LastOrDefault() is { } key)
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = IdempotencyHeader.Name,
                In = ParameterLocation.Header,
                Required = key.Required,
                Description = "Names one intended effect: repeat a request with the same key and get the first answer. Kept for seven days.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyHeader.MaxLength },
            });
        }

        if (metadata.OfType<DeprecatedOperation>().LastOrDefault() is { } deprecated)
        {
            operation.Deprecated = true;
            operation.Description = $"{operation.Description} Deprecated since {deprecated.Since:yyyy-MM-dd}{(deprecated.Sunset is { } end ? $", gone from {end:yyyy-MM-dd} on" : "")}; see {deprecated.Guide}.".Trim();
        }

        var problems = OperationContract.Problems(context.Description.HttpMethod ?? "GET", context.Description.RelativePath ?? "", metadata);
        operation.Responses ??= [];
        foreach (var status in problems.Union(operation.Responses.Keys.Select(k => int.Parse(k, CultureInfo.InvariantCulture)).Where(k => k >= 400)))
        {
            operation.Responses[status.ToString(CultureInfo.InvariantCulture)] = Problem(status, context.Document);
        }

        var ordered = new OpenApiResponses();
        foreach (var (status, response) in operation.Responses.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            ordered[status] = response;
        }

        operation.Responses = ordered;
        if (metadata.OfType<IfMatchHeader>().Any())
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = "If-Match",
                In = ParameterLocation.Header,
                Required = true,
                Description = "The ETag of the version that was changed.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        return Task.CompletedTask;
    }

    private static OpenApiResponse Problem(int status, OpenApiDocument? document) => new()
    {
        Description = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
        Headers = status is 429 or 503
            ? new Dictionary<string, IOpenApiHeader> { ["Retry-After"] = new OpenApiHeader { Description = "Seconds to wait.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } } }
            : null,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(ProblemDetails), document), Example = ApiShapes.Example(status) },
        },
    };

    private static Task Document(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken ct)
    {
        document.Info = new OpenApiInfo { Title = "RetailOps", Version = "v1", Description = "Orders and stock of a retailer. Every refusal is a problem document (RFC 9457) with a stable code." };

        // The address of the host that was asked is of no use to whoever compares or keeps the document.
        document.Servers = [new OpenApiServer { Url = "/" }];
        var paths = new OpenApiPaths();
        foreach (var (path, item) in (document.Paths ?? []).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            paths.Add(path.Replace("v{apiVersion}", "v1", StringComparison.Ordinal), item);
        }

        document.Paths = paths;
        ApiShapes.Complete(document);
        return Task.CompletedTask;
    }
}
