using FluentValidation;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

internal sealed class FindStockValidator : AbstractValidator<FindStock>
{
    public FindStockValidator() =>
        RuleFor(r => r.Skus).Must(s => s is { Count: > 0 and <= 2_000 }).WithErrorCode("inventory.skus").WithMessage("1 to 2,000 items.");
}

internal sealed class FindStockHandler(StockReads stock) : IRequestHandler<FindStock, Result<IReadOnlyList<StockCandidate>>>
{
    public async Task<Result<IReadOnlyList<StockCandidate>>> Handle(FindStock request, CancellationToken ct)
    {
        await stock.Load(request.Skus, request.For is { } order ? [order] : [], ct);
        var held = request.For is { } asker ? await stock.ReservationOf(asker, ct) : null;
        var candidates = new List<StockCandidate>();
        foreach (var sku in request.Skus.Distinct())
        {
            foreach (var count in await stock.Sellable(sku, ct))
            {
                var free = count.FreeWith(held?.Lines.Where(l => l.Position == count.Position).Sum(l => l.Quantity) ?? 0);
                if (free > 0 && count.Place is { Serves: true } place)
                {
                    candidates.Add(new(sku, count.Position.Node, place.Kind, place.Region, free));
                }
            }
        }

        return candidates;
    }
}
