using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>
/// The stored form of an instance's state: one compact JSON document that begins with its version. docs/engine.md lists the members; a release that changes
/// their meaning writes a new version and keeps the reader of the old one.
/// </summary>
internal static class StateSerializer
{
    public const int Version = 1;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <exception cref="StateTooLargeException">A value, or the whole, is above its limit.</exception>
    public static byte[] Write(InstanceState state)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            Write(writer, state);
        }

        return buffer.WrittenCount <= StateLimits.Whole ? buffer.WrittenSpan.ToArray() : throw new StateTooLargeException("state", buffer.WrittenCount, StateLimits.Whole);
    }

    /// <exception cref="StateUnreadableException">The document is of a version this release does not know, or damaged.</exception>
    public static InstanceState Read(ReadOnlyMemory<byte> document)
    {
        try
        {
            using var parsed = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = 256 });
            var root = parsed.RootElement;
            return root.GetProperty("v").GetInt32() switch
            {
                1 => StateReader.Read(root),
                var other => throw new StateUnreadableException($"State version {other} is newer than this release, which knows {Version}."),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new StateUnreadableException("The stored state is damaged: " + e.Message, e);
        }
    }

    private static void Write(Utf8JsonWriter writer, InstanceState state)
    {
        writer.WriteStartObject();
        writer.WriteNumber("v", Version);
        writer.WriteString("id", state.Id);
        writer.WriteString("def", state.DefinitionId);
        writer.WriteString("ver", state.VersionId);
        Text(writer, "cor", state.CorrelationId);
        Text(writer, "name", state.Name);
        writer.WriteString("st", state.Status.ToString());
        writer.WriteString("sub", state.SubStatus.ToString());
        writer.WriteNumber("seq", state.JournalSequence);
        writer.WriteNumber("num", state.LastExecution);
        if (state.BudgetsInARow > 0)
        {
            writer.WriteNumber("bud", state.BudgetsInARow);
        }

        Values(writer, "in", state.Input);
        Values(writer, "out", state.Output);
        Values(writer, "ao", state.ActivityOutputs);
        Values(writer, "ev", state.EndVariables);
        Properties(writer, "prop", state.Properties);
        if (state.NeedsContinue && state.LastResult is not null)
        {
            ValueCodec.Write(writer, "last", state.LastResult);
        }

        if (state.Executions.Count > 0)
        {
            writer.WriteStartArray("ex");
            state.Executions.ForEach(e => Execution(writer, e));
            writer.WriteEndArray();
        }

        if (state.Scheduled.Count > 0)
        {
            writer.WriteStartArray("q");
            foreach (var scheduled in state.Scheduled)
            {
                writer.WriteNumberValue(scheduled.Number);
            }

            writer.WriteEndArray();
        }

        if (state.HasBookmarks)
        {
            writer.WriteStartArray("bm");
            state.Bookmarks.ForEach(b => Bookmark(writer, b));
            writer.WriteEndArray();
        }

        if (state.HasIncidents)
        {
            writer.WriteStartArray("inc");
            state.Incidents.ForEach(i => Incident(writer, i));
            writer.WriteEndArray();
        }

        if (state.Undoing is { } undoing)
        {
            writer.WriteString("und", undoing.ToString());
        }

        if (state.Done.Count > 0)
        {
            writer.WriteStartArray("done");
            foreach (var step in state.Done)
            {
                writer.WriteStartObject();
                writer.WriteString("a", step.Step);
                ValueCodec.Write(writer, "v", step.Values);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Execution(Utf8JsonWriter writer, ActivityExecution execution)
    {
        writer.WriteStartObject();
        writer.WriteNumber("n", execution.Number);
        writer.WriteString("a", execution.ActivityId);
        if (execution.Parent is { } parent)
        {
            writer.WriteNumber("p", parent.Number);
        }

        writer.WriteNumber("s", (int)execution.Status);
        Flag(writer, "b", execution.Backward);
        Flag(writer, "r", execution.Resumed);
        if (execution.Payload is { } payload)
        {
            ValueCodec.Write(writer, "pl", payload);
        }

        if (execution.Attempt > 0)
        {
            writer.WriteNumber("at", execution.Attempt);
        }

        if (execution.Cursor > 0)
        {
            writer.WriteNumber("c", execution.Cursor);
        }

        Properties(writer, "prop", execution.Properties);
        Variables(writer, execution.Variables);
        if (execution.Flow is { } flow)
        {
            Flow(writer, flow);
        }

        if (execution.Tokens is { } tokens)
        {
            Tokens(writer, tokens);
        }

        writer.WriteEndObject();
    }

    private static void Tokens(Utf8JsonWriter writer, FlowTokens tokens)
    {
        writer.WriteStartObject("tok");
        writer.WriteNumber("s", tokens.Start);
        writer.WriteStartArray("t");
        foreach (var (connection, kind) in tokens.All)
        {
            writer.WriteNumberValue(connection);
            writer.WriteNumberValue((int)kind);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Sparse: in a large flowchart most of what is drawn has not been reached yet.</summary>
    private static void Flow(Utf8JsonWriter writer, FlowCounters flow)
    {
        writer.WriteStartObject("flow");
        writer.WriteNumber("s", flow.Start);
        writer.WriteNumber("an", flow.Activities.Length);
        writer.WriteNumber("cn", flow.Connections.Length);
        writer.WriteStartArray("a");
        for (var i = 0; i < flow.Activities.Length; i++)
        {
            if (flow.Activities[i] > 0)
            {
                writer.WriteNumberValue(i);
                writer.WriteNumberValue(flow.Activities[i]);
            }
        }

        writer.WriteEndArray();
        writer.WriteStartArray("c");
        for (var i = 0; i < flow.Connections.Length; i++)
        {
            if (flow.Connections[i] != 0)
            {
                writer.WriteNumberValue(i);
                writer.WriteNumberValue(flow.Connections[i]);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Bookmark(Utf8JsonWriter writer, Bookmark bookmark)
    {
        writer.WriteStartObject();
        writer.WriteString("id", bookmark.Id);
        writer.WriteString("k", bookmark.Kind.ToString());
        writer.WriteString("n", bookmark.Name);
        Text(writer, "h", bookmark.Hash);
        if (bookmark.Due is { } due)
        {
            writer.WriteString("d", due);
        }

        writer.WriteNumber("e", bookmark.Execution);
        writer.WriteString("a", bookmark.ActivityId);
        writer.WriteString("at", bookmark.CreatedAt);
        Text(writer, "key", bookmark.Key);
        writer.WriteEndObject();
    }

    private static void Incident(Utf8JsonWriter writer, Incident incident)
    {
        writer.WriteStartObject();
        writer.WriteString("id", incident.Id);
        writer.WriteNumber("e", incident.Execution);
        writer.WriteString("a", incident.ActivityId);
        writer.WriteString("node", incident.NodeId);
        writer.WriteString("type", incident.ActivityType);
        writer.WriteString("msg", incident.Message.Length > 4_000 ? incident.Message[..4_000] : incident.Message);
        writer.WriteString("cls", incident.ErrorClass);
        writer.WriteNumber("n", incident.Attempt);
        writer.WriteString("at", incident.At);
        if (incident.RetryAt is { } retryAt)
        {
            writer.WriteString("re", retryAt);
        }

        writer.WriteEndObject();
    }

    private static void Variables(Utf8JsonWriter writer, ScopeValues? values)
    {
        if (values is not { Count: > 0 })
        {
            return;
        }

        writer.WriteStartObject("var");
        for (var i = 0; i < values.Count; i++)
        {
            ValueCodec.Write(writer, values.Name(i), values.Value(i));
        }

        writer.WriteEndObject();
    }

    private static void Values(Utf8JsonWriter writer, string name, Dictionary<string, object?>? values)
    {
        if (values is not { Count: > 0 })
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            ValueCodec.Write(writer, key, value);
        }

        writer.WriteEndObject();
    }

    private static void Properties(Utf8JsonWriter writer, string name, Dictionary<string, JsonElement>? values)
    {
        if (values is not { Count: > 0 })
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            ValueCodec.Write(writer, key, value);
        }

        writer.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void Flag(Utf8JsonWriter writer, string name, bool value)
    {
        if (value)
        {
            writer.WriteBoolean(name, true);
        }
    }
}
