namespace RetailOps.Faults;

/// <summary>The process that plays is killed, with everything it was about to do.</summary>
/// <param name="times">In one run.</param>
internal sealed class KilledHost(int times = 2) : Fault("killed-host", "kill -9 of the host at random moments")
{
    public override async Task Beside(Playing playing, ProductProcess replay, CancellationToken gone)
    {
        if (playing.Strokes < times && await playing.Moment(times, gone) && replay.Kill())
        {
            playing.Strike();
        }
    }
}

/// <summary>PostgreSQL's first process is killed; all of it goes down, and its supervisor starts it again.</summary>
/// <param name="times">In one run.</param>
internal sealed class KilledServer(int times = 2) : Fault("killed-server", "kill -9 of PostgreSQL at random moments")
{
    public override async Task Beside(Playing playing, ProductProcess replay, CancellationToken gone)
    {
        if (playing.Strokes < times && await playing.Moment(times, gone))
        {
            playing.Scene.Server.Kill();
            playing.Strike();
        }
    }
}

/// <summary>
/// A second host, as <c>serve</c> starts it, works off the same queues by the same clock, and is killed again and again. A host that dies may hold
/// a delivery for a minute, so the replay waits longer than usual.
/// </summary>
/// <param name="every">How long each lives, once it is ready; null for a random few seconds.</param>
internal sealed class SecondHost(TimeSpan? every = null) : Fault("second-host", "two hosts, one killed again and again")
{
    public override async Task Beside(Playing playing, ProductProcess replay, CancellationToken gone)
    {
        if (!await playing.HasBegun(gone))
        {
            return;
        }

        await using (var administrator = ProductProcess.Start(await playing.Inside(), playing.Scene.Folder, "administrator"))
        {
            await administrator.Speaks(gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        while (!gone.IsCancellationRequested)
        {
            await using var second = ProductProcess.Start(await playing.Inside(), playing.Scene.Folder, "serve", "--urls", "http://127.0.0.1:0");
            await second.Speaks(gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(every ?? TimeSpan.FromSeconds(1 + (playing.Random.NextDouble() * 4)), gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (second.Kill())
            {
                playing.Strike(gone.IsCancellationRequested ? 0 : 1);
            }
            else if (!gone.IsCancellationRequested)
            {
                throw new InvalidOperationException($"The second host ended by itself: {second.Complaints}");
            }
        }
    }
}
