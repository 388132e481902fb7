using System.Buffers.Binary;

namespace RetailOps.Platform;

/// <summary>Ids and chance of a history: the same for the same seed, and in the order of time like all ids.</summary>
/// <param name="seed">Any number.</param>
public sealed class PastIds(long seed)
{
    private ulong state = unchecked((ulong)seed * 0x9E3779B97F4A7C15) + 0x632BE59BD9B4E019;

    /// <summary>A version 7 UUID (RFC 9562) of an instant.</summary>
    public Guid At(DateTimeOffset instant)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)instant.ToUnixTimeMilliseconds() << 16) | (Next() & 0x0FFF) | 0x7000);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (Next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>From 0 up to and without <paramref name="below"/>.</summary>
    public int Below(int below) => (int)(Next() % (ulong)below);

    /// <summary>From 0 up to and without 1.</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    // SplitMix64 (Steele, Lea, Flood 2014).
    private ulong Next()
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
