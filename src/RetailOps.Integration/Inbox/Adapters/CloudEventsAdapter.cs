using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Integration;

/// <summary>CloudEvents 1.0 over HTTP: binary, structured and in batches. Source: cloudevents.io, HTTP protocol binding and JSON event format.</summary>
internal sealed class CloudEventsAdapter : InboundAdapter
{
    private const string Attribute = "ce-";
    private const string Structured = "application/cloudevents+json";
    private const string Batch = "application/cloudevents-batch+json";

    public override string Name => "cloudevents";

    public override int Version => 1;

    public override string Role => SourceRoles.System;

    public override SignatureStyle Style => SignatureStyle.Standard;

    public override IReadOnlyList<string> Headers { get; } = [.. new[] { "id", "source", "specversion", "type", "subject", "time", "datacontenttype", "dataschema", "partitionkey", "sequence" }.Select(a => Attribute + a)];

    /// <summary>Each event of a batch becomes a message of its own, in the structured form.</summary>
    public override IReadOnlyList<InboundMessage> Split(InboundMessage whole)
    {
        if (whole.Header("content-type")?.StartsWith(Batch, StringComparison.OrdinalIgnoreCase) is not true)
        {
            return [whole];
        }

        try
        {
            var alone = new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = Structured };
            return Json.Parse(whole.Body) is { ValueKind: JsonValueKind.Array } batch
                ? [.. batch.EnumerateArray().Select(e => new InboundMessage(alone, whole.Topic, Encoding.UTF8.GetBytes(e.GetRawText())))]
                : [whole];
        }
        catch (UnreadableException)
        {
            // As one message that says so.
            return [whole];
        }
    }

    public override MessageHead Peek(Source source, InboundMessage message)
    {
        var json = Event(message);
        var (id, from, type) = Named(json);
        var about = json.Text("partitionkey") ?? json.Text("subject");
        var delivery = $"{from} {id}";
        return new(delivery, type.Cut(128)!, about is null ? MessageHead.Alone(source, delivery) : $"event/{source.Name}/{about.Cut(128)}", json.Time("time"));
    }

    public override IReadOnlyList<InboundCommand> Read(Source source, InboundMessage message)
    {
        var json = Event(message);
        var (id, from, type) = Named(json);
        return CanonicalCommands.OfType(type) is { } command
            ? [CanonicalCommands.Read(command, Data(json), source, $"{from} {id}", json.Time("time"))]
            : [new InboundCommand.Park("integration.topic-unused", $"No module takes {type.Cut(64)} over; known are {string.Join(", ", CanonicalCommands.Types)}.", ("event", "any"))];
    }

    /// <summary>The event as one JSON object, whichever way it came.</summary>
    internal static JsonElement Event(InboundMessage message)
    {
        if (message.Header(Attribute + "id") is null)
        {
            return Json.Parse(message.Body);
        }

        var one = new JsonObject();
        foreach (var (name, value) in message.Headers.Where(h => h.Key.StartsWith(Attribute, StringComparison.Ordinal)))
        {
            // RFC 3986's percent encoding, as the binding has it.
            one[name[Attribute.Length..]] = Uri.UnescapeDataString(value);
        }

        var data = message.Body.Length == 0 ? default : Json.Parse(message.Body);
        one["data"] = data.ValueKind is JsonValueKind.Undefined ? null : JsonNode.Parse(data.GetRawText());
        return JsonElement.Parse(one.ToJsonString());
    }

    private static (string Id, string From, string Type) Named(JsonElement json) =>
        (json.Text("id"), json.Text("source"), json.Text("type"), json.Text("specversion")) is ({ Length: <= 256 } id, { Length: <= 256 } from, { } type, ['1', ..])
            ? (id, from, type)
            : throw new UnreadableException("A CloudEvent has id and source of at most 256 characters, type and specversion 1.0.");

    private static JsonElement Data(JsonElement json)
    {
        if (json.Text("data_base64") is { } coded)
        {
            var bytes = new byte[coded.Length];
            return Convert.TryFromBase64String(coded, bytes, out var length) ? Json.Parse(bytes.AsMemory(0, length)) : throw new UnreadableException("data_base64 is no base64.");
        }

        return json.At("data");
    }
}
