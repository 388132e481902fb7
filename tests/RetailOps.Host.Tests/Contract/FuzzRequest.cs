using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace RetailOps.Host.Tests;

/// <summary>A request as it goes over the wire, to be sent and to be shown.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query, encoded already.</param>
/// <param name="Headers">Name and value, in their order; also of the content.</param>
/// <param name="Body">The bytes; null for none.</param>
/// <param name="Role">Who sends it; null for the Demo's command line.</param>
internal sealed record FuzzRequest(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, byte[]? Body, string? Role)
{
    public HttpRequestMessage Message(Uri host)
    {
        var request = new HttpRequestMessage(new HttpMethod(Method), new Uri(host.GetLeftPart(UriPartial.Authority) + Target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (Body is not null)
        {
            request.Content = new ByteArrayContent(Body);
        }

        foreach (var (name, value) in Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    /// <summary>For a shell: the same bytes again.</summary>
    public string Curl(Uri host)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"curl -i --path-as-is -X {Method} '{host.GetLeftPart(UriPartial.Authority)}{Target.Replace("'", "%27", StringComparison.Ordinal)}'");
        foreach (var (name, value) in Headers)
        {
            text.Append(CultureInfo.InvariantCulture, $" -H '{name}: {value.Replace("'", "'\\''", StringComparison.Ordinal)}'");
        }

        if (Role is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $" -b \"$COOKIES_OF_{Role.Replace('-', '_').ToUpperInvariant()}\"");
        }

        if (Body is { Length: > 4096 })
        {
            text.Append(CultureInfo.InvariantCulture, $" --data-binary @body.bin  # {Body.Length} bytes beginning with {Convert.ToHexStringLower(Body.AsSpan(0, 64))}");
        }
        else if (Body is not null)
        {
            text.Insert(0, $"printf '%s' {Convert.ToBase64String(Body)} | base64 -d | ").Append(" --data-binary @-");
        }

        return text.ToString();
    }
}

/// <summary>What came back.</summary>
/// <param name="Status">The status.</param>
/// <param name="MediaType">Null without a body.</param>
/// <param name="Text">The body.</param>
/// <param name="Headers">Of the answer and of its content.</param>
internal sealed record FuzzAnswer(int Status, string? MediaType, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public static async Task<FuzzAnswer> Of(HttpResponseMessage response)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return new((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, Encoding.UTF8.GetString(bytes), Flat(response.Headers).Concat(Flat(response.Content.Headers)).ToDictionary(StringComparer.OrdinalIgnoreCase));
    }

    private static IEnumerable<KeyValuePair<string, string>> Flat(HttpHeaders headers) => headers.NonValidated.Select(h => KeyValuePair.Create(h.Key, h.Value.ToString()));
}
