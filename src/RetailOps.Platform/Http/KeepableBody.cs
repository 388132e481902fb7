using System.Text.Json;

namespace RetailOps.Platform;

/// <summary>A JSON body holds a text that no table can keep.</summary>
internal sealed class UnkeepableTextException() : JsonException("A text holds U+0000 or half of a surrogate pair.");

/// <summary>
/// Watches a JSON body on its way in for what JSON can write and PostgreSQL cannot keep: U+0000, and half of a surrogate pair. Refused here, before it reaches the
/// database: an error while a statement's parameters are read can leave a connection out of step with the server, and the next request gets the blame.
/// </summary>
internal sealed class KeepableBody(Stream inner) : Stream
{
    // Behind a backslash; behind \u, with how many digits are to come; a first half of a pair was read and its second must follow at once.
    private bool escaped;
    private int digits;
    private int unit;
    private bool half;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Look(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Look(buffer.AsSpan(offset, read));
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Look(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!escaped && digits == 0 && !half)
            {
                var next = bytes[i..].IndexOf((byte)'\\');
                if (next < 0)
                {
                    return;
                }

                (i, escaped) = (i + next, true);
            }
            else
            {
                Step(bytes[i]);
            }
        }
    }

    private void Step(byte next)
    {
        if (digits > 0)
        {
            // What is no digit the reader of the JSON will not take either.
            unit = (unit << 4) | (char.IsAsciiHexDigit((char)next) ? Convert.ToInt32(((char)next).ToString(), 16) : 0);
            if (--digits == 0)
            {
                End();
            }
        }
        else if (escaped)
        {
            escaped = false;
            if (next == 'u')
            {
                (digits, unit) = (4, 0);
            }
            else if (half)
            {
                throw new UnkeepableTextException();
            }
        }
        else
        {
            escaped = next == '\\' ? true : throw new UnkeepableTextException();
        }
    }

    private void End()
    {
        var isSecond = unit is >= 0xDC00 and <= 0xDFFF;
        if (unit == 0 || half != isSecond)
        {
            throw new UnkeepableTextException();
        }

        half = unit is >= 0xD800 and <= 0xDBFF;
    }
}
