using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RetailOps.Workflows;

/// <summary>
/// New ids of the engine: version 7 UUIDs (RFC 9562), as <see cref="Guid.CreateVersion7()"/> makes them, but asking the system for random bytes once in a hundred
/// ids and not for each: in a short run that question would cost more than all its steps.
/// </summary>
internal static class TimeOrderedId
{
    private const int RandomBytes = 10;
    private const int Ids = 100;

    [ThreadStatic]
    private static byte[]? drawn;

    [ThreadStatic]
    private static int left;

    public static Guid New() => Of(TimeProvider.System.GetUtcNow());

    /// <summary>An id of an instant: 48 bits of milliseconds since 1970, 74 random bits.</summary>
    public static Guid Of(DateTimeOffset instant)
    {
        drawn ??= new byte[RandomBytes * Ids];
        if (left == 0)
        {
            RandomNumberGenerator.Fill(drawn);
            left = Ids;
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, instant.ToUnixTimeMilliseconds() << 16);
        drawn.AsSpan(--left * RandomBytes, RandomBytes).CopyTo(bytes[6..]);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
