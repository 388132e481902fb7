using System.Buffers.Binary;
using System.IO.Compression;

namespace RetailOps.Host;

/// <summary>
/// Whether a gzip file has its end. .NET reads a file that was cut without a word; in the last eight bytes of a whole one stand checksum and length
/// (RFC 1952) of its last member.
/// </summary>
internal static class GzipEnd
{
    private const int Trailer = 8;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (c, _) => (c & 1) == 1 ? 0xEDB88320 ^ (c >> 1) : c >> 1))];

    /// <summary>Whether checksum and length at the end of the file are those of what can be read from it.</summary>
    public static bool IsIn(FileStream file)
    {
        if (file.Length < Trailer)
        {
            return false;
        }

        Span<byte> end = stackalloc byte[Trailer];
        file.Seek(-Trailer, SeekOrigin.End);
        file.ReadExactly(end);
        var (checksum, length) = (BinaryPrimitives.ReadUInt32LittleEndian(end), BinaryPrimitives.ReadUInt32LittleEndian(end[4..]));
        try
        {
            var total = Read(file, long.MaxValue).Total;
            return length <= total && Read(file, total - length).Checksum == checksum;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static (long Total, uint Checksum) Read(FileStream file, long from)
    {
        file.Seek(0, SeekOrigin.Begin);
        using var text = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
        var (total, crc, buffer) = (0L, uint.MaxValue, new byte[64 * 1024]);
        while (text.Read(buffer) is var n and > 0)
        {
            for (var i = (int)Math.Clamp(from - total, 0, n); i < n; i++)
            {
                crc = Table[(byte)crc ^ buffer[i]] ^ (crc >> 8);
            }

            total += n;
        }

        return (total, ~crc);
    }
}
