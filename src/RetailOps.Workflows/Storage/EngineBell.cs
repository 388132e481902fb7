using System.Threading.Channels;

namespace RetailOps.Workflows;

/// <summary>
/// Wakes the workers of this process when stimuli were committed. A hint only: the poll behind it finds them anyway. The first worker
/// comes for one; the others only when many wait, because two half groups cost more than a whole one.
/// </summary>
internal sealed class EngineBell(EngineOptions options)
{
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<bool> help = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int sleeping;
    private int waiting;
    private bool unheard;

    /// <summary>Whether the first worker of this host waits for something to do.</summary>
    public bool IsIdle => Volatile.Read(ref sleeping) > 0;

    /// <summary>Whether more came since the last claim than one worker should have waiting.</summary>
    public bool NeedsHelp => Volatile.Read(ref waiting) >= options.HelpFrom;

    /// <summary>Something was committed.</summary>
    public void Ring(int stimuli = 1)
    {
        if (!IsIdle)
        {
            Volatile.Write(ref unheard, true);
        }

        bell.Writer.TryWrite(true);
        if (Interlocked.Add(ref waiting, stimuli) >= options.HelpFrom)
        {
            help.Writer.TryWrite(true);
        }
    }

    /// <summary>Somebody claims now: what rang so far is in hand, or in the next hand. The first worker need not come again for it.</summary>
    public void Claiming(bool isFirst)
    {
        Volatile.Write(ref waiting, 0);
        if (isFirst)
        {
            bell.Reader.TryRead(out _);
        }
    }

    /// <summary>Whether it rang while every worker was busy, since this was last asked: another host might help.</summary>
    public bool TakeUnheard() => Interlocked.Exchange(ref unheard, false);

    /// <summary>Waits for anything to do.</summary>
    public async Task Wait(TimeSpan atMost, CancellationToken ct)
    {
        Interlocked.Increment(ref sleeping);
        try
        {
            await Wait(bell, atMost, ct);
        }
        finally
        {
            Interlocked.Decrement(ref sleeping);
        }
    }

    /// <summary>Waits until the first worker has too much, or may be held up.</summary>
    public Task WaitForNeed(TimeSpan atMost, CancellationToken ct) => Wait(help, atMost, ct);

    private static async Task Wait(Channel<bool> channel, TimeSpan atMost, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(atMost);
        try
        {
            await channel.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
        }
    }
}
