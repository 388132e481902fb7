using System.Globalization;
using System.Text;

namespace RetailOps.Platform;

/// <summary>A head that was written down outside the database.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Sequence">The link's number.</param>
/// <param name="Head">64 hexadecimal digits.</param>
/// <param name="Total">How many rows the chain covered.</param>
public sealed record ExportedHead(DateTimeOffset At, long Sequence, string Head, long Total);

/// <summary>
/// The file that heads are written to, one line each: time, sequence, head, count of rows, with a blank between. Only ever appended to. Whoever rewrites the chain in
/// the database has to rewrite this, too, and every copy of it.
/// </summary>
/// <param name="path">The file; its folder exists.</param>
public sealed class HeadFile(string path)
{
    // Two lines and more fit in here.
    private const int End = 512;

    /// <summary>The name of the file for a database.</summary>
    public static string NameFor(string database) => $"audit-heads-{database}.txt";

    /// <summary>Writes a head down, and waits for the disk. Does nothing when the last line says the same.</summary>
    /// <returns>Whether a line was written.</returns>
    public async Task<bool> Append(ChainHead head, DateTimeOffset now, CancellationToken ct = default)
    {
        await using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        var (last, isTorn) = await Last(file, ct);
        var hex = Convert.ToHexStringLower(head.Head);
        if (last is not null && last.Sequence == head.Sequence && last.Head == hex)
        {
            return false;
        }

        // A line that a killed host did not finish is ended first; readers pass it over.
        var line = string.Create(CultureInfo.InvariantCulture, $"{(isTorn ? "\n" : "")}{now.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {head.Sequence} {hex} {head.Total}\n");
        file.Seek(0, SeekOrigin.End);
        await file.WriteAsync(Encoding.ASCII.GetBytes(line), ct);
        file.Flush(flushToDisk: true);
        return true;
    }

    /// <summary>Every head in the file, in its order; none when there is no file. What is no line of ours is passed over.</summary>
    public IEnumerable<ExportedHead> Read() => File.Exists(path) ? File.ReadLines(path).Select(Parse).OfType<ExportedHead>() : [];

    private static async Task<(ExportedHead? Last, bool IsTorn)> Last(FileStream file, CancellationToken ct)
    {
        file.Seek(-Math.Min(End, file.Length), SeekOrigin.End);
        var end = new byte[Math.Min(End, file.Length)];
        await file.ReadExactlyAsync(end, ct);
        var text = Encoding.ASCII.GetString(end);
        var lines = text.Split('\n');
        return (lines.SkipLast(1).Select(Parse).LastOrDefault(l => l is not null), text.Length > 0 && !text.EndsWith('\n'));
    }

    private static ExportedHead? Parse(string line) =>
        line.Split(' ') is [var at, var sequence, { Length: 64 } head, var total]
        && DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        && long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(total, NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
            ? new(time, number, head, rows)
            : null;
}
