namespace RetailOps.Platform;

/// <summary>Counts what runs in the background of this process, so that somebody can wait until it is quiet.</summary>
public sealed class BackgroundWork
{
    private int running;

    /// <summary>Whether nothing runs at this moment. What waits in the database is not seen here.</summary>
    public bool IsIdle => Volatile.Read(ref running) == 0;

    /// <summary>Something runs until the answer is disposed of.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref running);
        return new End(this);
    }

    private sealed class End(BackgroundWork work) : IDisposable
    {
        private BackgroundWork? owner = work;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref owner, null) is { } one)
            {
                Interlocked.Decrement(ref one.running);
            }
        }
    }
}
