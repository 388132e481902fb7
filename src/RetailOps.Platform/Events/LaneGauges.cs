using System.Diagnostics.Metrics;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary>
/// What dashboards and alarms read: of the lanes backlog, its age, dead letters, breaker, outages; open exceptions; what the watch found. Asked of the database every 15 seconds, because a
/// gauge must answer at once.
/// </summary>
internal sealed partial class LaneGauges(IEnumerable<OutboundLane> lanes, LaneBoard board, LaneReads reads, ILogger<LaneGauges> log) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(15);

    private readonly Meter meter = new("RetailOps.Lanes");
    private readonly string[] names = [.. lanes.Select(l => l.Name).Distinct()];
    private volatile IReadOnlyDictionary<string, LaneLoad> loads = new Dictionary<string, LaneLoad>();
    private volatile Alarms alarms = new(new Dictionary<string, long>(), 0);

    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Gauge("retailops.lane.backlog", "{delivery}", "Deliveries to be made.", (_, load) => load.Backlog);
        Gauge("retailops.lane.waiting", "{delivery}", "Of the backlog, what waits for something else or behind another delivery of its key.", (_, load) => load.Waiting);
        Gauge("retailops.lane.dead_letters", "{delivery}", "Deliveries that a person must decide about.", (_, load) => load.DeadLetters);
        Gauge("retailops.lane.backlog.age", "s", "Age of the oldest delivery to be made; 0 for none.", (_, load) => load.OldestWait is { } oldest ? Math.Max(0, (TimeProvider.System.GetUtcNow() - oldest).TotalSeconds) : 0);
        Gauge("retailops.lane.breaker", null, "0: calls. 1: tries one. 2: pauses, because nobody answers.", (state, _) => state.Breaker switch
        {
            BreakerState.Closed => 0,
            BreakerState.Probing => 1,
            _ => 2,
        });
        Gauge("retailops.lane.outage", null, "1 while nobody answers, over all hosts.", (_, load) => load.LastOutage is { Answered: null } ? 1 : 0);
        Gauge("retailops.lane.recovery", "s", "How long the last outage took from the first answer until all was brought; 0 before.", (_, load) => load.LastOutage is { CaughtUp: { } end, Answered: { } begin } ? (end - begin).TotalSeconds : 0);
        meter.CreateObservableGauge(
            "retailops.exceptions.open", () => alarms.Exceptions.Select(e => new Measurement<long>(e.Value, new KeyValuePair<string, object?>("severity", e.Key))), "{exception}", "What waits for a person.");
        meter.CreateObservableGauge("retailops.invariants.broken", () => alarms.Broken, "{violation}", "What the watch found last; anything but 0 is wrong.");
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                loads = await reads.Loads(names, stoppingToken);
                alarms = await reads.Alarms(stoppingToken);
                await Task.Delay(Pace, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogBlind(log, e);
                await Task.Delay(Pace, stoppingToken);
            }
        }
    }

    private void Gauge(string name, string? unit, string description, Func<LaneState, LaneLoad, double> value) => meter.CreateObservableGauge(
        name, () => loads.Select(l => new Measurement<double>(value(board.Of(l.Key), l.Value), new KeyValuePair<string, object?>("lane", l.Key))), unit, description);

    [LoggerMessage(6118, LogLevel.Warning, "What the lanes have to do cannot be read at the moment")]
    private static partial void LogBlind(ILogger log, Exception e);
}
