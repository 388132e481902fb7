using FluentValidation;

using MediatR;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class ListMovementsValidator : AbstractValidator<ListMovements>
{
    public ListMovementsValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("inventory.limit");
}

internal sealed class ListMovementsHandler(UnitOfWork work) : IRequestHandler<ListMovements, Result<IReadOnlyList<StockMovement>>>
{
    public async Task<Result<IReadOnlyList<StockMovement>>> Handle(ListMovements request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select m.id, i.sku, m.node, m.condition, m.kind, m.quantity, m.reason, m.cause, m.occurred
            from inventory.movements m join inventory.items i on i.id = m.item_id
            where ($1::text is null or m.item_id = (select id from inventory.items where sku = $1))
              and ($2::text is null or m.node = $2) and ($3::text is null or m.kind = $3) and ($4::uuid is null or m.id > $4)
              and ($6::text[] is null or m.node = any ($6))
            order by m.id limit $5
            """, await work.Connection(ct))
        {
            Parameters =
            {
                new() { Value = (object?)request.Sku?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)request.Node?.Trim().ToUpperInvariant() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)request.Kind ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)request.After ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = request.Limit },
                new() { Value = (object?)work.Caller.Nodes?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var movements = new List<StockMovement>();
        while (await reader.ReadAsync(ct))
        {
            movements.Add(new(
                reader.GetGuid(0), new(reader.GetString(1)), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt32(5),
                await reader.IsDBNullAsync(6, ct) ? null : reader.GetString(6), reader.GetString(7), reader.GetFieldValue<DateTimeOffset>(8)));
        }

        return movements;
    }
}
