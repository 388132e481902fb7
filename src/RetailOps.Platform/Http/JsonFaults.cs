using System.Text.Json;

using Microsoft.AspNetCore.Http;

namespace RetailOps.Platform;

/// <summary>
/// Says where a body or parameter is wrong, and what is expected there. The serializer's own messages name .NET types, so they are sorted
/// into our words; messages of our converters are passed on.
/// </summary>
internal static class JsonFaults
{
    // The serializer appends this to its own messages and leaves those of converters alone.
    private const string SerializersMark = " Path: $";

    /// <param name="bad">What the framework says.</param>
    /// <param name="body">What the operation reads its body into; null when that is not known.</param>
    public static IReadOnlyList<RequestFault> Of(BadHttpRequestException bad, Type? body)
    {
        if (bad.InnerException is not JsonException json)
        {
            // Nothing but parameters of route, query and header is left, or no body at all; the message names it in quotes, behind its type.
            var name = Quoted(bad.Message)?.Split(' ')[^1] ?? "";
            return [new(JsonNamingPolicy.CamelCase.ConvertName(name), "request.parameter", "A parameter is missing or has the wrong form.")];
        }

        var field = json.Path is { Length: > 2 } path ? path[(path[1] == '.' ? 2 : 1)..] : "";
        var text = json.Message;
        return text switch
        {
            _ when text.Contains("could not be mapped", StringComparison.Ordinal) => [new(field, "json.unknown-member", "This operation knows no such member.")],
            _ when text.Contains("Duplicate property", StringComparison.Ordinal) => [new(field, "json.duplicate-member", "The member stands there twice.")],
            _ when text.Contains("missing required properties", StringComparison.Ordinal) => [.. Missing(text, field)],
            _ when text.Contains("maximum configured depth", StringComparison.Ordinal) => [new(field, "json.depth", $"Nested deeper than {ApiJson.MaxDepth}.")],
            _ when json.InnerException is JsonException => [new(field, "json.syntax", $"This is not JSON, near line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}.")],
            _ when json.InnerException is not null || text.Contains(SerializersMark, StringComparison.Ordinal) => [new(field, "json.wrong-type", Expected(body, json.Path))],
            _ => [new(field, "json.value", text)],
        };
    }

    private static string Expected(Type? body, string? path) =>
        body is not null && path is not null && JsonExpectation.At(body, path) is { } expected ? $"Expected {expected}." : "The value has the wrong type or form.";

    /// <summary>Each under its own path: <c>lines[0].quantity</c>.</summary>
    private static IEnumerable<RequestFault> Missing(string text, string field)
    {
        const string start = "including: ";
        var from = text.IndexOf(start, StringComparison.Ordinal);
        if (from < 0)
        {
            return [new(field, "json.missing-member", "A member is missing.")];
        }

        var named = text[(from + start.Length)..];
        var end = named.IndexOf(SerializersMark, StringComparison.Ordinal);
        return
            from part in (end < 0 ? named : named[..end]).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            let name = part.Trim('\'', '"', '.', ' ', ';')
            where name.Length > 0
            select new RequestFault(field.Length == 0 ? name : $"{field}.{name}", "json.missing-member", "This member is missing.");
    }

    private static string? Quoted(string text)
    {
        var from = text.IndexOf('"', StringComparison.Ordinal);
        var to = from < 0 ? -1 : text.IndexOf('"', from + 1);
        return to < 0 ? null : text[(from + 1)..to];
    }
}
