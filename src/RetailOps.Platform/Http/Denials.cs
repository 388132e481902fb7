using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary>Writes down who was denied what: each right, and of what comes in storms one line a minute for each actor.</summary>
internal sealed partial class Denials(ILogger<Denials> log, TimeProvider clock)
{
    private const int MostRemembered = 10_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string What, string Actor), long> last = new();

    /// <summary>Somebody asked for what none of the roles gives.</summary>
    public void Right(string actor, string permission, string request) => LogRight(log, actor, permission, request);

    /// <summary>Another site's page spoke through somebody's browser.</summary>
    public void CrossSite(string actor, string request)
    {
        if (IsDue("site", actor))
        {
            LogCrossSite(log, actor, request);
        }
    }

    /// <summary>Somebody asked for more than the share.</summary>
    public void Throttled(string actor, string request)
    {
        if (IsDue("share", actor))
        {
            LogThrottled(log, actor, request);
        }
    }

    private bool IsDue(string what, string actor)
    {
        if (last.Count >= MostRemembered)
        {
            // Rather a line too many than a memory that whoever changes addresses fills.
            last.Clear();
        }

        var now = clock.GetTimestamp();
        var key = (what, actor);
        return last.TryGetValue(key, out var before)
            ? clock.GetElapsedTime(before, now) >= Pause && last.TryUpdate(key, now, before)
            : last.TryAdd(key, now);
    }

    [LoggerMessage(6321, LogLevel.Warning, "{Actor} was denied {Permission} for {Request}")]
    private static partial void LogRight(ILogger log, string actor, string permission, string request);

    [LoggerMessage(6322, LogLevel.Warning, "Another site's page spoke through the browser of {Actor} and was refused: {Request}")]
    private static partial void LogCrossSite(ILogger log, string actor, string request);

    [LoggerMessage(6323, LogLevel.Warning, "{Actor} asked for more than its share: {Request}; told once a minute")]
    private static partial void LogThrottled(ILogger log, string actor, string request);
}
