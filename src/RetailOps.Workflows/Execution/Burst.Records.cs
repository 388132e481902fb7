using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows;

/// <summary>What executions were given and gave, for definitions that want it written down.</summary>
internal sealed partial class Burst
{
    /// <summary>Longer values are written down as how long they were.</summary>
    private const int MostValue = 4 * 1024;

    private const int MostRecord = 16 * 1024;

    private Dictionary<long, ExecutionRecord>? records;

    private void Record<T>(string? name, T value, bool isOutput)
    {
        if (name is null)
        {
            return;
        }

        var record = (records ??= []).TryGetValue(current.Number, out var known) ? known : records[current.Number] = new();
        var json = JsonSerializer.SerializeToNode(ValueConverter.ToJson(ValueConverter.Plain(value)), JsonReading.Web);
        var size = json?.ToJsonString(JsonReading.Web).Length ?? 4;
        if (size > MostValue)
        {
            (json, size) = (JsonValue.Create($"({size} characters, not written down)"), 64);
        }

        if (record.Size + size <= MostRecord)
        {
            (isOutput ? record.Outputs : record.Inputs)[name] = json;
            record.Size += size;
        }
    }

    /// <summary>With the entry that ends a step, or says why it stopped.</summary>
    private string? TakeRecord(ActivityExecution execution, string eventName)
    {
        if (eventName is not ("Completed" or "Suspended" or "Faulted") || records is null || !records.Remove(execution.Number, out var record))
        {
            return null;
        }

        // The database cannot keep this character, which a script can make.
        return new JsonObject { ["state"] = record.Inputs, ["outputs"] = record.Outputs }.ToJsonString(JsonReading.Web).Replace("\\u0000", "\\ufffd", StringComparison.Ordinal);
    }

    private sealed class ExecutionRecord
    {
        public JsonObject Inputs { get; } = [];

        public JsonObject Outputs { get; } = [];

        public int Size { get; set; }
    }
}
