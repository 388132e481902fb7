using FluentValidation;

using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class FindUnknownItemsValidator : AbstractValidator<FindUnknownItems>
{
    public FindUnknownItemsValidator() =>
        RuleFor(r => r.Skus).Must(s => s is { Count: > 0 and <= 2_000 }).WithErrorCode("inventory.skus").WithMessage("1 to 2,000 items.");
}

/// <remarks>An item that a neighbour in a group has put and not written yet looks unknown: whoever refuses for it is run alone, since the neighbour's aggregate has changed.</remarks>
internal sealed class FindUnknownItemsHandler(KnownItems known, UnitOfWork work) : IRequestHandler<FindUnknownItems, Result<IReadOnlySet<Sku>>>
{
    public async Task<Result<IReadOnlySet<Sku>>> Handle(FindUnknownItems request, CancellationToken ct)
    {
        var unknown = request.Skus.Where(s => !known.Has(s)).ToHashSet();
        if (unknown.Count == 0)
        {
            return unknown;
        }

        await using var command = new NpgsqlCommand("select sku from inventory.items where sku = any($1)", await work.Connection(ct))
        {
            Parameters = { new() { Value = unknown.Select(s => s.Value).ToArray() } },
        };
        var found = new List<Sku>();
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                found.Add(new(reader.GetString(0)));
            }
        }

        known.AddOnceCommitted(work, found);
        unknown.ExceptWith(found);
        return unknown;
    }
}
