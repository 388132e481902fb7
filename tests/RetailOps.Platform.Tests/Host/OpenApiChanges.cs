using System.Text.Json.Nodes;

namespace RetailOps.Platform.Tests;

/// <summary>One difference between two versions of the document.</summary>
/// <param name="Breaks">Whether a client that was right before may be wrong now.</param>
/// <param name="What">Where and what, for a person.</param>
internal sealed record OpenApiChange(bool Breaks, string What)
{
    public override string ToString() => (Breaks ? "BREAKS  " : "adds    ") + What;
}

/// <summary>
/// Compares two versions of an OpenAPI document as a client sees them. What it sends may be asked for less and never for more; what it gets may be more and never
/// less. Texts and examples do not count.
/// </summary>
internal sealed class OpenApiChanges
{
    private readonly JsonObject before;
    private readonly JsonObject after;
    private readonly List<OpenApiChange> changes = [];
    private readonly HashSet<string> seen = [];

    private OpenApiChanges(JsonObject before, JsonObject after) => (this.before, this.after) = (before, after);

    /// <summary>Those that break first.</summary>
    public static IReadOnlyList<OpenApiChange> Between(string before, string after)
    {
        var comparison = new OpenApiChanges((JsonObject)JsonNode.Parse(before)!, (JsonObject)JsonNode.Parse(after)!);
        comparison.Operations();
        return [.. comparison.changes.Distinct().OrderByDescending(c => c.Breaks).ThenBy(c => c.What, StringComparer.Ordinal)];
    }

    private void Operations()
    {
        var (old, now) = (All(before), All(after));
        foreach (var (name, operation) in old)
        {
            if (!now.TryGetValue(name, out var other))
            {
                Breaks($"{name} is gone");
                continue;
            }

            Operation(name, operation, other);
        }

        foreach (var name in now.Keys.Except(old.Keys))
        {
            Adds($"{name} is new");
        }
    }

    private void Operation(string name, JsonObject old, JsonObject now)
    {
        if ((string?)old["operationId"] != (string?)now["operationId"])
        {
            Breaks($"{name}: its name {old["operationId"]} is now {now["operationId"]}");
        }

        Parameters(name, Named(old), Named(now));
        var (sent, taken) = (Body(old), Body(now));
        if (sent is null && taken is not null && (bool?)now["requestBody"]?["required"] is true)
        {
            Breaks($"{name}: needs a body");
        }
        else if (sent is not null && taken is null)
        {
            Breaks($"{name}: takes no body any more");
        }
        else if (sent is not null)
        {
            if ((bool?)old["requestBody"]!["required"] is not true && (bool?)now["requestBody"]!["required"] is true)
            {
                Breaks($"{name}: its body must be there");
            }

            Schema($"{name} body", sent, taken, isInput: true);
        }

        Answers(name, old["responses"] as JsonObject ?? [], now["responses"] as JsonObject ?? []);
    }

    private void Parameters(string name, Dictionary<string, JsonObject> old, Dictionary<string, JsonObject> now)
    {
        foreach (var (parameter, described) in old)
        {
            if (!now.TryGetValue(parameter, out var other))
            {
                Breaks($"{name}: parameter {parameter} is gone");
                continue;
            }

            if ((bool?)described["required"] is not true && (bool?)other["required"] is true)
            {
                Breaks($"{name}: parameter {parameter} must be there");
            }

            Schema($"{name} parameter {parameter}", described["schema"], other["schema"], isInput: true);
        }

        foreach (var parameter in now.Keys.Except(old.Keys))
        {
            Say((bool?)now[parameter]["required"] is true, $"{name}: parameter {parameter} is new{((bool?)now[parameter]["required"] is true ? " and must be there" : "")}");
        }
    }

    private void Answers(string name, JsonObject old, JsonObject now)
    {
        foreach (var (status, answer) in old)
        {
            if (now[status] is not { } other)
            {
                // A problem that does not happen any more hurts nobody.
                Say(status.StartsWith('2'), $"{name}: {status} is answered no more");
                continue;
            }

            foreach (var (type, content) in answer?["content"] as JsonObject ?? [])
            {
                if (other["content"]?[type] is not { } there)
                {
                    Breaks($"{name}: {status} comes no more as {type}");
                    continue;
                }

                Schema($"{name} {status}", content?["schema"], there["schema"], isInput: false);
            }
        }

        foreach (var (status, _) in now.Where(s => old[s.Key] is null))
        {
            Adds($"{name}: {status} is answered, too");
        }
    }

    /// <param name="where">For a person.</param>
    /// <param name="old">Of the version before.</param>
    /// <param name="now">Of this one.</param>
    /// <param name="isInput">Whether clients send it; else they get it.</param>
    private void Schema(string where, JsonNode? old, JsonNode? now, bool isInput)
    {
        if (old is not JsonObject was || now is not JsonObject @is)
        {
            return;
        }

        (was, var wasNull, var named) = Resolved(was, before);
        (@is, var isNull, var other) = Resolved(@is, after);
        if (wasNull != isNull)
        {
            Say(isInput ? wasNull : isNull, $"{where}: null is {(isNull ? "possible now" : "not taken any more")}");
        }

        // A named shape is told of once, under its name, wherever it is used.
        if (named is not null && !seen.Add($"{named} {other} {isInput}"))
        {
            return;
        }

        var place = named is null ? where : $"{named} ({(isInput ? "sent" : "answered")})";

        var (type, becomes) = (Type(was), Type(@is));
        if (type != becomes)
        {
            // Anything may stand where nothing is said.
            Say(!(isInput && becomes.Length == 0), $"{place}: {(type.Length == 0 ? "anything" : type)} is now {(becomes.Length == 0 ? "anything" : becomes)}");
            return;
        }

        Words(place, was, @is, isInput);
        Schema($"{place}[]", was["items"], @is["items"], isInput);
        Members(place, was, @is, isInput);
    }

    private void Words(string place, JsonObject was, JsonObject @is, bool isInput)
    {
        var (old, now) = (Texts(was["enum"]), Texts(@is["enum"]));
        foreach (var word in old.Except(now).Where(_ => now.Count > 0 || !isInput))
        {
            Breaks($"{place}: the word {word} is gone");
        }

        foreach (var word in now.Except(old))
        {
            Say(old.Count == 0 && isInput, $"{place}: the word {word} is new{(old.Count == 0 ? ", where anything was taken" : "")}");
        }
    }

    private void Members(string place, JsonObject was, JsonObject @is, bool isInput)
    {
        var (old, now) = (was["properties"] as JsonObject ?? [], @is["properties"] as JsonObject ?? []);
        var (needed, needs) = (Texts(was["required"]), Texts(@is["required"]));
        foreach (var (name, member) in old)
        {
            if (now[name] is not { } other)
            {
                Breaks($"{place}: the member {name} is gone");
                continue;
            }

            Schema($"{place}.{name}", member, other, isInput);
        }

        foreach (var (name, _) in now.Where(m => old[m.Key] is null))
        {
            Say(isInput && needs.Contains(name), $"{place}: the member {name} is new{(isInput && needs.Contains(name) ? " and must be sent" : "")}");
        }

        foreach (var name in needs.Except(needed).Where(n => old[n] is not null && isInput))
        {
            Breaks($"{place}: the member {name} must be sent");
        }

        foreach (var name in needed.Except(needs).Where(n => now[n] is not null && !isInput))
        {
            Breaks($"{place}: the member {name} may be missing");
        }
    }

    private static (JsonObject Schema, bool MayBeNull, string? Name) Resolved(JsonObject schema, JsonObject document)
    {
        var mayBeNull = false;
        string? name = null;
        while (true)
        {
            if ((string?)schema["$ref"] is { } reference)
            {
                name = reference.Split('/')[^1];
                schema = (JsonObject)document["components"]!["schemas"]![name]!;
            }
            else if (schema["oneOf"] is JsonArray choices && choices.OfType<JsonObject>().Where(c => (string?)(c["type"] as JsonValue) != "null").ToList() is [var only])
            {
                (schema, mayBeNull) = (only, mayBeNull || choices.Count > 1);
            }
            else
            {
                return (schema, mayBeNull || (schema["type"] is JsonArray types && types.Any(t => (string?)t == "null")), name);
            }
        }
    }

    private static string Type(JsonObject schema)
    {
        var types = schema["type"] switch
        {
            JsonArray several => string.Join(" or ", several.Select(t => (string?)t).Where(t => t != "null").Order(StringComparer.Ordinal)),
            JsonValue one => (string?)one ?? "",
            _ => "",
        };
        return (string?)schema["format"] is { } format ? $"{types} ({format})" : types;
    }

    private static HashSet<string> Texts(JsonNode? list) => [.. (list as JsonArray ?? []).Select(t => t?.ToString() ?? "null")];

    private static JsonNode? Body(JsonObject operation) => operation["requestBody"]?["content"]?["application/json"]?["schema"];

    private static Dictionary<string, JsonObject> Named(JsonObject operation) => (operation["parameters"] as JsonArray ?? []).OfType<JsonObject>().ToDictionary(p => $"{p["name"]} ({p["in"]})");

    private static Dictionary<string, JsonObject> All(JsonObject document) => (
        from path in document["paths"] as JsonObject ?? []
        from operation in path.Value as JsonObject ?? []
        select (Name: $"{operation.Key.ToUpperInvariant()} {path.Key}", Operation: (JsonObject)operation.Value!)).ToDictionary(o => o.Name, o => o.Operation);

    private void Say(bool breaks, string what) => changes.Add(new(breaks, what));

    private void Breaks(string what) => Say(true, what);

    private void Adds(string what) => Say(false, what);
}
