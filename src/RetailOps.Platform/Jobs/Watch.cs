using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary>Checks the invariants over what changed lately, every minute. The verb <c>verify</c> checks everything.</summary>
internal sealed partial class Watch(Verification verification, WatchTable table, ILogger<Watch> log) : IRecurringJob
{
    // A row becomes visible at its commit, which may be a little later than the moment that stands in it.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan PerInvariant = TimeSpan.FromSeconds(2);

    public string Name => "watch";

    public string Cron => "* * * * *";

    public async Task RunAsync(CancellationToken ct)
    {
        var since = await table.Since(Overlap, ct);
        var results = new List<InvariantResult>();
        try
        {
            await foreach (var result in verification.Check(since, PerInvariant, ct))
            {
                results.Add(result);
            }
        }
        catch (Exception e) when (e.InnerException is TimeoutException && results.Count < verification.All.Count)
        {
            // Nothing is stored as checked, so that the next run looks at the same rows again.
            LogSlow(log, verification.All[results.Count].Id, PerInvariant.TotalSeconds);
            return;
        }

        foreach (var broken in results.Where(r => r.Broken > 0))
        {
            LogBroken(log, broken.Id, broken.Holds, broken.Broken, string.Join("; ", broken.Examples));
        }

        await table.Store(results, since, ct);
    }

    [LoggerMessage(6421, LogLevel.Error, "Invariant {Invariant} is broken: {Holds}: {Count} times: {Examples}")]
    private static partial void LogBroken(ILogger log, string invariant, string holds, long count, string examples);

    [LoggerMessage(6422, LogLevel.Warning, "Invariant {Invariant} took longer than {Seconds} s; this run of the watch is given up")]
    private static partial void LogSlow(ILogger log, string invariant, double seconds);
}
