using System.Collections.Concurrent;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>
/// Codes that this process knows to name an item, so that an order need not ask for them. Only the yes is kept: the database lets nobody
/// delete an item or change its code, so a yes stays true whatever other hosts do; a no is asked again each time.
/// </summary>
/// <param name="share">How many codes make one of two generations.</param>
/// <remarks>
/// A code of ten characters takes about 100 bytes and the longest 210: 25 MB usually and 55 MB at most when both generations are full. Beyond
/// that the codes that nobody asked for since go, and cost a query when somebody does.
/// </remarks>
internal sealed class KnownItems(int share)
{
    private readonly Lock turn = new();
    private volatile ConcurrentDictionary<Sku, byte> young = new();
    private volatile ConcurrentDictionary<Sku, byte> old = new();
    private int count;

    public KnownItems()
        : this(125_000)
    {
    }

    /// <summary>How many codes are kept, those of both generations twice.</summary>
    public int Count => young.Count + old.Count;

    /// <summary>True only for items that exist; false says nothing.</summary>
    public bool Has(Sku sku)
    {
        if (young.ContainsKey(sku))
        {
            return true;
        }

        if (!old.ContainsKey(sku))
        {
            return false;
        }

        Add(sku);
        return true;
    }

    /// <summary>Keeps what a request from outside has read or put, once that is committed. A burst may go back to a savepoint and commit all the same, so nothing is kept of it.</summary>
    public void AddOnceCommitted(UnitOfWork work, IReadOnlyCollection<Sku> skus)
    {
        if (skus.Count > 0 && work.Mode is WorkMode.Request)
        {
            work.OnCommitted(() =>
            {
                foreach (var sku in skus)
                {
                    Add(sku);
                }
            });
        }
    }

    /// <summary>Keeps a code of an item that is committed.</summary>
    public void Add(Sku sku)
    {
        if (!young.TryAdd(sku, 0) || Interlocked.Increment(ref count) < share)
        {
            return;
        }

        lock (turn)
        {
            if (count >= share)
            {
                (old, young, count) = (young, new(), 0);
            }
        }
    }
}
