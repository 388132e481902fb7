using System.Globalization;
using System.Text;
using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>A payload cannot be read at all; the message says what is wrong, without quoting it.</summary>
internal sealed class UnreadableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Reads what others wrote: members may be missing, null, of another kind, numbers may be texts.</summary>
internal static class Json
{
    /// <summary>Nothing that anybody sends is nested deeper; what is would be meant to hurt.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    private static readonly string[] Zoneless = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd"];

    /// <exception cref="UnreadableException">It is no JSON object or array.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Options);
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array
                ? document.RootElement.Clone()
                : throw new UnreadableException("The body is JSON, but neither an object nor an array.");
        }
        catch (JsonException e)
        {
            throw new UnreadableException($"The body is no JSON that can be read, from line {e.LineNumber + 1} on; at most {MaxDepth} levels are read.", e);
        }
    }

    /// <summary>A member; an element without kind when there is none.</summary>
    public static JsonElement At(this JsonElement json, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (json.ValueKind is not JsonValueKind.Object || !json.TryGetProperty(name, out json))
            {
                return default;
            }
        }

        return json;
    }

    /// <summary>A text, a number or a flag as text, without what no table can keep; null when there is none or it is empty.</summary>
    public static string? Text(this JsonElement json, params ReadOnlySpan<string> path)
    {
        var found = json.At(path);
        return found.ValueKind switch
        {
            JsonValueKind.String => Clean(found),
            JsonValueKind.Number => found.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
    }

    public static bool IsTrue(this JsonElement json, params ReadOnlySpan<string> path) => json.Text(path) is "true" or "True" or "1";

    public static decimal? Number(this JsonElement json, params ReadOnlySpan<string> path) =>
        decimal.TryParse(json.Text(path)?.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null;

    public static int? Whole(this JsonElement json, params ReadOnlySpan<string> path) =>
        json.Number(path) is { } value && value == decimal.Truncate(value) && Math.Abs(value) <= int.MaxValue ? (int)value : null;

    public static IEnumerable<JsonElement> Items(this JsonElement json, params ReadOnlySpan<string> path) =>
        json.At(path) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();

    /// <summary>An instant; one without a zone is taken for UTC. Null when there is none or it cannot be read.</summary>
    public static DateTimeOffset? Time(this JsonElement json, params ReadOnlySpan<string> path) => Instant(json.Text(path));

    /// <summary>As <see cref="Time"/>, from a text.</summary>
    public static DateTimeOffset? Instant(string? text)
    {
        if (text is null or { Length: > 64 })
        {
            return null;
        }

        if (DateTime.TryParseExact(text, Zoneless, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var plain))
        {
            return new DateTimeOffset(plain, TimeSpan.Zero);
        }

        return text.Length >= 10 && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) && instant.Year is >= 1971 and < 9000
            ? instant.ToUniversalTime()
            : null;
    }

    /// <summary>Seconds since 1970.</summary>
    public static DateTimeOffset? Seconds(this JsonElement json, params ReadOnlySpan<string> path) =>
        json.Number(path) is { } seconds and > 0 and < 200_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;

    /// <summary>An amount as a decimal text or number, in minor units of a currency; null when it is missing, finer than the currency or none.</summary>
    public static Money? Amount(this JsonElement json, string currency, params ReadOnlySpan<string> path)
    {
        if (json.Number(path) is not { } value)
        {
            return null;
        }

        for (var i = Money.Decimals(currency); i > 0; i--)
        {
            value *= 10;
        }

        return value == decimal.Truncate(value) && Math.Abs(value) <= 9_007_199_254_740_991 ? new Money((long)value, currency) : null;
    }

    /// <summary>A text cut to a length, or null.</summary>
    public static string? Cut(this string? text, int most) => text is null || text.Length <= most ? text : text[..most];

    private static string? Clean(JsonElement text)
    {
        try
        {
            var value = text.GetString()!;
            var kept = value.Contains('\0', StringComparison.Ordinal) ? value.Replace("\0", "", StringComparison.Ordinal) : value;
            return kept.Length == 0 ? null : kept;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: written again with what stands for it.
            var raw = new StringBuilder(text.GetRawText());
            for (var at = raw.ToString().IndexOf("\\ud", StringComparison.OrdinalIgnoreCase); at >= 0; at = raw.ToString().IndexOf("\\ud", StringComparison.OrdinalIgnoreCase))
            {
                raw.Remove(at, Math.Min(6, raw.Length - at)).Insert(at, '\uFFFD');
            }

            return JsonElement.Parse(raw.ToString()).GetString();
        }
    }
}
