using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>What can be said of the document only when all of it is there: names for shapes that the framework writes out in each place, ways to sign in, groups.</summary>
internal static class ApiShapes
{
    private const string Fault = nameof(RequestFault);

    public static void Complete(OpenApiDocument document)
    {
        var components = document.Components ??= new OpenApiComponents();
        var schemas = components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        foreach (var (_, schema) in schemas.Where(s => s.Key is not nameof(Money)))
        {
            Name(schema, document);
        }

        schemas[Fault] = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "One fault of a request's shape.",
            Required = new HashSet<string> { "field", "code", "message" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["field"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Its place, like `lines[0].quantity`; empty for the whole body." },
                ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Stable; decide by this." },
                ["message"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "For a person." },
            },
            AdditionalPropertiesAllowed = false,
        };
        components.Schemas = new Dictionary<string, IOpenApiSchema>(schemas.OrderBy(s => s.Key, StringComparer.Ordinal));
        SignIns(document, components);
        document.Tags = new HashSet<OpenApiTag>((document.Tags ?? new HashSet<OpenApiTag>()).Select(t => new OpenApiTag { Name = t.Name, Description = ApiWords.Tags.GetValueOrDefault(t.Name ?? "") }));
    }

    /// <summary>A problem as one looks, for each status that it can have.</summary>
    public static JsonNode Example(int status)
    {
        var (code, detail) = status switch
        {
            400 => ("request.malformed", "The request cannot be read; see the list of faults."),
            401 => ("security.unauthenticated", "Sign in first: open /sign-in in a browser."),
            403 => ("security.forbidden", "This needs the permission orders.place; ask an administrator for a role that has it."),
            404 => ("orders.unknown-order", "There is no such order."),
            406 => ("request.not-acceptable", "This operation answers application/json; accept that."),
            409 => ("request.contended", "Others change the same things at this moment; try again."),
            410 => ("request.gone", "This operation is no more; the header Link leads to what there is instead."),
            412 => ("request.stale-revision", "The resource was changed since you read it; read it again and decide anew."),
            413 => ("request.too-large", "The body is larger than this operation takes; send less at a time."),
            415 => ("request.media-type", "Send the body as application/json in UTF-8."),
            422 => ("idempotency.other-payload", "This Idempotency-Key was used for another request; use a new key for a new request."),
            428 => ("request.if-match-missing", "Send If-Match with the ETag of the version that you changed; read the resource first."),
            429 => ("request.throttled", "This is more than your share; wait as long as Retry-After says and repeat it with the same Idempotency-Key."),
            _ => ("system.unavailable", "The database cannot be reached at the moment. Repeat the request with the same Idempotency-Key."),
        };
        var example = new JsonObject
        {
            ["type"] = "urn:retailops:problem:" + code,
            ["title"] = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
            ["status"] = status,
            ["detail"] = detail,
            ["code"] = code,
            ["traceId"] = "0af7651916cd43dd8448eb211c80319c",
        };
        if (status == 400)
        {
            example["errors"] = new JsonArray(new JsonObject { ["field"] = "lines[0].quantity", ["code"] = "json.missing-member", ["message"] = "This member is missing." });
        }

        return example;
    }

    /// <summary>Amounts that may be missing are written out by the framework, and the faults of a problem by us: both get their names.</summary>
    private static void Name(IOpenApiSchema schema, OpenApiDocument document)
    {
        foreach (var (name, member) in schema.Properties?.ToList() ?? [])
        {
            if (member is OpenApiSchema { Properties: { Count: 2 } amount } && amount.ContainsKey("amount") && amount.ContainsKey("currency"))
            {
                schema.Properties![name] = new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, new OpenApiSchemaReference(nameof(Money), document)], Description = member.Description };
            }
            else if (member is OpenApiSchema { Items: OpenApiSchema { Properties: { } fault } } faults && fault.ContainsKey("field"))
            {
                faults.Items = new OpenApiSchemaReference(Fault, document);
            }
            else if (member is OpenApiSchema { Type: { } type } id && type == (JsonSchemaType.String | JsonSchemaType.Integer))
            {
                // A whole number that is written as a text, since it is an id.
                (id.Type, id.Format) = (JsonSchemaType.String, null);
            }
        }
    }

    private static void SignIns(OpenApiDocument document, OpenApiComponents components)
    {
        var scopes = Permissions.All.Where(p => !p.StartsWith("system.", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToDictionary(p => p, p => $"What needs the permission {p}.");
        components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["cookie"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = "retailops", Description = "From /sign-in; for people. Outside Demo its name is `__Host-retailops`." },
            ["oauth2"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.OAuth2,
                Description = "Access tokens: of a client's own, or of an app in the name of a person. Scopes are permissions.",
                Flows = new OpenApiOAuthFlows
                {
                    ClientCredentials = new OpenApiOAuthFlow { TokenUrl = new Uri("/connect/token", UriKind.Relative), Scopes = scopes },
                    AuthorizationCode = new OpenApiOAuthFlow
                    {
                        AuthorizationUrl = new Uri("/connect/authorize", UriKind.Relative),
                        TokenUrl = new Uri("/connect/token", UriKind.Relative),
                        Scopes = scopes,
                    },
                },
            },
        };
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("oauth2", document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("cookie", document)] = [] },
        ];
    }
}
