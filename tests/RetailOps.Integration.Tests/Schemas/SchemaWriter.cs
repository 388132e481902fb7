using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

using RetailOps.Intelligence;
using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Returns;
using RetailOps.Workflows;

namespace RetailOps.Integration.Tests;

/// <summary>JSON Schema (draft 2020-12) of what the types say: the canonical documents by their shapes, the events in their envelope as they are sent.</summary>
internal static class SchemaWriter
{
    private const string Draft = "https://json-schema.org/draft/2020-12/schema";

    private const string UuidPattern = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    /// <summary>The envelope says the first two; the others stay inside, because people wrote them or only our own checks understand them.</summary>
    public static readonly IReadOnlyList<string> NotSent = WebhookMessage.Kept;

    private static readonly Assembly[] Contracts =
    [
        typeof(PlaceOrder).Assembly, typeof(AllocateOrder).Assembly, typeof(RequestReturn).Assembly, typeof(PostDocument).Assembly, typeof(Score).Assembly, typeof(GetTask).Assembly,
        typeof(FactCatalogue).Assembly,
    ];

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.Strict, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSchemaExporterOptions Exporter = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };

    /// <summary>Every schema, by its path below docs/schemas.</summary>
    public static SortedDictionary<string, JsonObject> All()
    {
        var all = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var shape in DocumentKinds.Shapes)
        {
            all.Add($"documents/{shape.Kind}.v1.json", Document(shape));
        }

        foreach (var (name, type) in new FactCatalogue(Contracts, []).Types)
        {
            all.Add($"events/{name}.json", Event(name, type));
        }

        return all;
    }

    public static string Text(JsonObject schema) => schema.ToJsonString(Readable) + "\n";

    private static JsonObject Document(DocumentShape shape)
    {
        var schema = Body(typeof(ErpDocument));
        var members = (JsonObject)schema["properties"]!;
        var required = ((JsonArray)schema["required"]!).Select(r => (string)r!).ToList();
        members["kind"] = Constant(shape.Kind, "Which document it is.");
        members["key"] = Told("Made of kind, subject and revision; need not be sent.", "string", m => m["pattern"] = $"^{ErpDocument.KeyOf(shape.Kind, Guid.Empty).Split('/')[0]}/{UuidPattern}/[1-9][0-9]*$");
        members["reference"] = With(members["reference"], m => (m["minLength"], m["maxLength"]) = (1, 128));
        members["currency"] = With(members["currency"], m => m["pattern"] = "^[A-Z]{3}$");
        members["revision"] = With(members["revision"], m => m["minimum"] = 1);
        Lines(shape, (JsonObject)members["lines"]!);
        Payments(shape, members, required);
        Places(shape, members, required);
        schema["required"] = new JsonArray([.. required.Select(r => JsonValue.Create(r))]);
        return Root($"{shape.Kind}.v1", shape.Kind, shape.Means, schema);
    }

    private static void Lines(DocumentShape shape, JsonObject lines)
    {
        (lines["minItems"], lines["maxItems"]) = shape.Accounts.Count == 0 ? (0, 0) : (1, 2_500);
        var members = (JsonObject)lines["items"]!["properties"]!;
        members["account"] = With(members["account"], m => m["enum"] = new JsonArray([.. shape.Accounts.Select(a => JsonValue.Create(a))]));
        members["description"] = With(members["description"], m => m["maxLength"] = 200);
        if (shape.Accounts.Count == 0)
        {
            lines.Remove("items");
        }
    }

    private static void Payments(DocumentShape shape, JsonObject members, List<string> required)
    {
        members["payments"] = With(members["payments"], m =>
        {
            if (shape.Payments is Presence.Never)
            {
                m["type"] = "null";
                m.Remove("items");
                return;
            }

            (m["minItems"], m["maxItems"]) = (shape.Payments is Presence.Always ? 1 : 0, 20);
            var tender = (JsonObject)m["items"]!["properties"]!["tender"]!;
            (tender["minLength"], tender["maxLength"]) = (1, 64);
            if (shape.Payments is Presence.Always)
            {
                m["type"] = "array";
                required.Add("payments");
            }
        });
    }

    private static void Places(DocumentShape shape, JsonObject members, List<string> required)
    {
        foreach (var (name, isNeeded, isTaken) in new[] { ("node", shape.Places > 0, true), ("toNode", shape.Places == 2, shape.Places == 2) })
        {
            members[name] = With(members[name], m =>
            {
                m["type"] = isNeeded ? "string" : isTaken ? new JsonArray("string", "null") : "null";
                if (isTaken)
                {
                    (m["minLength"], m["maxLength"]) = (1, 64);
                }
            });
            if (isNeeded)
            {
                required.Add(name);
            }
        }
    }

    private static JsonObject Event(string name, Type type)
    {
        var data = Body(type);
        foreach (var member in NotSent)
        {
            (data["properties"] as JsonObject)?.Remove(member);
        }

        if (data["required"] is JsonArray required)
        {
            data["required"] = new JsonArray([.. required.Select(r => (string)r!).Except(NotSent).Select(r => JsonValue.Create(r))]);
        }

        var envelope = new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("specversion", "id", "source", "type", "time", "datacontenttype", "data"),
            ["properties"] = new JsonObject
            {
                ["specversion"] = Constant("1.0", "CloudEvents 1.0, JSON format."),
                ["id"] = Told("With the source unique for ever: the deduplication key.", "string", m => m["format"] = "uuid"),
                ["source"] = Constant($"/retailops/{name.Split('.')[0]}", "The room that it happened in."),
                ["type"] = Constant($"retailops.{name}", "What happened."),
                ["subject"] = Told("What it happened to.", "string", m => m["minLength"] = 1),
                ["time"] = Told("When it happened, UTC.", "string", m => m["format"] = "date-time"),
                ["datacontenttype"] = Constant("application/json", "What the data is."),
                ["sequence"] = Told("Which event of its subject it is; compare by length first.", "string", m => m["pattern"] = "^[1-9][0-9]*$"),
                ["partitionkey"] = Told("Events with the same one are sent in order.", "string", m => m["minLength"] = 1),
                ["traceparent"] = Told("W3C trace context.", "string", m => m["minLength"] = 1),
                ["data"] = data,
            },
        };
        return Root(name, $"retailops.{name}", DocComments.OfTheSources.Of(type), envelope);
    }

    private static JsonObject Root(string name, string title, string? means, JsonObject schema)
    {
        var root = new JsonObject { ["$schema"] = Draft, ["$id"] = $"urn:retailops:schema:{name}", ["title"] = title };
        if (means is not null)
        {
            root["description"] = means;
        }

        foreach (var (keyword, value) in schema.ToList().Where(k => k.Key != "description"))
        {
            schema.Remove(keyword);
            root[keyword] = value;
        }

        if (root.ToJsonString().Contains("#/$defs/Money", StringComparison.Ordinal))
        {
            root["$defs"] = new JsonObject
            {
                ["Money"] = new JsonObject
                {
                    ["description"] = "An amount with the decimals of its currency.",
                    ["type"] = "object",
                    ["required"] = new JsonArray("amount", "currency"),
                    ["properties"] = new JsonObject
                    {
                        ["amount"] = Told("A decimal number as a text, like \"12.34\".", "string", m => m["pattern"] = "^-?[0-9]+([.][0-9]+)?$"),
                        ["currency"] = Told("ISO 4217.", "string", m => m["pattern"] = "^[A-Z]{3}$"),
                    },
                    ["additionalProperties"] = false,
                },
            };
        }

        return root;
    }

    private static JsonObject Body(Type type)
    {
        var body = (JsonObject)Web.GetJsonSchemaAsNode(type, Exporter);
        return body.ToJsonString().Contains("\"#/properties", StringComparison.Ordinal) ? throw new InvalidOperationException($"{type.Name} holds itself; its schema would point to a wrong place.") : body;
    }

    private static JsonObject Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var mayBeNull = type != context.TypeInfo.Type;
        var schema = Special(type, mayBeNull) ?? node as JsonObject ?? [];
        if (schema["properties"] is JsonObject members)
        {
            var given = context.TypeInfo.Properties.Where(p => p.AssociatedParameter is { HasDefaultValue: false }).Select(p => p.Name).ToHashSet();
            // What may be null and writes itself is passed over by the exporter.
            foreach (var member in context.TypeInfo.Properties.Where(p => Nullable.GetUnderlyingType(p.PropertyType) is { } inner && Special(inner, true) is not null))
            {
                members[member.Name] = With(Special(Nullable.GetUnderlyingType(member.PropertyType)!, true), _ => { }, DocComments.OfTheSources.Of(type, member.Name));
            }

            schema.Remove("required");
            schema["required"] = new JsonArray([.. members.Where(m => given.Contains(m.Key) && !MayBeNull(m.Value)).Select(m => JsonValue.Create(m.Key))]);
        }

        if (schema.TryGetPropertyValue("default", out var usual) && usual is null)
        {
            schema.Remove("default");
        }

        var means = context.PropertyInfo is { } property ? DocComments.OfTheSources.Of(property.DeclaringType, property.Name)
            : schema["properties"] is null ? null
            : DocComments.OfTheSources.Of(type);
        return means is null ? schema : With(schema, _ => { }, means);
    }

    private static JsonObject? Special(Type type, bool mayBeNull) =>
        type == typeof(Money) ? mayBeNull
            ? new() { ["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = "#/$defs/Money" }, new JsonObject { ["type"] = "null" }) }
            : new() { ["$ref"] = "#/$defs/Money" }
        : type == typeof(OrderId) ? Text(mayBeNull, "format", "uuid")
        : type == typeof(Sku) ? Text(mayBeNull, "pattern", @"^\S{1,64}$")
        : null;

    private static JsonObject Text(bool mayBeNull, string keyword, string value) => new() { ["type"] = mayBeNull ? new JsonArray("string", "null") : "string", [keyword] = value };

    private static bool MayBeNull(JsonNode? schema) => schema is not JsonObject one
        || (one["type"] is null && one["$ref"] is null)
        || (one["type"] is JsonArray types && types.Any(t => (string?)t == "null"))
        || one["anyOf"] is not null;

    private static JsonObject Constant(string value, string means) => new() { ["description"] = means, ["const"] = value };

    private static JsonObject Told(string means, string type, Action<JsonObject> also)
    {
        var schema = new JsonObject { ["description"] = means, ["type"] = type };
        also(schema);
        return schema;
    }

    /// <summary>A copy with its description first.</summary>
    private static JsonObject With(JsonNode? schema, Action<JsonObject> also, string? means = null)
    {
        var copy = new JsonObject();
        if ((means ?? (string?)schema?["description"]) is { } said)
        {
            copy["description"] = said;
        }

        foreach (var (keyword, value) in (schema as JsonObject ?? []).Where(k => k.Key != "description"))
        {
            copy[keyword] = value?.DeepClone();
        }

        also(copy);
        return copy;
    }
}
