using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Host.Tests;

/// <summary>Makes requests that no decent client sends. The same seed makes the same request.</summary>
internal sealed class FuzzCases
{
    private static readonly string[] Nasty =
    [
        "", " ", "\0", "\u0001\u001b[31m", "a\r\nX-Injected: yes", "'; drop table orders.orders; --", "\" or 1=1", "../../../etc/passwd", "..%2f..%2f", "%00", "{{7*7}}", "${7*7}", "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>", "\ufeffBOM", "\u202egnp", "ＬＡＭＰ", "İ", "ß", "🧨🧨🧨", "NaN", "Infinity", "-0", "null", "undefined", "true", "2026-02-30T25:61:61Z", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9999999Z", "2026-01-01T00:00:00+99:99", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "-1", "2147483647", "2147483648", "9223372036854775807",
        "9223372036854775808", "1e400", "0x10", "１２", "LAMP", "web", "/", "//", "\\", "*", "%", "_", "a/b/c", "a,b", "order/1", "person:1",
    ];

    private static readonly string[] Numbers =
    [
        "0", "-0", "-1", "2147483647", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "1e400", "-1e400", "1e-400", "0.1", "1.0", "1e2", "123456789012345678901234567890", "79228162514264337593543950336",
    ];

    private static readonly string[] MediaTypes =
        ["text/plain", "application/xml", "application/json; charset=utf-16", "application/json;charset=latin1", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "application/vnd.retailops+json", "*/*", "garbage", "application/json, text/plain"];

    private readonly ApiSurface surface;
    private readonly Random random;
    private readonly SampleBodies bodies;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> known;

    /// <param name="surface">What there is.</param>
    /// <param name="seed">Of everything that is drawn.</param>
    /// <param name="known">Values that exist, by the name of a parameter, so that some requests get beyond the door.</param>
    public FuzzCases(ApiSurface surface, int seed, IReadOnlyDictionary<string, IReadOnlyList<string>> known)
    {
        this.surface = surface;
        this.known = known;
        random = new(seed);
        bodies = new(surface, random);
    }

    public FuzzRequest One(ApiOperationUnderTest operation, IReadOnlyList<string?> roles)
    {
        var headers = Headers(operation);
        var body = operation.Method is "GET" or "DELETE" && random.Next(8) > 0 ? null : Body(operation, headers);
        return new(operation.Method, Path(operation) + Query(operation), headers, body, roles[random.Next(roles.Count)]);
    }

    private string Path(ApiOperationUnderTest operation)
    {
        var path = new StringBuilder();
        foreach (var part in operation.Path.Split('{', '}').Select((text, i) => (Text: text, IsParameter: i % 2 == 1)))
        {
            path.Append(part.IsParameter ? Segment(part.Text) : part.Text);
        }

        return path.ToString();
    }

    private string Segment(string name) => random.Next(10) switch
    {
        < 5 when known.TryGetValue(name, out var values) && values.Count > 0 => Uri.EscapeDataString(values[random.Next(values.Count)]),
        < 7 => bodies.Uuid().ToString(),
        7 => Numbers[random.Next(Numbers.Length)],
        8 => new[] { "%ff%fe", "%c3%28", "%00", "%2e%2e", "%ed%a0%80", "a%0d%0ab" }[random.Next(6)],
        _ => Nasty[random.Next(Nasty.Length)] is { Length: > 0 } text ? Uri.EscapeDataString(text) : "x",
    };

    private string Query(ApiOperationUnderTest operation)
    {
        var pairs = new List<string>();
        foreach (var parameter in operation.Parameters("query"))
        {
            if (random.Next(3) == 0)
            {
                continue;
            }

            var name = (string)parameter["name"]!;
            pairs.Add($"{name}={Value(name, parameter["schema"])}");
            if (random.Next(10) == 0)
            {
                pairs.Add($"{name}={Value(name, parameter["schema"])}");
            }
        }

        switch (random.Next(12))
        {
            case 0:
                pairs.Add("x=" + new string('y', random.Next(1, 5000)));
                break;
            case 1:
                pairs.AddRange(Enumerable.Range(0, 200).Select(i => $"p{i}=1"));
                break;
            case 2:
                pairs.Add(new[] { "page=-1", "page=99999999999", "pageSize=2147483648", "pageSize=-5", "limit=", "after=%00", "after=%ff", "versionOptions=Latest", "versionOptions=%7B", "orderBy=%27%22", "sort=password", "[]=1", "=", "&&&", "searchTerm=%25%27" }[random.Next(15)]);
                break;
            default:
                break;
        }

        return pairs.Count == 0 ? "" : "?" + string.Join('&', pairs);
    }

    private string Value(string name, JsonNode? schema) => random.Next(6) switch
    {
        0 or 1 when known.TryGetValue(name, out var values) && values.Count > 0 => Uri.EscapeDataString(values[random.Next(values.Count)]),
        0 or 1 or 2 => Uri.EscapeDataString(bodies.Of(schema)?.ToString() ?? ""),
        3 => Numbers[random.Next(Numbers.Length)].Replace("+", "%2B", StringComparison.Ordinal),
        4 => new[] { "%ff%fe", "%c3%28", "%00", "%ed%a0%80" }[random.Next(4)],
        _ => Uri.EscapeDataString(Nasty[random.Next(Nasty.Length)]),
    };

    private List<(string Name, string Value)> Headers(ApiOperationUnderTest operation)
    {
        var headers = new List<(string, string)>();
        if (operation.TakesKey && random.Next(12) > 0)
        {
            headers.Add(("Idempotency-Key", random.Next(10) switch
            {
                0 => new string('k', 300),
                1 => "two words",
                2 => "",
                3 => "same-for-all",
                _ => bodies.Uuid().ToString(),
            }));
        }

        if (operation.TakesIfMatch ? random.Next(10) > 0 : random.Next(15) == 0)
        {
            headers.Add(("If-Match", new[] { "\"1\"", "\"1\"", "\"2\"", "*", "W/\"1\"", "1", "\"99999999999\"", "\"1\", \"2\"", "" }[random.Next(9)]));
        }

        switch (random.Next(20))
        {
            case 0:
                headers.Add(("Accept", new[] { "text/xml", "application/json;q=0", "text/html", "garbage/", "application/*", "image/png, */*;q=0.1" }[random.Next(6)]));
                break;
            case 1:
                headers.Add(("Content-Encoding", new[] { "gzip", "br", "identity", "x" }[random.Next(4)]));
                break;
            case 2:
                headers.Add(("Origin", "https://evil.example"));
                break;
            case 3:
                headers.Add(("Authorization", new[] { "Bearer x", "Basic Og==", "Bearer " + new string('a', 4000), "Negotiate" }[random.Next(4)]));
                break;
            case 4:
                headers.Add(("traceparent", "00-zz-zz-01"));
                break;
            case 5:
                headers.Add(("Cookie", "retailops=" + new string('x', 200)));
                break;
            case 6:
                headers.Add(("Range", "bytes=0-1"));
                break;
            case 7:
                headers.Add(("X-HTTP-Method-Override", "DELETE"));
                break;
            default:
                break;
        }

        return headers;
    }

    private byte[]? Body(ApiOperationUnderTest operation, List<(string Name, string Value)> headers)
    {
        if (operation.BodySchema is null && !operation.IsDesigners && random.Next(3) > 0)
        {
            return null;
        }

        headers.Add(("Content-Type", random.Next(15) == 0 ? MediaTypes[random.Next(MediaTypes.Length)] : "application/json"));
        var text = (operation.BodySchema is { } schema ? bodies.Of(schema) : Guess())?.ToJsonString() ?? "null";
        return random.Next(24) switch
        {
            0 => [],
            1 => Encoding.UTF8.GetBytes(text)[..Math.Max(1, text.Length / 2)],
            2 => [.. Encoding.UTF8.GetBytes(text), 0xff, 0xfe],
            3 => Encoding.Unicode.GetBytes(text),
            4 => [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(text)],
            5 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(random.Next(2) == 0 ? "[" : "{\"a\":", random.Next(1, 5000)))),
            6 => Encoding.UTF8.GetBytes("[" + text + "]"),
            7 => Encoding.UTF8.GetBytes(new[] { "null", "\"\"", "0", "true", "[]", "{}", "[null]", "{\"\":null}" }[random.Next(8)]),
            8 when random.Next(4) == 0 => Encoding.UTF8.GetBytes("{\"a\":\"" + new string('z', (1 << 20) + 10) + "\"}"),
            _ => Broken(text),
        };
    }

    /// <summary>What the designer's operations may take: their bodies are described nowhere.</summary>
    private JsonObject Guess()
    {
        var body = new JsonObject();
        foreach (var name in new[] { "ids", "definitionIds", "model", "publish", "id", "definitionId", "name", "root", "variables", "page", "pageSize", "statuses", "correlationId", "input", "activityIds", "result", "workflowInstanceIds", "filter", "count" })
        {
            if (random.Next(4) == 0)
            {
                body[name] = random.Next(6) switch
                {
                    0 => new JsonArray(Nasty[random.Next(Nasty.Length)], null, 7),
                    1 => new JsonObject { ["type"] = "Elsa.Flowchart", ["activities"] = new JsonArray(), ["definitionId"] = Nasty[random.Next(Nasty.Length)] },
                    2 => random.Next(-5, 100),
                    3 => random.Next(2) == 0,
                    4 => null,
                    _ => Nasty[random.Next(Nasty.Length)],
                };
            }
        }

        return body;
    }

    /// <summary>One or a few places of a good body made bad, as text: what JSON's own model could not hold included.</summary>
    private byte[] Broken(string text)
    {
        for (var times = random.Next(4); times > 0; times--)
        {
            var at = Places(text);
            if (at.Count == 0)
            {
                break;
            }

            var (start, length) = at[random.Next(at.Count)];
            text = text[..start] + Instead(text.Substring(start, length)) + text[(start + length)..];
        }

        return Encoding.UTF8.GetBytes(text);
    }

    private string Instead(string value) => random.Next(12) switch
    {
        0 => Numbers[random.Next(Numbers.Length)],
        1 => JsonSerializer.Serialize(Nasty[random.Next(Nasty.Length)]),
        2 => "null",
        3 => "{}",
        4 => "[]",
        5 => "\"\\ud800\"",
        6 => "\"\\udc00\\ud800 \\u0000\"",
        7 => "\"" + new string('w', random.Next(1, 3000)) + "\"",
        8 => value + ",\"unknown\":1",
        9 => value + ",\"quantity\":2,\"quantity\":3",
        10 => "{\"$type\":\"System.IO.FileInfo, System.Runtime\",\"fileName\":\"/etc/passwd\"}",
        _ => value.StartsWith('"') ? value.Trim('"').Length.ToString(CultureInfo.InvariantCulture) : "\"" + value + "\"",
    };

    /// <summary>Where scalars stand behind a colon.</summary>
    private static List<(int Start, int Length)> Places(string text)
    {
        var places = new List<(int, int)>();
        for (var i = 0; i < text.Length - 1; i++)
        {
            if (text[i] != ':' || text[i + 1] is '{' or '[')
            {
                continue;
            }

            var end = i + 1;
            if (text[end] == '"')
            {
                for (end++; end < text.Length && text[end] != '"'; end++)
                {
                    end += text[end] == '\\' ? 1 : 0;
                }

                end++;
            }
            else
            {
                while (end < text.Length && text[end] is not (',' or '}' or ']'))
                {
                    end++;
                }
            }

            if (end <= text.Length)
            {
                places.Add((i + 1, end - i - 1));
            }
        }

        return places;
    }
}
