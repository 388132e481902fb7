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
    private static readonly ulong Inverse = InverseOf(Odd);

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

    /// <summary>The number of an execution of this instance; null when the id is of another's.</summary>
    public static long? NumberOf(Guid instance, Guid execution)
    {
        Span<byte> mine = stackalloc byte[16];
        Span<byte> given = stackalloc byte[16];
        instance.TryWriteBytes(mine, bigEndian: true, out _);
        execution.TryWriteBytes(given, bigEndian: true, out _);
        var low = unchecked(BinaryPrimitives.ReadUInt64BigEndian(given[8..]) - BinaryPrimitives.ReadUInt64BigEndian(mine[8..]));
        var number = unchecked(low * Inverse) & Low62;
        return number is > 0 and <= uint.MaxValue && Of(instance, (long)number) == execution ? (long)number : null;
    }

    /// <summary>The first and the last id that an instance with this execution may have.</summary>
    public static (Guid From, Guid To) InstancesOf(Guid execution)
    {
        Span<byte> bytes = stackalloc byte[16];
        execution.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6..].Clear();
        var from = new Guid(bytes, bigEndian: true);
        bytes[6..].Fill(0xFF);
        return (from, new Guid(bytes, bigEndian: true));
    }

    /// <summary>What gives one when multiplied, in the ring of 64 bits; each step doubles the bits that are right.</summary>
    private static ulong InverseOf(ulong odd)
    {
        var inverse = odd;
        for (var right = 3; right < 64; right *= 2)
        {
            inverse = unchecked(inverse * (2 - (odd * inverse)));
        }

        return inverse;
    }
}
