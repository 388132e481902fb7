using MediatR;

using Npgsql;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>
/// Stock of an item became free: the orders that have waited for it longest are worth another try. Asked is what is free now and not
/// what this event freed: whom an earlier event woke may still be on the way, and those behind must not be forgotten for it.
/// </summary>
internal sealed class BackordersSubscriber(UnitOfWork work, ISender sender) : ISubscriber
{
    // What one delivery wakes at most: the orders behind these are woken by the next stock that becomes free.
    private const int Most = 200;

    public static SubscriberDescription Description { get; } = new("orders.backorders", ["inventory.stock-freed.v1", "orders.order-backordered.v1", "orders.backorder-partly-filled.v1"]);

    public Task Hear(IFact fact, CancellationToken ct) => fact switch
    {
        StockFreed freed => Wake(freed, ct),
        BackorderPartlyFilled filled => LookAgain(filled.OrderId, filled.Missing, ct),
        _ => LookAgain(((OrderBackordered)fact).OrderId, ((OrderBackordered)fact).Missing, ct),
    };

    /// <summary>
    /// What came while it was being sourced woke nobody; and one try takes from no more nodes than the profile allows. Who went on waiting
    /// in front of what is free would keep it from all behind.
    /// </summary>
    private async Task LookAgain(OrderId order, IReadOnlyList<MissingUnits> missing, CancellationToken ct)
    {
        var stock = await sender.Send(new FindStock([.. missing.Select(m => m.Sku).Distinct()]), ct);
        if (stock.IsSuccess && stock.Value.Count > 0)
        {
            // One is enough: the next try is for all that the order lacks.
            var sku = stock.Value[0].Sku;
            work.Raise(new StockArrived(Guid.CreateVersion7(), work.Now, order, sku, stock.Value.Where(s => s.Sku == sku).Sum(s => s.Free)));
        }
    }

    private async Task Wake(StockFreed freed, CancellationToken ct)
    {
        var waiting = await Waiting(freed.Sku, ct);
        if (waiting.Count == 0)
        {
            return;
        }

        var stock = await sender.Send(new FindStock([freed.Sku]), ct);
        var free = stock.IsSuccess ? stock.Value.Sum(s => s.Free) : freed.Units;
        foreach (var (order, waits) in waiting)
        {
            if (free <= 0)
            {
                return;
            }

            work.Raise(new StockArrived(Guid.CreateVersion7(), work.Now, order, freed.Sku, free));
            free -= waits;
        }
    }

    private async Task<List<(OrderId Order, int Units)>> Waiting(Sku sku, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select o.id, sum(l.backordered)::int
            from orders.lines l join orders.orders o on o.id = l.order_id
            where l.sku = $1 and l.backordered > 0 and o.holds = '{}'
            group by o.id, o.placed_at order by o.placed_at, o.id limit $2
            """, await work.Connection(ct))
        {
            Parameters = { new() { Value = sku.Value }, new() { Value = Most } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var waiting = new List<(OrderId, int)>();
        while (await reader.ReadAsync(ct))
        {
            waiting.Add((new(reader.GetGuid(0)), reader.GetInt32(1)));
        }

        return waiting;
    }
}
