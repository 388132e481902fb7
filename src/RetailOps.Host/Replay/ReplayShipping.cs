using System.Collections.Concurrent;

using RetailOps.Kernel;
using RetailOps.Orders;

namespace RetailOps.Host;

/// <summary>The carriers of a replay: what was released leaves some hours later and arrives some days later.</summary>
internal sealed class ReplayShipping(ReplayDoor door)
{
    // Short: what was promised is lost meanwhile. It waits until more comes, and a person sees it among the exceptions.
    private static readonly string[] NotNow = ["orders.not-released", "orders.held", "inventory.short"];

    private readonly ConcurrentDictionary<OrderId, string> invoices = [];
    private readonly ConcurrentDictionary<string, OrderId> ids = [];
    private readonly ConcurrentDictionary<Guid, Parcel> leaving = [];
    private readonly ConcurrentDictionary<Guid, Parcel> arriving = [];
    private readonly ConcurrentDictionary<Guid, Parcel> missing = [];

    /// <summary>Whether everything that was released has arrived, but for what nobody finds.</summary>
    public bool IsIdle => arriving.IsEmpty && leaving.Keys.All(missing.ContainsKey);

    /// <summary>When the next parcel moves, of those that are not missing; null when none will.</summary>
    public DateTimeOffset? NextDue => leaving.Values.Where(p => !missing.ContainsKey(p.Id)).Concat(arriving.Values).Min(p => (DateTimeOffset?)p.Due);

    /// <summary>How many orders it knows.</summary>
    public int Orders => ids.Count;

    public int Shipped { get; private set; }

    /// <summary>Takes note of an order.</summary>
    public void Know(string invoice, OrderId id)
    {
        ids[invoice] = id;
        invoices[id] = invoice;
    }

    /// <summary>The order of an invoice.</summary>
    public OrderId IdOf(string invoice) => ids[invoice];

    /// <summary>Takes note of what is under way, after a restart.</summary>
    public void Know(OrderView order)
    {
        Know(order.ExternalId, order.Id);
        foreach (var fulfilment in order.Fulfilments)
        {
            Know(fulfilment);
        }
    }

    /// <summary>Takes note of what was released since then.</summary>
    public async Task Look(DateTimeOffset since, CancellationToken ct)
    {
        var released = door.All(ReplayPeople.Shop, (Guid? after, int limit) => new ListFulfilments("released", null, after, limit, since), f => (Guid?)f.Id, ct);
        await foreach (var fulfilment in released)
        {
            Know(fulfilment);
        }
    }

    /// <summary>Lets leave and arrive what is due.</summary>
    /// <returns>The invoices of which something arrived.</returns>
    public async Task<IReadOnlyCollection<string>> Move(DateTimeOffset now, CancellationToken ct)
    {
        await Each(leaving, now, Ship, ct);
        var arrived = new ConcurrentBag<string>();
        await Each(arriving, now, async (parcel, token) =>
        {
            await door.Must(ReplayPeople.Shop, new DeliverFulfilment(parcel.Id, parcel.Due), parcel.Invoice, token);
            arriving.TryRemove(parcel.Id, out _);
            arrived.Add(parcel.Invoice);
        }, ct);
        return arrived.ToHashSet();

        async ValueTask Ship(Parcel parcel, CancellationToken token)
        {
            var answer = await door.Ask(ReplayPeople.Shop, new ShipFulfilment(parcel.Id, "replay"), parcel.Invoice, NotNow, token);
            if (answer.IsSuccess)
            {
                missing.TryRemove(parcel.Id, out _);
                Know(answer.Value);
            }
            else if (answer.Refusal.Code == "inventory.short")
            {
                missing[parcel.Id] = parcel;
            }
            else if (answer.Refusal.Code == "orders.not-released")
            {
                // Cancelled, or shipped by the run before this one: what it is now says.
                Know(await door.Must(ReplayPeople.Shop, new GetFulfilment(parcel.Id), parcel.Invoice, token));
            }
        }
    }

    private void Know(FulfilmentView fulfilment)
    {
        var invoice = invoices[fulfilment.OrderId];
        switch (fulfilment.Status)
        {
            case "released":
                leaving[fulfilment.Id] = new(fulfilment.Id, invoice, fulfilment.ReleasedAt + ReplayRequests.UntilShipped(invoice));
                break;
            case "shipped":
                leaving.TryRemove(fulfilment.Id, out _);
                arriving[fulfilment.Id] = new(fulfilment.Id, invoice, fulfilment.ShippedAt!.Value + ReplayRequests.UntilDelivered(invoice));
                lock (ids)
                {
                    Shipped++;
                }

                break;
            default:
                leaving.TryRemove(fulfilment.Id, out _);
                break;
        }
    }

    /// <summary>Parcels of one order go one behind the other: they change the same order.</summary>
    private static Task Each(ConcurrentDictionary<Guid, Parcel> parcels, DateTimeOffset now, Func<Parcel, CancellationToken, ValueTask> move, CancellationToken ct) =>
        ReplayDoor.Each(
            parcels.Values.Where(p => p.Due <= now).GroupBy(p => p.Invoice).OrderBy(g => g.Min(p => p.Due)).ThenBy(g => g.Key, StringComparer.Ordinal).ToList(),
            async (order, token) =>
            {
                foreach (var parcel in order.OrderBy(p => p.Due).ThenBy(p => p.Id))
                {
                    await move(parcel, token);
                }
            },
            ct);

    private sealed record Parcel(Guid Id, string Invoice, DateTimeOffset Due);
}
