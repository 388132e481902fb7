using System.Globalization;
using System.Text.Json.Nodes;

namespace RetailOps.Host.Tests;

/// <summary>Makes JSON of a schema: what an operation might take.</summary>
internal sealed class SampleBodies(ApiSurface surface, Random random)
{
    private const int Deepest = 6;

    public JsonNode? Of(JsonNode? schema, int depth = 0)
    {
        var s = surface.Resolve(schema);
        if (s["oneOf"] is JsonArray choices)
        {
            var real = choices.Where(c => (string?)(c as JsonObject)?["type"] != "null").ToList();
            return random.Next(4) == 0 || depth > Deepest ? null : Of(real[random.Next(real.Count)], depth + 1);
        }

        if (s["enum"] is JsonArray words)
        {
            return words[random.Next(words.Count)]?.DeepClone();
        }

        return Type(s) switch
        {
            "object" => Object(s, depth),
            "array" => depth > Deepest ? [] : new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Of(s["items"], depth + 1))]),
            "integer" => JsonValue.Create(random.Next(4) == 0 ? random.Next(-3, 1_000_000) : random.Next(1, 5)),
            "number" => JsonValue.Create(Math.Round(random.NextDouble() * 100, 2)),
            "boolean" => JsonValue.Create(random.Next(2) == 0),
            "string" => JsonValue.Create(Text(s)),
            _ => JsonValue.Create("anything"),
        };
    }

    public string Text(JsonObject s) => (string?)s["format"] switch
    {
        "uuid" => Uuid().ToString(),
        "date-time" => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(500_000)).ToString("O", CultureInfo.InvariantCulture),
        "date" => new DateOnly(2026, 1, 1).AddDays(random.Next(365)).ToString("O", CultureInfo.InvariantCulture),
        _ when (string?)s["pattern"] == "^[A-Z]{3}$" => random.Next(5) == 0 ? "EUR" : "GBP",
        _ when ((string?)s["pattern"])?.Contains("[0-9]+", StringComparison.Ordinal) is true => random.Next(1000).ToString(CultureInfo.InvariantCulture) + ".50",
        _ => new[] { "web", "LAMP", "DC-1", "store", "new", "restock", "received", "sellable", "GBP", "a word", "done" }[random.Next(11)],
    };

    public Guid Uuid()
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new(bytes);
    }

    private static string? Type(JsonObject s) => s["type"] switch
    {
        JsonArray several => several.Select(t => (string?)t).FirstOrDefault(t => t != "null"),
        JsonValue one => (string?)one,
        _ => null,
    };

    private JsonObject Object(JsonObject s, int depth)
    {
        var required = (s["required"] as JsonArray ?? []).Select(r => (string?)r).ToHashSet();
        var made = new JsonObject();
        foreach (var (name, member) in s["properties"] as JsonObject ?? [])
        {
            if (required.Contains(name) || (depth <= Deepest && random.Next(3) > 0))
            {
                made[name] = Of(member, depth + 1);
            }
        }

        return made;
    }
}
