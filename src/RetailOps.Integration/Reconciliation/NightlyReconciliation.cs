using Microsoft.Extensions.Logging;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>
/// Every night: the days that have ended since the last run that was done, and those on which something is still open, so that what was mended heals. A night that failed, or a week in which
/// no host ran, is made up for.
/// </summary>
internal sealed partial class NightlyReconciliation(RequestRunner requests, ReconciliationReads reads, IErp erp, BusinessZone zone, TimeProvider clock, ILogger<NightlyReconciliation> log) : IRecurringJob
{
    // Behind the end of the day in every zone of Europe; the books are read while nobody sells.
    public string Cron => "40 2 * * *";

    public string Name => "reconciliation";

    public async Task RunAsync(CancellationToken ct)
    {
        var (done, open, isUnderWay) = await reads.Left(erp.Name, ct);
        if (isUnderWay)
        {
            LogUnderWay(log, erp.Name);
            return;
        }

        foreach (var (from, to) in Ranges(done, open, zone.DayOf(clock.GetUtcNow()).AddDays(-1)))
        {
            var asked = await requests.Run(new Caller.System(Name), new ReconcileBooks(from, to), ct: ct);
            LogAsked(log, erp.Name, from, to, asked.IsSuccess ? "requested" : asked.Refusal.Code);
        }
    }

    /// <summary>Days to look at, as ranges that a run can take, in their order.</summary>
    /// <param name="done">Last day of the last run that was done; null for none, and then a month is looked at.</param>
    /// <param name="open">Days of what is open.</param>
    /// <param name="yesterday">The last day that has ended.</param>
    internal static IEnumerable<(DateOnly From, DateOnly To)> Ranges(DateOnly? done, IReadOnlyList<DateOnly> open, DateOnly yesterday)
    {
        // Yesterday once more, even if somebody looked at it before it had ended.
        var first = done is { } last && last < yesterday ? last : done is null ? yesterday.AddDays(1 - Reconciliation.MostDays) : yesterday;
        var days = new SortedSet<DateOnly>(open.Where(d => d <= yesterday));
        for (var day = first; day <= yesterday; day = day.AddDays(1))
        {
            days.Add(day);
        }

        (DateOnly From, DateOnly To)? range = null;
        foreach (var day in days)
        {
            if (range is { } one && day.DayNumber - one.To.DayNumber == 1 && day.DayNumber - one.From.DayNumber < Reconciliation.MostDays)
            {
                range = (one.From, day);
                continue;
            }

            if (range is { } whole)
            {
                yield return whole;
            }

            range = (day, day);
        }

        if (range is { } rest)
        {
            yield return rest;
        }
    }

    [LoggerMessage(5701, LogLevel.Information, "The books of {System} are compared for {From} to {To}: {Outcome}")]
    private static partial void LogAsked(ILogger log, string system, DateOnly from, DateOnly to, string outcome);

    [LoggerMessage(5702, LogLevel.Warning, "The books of {System} are being compared since an earlier night; this night leaves it at that")]
    private static partial void LogUnderWay(ILogger log, string system);
}
