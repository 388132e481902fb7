using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Platform;

namespace RetailOps.Host.Tests;

/// <summary>The contract of every endpoint: each rule is held against each operation of the document, so a new operation is under it when it is mapped.</summary>
[Collection(nameof(ContractCollection))]
public sealed class ContractTests(ContractShop shop)
{
    // Links of the designer's API that carry their own signature (/bookmarks/resume) are open to who holds one.
    private static readonly string[] Changing = ["POST", "PUT", "PATCH", "DELETE"];

    /// <summary>Those that take a body whose members are known.</summary>
    private IEnumerable<ApiOperationUnderTest> WithMembers => shop.Surface.Ours.Where(o => Members(o) is { Count: > 0 });

    [Fact]
    public Task A_member_that_nobody_knows_is_refused() => Each(WithMembers, async o =>
    {
        var answer = await Send(o, "{\"noSuchMember\":1," + Sample(o)[1..]);
        return Faults(answer) is ["json.unknown-member"] && answer.Status == 400 ? null : answer.Text;
    });

    [Fact]
    public Task A_member_that_stands_there_twice_is_refused() => Each(WithMembers, async o =>
    {
        var (name, schema) = Members(o)!.First(m => Value(m.Value) is not null);
        var once = $"\"{name}\":{Value(schema)!.ToJsonString()}";
        var answer = await Send(o, $"{{{once},{once}}}");
        return answer.Status == 400 && Faults(answer) is ["json.duplicate-member"] ? null : answer.Text;
    });

    [Fact]
    public Task A_body_is_nested_32_deep_at_most() => Each(shop.Surface.Ours.Where(o => o.BodySchema is not null), async o =>
    {
        // Where the member is typed it is the type that refuses; where anything may stand, the depth.
        var (name, _) = Members(o)?.LastOrDefault() ?? default;
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", ApiJson.MaxDepth + 1)) + "1" + new string('}', ApiJson.MaxDepth + 1);
        var answer = await Send(o, name is null ? deep : $"{{\"{name}\":{deep}}}");
        return answer.Status == 400 || name is null ? null : answer.Text;
    });

    [Fact]
    public Task A_body_larger_than_its_limit_is_refused_however_it_comes() => Each(shop.Surface.Ours.Where(o => o.BodySchema is not null && !IsRaw(o)), async o =>
    {
        using var content = new ChunkedBody(HttpModule.MaxBody + 1);
        var answer = await Send(o, content);
        return answer is null || (answer.Status == 413 && Code(answer) == "request.too-large") ? null : answer.Text;
    });

    [Fact]
    public Task A_list_in_a_body_has_an_end() => Each(WithMembers.SelectMany(o => Members(o)!.Where(m => IsList(m.Value)).Select(m => (Operation: o, m.Key, Schema: m.Value))), async m =>
    {
        // As many as a body holds. What is wrong with each of them besides is said as well; what must not be is that they are all taken.
        var element = Value(shop.Surface.Resolve(m.Schema)["items"])!.ToJsonString();
        var many = string.Join(',', Enumerable.Repeat(element, Math.Min(20_000, (HttpModule.MaxBody - 2000) / (element.Length + 1))));
        var answer = await Send(m.Operation, $"{{\"{m.Key}\":[{many}]{(Sample(m.Operation, but: m.Key) is ['{', '"', ..] rest ? "," + rest[1..] : "}")}");
        return answer.Status is >= 400 and < 500 ? null : $"{m.Key}: {answer.Status} for {many.Length} bytes";
    });

    [Fact]
    public Task A_body_of_another_kind_is_refused() => Each(shop.Surface.Ours.Where(o => o.BodySchema is not null), async o =>
    {
        var answer = await Send(o, Sample(o), "text/plain");
        return answer.Status == 415 && Code(answer) == "request.media-type" ? null : answer.Text;
    });

    [Fact]
    public Task A_packed_body_is_refused() => Each(shop.Surface.Ours.Where(o => o.BodySchema is not null), async o =>
    {
        var answer = await shop.Send(new FuzzRequest(o.Method, Path(o), [.. Headers(o), ("Content-Type", "application/json"), ("Content-Encoding", "gzip")], [31, 139, 8, 0], null));
        return answer.Status == 415 && Code(answer) == "request.encoding" ? null : answer.Text;
    });

    [Fact]
    public Task An_answer_that_the_caller_does_not_take_is_not_made() => Each(shop.Surface.Ours, async o =>
    {
        var answer = await shop.Send(new FuzzRequest(o.Method, Path(o), [.. Headers(o), ("Accept", "text/xml")], null, null));
        return answer.Status == 406 && Code(answer) == "request.not-acceptable" ? null : answer.Text;
    });

    [Fact]
    public async Task A_path_takes_the_methods_that_it_names()
    {
        var faults = new List<string>();
        foreach (var path in shop.Surface.Ours.GroupBy(o => o.Path))
        {
            var answer = await shop.Send(new FuzzRequest("PATCH", Path(path.First()), [], null, null));
            var allowed = answer.Headers.GetValueOrDefault("Allow", "").Split(", ");
            if (answer.Status != 405 || Code(answer) != "request.method" || !path.All(o => allowed.Contains(o.Method)))
            {
                faults.Add($"{path.Key}: {answer.Status} {answer.Headers.GetValueOrDefault("Allow")} {answer.Text}");
            }
        }

        faults.Should().BeEmpty();
    }

    [Fact]
    public Task Nobody_gets_in_without_saying_who_he_is() => Each(shop.Surface.Operations.Where(o => !o.Path.EndsWith("/bookmarks/resume", StringComparison.Ordinal)), async o =>
    {
        var answer = await shop.Send(new FuzzRequest(o.Method, Path(o), [.. Headers(o), ("X-Forwarded-For", "192.0.2.1")], null, null));
        return answer.Status == 401 && Code(answer) == "security.unauthenticated" && answer.Headers.ContainsKey("WWW-Authenticate") ? null : $"{answer.Status} {answer.Text}";
    });

    [Fact]
    public Task Another_sites_page_changes_nothing() => Each(shop.Surface.Operations.Where(o => Changing.Contains(o.Method) && !o.Path.EndsWith("/bookmarks/resume", StringComparison.Ordinal)), async o =>
    {
        var answer = await shop.Send(new FuzzRequest(o.Method, Path(o), [.. Headers(o), ("Origin", "https://evil.example")], null, null));
        return answer.Status == 403 && Code(answer) == "security.cross-site" && !answer.Headers.Keys.Any(h => h.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)) ? null : $"{answer.Status} {answer.Text}";
    });

    [Fact]
    public Task Every_answer_tells_what_is_left_of_the_quota() => Each(shop.Surface.Operations, async o =>
    {
        var answer = await shop.Send(new FuzzRequest(o.Method, Path(o), [.. Headers(o), ("Accept", "text/xml")], null, null));
        return answer.Headers.GetValueOrDefault("RateLimit-Policy") is { } policy && answer.Headers.GetValueOrDefault("RateLimit") is { } left && policy.Split(';')[0] == left.Split(';')[0]
            ? null : string.Join(' ', answer.Headers.Keys);
    });

    [Fact]
    public Task An_operation_that_needs_a_key_does_nothing_without() => Each(shop.Surface.Ours.Where(o => o.TakesKey && IsRequired(o)), async o =>
    {
        var answer = await shop.Send(new FuzzRequest(o.Method, Path(o), [("Content-Type", "application/json"), ("If-Match", "\"1\"")], Encoding.UTF8.GetBytes(Sample(o)), null));
        return answer.Status == 400 && Code(answer) == "idempotency.missing" ? null : answer.Text;
    });

    [Fact]
    public void What_is_created_takes_a_key_and_what_moves_money_or_stock_by_hand_needs_one()
    {
        shop.Surface.Ours.Where(o => o.Statuses.Contains(201) && !o.TakesKey).Select(o => o.Id).Should().BeEmpty();
        shop.Surface.Ours.Where(o => o.TakesKey && IsRequired(o)).Select(o => o.Id).Should().Contain(["PlaceOrder", "GrantSundryCredit", "RecordMovement", "AdjustStock"]);
    }

    [Fact]
    public Task Who_overwrites_says_what_he_has_seen() => Each(shop.Surface.Ours.Where(o => o.TakesIfMatch), async o =>
    {
        var without = await shop.Send(new FuzzRequest(o.Method, Path(o), [("Idempotency-Key", Guid.NewGuid().ToString()), ("Content-Type", "application/json")], Encoding.UTF8.GetBytes(Sample(o)), null));
        var weak = await shop.Send(new FuzzRequest(o.Method, Path(o), [("Idempotency-Key", Guid.NewGuid().ToString()), ("Content-Type", "application/json"), ("If-Match", "W/\"1\"")], Encoding.UTF8.GetBytes(Sample(o)), null));
        return (without.Status, weak.Status) == (428, 412) ? null : $"{without.Status} {weak.Status} {without.Text} {weak.Text}";
    });

    [Fact]
    public Task A_list_comes_in_pages_by_key() => Each(shop.Surface.Ours.Where(IsPaged), async o =>
    {
        var query = o.Parameters("query").Select(p => (string)p["name"]!).ToList();
        if (!query.Contains("after") || !query.Contains("limit"))
        {
            return "takes no after and limit";
        }

        // Accounts and clients are not for the command line.
        var role = (await shop.Send(new FuzzRequest("GET", Path(o), [], null, null))).Status == 403 ? Roles.Administrator : null;
        var most = await shop.Send(new FuzzRequest("GET", Path(o) + "?limit=100000", [], null, role));
        var none = await shop.Send(new FuzzRequest("GET", Path(o) + "?limit=0", [], null, role));
        var word = await shop.Send(new FuzzRequest("GET", Path(o) + "?limit=many", [], null, role));
        if (most.Status == 404)
        {
            // A list of something that is not there; its paging is the same code.
            return word.Status == 400 ? null : word.Text;
        }

        var (first, rest) = (Items(none), Items(most));
        return first.Count <= 1 && rest.Count <= Paging.Most && word.Status == 400 && (rest.Count < 2 || JsonElement.Parse(none.Text).TryGetProperty("next", out _)) ? null : $"{most.Status} {none.Status} {word.Status} {first.Count} {rest.Count}";
    });

    [Fact]
    public Task Ids_are_texts_and_instants_have_their_offset() => Each(shop.Surface.Ours.Where(o => o.Method == "GET"), async o =>
    {
        var answer = await shop.Send(new FuzzRequest("GET", Path(o), [], null, null));
        return answer.Status == 200 && answer.MediaType == "application/json" ? Shapes(JsonNode.Parse(answer.Text), "") : null;
    });

    private static string? Shapes(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.Select(m => Shapes(m.Value, path + "." + m.Key)).FirstOrDefault(f => f is not null),
        JsonArray items => items.Select(i => Shapes(i, path + "[]")).FirstOrDefault(f => f is not null),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && IsId(path) => $"{path} is a number",
        JsonValue value when value.GetValueKind() == JsonValueKind.String && path.EndsWith("At", StringComparison.Ordinal)
            && (!DateTimeOffset.TryParse((string?)value, CultureInfo.InvariantCulture, out _) || !((string)value!).AsSpan(19).ContainsAny('Z', '+', '-')) => $"{path} is {value}",
        _ => null,
    };

    // A line is a number within its order, as people count it.
    private static bool IsId(string path) => (path.EndsWith(".id", StringComparison.Ordinal) || path.EndsWith("Id", StringComparison.Ordinal)) && !path.EndsWith("ineId", StringComparison.Ordinal);

    private static bool IsPaged(ApiOperationUnderTest o) => o.Method == "GET" && ((string?)o.Described?["responses"]?["200"]?["content"]?["application/json"]?["schema"]?["$ref"])?.Contains("/PageOf", StringComparison.Ordinal) is true;

    private static bool IsRequired(ApiOperationUnderTest o) => (bool?)o.Parameters("header").First(p => (string?)p["name"] == "Idempotency-Key")["required"] is true;

    private static bool IsRaw(ApiOperationUnderTest o) => o.Id == "LintWorkflow";

    private static List<JsonElement> Items(FuzzAnswer answer) => [.. JsonElement.Parse(answer.Text).GetProperty("items").EnumerateArray()];

    private static string? Code(FuzzAnswer answer) => answer.Text.StartsWith('{') && JsonElement.Parse(answer.Text).TryGetProperty("code", out var code) ? code.GetString() : null;

    private static List<string> Faults(FuzzAnswer answer) =>
        answer.Text.StartsWith('{') && JsonElement.Parse(answer.Text).TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array ? [.. errors.EnumerateArray().Select(e => e.GetProperty("code").GetString()!)] : [];

    private static async Task Each<T>(IEnumerable<T> operations, Func<T, Task<string?>> fault)
    {
        var faults = new List<string>();
        var count = 0;
        foreach (var operation in operations)
        {
            count++;
            if (await fault(operation) is { } said)
            {
                faults.Add($"{operation}: {said}");
            }
        }

        count.Should().BePositive();
        faults.Should().BeEmpty();
    }

    private JsonObject? Members(ApiOperationUnderTest o) => o.BodySchema is { } schema ? Body(schema)["properties"] as JsonObject : null;

    private JsonObject Body(JsonObject schema) =>
        shop.Surface.Resolve(schema) is var resolved && resolved["oneOf"] is JsonArray choices ? shop.Surface.Resolve(choices.OfType<JsonObject>().First(c => (string?)c["type"] != "null")) : resolved;

    private string Sample(ApiOperationUnderTest o, string but)
    {
        var sample = (JsonObject)JsonNode.Parse(Sample(o))!;
        sample.Remove(but);
        return sample.ToJsonString();
    }

    private bool IsList(JsonNode? schema) => shop.Surface.Resolve(schema)["type"] switch
    {
        JsonArray several => several.Any(t => (string?)t == "array"),
        JsonValue one => (string?)one == "array",
        _ => false,
    };

    private string Sample(ApiOperationUnderTest o) => o.BodySchema is { } schema ? new SampleBodies(shop.Surface, new Random(1)).Of(Body(schema))?.ToJsonString() ?? "{}" : "{}";

    private JsonNode? Value(JsonNode? schema) => Enumerable.Range(1, 20).Select(seed => new SampleBodies(shop.Surface, new Random(seed)).Of(schema)).FirstOrDefault(v => v is not null);

    /// <summary>With values of the right form, of which some exist.</summary>
    private string Path(ApiOperationUnderTest o)
    {
        var path = o.Path;
        foreach (var parameter in o.Path.Split('{').Skip(1).Select(p => p.Split('}')[0]))
        {
            path = path.Replace("{" + parameter + "}", Uri.EscapeDataString(shop.Known.TryGetValue(parameter, out var known) && !o.Path.Contains("dead", StringComparison.Ordinal) ? known[0] : parameter is "id" ? "1" : Guid.Empty.ToString()), StringComparison.Ordinal);
        }

        return path + (o.Parameters("query").Any(p => (bool?)p["required"] is true) ? "?" + string.Join('&', o.Parameters("query").Where(p => (bool?)p["required"] is true).Select(p => p["name"] + "=1")) : "");
    }

    private static IEnumerable<(string, string)> Headers(ApiOperationUnderTest o) => [.. o.TakesKey ? [("Idempotency-Key", Guid.NewGuid().ToString())] : Array.Empty<(string, string)>(), .. o.TakesIfMatch ? [("If-Match", "\"1\"")] : Array.Empty<(string, string)>()];

    private Task<FuzzAnswer> Send(ApiOperationUnderTest o, string body, string mediaType = "application/json") =>
        shop.Send(new FuzzRequest(o.Method, Path(o), [.. Headers(o), ("Content-Type", mediaType)], Encoding.UTF8.GetBytes(body), null));

    private async Task<FuzzAnswer?> Send(ApiOperationUnderTest o, HttpContent content)
    {
        using var request = new HttpRequestMessage(new HttpMethod(o.Method), Path(o)) { Content = content };
        foreach (var (name, value) in Headers(o))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await shop.Http.SendAsync(request);
            return await FuzzAnswer.Of(response);
        }
        catch (HttpRequestException)
        {
            // The server closed while the rest was being sent: refused all the same.
            return null;
        }
    }

    /// <summary>So many bytes of JSON of which nobody says beforehand how many they are.</summary>
    private sealed class ChunkedBody : HttpContent
    {
        private readonly int bytes;

        public ChunkedBody(int bytes)
        {
            this.bytes = bytes;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            // Blanks may stand before a value, so nothing is wrong with it but its length.
            var part = new byte[16 * 1024];
            Array.Fill(part, (byte)' ');
            for (var left = bytes; left > 0; left -= part.Length)
            {
                await stream.WriteAsync(part);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
