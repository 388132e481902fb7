using System.Text.Json;

using Microsoft.AspNetCore.Http;

namespace RetailOps.Platform;

/// <summary>
/// Says where a body or parameter is wrong, and what. The serializer's own messages name .NET types, so they are sorted into our
/// words; messages of our converters are passed on.
/// </summary>
internal static class JsonFaults
{
    // The serializer appends this to its own messages and leaves those of converters alone.
    private const string SerializersMark = " Path: $";

    public static RequestFault Of(BadHttpRequestException bad)
    {
        if (bad.InnerException is not JsonException json)
        {
            // Nothing but parameters of route, query and header is left; their message names the parameter in quotes.
            var name = Quoted(bad.Message)?.Split(' ')[^1] ?? "";
            return new(JsonNamingPolicy.CamelCase.ConvertName(name), "request.parameter", "A parameter is missing or has the wrong form.");
        }

        var field = json.Path is { Length: > 2 } path ? path[(path[1] == '.' ? 2 : 1)..] : "";
        var text = json.Message;
        return text switch
        {
            _ when text.Contains("could not be mapped", StringComparison.Ordinal) => new(field, "json.unknown-member", "This operation knows no such member."),
            _ when text.Contains("Duplicate property", StringComparison.Ordinal) => new(field, "json.duplicate-member", "The member stands there twice."),
            _ when text.Contains("missing required properties", StringComparison.Ordinal) => new(field, "json.missing-member", Missing(text)),
            _ when text.Contains("maximum configured depth", StringComparison.Ordinal) => new(field, "json.depth", $"Nested deeper than {ApiJson.MaxDepth}."),
            _ when json.InnerException is JsonException => new(field, "json.syntax", $"This is not JSON, near line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}."),
            _ when json.InnerException is not null || text.Contains(SerializersMark, StringComparison.Ordinal) => new(field, "json.wrong-type", "The value has the wrong type or form."),
            _ => new(field, "json.value", text),
        };
    }

    private static string Missing(string text)
    {
        const string start = "including: ";
        var from = text.IndexOf(start, StringComparison.Ordinal);
        return from < 0 ? "A member is missing." : $"Missing: {text[(from + start.Length)..].TrimEnd('.', ' ')}.";
    }

    private static string? Quoted(string text)
    {
        var from = text.IndexOf('"', StringComparison.Ordinal);
        var to = from < 0 ? -1 : text.IndexOf('"', from + 1);
        return to < 0 ? null : text[(from + 1)..to];
    }
}
