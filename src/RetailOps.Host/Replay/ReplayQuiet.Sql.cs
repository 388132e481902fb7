using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary>Waits until nothing is left to do at the moment that the clock shows.</summary>
internal sealed class ReplayQuiet(Database database, EngineWatch engine, Deliveries deliveries, TimeProvider clock)
{
    // A dead letter is quiet, and found at the end; a queue that does not move for so long is a fault that a person must see.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Returns when timers, stimuli and deliveries are done.</summary>
    /// <exception cref="SetupException">They do not get done.</exception>
    public async Task Wait(CancellationToken ct)
    {
        var (started, pause, quiet) = (TimeProvider.System.GetTimestamp(), TimeSpan.FromMilliseconds(1), 0);

        // What one queue does fills the other: only two looks at all of them, one behind the other, say that it is over.
        while (quiet < 2)
        {
            if (await LeftToDo(ct) == 0)
            {
                quiet++;
                continue;
            }

            quiet = 0;
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new SetupException($"{await LeftToDo(ct)} things wait since {Patience.TotalMinutes:0} minutes and do not get done: 'verify' and the log say more. The same command goes on from here.");
            }

            // The queues are rows that every host works off: nobody can ring for all of them. Machine time, for the replay's own clock stands still.
            await Task.Delay(pause, ct);
            pause = TimeSpan.FromMilliseconds(Math.Min(50, pause.TotalMilliseconds * 1.6));
        }
    }

    private async Task<long> LeftToDo(CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("select count(*) from workflows.timers where due <= $1");
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        var timers = (long)(await command.ExecuteScalarAsync(ct))!;
        var backlog = await engine.Look(ct);
        return timers + backlog.Stimuli + backlog.Paused + await deliveries.Due(ct);
    }
}
