using System.Threading.Channels;

namespace RetailOps.Platform;

/// <summary>Wakes the relay and the lanes of this process; the poll behind it serves everybody else.</summary>
public sealed class DeliveryBell
{
    private readonly Lock gate = new();
    private volatile Listener[] listeners = [];

    /// <summary>There is something to deliver.</summary>
    public void Ring()
    {
        foreach (var listener in listeners)
        {
            listener.Ring();
        }
    }

    /// <summary>An ear of one's own: a ring reaches every listener, and is kept for one that is busy.</summary>
    internal Listener Listen()
    {
        var listener = new Listener();
        lock (gate)
        {
            listeners = [.. listeners, listener];
        }

        return listener;
    }

    internal sealed class Listener
    {
        private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public void Ring() => bell.Writer.TryWrite(true);

        public async Task Wait(TimeSpan atMost, CancellationToken ct)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(atMost);
            try
            {
                await bell.Reader.ReadAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
            }
        }
    }
}
