using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class ShipAllocationHandler(UnitOfWork work) : IRequestHandler<ShipAllocation, Result<ShippedStock>>
{
    public async Task<Result<ShippedStock>> Handle(ShipAllocation request, CancellationToken ct)
    {
        var shipment = Guid.CreateVersion7();
        var lines = new List<GrantedStock>();
        await using var open = new NpgsqlCommand(
            "select attempt, line_id, item_id, node, quantity, shipped from inventory.allocations where order_id = $1 and shipped < quantity order by attempt, line_id, node",
            await work.Connection(ct))
        {
            Parameters = { new() { Value = request.OrderId.Value } },
        };
        await using var reader = await open.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var position = new PositionKey(reader.GetGuid(2), reader.GetString(3), PositionKey.Sellable);
            var quantity = reader.GetInt32(4) - reader.GetInt32(5);
            lines.Add(new(reader.GetInt32(1), position.Node, quantity));
            work.Write(new AllocationShippedRow(request.OrderId, reader.GetInt32(0), reader.GetInt32(1), position.Node, reader.GetInt32(5)));
            work.Write(new MovementRow(Guid.CreateVersion7(), position, "shipped", -quantity, null, $"shipment/{shipment}", work.Now));
            work.Take(new PositionChange(position, allocated: -quantity, onHand: -quantity));
        }

        if (lines.Count == 0)
        {
            return Refusal.Conflict("inventory.nothing-allocated", "Nothing is allocated to this order.");
        }

        work.Raise(new StockShipped(Guid.CreateVersion7(), work.Now, request.OrderId, shipment, lines.Sum(l => l.Quantity)));
        return new ShippedStock(shipment, lines);
    }
}
