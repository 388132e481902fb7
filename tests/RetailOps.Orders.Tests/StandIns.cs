using MediatR;

using Npgsql;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders.Tests;

/// <summary>What Inventory answers, done with its tables; used only as long as Inventory does not answer itself, whose handlers are found first.</summary>
internal sealed class StandInStock(UnitOfWork work) :
    IRequestHandler<ShipStock, Result<ShippedStock>>, IRequestHandler<ReleaseAllocation, Result<ReleasedStock>>, IRequestHandler<FindStock, Result<IReadOnlyList<StockCandidate>>>,
    IRequestHandler<ReserveStock, Result<ReservationView>>, IRequestHandler<ReleaseReservation, Result<ReservationView>>
{
    public async Task<Result<ShippedStock>> Handle(ShipStock request, CancellationToken cancellationToken)
    {
        foreach (var line in request.Lines)
        {
            if (!await Change(request.OrderId, line.LineId, request.Node, "shipped = shipped + $4", "quantity - shipped >= $4", line.Quantity, onHand: -line.Quantity, cancellationToken))
            {
                return Refusal.Conflict("inventory.not-allocated", "Not that much.");
            }
        }

        return new ShippedStock(request.ShipmentId, [.. request.Lines.Select(l => new GrantedStock(l.LineId, request.Node, l.Quantity))]);
    }

    public async Task<Result<ReleasedStock>> Handle(ReleaseAllocation request, CancellationToken cancellationToken)
    {
        foreach (var line in request.Lines)
        {
            // A row cannot be empty: what is released in full counts as gone.
            if (!await Change(request.OrderId, line.LineId, line.Node, "shipped = shipped + $4", "quantity - shipped >= $4", line.Quantity, onHand: 0, cancellationToken))
            {
                return Refusal.Conflict("inventory.not-allocated", "Not that much.");
            }
        }

        return new ReleasedStock(request.Lines.Sum(l => l.Quantity));
    }

    public async Task<Result<IReadOnlyList<StockCandidate>>> Handle(FindStock request, CancellationToken cancellationToken)
    {
        await using var command = await Command(
            """
            select i.sku, n.code, n.kind, greatest(0, p.on_hand - p.allocated - p.reserved - p.safety)
            from inventory.positions p join inventory.items i on i.id = p.item_id join inventory.nodes n on n.code = p.node
            where p.condition = 'sellable' and i.sku = any($1) and p.on_hand - p.allocated - p.reserved - p.safety > 0
            """, (object)request.Skus.Select(s => s.Value).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<StockCandidate>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new(new(reader.GetString(0)), reader.GetString(1), reader.GetString(2), null, reader.GetInt32(3)));
        }

        return found;
    }

    public async Task<Result<ReservationView>> Handle(ReserveStock request, CancellationToken cancellationToken)
    {
        var held = new List<GrantedStock>();
        foreach (var line in request.Lines)
        {
            await using var command = await Command(
                """
                update inventory.positions set reserved = reserved + $2
                where condition = 'sellable' and item_id = (select id from inventory.items where sku = $1) and on_hand - allocated - reserved - safety >= $2
                returning node
                """, line.Sku.Value, line.Quantity);
            if (await command.ExecuteScalarAsync(cancellationToken) is not string node)
            {
                return Refusal.Conflict("inventory.short", "There is not enough free stock.");
            }

            held.Add(new(line.LineId, node, line.Quantity));
        }

        return new ReservationView(Guid.CreateVersion7(), request.Key, "open", null, held);
    }

    public async Task<Result<ReservationView>> Handle(ReleaseReservation request, CancellationToken cancellationToken)
    {
        await using var command = await Command("update inventory.positions set reserved = 0 where reserved > $1", 0);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new ReservationView(request.Id, "", "released", null, []);
    }

    private async Task<bool> Change(OrderId order, int line, string node, string set, string guard, int quantity, int onHand, CancellationToken ct)
    {
        await using var allocation = await Command(
            $"""
            update inventory.allocations set {set}
            where (order_id, attempt, line_id, node) = (select order_id, attempt, line_id, node from inventory.allocations
              where order_id = $1 and line_id = $2 and node = $3 and {guard} order by attempt limit 1) and {guard}
            returning item_id
            """, order.Value, line, node, quantity);
        if (await allocation.ExecuteScalarAsync(ct) is not Guid item)
        {
            return false;
        }

        await using var position = await Command(
            "update inventory.positions set allocated = allocated - $3, on_hand = on_hand + $4 where item_id = $1 and node = $2 and condition = 'sellable'", item, node, quantity, onHand);
        await position.ExecuteNonQueryAsync(ct);
        return true;
    }

    private async Task<NpgsqlCommand> Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, await work.Connection(default));
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
