using System.Buffers.Binary;
using System.Text.Json;

namespace RetailOps.Integration;

/// <summary>A message as one run of bytes: the length of the head, the head as JSON, the body as it came. This is what is sealed.</summary>
internal static class StoredPayload
{
    public static byte[] Write(InboundMessage message)
    {
        var head = JsonSerializer.SerializeToUtf8Bytes(new Head(message.Topic, message.Headers));
        var bytes = new byte[sizeof(int) + head.Length + message.Body.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, head.Length);
        head.CopyTo(bytes, sizeof(int));
        message.Body.Span.CopyTo(bytes.AsSpan(sizeof(int) + head.Length));
        return bytes;
    }

    public static InboundMessage Read(byte[] bytes)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        var head = JsonSerializer.Deserialize<Head>(bytes.AsSpan(sizeof(int), length))!;
        return new(head.Headers, head.Topic, bytes.AsMemory(sizeof(int) + length));
    }

    private sealed record Head(string Topic, IReadOnlyDictionary<string, string> Headers);
}
