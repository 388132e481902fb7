using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary>Waits until nothing is left to do at the moment that the clock shows.</summary>
internal sealed class ReplayQuiet(EngineWatch engine, Deliveries deliveries, TimeProvider clock)
{
    // A dead letter is quiet, and found at the end; a queue that does not move for so long is a fault that a person must see.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns when timers, stimuli and deliveries are done.</summary>
    /// <exception cref="SetupException">They do not get done.</exception>
    public async Task Wait(CancellationToken ct)
    {
        var (started, pause, quiet) = (TimeProvider.System.GetTimestamp(), TimeSpan.FromMilliseconds(1), 0);

        // What one queue does fills the other: only two looks at all of them, one behind the other, say that it is over.
        while (quiet < 2)
        {
            if (await engine.Rests(clock.GetUtcNow(), ct) && await deliveries.AreDone(ct))
            {
                quiet++;
                continue;
            }

            quiet = 0;
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new SetupException($"The queues do not get done since {Patience.TotalMinutes:0} minutes: 'verify' and the log say more. The same command goes on from here.");
            }

            // The queues are rows that every host works off: nobody can ring for all of them. Machine time, for the replay's own clock stands still.
            await Task.Delay(pause, ct);
            pause = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, pause.TotalMilliseconds * 1.6));
        }
    }
}
