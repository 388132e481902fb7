using FluentValidation;

using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class GetAvailabilityValidator : AbstractValidator<GetAvailability>
{
    public GetAvailabilityValidator() =>
        RuleFor(r => r.Skus).Must(s => s is { Count: > 0 and <= 500 }).WithErrorCode("inventory.skus").WithMessage("1 to 500 items.");
}

internal sealed class GetAvailabilityHandler(UnitOfWork work) : IRequestHandler<GetAvailability, Result<IReadOnlyList<ItemAvailability>>>
{
    public async Task<Result<IReadOnlyList<ItemAvailability>>> Handle(GetAvailability request, CancellationToken ct)
    {
        var skus = request.Skus.Distinct().ToList();
        await using var command = new NpgsqlCommand(
            """
            select i.sku, sum(greatest(0, p.on_hand - p.allocated - p.reserved - p.safety))
            from inventory.items i
            join inventory.positions p on p.item_id = i.id and p.condition = 'sellable'
            join inventory.nodes n on n.code = p.node and n.open and n.kind <> 'supplier'
            where i.sku = any($1) and ($2::text[] is null or p.node = any ($2)) group by i.sku
            """, await work.Connection(ct))
        {
            Parameters =
            {
                new() { Value = skus.ConvertAll(s => s.Value).ToArray() },
                new() { Value = (object?)work.Caller.Nodes?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var free = new Dictionary<Sku, int>();
        while (await reader.ReadAsync(ct))
        {
            free[new(reader.GetString(0))] = (int)Math.Min(int.MaxValue, reader.GetInt64(1));
        }

        return skus.ConvertAll(s => new ItemAvailability(s, free.GetValueOrDefault(s), null));
    }
}
