using System.Threading.Channels;

namespace RetailOps.Platform;

/// <summary>Wakes the relay and the lanes of this process; the poll behind it serves everybody else.</summary>
public sealed class DeliveryBell
{
    private readonly Lock gate = new();
    private volatile Listener[] listeners = [];

    /// <summary>There is something to deliver, to whomever.</summary>
    public void Ring()
    {
        foreach (var listener in listeners)
        {
            listener.Ring();
        }
    }

    /// <summary>There is something to deliver to a subscriber.</summary>
    public void Ring(string subscriber)
    {
        foreach (var listener in listeners)
        {
            if (listener.Serves(subscriber))
            {
                listener.Ring();
            }
        }
    }

    /// <summary>An ear: a ring reaches every listener that serves the subscriber, and is kept for one that is busy.</summary>
    internal Listener Listen(Predicate<string> serves)
    {
        var listener = new Listener(serves);
        lock (gate)
        {
            listeners = [.. listeners, listener];
        }

        return listener;
    }

    internal sealed class Listener(Predicate<string> serves)
    {
        private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public bool Serves(string subscriber) => serves(subscriber);

        public void Ring() => bell.Writer.TryWrite(true);

        /// <summary>Somebody looks now: nobody need come again for what rang so far.</summary>
        public void Hush() => bell.Reader.TryRead(out _);

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
