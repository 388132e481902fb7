using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace RetailOps.Platform;

/// <summary>How the lanes of this host stand. What is owed to them, over all hosts, is in the database.</summary>
public sealed class LaneBoard
{
    private readonly ConcurrentDictionary<string, LaneState> lanes = new(StringComparer.Ordinal);

    /// <summary>A lane; one that has not run yet is closed and has done nothing.</summary>
    public LaneState Of(string lane) => lanes.GetOrAdd(lane, name => new(name));

    /// <summary>All that were asked for so far.</summary>
    public IReadOnlyCollection<LaneState> All => [.. lanes.Values.OrderBy(l => l.Name, StringComparer.Ordinal)];
}

/// <summary>Whether a lane calls.</summary>
public enum BreakerState
{
    /// <summary>It calls.</summary>
    Closed,

    /// <summary>It pauses: the last calls got no answer.</summary>
    Open,

    /// <summary>It tries one fact to see whether the other machine answers again.</summary>
    Probing,
}

/// <summary>How one lane of this host stands: its breaker, and what its calls came to. Machine time throughout; safe to read from anywhere.</summary>
public sealed class LaneState
{
    private const int Remembered = 256;

    private static readonly Meter Meter = new("RetailOps.Lanes");
    // From what a neighbour needs to what an invoice of 700 lines takes.
    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "retailops.lane.call.duration", "s", "How long calls to other systems took.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] });

    private static readonly Counter<long> Facts = Meter.CreateCounter<long>("retailops.lane.facts", "{fact}", "Facts that were answered, tried again, waited or were given up.");

    private readonly Lock gate = new();
    private readonly Queue<(long At, TimeSpan Took, int Answered)> calls = new();
    private long openUntil;
    private int probes;

    internal LaneState(string name) => Name = name;

    /// <summary>The subscriber's name.</summary>
    public string Name { get; }

    /// <summary>Whether it calls.</summary>
    public BreakerState Breaker { get; private set; }

    /// <summary>Calls in a row that got no answer.</summary>
    public int Failures { get; private set; }

    /// <summary>When the first of them ended; null while it answers.</summary>
    public DateTimeOffset? FailingSince { get; private set; }

    /// <summary>When somebody answered last; null for not since this host started.</summary>
    public DateTimeOffset? LastAnswer { get; private set; }

    /// <summary>What went wrong last; null for nothing since this host started.</summary>
    public string? LastTrouble { get; private set; }

    /// <summary>Whether a time without answers is over, and what had piled up is still being brought.</summary>
    public bool CatchesUp { get; internal set; }

    /// <summary>How long the breaker still pauses; zero when it does not.</summary>
    public TimeSpan OpenFor
    {
        get
        {
            lock (gate)
            {
                var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), openUntil);
                return Breaker is BreakerState.Open && left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Answers a second over the last calls, at most a minute of them; null when there were none.</summary>
    public double? AnswersPerSecond
    {
        get
        {
            lock (gate)
            {
                var recent = calls.Where(c => Stopwatch.GetElapsedTime(c.At) < TimeSpan.FromMinutes(1)).ToList();
                return recent.Count == 0 ? null : recent.Sum(c => c.Answered) / Math.Max(1, (Stopwatch.GetElapsedTime(recent[0].At) + recent[0].Took).TotalSeconds);
            }
        }
    }

    /// <summary>How long a call took, at most, for this share of the last 256.</summary>
    /// <param name="share">0 to 1.</param>
    /// <returns>Null when there were none.</returns>
    public TimeSpan? Took(double share)
    {
        lock (gate)
        {
            var sorted = calls.Select(c => c.Took).Order().ToList();
            return sorted.Count == 0 ? null : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
        }
    }

    /// <summary>How many may be claimed now: what is asked for, one as a probe, or none.</summary>
    internal int Admits(int batch)
    {
        lock (gate)
        {
            if (Breaker is BreakerState.Open && Stopwatch.GetTimestamp() >= openUntil)
            {
                Breaker = BreakerState.Probing;
                return 1;
            }

            return Breaker is BreakerState.Closed ? batch : 0;
        }
    }

    /// <summary>A probe found nothing to try: the next one may look.</summary>
    internal void ProbeLater()
    {
        lock (gate)
        {
            Breaker = Breaker is BreakerState.Probing ? BreakerState.Open : Breaker;
        }
    }

    /// <summary>Counts a call.</summary>
    /// <returns>What it changed: that the other machine fell silent, or answers again after silence.</returns>
    internal LaneTurn Count(LaneOptions options, TimeSpan took, int answered, int failed, string? trouble)
    {
        Durations.Record(took.TotalSeconds, new KeyValuePair<string, object?>("lane", Name), new("outcome", answered > 0 ? "answered" : failed > 0 ? "failed" : "waited"));
        lock (gate)
        {
            calls.Enqueue((Stopwatch.GetTimestamp(), took, answered));
            while (calls.Count > Remembered)
            {
                calls.Dequeue();
            }

            LastTrouble = trouble ?? LastTrouble;
            if (answered > 0)
            {
                var wasOpen = Breaker is not BreakerState.Closed;
                (Breaker, Failures, FailingSince, LastAnswer, probes) = (BreakerState.Closed, 0, null, TimeProvider.System.GetUtcNow(), 0);
                return wasOpen ? LaneTurn.AnswersAgain : LaneTurn.None;
            }

            if (failed == 0)
            {
                Breaker = Breaker is BreakerState.Probing ? BreakerState.Open : Breaker;
                return LaneTurn.None;
            }

            FailingSince ??= TimeProvider.System.GetUtcNow();
            Failures++;
            if (Breaker is BreakerState.Closed && Failures < options.BreakAfter)
            {
                return LaneTurn.None;
            }

            var fellSilent = Breaker is BreakerState.Closed;
            var pause = options.FirstBreak * Math.Pow(2, Math.Min(probes++, 30));
            // Never longer than one fact by itself would wait.
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks, Math.Min(options.LongestBreak.Ticks, options.LongestPause.Ticks)));
            openUntil = Stopwatch.GetTimestamp() + (long)(pause.TotalSeconds * (0.9 + (0.2 * Random.Shared.NextDouble())) * Stopwatch.Frequency);
            Breaker = BreakerState.Open;
            return fellSilent ? LaneTurn.FellSilent : LaneTurn.None;
        }
    }

    internal void Tally(string outcome, int facts)
    {
        if (facts > 0)
        {
            Facts.Add(facts, new KeyValuePair<string, object?>("lane", Name), new("outcome", outcome));
        }
    }
}

internal enum LaneTurn
{
    None,
    FellSilent,
    AnswersAgain,
}
