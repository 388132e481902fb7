using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary>Of the lanes: backlog, its age, dead letters, breaker, outages. Besides: open exceptions, and what the watch found.</summary>
internal sealed class LaneGauges : Gauges
{
    private readonly LaneBoard board;
    private readonly LaneReads reads;
    private readonly string[] names;
    private volatile IReadOnlyDictionary<string, LaneLoad> loads = new Dictionary<string, LaneLoad>();
    private volatile Alarms alarms = new(new Dictionary<string, long>(), 0);

    public LaneGauges(IEnumerable<OutboundLane> lanes, LaneBoard board, LaneReads reads, ILogger<LaneGauges> log)
        : base("RetailOps.Lanes", log)
    {
        (this.board, this.reads, names) = (board, reads, [.. lanes.Select(l => l.Name).Distinct()]);
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
        Meter.CreateObservableGauge(
            "retailops.exceptions.open", () => alarms.Exceptions.Select(e => new Measurement<long>(e.Value, new KeyValuePair<string, object?>("severity", e.Key))), "{exception}", "What waits for a person.");
        Meter.CreateObservableGauge("retailops.invariants.broken", () => alarms.Broken, "{violation}", "What the watch found last; anything but 0 is wrong.");
    }

    protected override async Task Read(CancellationToken ct)
    {
        loads = await reads.Loads(names, ct);
        alarms = await reads.Alarms(ct);
    }

    private void Gauge(string name, string? unit, string description, Func<LaneState, LaneLoad, double> value) => Meter.CreateObservableGauge(
        name, () => loads.Select(l => new Measurement<double>(value(board.Of(l.Key), l.Value), new KeyValuePair<string, object?>("lane", l.Key))), unit, description);
}
