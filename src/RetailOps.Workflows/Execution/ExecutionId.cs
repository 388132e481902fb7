using System.Buffers.Binary;

namespace RetailOps.Workflows;

/// <summary>
/// The id of an execution, computed from the instance's id and the execution's number: a burst that is rolled back and run again hands out the same ids,
/// so requests keyed by them do not repeat, and the state need not store them.
/// </summary>
internal static class ExecutionId
{
    private const ulong Odd = 0x9E3779B97F4A7C15;       // the golden ratio; odd, so that no two numbers meet
    private const ulong Low62 = (1UL << 62) - 1;

    /// <summary>A version 8 UUID (RFC 9562) that keeps the instance's time prefix.</summary>
    public static Guid Of(Guid instance, long number)
    {
        Span<byte> bytes = stackalloc byte[16];
        instance.TryWriteBytes(bytes, bigEndian: true, out _);
        var low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        low = unchecked((low & Low62) + ((ulong)number * Odd)) & Low62;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low | (1UL << 63));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
