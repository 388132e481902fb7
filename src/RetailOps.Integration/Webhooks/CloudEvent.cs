using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace RetailOps.Integration;

/// <summary>A fact for others, as a CloudEvents 1.0 structured JSON document (cloudevents.io, JSON event format).</summary>
/// <param name="Id">With <paramref name="Source"/> unique for ever: the receiver's deduplication key.</param>
/// <param name="Source"><c>/retailops/orders</c>.</param>
/// <param name="Type"><c>retailops.order.allocated.v1</c>.</param>
/// <param name="Subject">The aggregate's id; null for none.</param>
/// <param name="Time">When it happened, UTC.</param>
/// <param name="Sequence">The aggregate's revision: by it the receiver puts events of a subject in order. Null for none.</param>
/// <param name="PartitionKey">The business key, whose events are sent in order; null for none.</param>
/// <param name="TraceParent">W3C trace context; null for none.</param>
/// <param name="Data">JSON without personal data.</param>
internal sealed record CloudEvent(Guid Id, string Source, string Type, string? Subject, DateTimeOffset Time, int? Sequence, string? PartitionKey, string? TraceParent, JsonElement Data)
{
    public const string ContentType = "application/cloudevents+json; charset=utf-8";

    /// <summary>The bytes that are signed and sent.</summary>
    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("specversion", "1.0");
            writer.WriteString("id", Id);
            writer.WriteString("source", Source);
            writer.WriteString("type", Type);
            Optional(writer, "subject", Subject);
            writer.WriteString("time", Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
            writer.WriteString("datacontenttype", "application/json");
            // Extensions are text or whole numbers; the sequence is text, to be compared by its length first.
            Optional(writer, "sequence", Sequence?.ToString(CultureInfo.InvariantCulture));
            Optional(writer, "partitionkey", PartitionKey);
            Optional(writer, "traceparent", TraceParent);
            writer.WritePropertyName("data");
            Data.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Optional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
