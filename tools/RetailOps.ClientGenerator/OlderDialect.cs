using System.Text.Json.Nodes;

namespace RetailOps.ClientGenerator;

/// <summary>Says in the words of OpenAPI 3.0, which the generator knows, what the document says in those of 3.1: what may be null.</summary>
internal static class OlderDialect
{
    public static JsonObject Of(JsonObject document)
    {
        var copy = (JsonObject)document.DeepClone();
        copy["openapi"] = "3.0.3";
        Rewrite(copy);
        return copy;
    }

    private static void Rewrite(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Rewrite(item);
            }
        }

        if (node is not JsonObject members)
        {
            return;
        }

        foreach (var (_, member) in members.ToList())
        {
            Rewrite(member);
        }

        if (members["type"] is JsonArray types)
        {
            var real = types.Select(t => (string?)t).Where(t => t != "null").ToList();
            members["type"] = real.Count > 0 ? real[0] : null;
            members["nullable"] = types.Count > real.Count;
        }

        if (members["oneOf"] is JsonArray choices && choices.Any(c => (string?)(c as JsonObject)?["type"] == "null"))
        {
            var real = choices.OfType<JsonObject>().Where(c => (string?)c["type"] != "null").Select(c => c.DeepClone()).ToArray();
            members.Remove("oneOf");
            members["nullable"] = true;
            members[real.Length == 1 ? "allOf" : "oneOf"] = new JsonArray(real);
        }
    }
}
