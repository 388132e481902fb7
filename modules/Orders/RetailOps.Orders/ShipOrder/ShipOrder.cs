using MediatR;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class ShipOrderHandler(UnitOfWork work, ISender sender) : IRequestHandler<ShipOrder, Result<OrderShipment>>
{
    public async Task<Result<OrderShipment>> Handle(ShipOrder request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.Find(request.Id, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        if (order.Lines.All(l => l.Allocated == 0))
        {
            return Refusal.Conflict("orders.nothing-to-ship", "Nothing of this order is allocated.", new { status = order.Status.ToSnakeCase() });
        }

        var stock = await sender.Send(new ShipAllocation(order.Id), ct);
        var units = order.Ship();
        if (!stock.IsSuccess || units != stock.Value.Lines.Sum(l => l.Quantity))
        {
            // The order was read before its stock: an allocation or another shipment came between.
            throw new StaleException($"what is allocated to order {order.Id}");
        }

        work.Raise(order, new OrderShipped(Guid.CreateVersion7(), work.Now, order.Id, stock.Value.ShipmentId, units, order.Status is OrderStatus.Shipped));
        return new OrderShipment(order.Id, stock.Value.ShipmentId, order.Status.ToSnakeCase(), units, order.Revision);
    }
}
