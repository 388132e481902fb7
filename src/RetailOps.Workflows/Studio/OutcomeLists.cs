using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RetailOps.Workflows;

/// <summary>
/// Lists of outcomes that a drawing says itself. The designer reads them as JSON to draw the dots of a step, and shows nothing at all of a workflow in which one is anything else,
/// over which the next thing drawn would be saved. So it gets JSON: the texts that a script of such a list contains.
/// </summary>
internal static partial class OutcomeLists
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal) { "outcomes", "possibleOutcomes", "branches" };

    /// <summary>Makes an input readable for the designer; anything that is no such list stays as it is.</summary>
    public static void Show(string name, JsonObject input)
    {
        if (!Names.Contains(name) || input["expression"] is not JsonObject expression || expression["value"] is not JsonValue value || !value.TryGetValue<string>(out var text) || IsList(text))
        {
            return;
        }

        expression["value"] = new JsonArray([.. Quoted().Matches(text).Select(m => (JsonNode)m.Groups[2].Value).DistinctBy(n => n.GetValue<string>())]).ToJsonString();
    }

    private static bool IsList(string text)
    {
        try
        {
            return text.Length == 0 || JsonElement.Parse(text).ValueKind is JsonValueKind.Array;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex("""(['"])([^'"]*)\1""", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
