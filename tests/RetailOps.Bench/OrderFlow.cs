namespace RetailOps.Bench;

/// <summary>When a step of an order was there, from when the order should have begun.</summary>
internal readonly record struct OrderTimes(TimeSpan Captured, TimeSpan Allocated, TimeSpan Posted);

/// <summary>The whole way of an order over HTTP: placed, allocated, shipped, invoiced, and invoice and shipment in the books.</summary>
internal sealed class OrderFlow(ShopFront front, Watch watch)
{
    /// <summary>Which fulfilments an order has.</summary>
    public const string Fulfilments = "select order_id, id from orders.fulfilments where order_id = any($1)";

    /// <summary>The invoices of orders of which every shipment is invoiced, and both are in the books.</summary>
    public const string Posted =
        """
        select i.order_id, i.id from orders.invoices i
        where i.order_id = any($1) and not exists (
          select from orders.fulfilments f left join orders.invoices j on j.order_id = f.order_id and j.fulfilment_id = f.id
          where f.order_id = i.order_id and (
            not exists (select from integration.postings p where p.key = 'sales-invoice/' || j.id || '/1' and p.status = 'posted')
            or not exists (select from integration.postings p where p.key = 'shipment/' || f.id || '/1' and p.status = 'posted')))
        """;

    /// <summary>Which invoices an order has.</summary>
    public const string Invoices = "select order_id, id from orders.invoices where order_id = any($1)";

    /// <summary>The refunds of returns of which the credit memo is in the books.</summary>
    public const string Credited =
        """
        select r.return_id, r.id from returns.refunds r
        where r.return_id = any($1) and exists (select from integration.postings p where p.key = 'credit-memo/' || r.id || '/1' and p.status = 'posted')
        """;

    public const int AskFulfilments = 0;
    public const int AskPosted = 1;
    public const int AskInvoices = 2;
    public const int AskCredited = 3;

    private static readonly string Run = Guid.CreateVersion7().ToString("N")[..12];
    private static int orders;

    public static string[] Questions => [Fulfilments, Posted, Invoices, Credited];

    /// <summary>A name that no order had yet.</summary>
    public static string NextName() => $"bench-{Run}-{Interlocked.Increment(ref orders):0000000}";

    /// <param name="items">A line of one unit for each.</param>
    /// <param name="due">The timestamp at which it should have begun.</param>
    public async Task<OrderTimes> One(IReadOnlyList<int> items, long due)
    {
        var order = await front.Place(NextName(), items);
        var captured = TimeProvider.System.GetElapsedTime(due);
        var fulfilments = await watch.For(AskFulfilments, order);
        var allocated = TimeProvider.System.GetElapsedTime(due);
        foreach (var fulfilment in fulfilments)
        {
            await front.Ship(fulfilment);
        }

        await watch.For(AskPosted, order);
        return new(captured, allocated, TimeProvider.System.GetElapsedTime(due));
    }

    /// <summary>An order is placed and shipped.</summary>
    /// <param name="items">A line of one unit for each.</param>
    /// <returns>How long its sleeping flow took from the shipment's answer to have the invoice written.</returns>
    public async Task<TimeSpan> Resume(IReadOnlyList<int> items)
    {
        var order = await front.Place(NextName(), items);
        var fulfilments = await watch.For(AskFulfilments, order);
        foreach (var fulfilment in fulfilments)
        {
            await front.Ship(fulfilment);
        }

        var shipped = TimeProvider.System.GetTimestamp();
        await watch.For(AskInvoices, order);
        return TimeProvider.System.GetElapsedTime(shipped);
    }

    /// <summary>An order that is over: delivered, and everything of it in the books.</summary>
    /// <param name="name">Of the order, and of its customer, who buys but once: what one got back in a month is added up.</param>
    /// <param name="items">A line of one unit for each.</param>
    /// <returns>Its id.</returns>
    public async Task<Guid> Deliver(string name, IReadOnlyList<int> items)
    {
        var order = await front.Place(name, items, name);
        var fulfilments = await watch.For(AskFulfilments, order);
        foreach (var fulfilment in fulfilments)
        {
            await front.Ship(fulfilment);
        }

        await watch.For(AskPosted, order);
        foreach (var fulfilment in fulfilments)
        {
            await front.Deliver(fulfilment);
        }

        return order;
    }

    /// <summary>The whole way of a return: asked for, received, inspected, put away, refunded, and the credit memo in the books.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> SendBack(Guid order)
    {
        var began = TimeProvider.System.GetTimestamp();
        await watch.For(AskCredited, await front.SendBack(order));
        return TimeProvider.System.GetElapsedTime(began);
    }

    /// <summary>Different items, none of them the hot one, or the hot one first.</summary>
    public static int[] Items(Random random, int lines, bool hot)
    {
        var items = new HashSet<int>(lines);
        if (hot)
        {
            items.Add(BenchShop.Hot);
        }

        while (items.Count < lines)
        {
            items.Add(1 + random.Next(BenchShop.Items - 1));
        }

        return [.. items];
    }
}
