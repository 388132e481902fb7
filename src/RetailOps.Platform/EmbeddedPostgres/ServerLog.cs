using System.Globalization;

namespace RetailOps.Platform;

/// <summary>What the server and its supervisor say, in a file that cannot grow without end: they have no console.</summary>
internal sealed class ServerLog(string path, TimeProvider time) : IDisposable
{
    private const long Longest = 8 << 20;
    private const int Remembered = 12;
    private readonly Lock gate = new();
    private readonly Queue<string> last = new();
    private StreamWriter? file;

    /// <summary>A remark of the supervisor.</summary>
    public void Say(string text) => Add($"{time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)} UTC supervisor[{Environment.ProcessId}] {text}");

    /// <summary>A line of the server, as it came.</summary>
    public void Add(string line)
    {
        lock (gate)
        {
            last.Enqueue(line);
            while (last.Count > Remembered)
            {
                last.Dequeue();
            }

            try
            {
                Write(line);
            }
            catch (IOException)
            {
                // A full disk must not end the supervisor; the server itself stops what it cannot keep.
                file?.Dispose();
                file = null;
            }
        }
    }

    /// <summary>The last lines, to explain a failure with.</summary>
    public string Tail()
    {
        lock (gate)
        {
            return string.Join(Environment.NewLine, last);
        }
    }

    public void Forget()
    {
        lock (gate)
        {
            last.Clear();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            file?.Dispose();
            file = null;
        }
    }

    private void Write(string line)
    {
        if (file is { BaseStream.Length: > Longest })
        {
            file.Dispose();
            file = null;
            File.Move(path, path + ".1", overwrite: true);
        }

        file ??= new StreamWriter(path, append: true) { AutoFlush = true };
        file.WriteLine(line);
    }
}
