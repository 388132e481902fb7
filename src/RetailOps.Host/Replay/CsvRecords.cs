using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace RetailOps.Host;

/// <summary>One record of a CSV file, or one line of it that is none.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Fields">Its fields; null for a line that cannot be read.</param>
/// <param name="Problem">Why it cannot be read: <c>quote</c> or <c>encoding</c>; null when it can.</param>
internal readonly record struct CsvRecord(int Line, string[]? Fields, string? Problem);

/// <summary>
/// Reads CSV as RFC 4180 writes it, UTF-8, a record at a time. What a library would do less well: a broken line costs that line alone. A quote
/// that is never closed would swallow all that follows; here the reader goes back to the line behind it.
/// </summary>
/// <param name="source">Bytes.</param>
/// <param name="isWhole">Whether the source has its end; of one that was cut the last line is left out unless its line end is there.</param>
internal sealed class CsvRecords(Stream source, bool isWhole = true)
{
    // A description has no more lines than that; beyond it a quote was forgotten.
    private const int MostLinesOfRecord = 20;

    private readonly UTF8Encoding encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Queue<byte[]> putBack = new();
    private readonly byte[] buffer = new byte[32 * 1024];
    private int start;
    private int end;
    private int line;

    /// <summary>The last line that was taken from the file, from 1; 0 before the first.</summary>
    public int Line => line;

    /// <summary>The next record; empty lines are passed over.</summary>
    /// <exception cref="IOException">As the source says it.</exception>
    /// <exception cref="InvalidDataException">As the source says it.</exception>
    public bool TryRead(out CsvRecord record)
    {
        while (NextLine() is { } first)
        {
            if (first.Length == 0)
            {
                continue;
            }

            record = Record(first);
            return true;
        }

        record = default;
        return false;
    }

    private CsvRecord Record(byte[] first)
    {
        var at = line;
        if (!TryDecode(first, out var text))
        {
            return new(at, null, "encoding");
        }

        var more = new List<byte[]>();
        while (true)
        {
            switch (Split(text, out var fields))
            {
                case Ending.Whole:
                    return new(at, fields, null);
                case Ending.Open when more.Count < MostLinesOfRecord && NextLine() is { } next:
                    more.Add(next);
                    if (TryDecode(next, out var continued))
                    {
                        text += "\n" + continued;
                        continue;
                    }

                    break;
            }

            // Only the line with the fault is lost; those behind it are read on their own.
            line = at;
            var rest = putBack.ToArray();
            putBack.Clear();
            foreach (var again in more.Concat(rest))
            {
                putBack.Enqueue(again);
            }

            return new(at, null, "quote");
        }
    }

    private enum Ending
    {
        Whole,
        Open,
        Broken,
    }

    /// <summary>A quote inside a field that began without one is a character like any other: files of the trade have them.</summary>
    private static Ending Split(string text, out string[] fields)
    {
        var found = new List<string>(8);
        var field = new StringBuilder();
        fields = [];
        for (var i = 0; ; i++)
        {
            field.Clear();
            if (i < text.Length && text[i] == '"')
            {
                for (i++; ; i++)
                {
                    if (i >= text.Length)
                    {
                        return Ending.Open;
                    }

                    if (text[i] != '"')
                    {
                        field.Append(text[i]);
                    }
                    else if (i + 1 < text.Length && text[i + 1] == '"')
                    {
                        field.Append(text[i++]);
                    }
                    else
                    {
                        i++;
                        break;
                    }
                }

                if (i < text.Length && text[i] != ',')
                {
                    return Ending.Broken;
                }
            }
            else
            {
                for (; i < text.Length && text[i] != ','; i++)
                {
                    field.Append(text[i]);
                }
            }

            found.Add(field.ToString());
            if (i >= text.Length)
            {
                fields = [.. found];
                return Ending.Whole;
            }
        }
    }

    private bool TryDecode(byte[] bytes, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = encoding.GetString(bytes);
            return !text.Contains('\0', StringComparison.Ordinal);
        }
        catch (DecoderFallbackException)
        {
            text = null;
            return false;
        }
    }

    private byte[]? NextLine()
    {
        if (putBack.TryDequeue(out var again))
        {
            line++;
            return again;
        }

        var whole = new List<byte>(128);
        while (true)
        {
            if (start == end)
            {
                (start, end) = (0, source.Read(buffer));
                if (end == 0)
                {
                    return whole.Count == 0 || !isWhole ? null : Ended(whole);
                }
            }

            var feed = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            whole.AddRange(buffer.AsSpan(start, feed < 0 ? end - start : feed));
            if (feed >= 0)
            {
                start += feed + 1;
                return Ended(whole);
            }

            start = end;
        }
    }

    private byte[] Ended(List<byte> whole)
    {
        line++;
        if (whole is [.., (byte)'\r'])
        {
            whole.RemoveAt(whole.Count - 1);
        }

        // What some programs put before the first line.
        return line == 1 && whole is [0xEF, 0xBB, 0xBF, ..] ? [.. whole[3..]] : [.. whole];
    }
}
