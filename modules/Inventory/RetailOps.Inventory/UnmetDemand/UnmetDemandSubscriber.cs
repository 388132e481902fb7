using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>Counts what customers wanted and we did not have.</summary>
internal sealed class UnmetDemandSubscriber(UnitOfWork work) : ISubscriber
{
    public static SubscriberDescription Description { get; } = new("inventory.unmet-demand", ["orders.order-backordered.v1"]);

    public Task Hear(IFact fact, CancellationToken ct)
    {
        var backordered = (OrderBackordered)fact;
        foreach (var item in backordered.Missing.GroupBy(l => l.Sku))
        {
            work.Write(new UnmetDemandRow(item.Key, backordered.OccurredAt, item.Sum(l => l.Quantity)));
        }

        return Task.CompletedTask;
    }
}
