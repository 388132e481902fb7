using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Integration;

/// <summary>Writes what a webhook is told. The same event gives the same bytes at each try.</summary>
internal static class WebhookMessage
{
    // What the envelope says already; what people wrote by hand, which must not name customers but might; what only our own checks understand.
    public static IReadOnlyList<string> Kept { get; } = ["eventId", "occurredAt", "reason", "customerDigest"];

    /// <summary>The name under which a message is known at each try, and to each receiver.</summary>
    public static string IdOf(LeasedMessage message) => message.EventId.ToString();

    public static byte[] Write(LeasedMessage message)
    {
        var source = "/retailops/" + message.Type.Split('.')[0];
        var type = EventTypes.TypeOf(message.Type);
        return message.Event is { } e
            ? new CloudEvent(message.EventId, source, type, e.Aggregate, e.Occurred, e.Revision, message.Key, e.Trace, Told(e.Data)).Write()
            : new CloudEvent(message.EventId, source, type, message.Key, TimeOf(message.EventId), null, message.Key, null, Told("{}")).Write();
    }

    // A ping stands nowhere but in its own row; its id tells when it was made (RFC 9562, version 7: 48 bits of milliseconds).
    private static DateTimeOffset TimeOf(Guid id) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(id.ToString("N").AsSpan(0, 12), NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    private static JsonElement Told(string data)
    {
        var told = JsonNode.Parse(data)!.AsObject();
        foreach (var name in Kept)
        {
            told.Remove(name);
        }

        return JsonSerializer.SerializeToElement(told);
    }
}
