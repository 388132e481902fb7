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
        foreach (var line in backordered.Missing)
        {
            work.Write(new UnmetDemandRow(line.Sku, backordered.OccurredAt, line.Quantity));
        }

        return Task.CompletedTask;
    }
}
