using System.Diagnostics;

using Npgsql;

using RetailOps.Testing;

namespace RetailOps.Faults;

/// <summary>One replay under a fault: what a fault sees of it, and what happened to it.</summary>
/// <param name="scene">Where.</param>
/// <param name="database">The replay's, there already; null when the replay is still to choose and make it.</param>
/// <param name="usual">How long it takes when nobody disturbs it.</param>
/// <param name="random">Decides the moments.</param>
internal sealed class Playing(Scene scene, string? database, TimeSpan usual, Random random)
{
    private int strokes;

    public Scene Scene => scene;

    public Random Random => random;

    /// <summary>The superuser's way to the server, past every fault; the replay says itself which database.</summary>
    public string Way => scene.Admin;

    /// <summary>How often something was done to it.</summary>
    public int Strokes => Volatile.Read(ref strokes);

    /// <summary>How often the replay was started again.</summary>
    public int Restarts { get; set; }

    /// <summary>The fault has struck so many times more.</summary>
    public void Strike(int times = 1) => Interlocked.Add(ref strokes, times);

    /// <summary>Waits for a random moment of a process, early enough that so many of them fit into a whole run.</summary>
    /// <param name="gone">The process is.</param>
    /// <param name="times">How many there shall be.</param>
    /// <returns>False when the process ended before.</returns>
    public async Task<bool> Moment(int times, CancellationToken gone)
    {
        await Task.Delay(usual * (0.05 + (random.NextDouble() * 0.8 / times)), gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !gone.IsCancellationRequested;
    }

    /// <summary>
    /// The minute for which a host that is gone has leased deliveries goes by. No host may live; what two hosts do is played with real minutes.
    /// </summary>
    public async Task LeasesEnd()
    {
        if (await HasClock())
        {
            await Ask.Do(await Inside(), "update platform.deliveries set due = clock_timestamp() where state = 0 and due > clock_timestamp()");
        }
    }

    /// <summary>The superuser's way to the replay's database.</summary>
    public async Task<string> Inside() => Scene.In(scene.Admin, database ?? await scene.Replay() ?? throw new InvalidOperationException("There is no replay's database yet."));

    /// <summary>Whether a replay plays there already, so that its clock is there.</summary>
    public async Task<bool> HasBegun(CancellationToken gone)
    {
        await Eventually.Holds(async () => gone.IsCancellationRequested || await HasClock(), TimeSpan.FromMinutes(2), "the replay has begun");
        return !gone.IsCancellationRequested;
    }

    private async Task<bool> HasClock()
    {
        try
        {
            return await Ask.One<long>(await Inside(), "select count(*) from replay.clock") > 0;
        }
        catch (Exception e) when (e is InvalidOperationException or PostgresException)
        {
            // Not made yet, or not whole.
            return false;
        }
    }

    /// <summary>Does something as long as a process lives; what comes of it later is nobody's.</summary>
    public static async Task<T> Beside<T>(Func<CancellationToken, Task> trouble, Func<Task<T>> play)
    {
        using var gone = new CancellationTokenSource();
        var troubling = Task.Run(() => trouble(gone.Token));
        try
        {
            return await play();
        }
        finally
        {
            await gone.CancelAsync();
            await troubling;
        }
    }

    /// <summary>Now, for measuring.</summary>
    public static long Now => Stopwatch.GetTimestamp();
}
