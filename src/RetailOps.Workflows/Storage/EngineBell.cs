using System.Threading.Channels;

namespace RetailOps.Workflows;

/// <summary>Wakes a worker of this process when stimuli were committed. A hint only: the poll behind it finds them anyway.</summary>
internal sealed class EngineBell
{
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(8) { FullMode = BoundedChannelFullMode.DropWrite });
    private int sleeping;
    private bool unheard;

    /// <summary>Whether a worker of this host waits for something to do.</summary>
    public bool IsIdle => Volatile.Read(ref sleeping) > 0;

    public void Ring()
    {
        if (!IsIdle)
        {
            Volatile.Write(ref unheard, true);
        }

        bell.Writer.TryWrite(true);
    }

    /// <summary>Whether it rang while every worker was busy, since this was last asked: another host might help.</summary>
    public bool TakeUnheard() => Interlocked.Exchange(ref unheard, false);

    public async Task Wait(TimeSpan atMost, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(atMost);
        Interlocked.Increment(ref sleeping);
        try
        {
            await bell.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
        }
        finally
        {
            Interlocked.Decrement(ref sleeping);
        }
    }
}
