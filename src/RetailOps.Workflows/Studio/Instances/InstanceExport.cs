using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows;

/// <summary>An instance as a file, in the form in which Elsa writes one: every object and list of the state has a number of its own.</summary>
internal static class InstanceExport
{
    /// <summary>Members that are maps of anything; they have no numbers, and neither has what is in them.</summary>
    private static readonly HashSet<string> Plain = new(StringComparer.Ordinal) { "properties", "metadata", "activityState", "input", "output" };

    /// <summary>The member that only we write and read: the state, sealed.</summary>
    public const string Sealed = "RetailOpsState";

    /// <param name="instance">The instance.</param>
    /// <param name="seal">Closes what an import takes back.</param>
    /// <param name="withBookmarks">Whether its waits are listed beside its state.</param>
    /// <param name="executions">Its journal, for the records of its executions; null to leave them out.</param>
    /// <param name="entries">Its journal, for itself; null to leave it out.</param>
    public static byte[] Write(InstanceDetail instance, InstanceSeal seal, bool withBookmarks, JournalPage? executions, JournalPage? entries)
    {
        var state = ElsaState.Of(instance);
        var file = new JsonObject
        {
            ["WorkflowState"] = new Numbers().Of(state),
            ["Bookmarks"] = withBookmarks ? state["bookmarks"]!.DeepClone() : null,
            ["ActivityExecutionRecords"] = executions is null
                ? null : JsonSerializer.SerializeToNode(ElsaExecutions.Of(executions).Select(e => ElsaExecutions.Record(executions, e)), ElsaJson.Options),
            ["WorkflowExecutionLogRecords"] = entries is null ? null : JsonSerializer.SerializeToNode(entries.Entries.Select(e => ElsaExecutions.Entry(entries, e)), ElsaJson.Options),
            [Sealed] = seal.Close(instance.State),
        };
        return JsonSerializer.SerializeToUtf8Bytes(file, ElsaJson.Options);
    }

    private sealed class Numbers
    {
        private int last;

        public JsonNode? Of(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject map:
                    var numbered = new JsonObject { ["$id"] = Next() };
                    foreach (var (name, value) in map)
                    {
                        numbered[name] = Plain.Contains(name) ? Kept(value) : Of(value);
                    }

                    if (map.ContainsKey("eventName"))
                    {
                        numbered["_type"] = "EventStimulus";
                    }

                    return numbered;
                case JsonArray list:
                    var id = Next();
                    return new JsonObject { ["$id"] = id, ["$values"] = new JsonArray([.. list.Select(Of)]) };
                default:
                    return node?.DeepClone();
            }
        }

        private JsonNode? Kept(JsonNode? value)
        {
            var kept = value?.DeepClone();
            if (kept is JsonObject map && map["Variables"] is JsonObject variables)
            {
                variables.Insert(0, "$id", Next());
                variables["_type"] = "VariablesDictionary";
            }

            return kept;
        }

        private string Next() => (++last).ToString(CultureInfo.InvariantCulture);
    }
}
