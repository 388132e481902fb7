using MediatR;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>A released fulfilment leaves its node: stock, fulfilment and order together. Its order's revision decides against who cancels it at the same time.</summary>
internal sealed class Departure(UnitOfWork work, ISender sender)
{
    public async Task Of(Order order, Fulfilment fulfilment, string? carrier, string? trackingNumber, CancellationToken ct)
    {
        var stock = await sender.Send(
            new ShipStock(order.Id, fulfilment.Id, fulfilment.Node, [.. fulfilment.Lines.OrderBy(l => l.LineId).Select(l => new ShippedUnits(l.LineId, l.Quantity))]), ct);
        if (!stock.IsSuccess)
        {
            // The order was read before its stock: a cancellation or another shipment came between.
            throw new StaleException($"what is allocated to order {order.Id}: {stock.Refusal.Code}");
        }

        order.Ship(fulfilment.Lines);
        fulfilment.Ship(carrier, trackingNumber, work.Now);
        work.Raise(fulfilment, new FulfilmentShipped(Guid.CreateVersion7(), work.Now, fulfilment.Id, order.Id, fulfilment.Node, fulfilment.Units));
        work.Raise(order, new OrderShipped(Guid.CreateVersion7(), work.Now, order.Id, fulfilment.Id, fulfilment.Units, order.Lines.All(l => l.Open == 0)));
    }
}
