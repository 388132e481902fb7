using System.Globalization;

using Serilog.Events;
using Serilog.Formatting;

namespace RetailOps.Host;

/// <summary>
/// One event, one line; the lines of an exception are indented. Control characters are written as escapes, so that nobody forges a
/// line, or moves a terminal's cursor, with what he sent us.
/// </summary>
internal sealed class OneLineFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(HostLog.Clock(logEvent.Timestamp));
        output.Write(' ');
        output.Write(HostLog.Level(logEvent.Level));
        output.Write(' ');
        Encode(logEvent.RenderMessage(CultureInfo.InvariantCulture), output);
        output.Write('\n');
        if (logEvent.Exception is { } exception)
        {
            foreach (var line in exception.ToString().Split('\n'))
            {
                output.Write("    ");
                Encode(line.TrimEnd('\r'), output);
                output.Write('\n');
            }
        }
    }

    internal static void Encode(string text, TextWriter output)
    {
        foreach (var c in text)
        {
            // The two separators end a line for some viewers; the bidirectional marks turn one around.
            if (char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'))
            {
                output.Write(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"));
            }
            else
            {
                output.Write(c);
            }
        }
    }
}
