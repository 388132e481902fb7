using MediatR;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Returns;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary>How lively the Demo is.</summary>
internal sealed record DemoPace
{
    /// <summary>Between two looks at the shop.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>One order in so many ticks, on average.</summary>
    public int TicksPerOrder { get; init; } = 3;

    /// <summary>How long a node takes to pack; up to three times as long.</summary>
    public TimeSpan Packing { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a parcel travels; up to three times as long.</summary>
    public TimeSpan Transit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>One delivered parcel in so many comes back.</summary>
    public int ParcelsPerReturn { get; init; } = 6;

    /// <summary>So many tasks wait for a person at most: then the shop makes no more of them.</summary>
    public int MostTasks { get; init; } = 12;
}

/// <summary>
/// A small retailer that lives by itself, at human pace and through the same requests as everybody: customers order, nodes ship, parcels
/// arrive, some come back. What needs a person is left to the person at the screen.
/// </summary>
internal sealed partial class DemoShop(RequestRunner door, TimeProvider clock, DemoPace pace, ILogger<DemoShop> log)
{
    private static readonly Caller Shop = new Caller.System("demo");

    private readonly Random random = new();

    /// <summary>Runs until it is cancelled. What goes wrong is logged, and the next tick tries again.</summary>
    public async Task Live(CancellationToken ct)
    {
        var isOpen = false;
        using var timer = new PeriodicTimer(pace.Tick, clock);
        do
        {
            try
            {
                if (!isOpen)
                {
                    await Open(ct);
                    isOpen = true;
                }

                await Tick(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogTrouble(log, e.Message);
            }
        }
        while (await Next(timer, ct));
    }

    /// <summary>Nodes, items and first stock; what is there already stays.</summary>
    internal async Task Open(CancellationToken ct)
    {
        foreach (var (code, name, kind) in DemoCatalogue.Nodes)
        {
            await Ask(new PutNode(code, name, kind), ct);
        }

        foreach (var (sku, name, _) in DemoCatalogue.Items)
        {
            await Ask(new PutItem(sku, name, "each"), ct);
        }

        if ((await Ask(new ListPositions(null, null, 1), ct)).Count > 0)
        {
            return;
        }

        foreach (var (sku, _, _) in DemoCatalogue.Items)
        {
            foreach (var (code, _, kind) in DemoCatalogue.Nodes)
            {
                if (kind == "dc" || random.Next(3) == 0)
                {
                    await Ask(new RecordMovement("received", sku, code, "sellable", kind == "dc" ? 20 + random.Next(60) : 1 + random.Next(6), "Opening stock"), ct);
                }
            }
        }

        // So that finance has something to decide from the first minute on.
        foreach (var (key, pence, reason, customer) in DemoCatalogue.Credits)
        {
            await Ask(new GrantSundryCredit(key, new Money(pence, "GBP"), reason, customer), ct);
        }
    }

    /// <summary>One look at the shop: who wants, packs, drives and brings back something does so now.</summary>
    internal async Task Tick(CancellationToken ct)
    {
        if (random.Next(pace.TicksPerOrder) == 0)
        {
            await Order(ct);
        }

        await Send(ct);
        await Arrive(ct);
        await TakeBack(ct);
        await Replenish(ct);
    }

    private async Task Order(CancellationToken ct)
    {
        var hasTime = await HasTimeForMore(ct);
        var customer = DemoCatalogue.Customers[random.Next(DemoCatalogue.Customers.Count)];
        var lines = Enumerable.Range(0, 1 + random.Next(4))
            .Select(_ => DemoCatalogue.Items[random.Next(DemoCatalogue.Items.Count)])
            .DistinctBy(i => i.Sku)
            .Select(i => new NewOrderLine(i.Sku, random.Next(20) == 0 && hasTime ? 30 + random.Next(120) : 1 + random.Next(3), new Money(i.Pence, "GBP")))
            .ToList();
        var postage = lines.Sum(l => l.UnitPrice.MinorUnits * l.Quantity) < 5_000 ? new[] { new NewCharge("shipping", new Money(395, "GBP")) } : null;
        var mail = customer.ToLowerInvariant().Replace(' ', '.') + "@example.org";
        await Ask(
            new PlaceOrder("web", $"DEMO-{clock.GetUtcNow():yyMMdd-HHmmss}-{random.Next(1_000):000}", new(customer, mail, "1 Example Street", $"C{customer.Length:00}{customer[0]}{customer[^1]}"), "GBP", lines, Charges: postage),
            ct);
    }

    private async Task Send(CancellationToken ct)
    {
        foreach (var parcel in await Ask(new ListFulfilments("released", null, null, 50), ct))
        {
            if (IsTime(parcel.Id, parcel.ReleasedAt, pace.Packing))
            {
                // A hold can stand, or somebody was faster: then it is looked at again.
                await door.Run(Shop, new ShipFulfilment(parcel.Id, "parcel-post", "PP" + parcel.Id.ToString("N")[^10..].ToUpperInvariant()), ct: ct);
            }
        }
    }

    private async Task Arrive(CancellationToken ct)
    {
        foreach (var parcel in await Ask(new ListFulfilments("shipped", null, null, 50), ct))
        {
            if (!IsTime(parcel.Id, parcel.ShippedAt!.Value, pace.Transit))
            {
                continue;
            }

            await door.Run(Shop, new DeliverFulfilment(parcel.Id), ct: ct);
            if (Share(parcel.Id) % (uint)pace.ParcelsPerReturn == 0 && await HasTimeForMore(ct))
            {
                var line = parcel.Lines[0];
                await door.Run(
                    Shop, new RequestReturn(parcel.OrderId, [new(line.LineId, null, Math.Min(line.Quantity, 2), "Not as expected")], "DEMO-R-" + parcel.Id.ToString("N")[^12..]), ct: ct);
            }
        }
    }

    private async Task TakeBack(CancellationToken ct)
    {
        foreach (var back in await Ask(new ListReturns(null, "authorised", null, 50), ct))
        {
            if (IsTime(back.Id, back.RequestedAt, pace.Transit))
            {
                await door.Run(Shop, new ReceiveReturn(back.Id, back.Id, "DC-SOUTH"), ct: ct);
            }
        }

        foreach (var back in await Ask(new ListReturns(null, "received", null, 50), ct))
        {
            foreach (var line in back.Lines.Where(l => l.Received > 0 && l.Disposition is null))
            {
                var isGood = Share(back.Id) % 4 != 0;
                await door.Run(Shop, new InspectReturnLine(back.Id, line.LineId, isGood ? "new" : "damaged"), ct: ct);
                await door.Run(Shop, new DisposeReturnLine(back.Id, line.LineId, isGood ? "restock" : "scrap"), ct: ct);
            }
        }
    }

    private async Task Replenish(CancellationToken ct)
    {
        var (sku, _, _) = DemoCatalogue.Items[random.Next(DemoCatalogue.Items.Count)];
        foreach (var place in await Ask(new ListPositions(sku, null, 100), ct))
        {
            if (place is { Condition: "sellable", Free: < 8 } && place.Node.StartsWith("DC-", StringComparison.Ordinal))
            {
                await Ask(new RecordMovement("received", sku, place.Node, "sellable", 40 + random.Next(40), "Supplier delivery"), ct);
            }
        }
    }

    /// <summary>Whether people keep up with what they are asked.</summary>
    private async Task<bool> HasTimeForMore(CancellationToken ct) => (await Ask(new ListTasks(null, null, null, null, pace.MostTasks), ct)).Count < pace.MostTasks;

    /// <summary>Each thing has a time of its own, the same at every look.</summary>
    private bool IsTime(Guid id, DateTimeOffset since, TimeSpan least) => clock.GetUtcNow() - since >= least * (1 + (Share(id) % 200 / 100.0));

    private static uint Share(Guid id) => (uint)id.GetHashCode();

    private async Task<T> Ask<T>(IRequest<Result<T>> request, CancellationToken ct) => (await door.Run(Shop, request, ct: ct)).Value;

    private static async Task<bool> Next(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(1501, LogLevel.Warning, "The Demo's shop pauses and tries again: {Reason}")]
    private static partial void LogTrouble(ILogger log, string reason);
}
