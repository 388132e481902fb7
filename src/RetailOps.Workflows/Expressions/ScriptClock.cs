using System.Globalization;

using Jint.Runtime;

namespace RetailOps.Workflows;

/// <summary>Business time for <c>new Date()</c>: a burst that is run again sees the instant it would have seen.</summary>
internal sealed class ScriptClock : ITimeSystem
{
    // A script runs to its end on the thread that began it.
    [ThreadStatic]
    private static DateTimeOffset now;

    private readonly DefaultTimeSystem inner = new(TimeZoneInfo.Utc, CultureInfo.InvariantCulture);

    public TimeZoneInfo DefaultTimeZone => TimeZoneInfo.Utc;

    public static void Set(DateTimeOffset instant) => now = instant;

    public DateTimeOffset GetUtcNow() => now;

    public bool TryParse(string date, out long epochMilliseconds) => inner.TryParse(date, out epochMilliseconds);

    public TimeSpan GetUtcOffset(long epochMilliseconds) => TimeSpan.Zero;
}
