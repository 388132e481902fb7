using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RetailOps.Platform.Tests;

/// <summary>The document reads as if one person had written all of it.</summary>
[Collection(nameof(HostCollection))]
public sealed partial class OpenApiStyleTests(HostFixture host)
{
    private static readonly string[] Everywhere = ["400", "401", "403", "406", "415", "429", "503"];

    [Fact]
    public Task Each_operation_has_a_name_of_its_own_a_group_and_a_sentence() => Check(document =>
    {
        var names = Operations(document).Select(o => (string?)o.Operation["operationId"]).ToList();
        return
        [
            .. names.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => $"{g.Key} stands there {g.Count()} times"),
            .. names.Where(n => n is null || !PascalCase().IsMatch(n)).Select(n => $"{n} is no name"),
            .. Operations(document).Where(o => (o.Operation["tags"] as JsonArray)?.Count != 1).Select(o => $"{o.Name}: one group"),
            .. Operations(document).Where(o => string.IsNullOrEmpty((string?)o.Operation["summary"]) || ((string)o.Operation["summary"]!).EndsWith('.')).Select(o => $"{o.Name}: a summary without a full stop"),
            .. ((JsonArray)document["tags"]!).Where(t => string.IsNullOrEmpty((string?)t!["description"])).Select(t => $"the group {t!["name"]} says nothing"),
        ];
    });

    [Fact]
    public Task Each_parameter_says_what_it_is() => Check(document =>
        from o in Operations(document)
        from parameter in o.Operation["parameters"] as JsonArray ?? []
        where string.IsNullOrEmpty((string?)parameter!["description"])
        select $"{o.Name}: {parameter["name"]}");

    [Fact]
    public Task Each_operation_names_the_problems_that_it_has_with_an_example() => Check(document =>
        from o in Operations(document)
        let answers = (JsonObject)o.Operation["responses"]!
        let takesKey = Takes(o.Operation, "Idempotency-Key")
        let takesRevision = Takes(o.Operation, "If-Match")
        let wanted = Everywhere
            .Concat(o.Name.StartsWith("GET", StringComparison.Ordinal) ? [] : ["409", "413"])
            .Concat(o.Name.Contains('{', StringComparison.Ordinal) ? ["404"] : [])
            .Concat(takesKey ? ["422"] : [])
            .Concat(takesRevision ? ["412", "428"] : [])
        from fault in wanted.Where(s => answers[s] is null).Select(s => $"{s} is missing").Concat(
            from answer in answers
            where answer.Key[0] is '4' or '5'
            let problem = answer.Value!["content"]?["application/problem+json"]
            where (string?)problem?["schema"]?["$ref"] != "#/components/schemas/ProblemDetails" || (int?)problem["example"]?["status"] != int.Parse(answer.Key, System.Globalization.CultureInfo.InvariantCulture)
                || (answer.Key is "429" or "503" && answer.Value["headers"]?["Retry-After"] is null)
            select $"{answer.Key} is no problem with an example")
        select $"{o.Name}: {fault}");

    [Fact]
    public Task Each_shape_has_a_name_and_members_in_camel_case() => Check(document =>
        from schema in (JsonObject)document["components"]!["schemas"]!
        from fault in Anonymous(schema.Value!, schema.Key, isTop: true)
        select fault);

    [Fact]
    public Task What_is_sent_and_answered_as_an_object_has_a_name() => Check(document =>
        from o in Operations(document)
        from content in (o.Operation["responses"] as JsonObject ?? []).Select(r => r.Value?["content"]).Append(o.Operation["requestBody"]?["content"])
        from body in content as JsonObject ?? []
        from fault in Anonymous(body.Value?["schema"] ?? new JsonObject(), o.Name, isTop: false)
        select fault);

    [Fact]
    public Task Money_ids_and_instants_look_alike_everywhere() => Check(document =>
        from schema in (JsonObject)document["components"]!["schemas"]!
        from member in schema.Value!["properties"] as JsonObject ?? []
        let text = member.Value!.ToJsonString()
        let type = member.Value["type"] is JsonArray types ? (string?)types.Last(t => (string?)t != "null") : (string?)(member.Value["type"] as JsonValue)
        from fault in new[]
        {
            // A line is a number within its document, as people count it.
            IdName().IsMatch(member.Key) && !member.Key.EndsWith("ineId", StringComparison.Ordinal) && type == "integer" ? "an id is a text" : null,
            member.Key.EndsWith("At", StringComparison.Ordinal) && (string?)member.Value["format"] != "date-time" ? "an instant is a date-time" : null,
            MoneyName().IsMatch(member.Key) && type is not null && schema.Key != "Money" ? "an amount is Money" : null,
        }
        where fault is not null
        select $"{schema.Key}.{member.Key}: {fault}: {text}");

    [Fact]
    public Task It_says_how_people_and_systems_sign_in() => Check(document =>
    {
        var flows = document["components"]!["securitySchemes"]!["oauth2"]!["flows"]!;
        return new[]
        {
            (string?)flows["clientCredentials"]?["tokenUrl"] == "/connect/token" ? null : "client credentials",
            (string?)flows["authorizationCode"]?["authorizationUrl"] == "/connect/authorize" ? null : "authorization code",
            (flows["clientCredentials"]?["scopes"] as JsonObject)?.ContainsKey("orders.place") is true ? null : "scopes",
            (document["security"] as JsonArray)?.Count == 2 ? null : "both ways",
        }.OfType<string>();
    });

    private static IEnumerable<string> Anonymous(JsonNode node, string path, bool isTop)
    {
        if (node is JsonArray items)
        {
            return items.SelectMany(i => i is null ? [] : Anonymous(i, path, isTop: false));
        }

        if (node is not JsonObject schema)
        {
            return [];
        }

        var faults = !isTop && schema["properties"] is JsonObject ? [$"{path} has no name"] : new List<string>();
        foreach (var (name, member) in schema["properties"] as JsonObject ?? [])
        {
            faults.AddRange(CamelCase().IsMatch(name) ? [] : [$"{path}.{name} is not in camel case"]);
            faults.AddRange(Anonymous(member!, $"{path}.{name}", isTop: false));
        }

        foreach (var inner in new[] { schema["items"], schema["oneOf"], schema["anyOf"], schema["additionalProperties"] }.OfType<JsonNode>())
        {
            faults.AddRange(Anonymous(inner, path + "[]", isTop: false));
        }

        return faults;
    }

    private static bool Takes(JsonObject operation, string header) => (operation["parameters"] as JsonArray ?? []).Any(p => (string?)p!["in"] == "header" && (string?)p["name"] == header);

    private static IEnumerable<(string Name, JsonObject Operation)> Operations(JsonObject document) =>
        from path in (JsonObject)document["paths"]!
        from operation in (JsonObject)path.Value!
        select ($"{operation.Key.ToUpperInvariant()} {path.Key}", (JsonObject)operation.Value!);

    private async Task Check(Func<JsonObject, IEnumerable<string>> faults)
    {
        using var browser = host.Open();

        faults((JsonObject)JsonNode.Parse(await browser.Http.GetStringAsync("/openapi/v1.json"))!).Should().BeEmpty();
    }

    [GeneratedRegex("^[A-Z][A-Za-z0-9]+$")]
    private static partial Regex PascalCase();

    [GeneratedRegex("^[a-z][A-Za-z0-9]*$")]
    private static partial Regex CamelCase();

    [GeneratedRegex("^(id|.*Id)$")]
    private static partial Regex IdName();

    [GeneratedRegex("^(amount|total|cost|price|unitPrice|tax|discount)$")]
    private static partial Regex MoneyName();
}
