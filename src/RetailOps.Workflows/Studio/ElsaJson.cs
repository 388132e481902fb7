using System.Text.Json;
using System.Text.Json.Serialization;

namespace RetailOps.Workflows;

/// <summary>
/// JSON as Elsa's API has it: camel case, enums as text, nulls left out of answers. Lenient on input, since the designer sends more than it means:
/// names in any case, members that nobody knows, numbers as text.
/// </summary>
internal static class ElsaJson
{
    /// <summary>A definition may be as large as <see cref="DefinitionReader.MaxBytes"/>, and stands in an envelope.</summary>
    public const int MaxBody = DefinitionReader.MaxBytes + (64 * 1024);

    public static JsonSerializerOptions Options { get; } = Made();

    private static JsonSerializerOptions Made()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            MaxDepth = 512,
            Converters = { new JsonStringEnumConverter() },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
