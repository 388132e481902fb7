using FluentValidation;

using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class ListPositionsValidator : AbstractValidator<ListPositions>
{
    public ListPositionsValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("inventory.limit");
}

internal sealed class ListPositionsHandler(UnitOfWork work) : IRequestHandler<ListPositions, Result<IReadOnlyList<PositionView>>>
{
    public async Task<Result<IReadOnlyList<PositionView>>> Handle(ListPositions request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select i.sku, p.node, p.condition, p.on_hand, p.allocated, p.reserved, greatest(0, p.on_hand - p.allocated - p.reserved - p.safety),
              p.safety, p.short
            from inventory.positions p join inventory.items i on i.id = p.item_id
            where ($1::text is null or i.sku = $1)
              and ($2::text[] is null or (i.sku, p.node, p.condition) > ($2[1], $2[2], $2[3]))
              and ($4::text is null or p.node = $4) and ($5::text is null or p.condition = $5)
              and ($6::text[] is null or p.node = any ($6))
            order by i.sku, p.node, p.condition limit $3
            """, await work.Connection(ct))
        {
            Parameters =
            {
                new() { Value = (object?)request.Sku?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = (object?)KeyOf(request.After) ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = request.Limit },
                new() { Value = (object?)request.Node?.Trim().ToUpperInvariant() ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = (object?)request.Condition ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = (object?)work.Caller.Nodes?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var positions = new List<PositionView>();
        while (await reader.ReadAsync(ct))
        {
            positions.Add(new(
                new(reader.GetString(0)), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt32(5), reader.GetInt32(6),
                reader.GetInt32(7), reader.GetInt32(8)));
        }

        return positions;
    }

    // Read from its end: a SKU may have slashes of its own, node and condition have none.
    private static string[]? KeyOf(string? after)
    {
        var parts = after?.Split('/');
        return parts is null ? null : [string.Join('/', parts.SkipLast(2)), parts.ElementAtOrDefault(parts.Length - 2) ?? "", parts[^1]];
    }
}
