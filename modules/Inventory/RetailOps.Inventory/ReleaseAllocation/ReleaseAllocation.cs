using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class ReleaseAllocationValidator : AbstractValidator<ReleaseAllocation>
{
    public ReleaseAllocationValidator()
    {
        RuleFor(r => r.Lines).Cascade(CascadeMode.Stop)
            .Must(l => l is { Count: > 0 and <= 2_000 } && l.All(x => x?.Node is not null)).WithErrorCode("inventory.lines").WithMessage("1 to 2,000 lines.")
            .Must(l => l.DistinctBy(x => (x.LineId, x.Node.ToUpperInvariant())).Count() == l.Count).WithErrorCode("inventory.line-id").WithMessage("Each line once per node.")
            .Must(l => l.All(x => x.Quantity > 0)).WithErrorCode("inventory.quantity").WithMessage("Above 0.");
    }
}

internal sealed class ReleaseAllocationHandler(StockReads stock, StockBook book, UnitOfWork work) : IRequestHandler<ReleaseAllocation, Result<ReleasedStock>>
{
    public async Task<Result<ReleasedStock>> Handle(ReleaseAllocation request, CancellationToken ct)
    {
        var allocations = await stock.AllocationsOf(request.OrderId, ct);
        var parts = new List<(HeldAllocation From, int Quantity)>();
        var missing = new List<GrantedStock>();
        foreach (var line in request.Lines)
        {
            // The newest promise is the first to be given up.
            var left = OpenPromises.Take(parts, allocations.Reverse(), line.LineId, line.Node, line.Quantity);
            if (left > 0)
            {
                missing.Add(line with { Quantity = left });
            }
        }

        if (missing.Count > 0)
        {
            return Refusal.Conflict("inventory.not-allocated", "Less is allocated to this order than it should give back.", missing);
        }

        await stock.LoadItems(parts.Select(p => p.From.Row.ItemId), ct);
        foreach (var (from, quantity) in parts)
        {
            from.Released += quantity;
            work.Take(new AllocationChange(from.Row, released: quantity));
        }

        foreach (var position in parts.GroupBy(p => (p.From.Row.ItemId, p.From.Row.Node)))
        {
            book.Promise(await stock.Of(position.First().From.Row, ct), allocated: -position.Sum(p => p.Quantity));
        }

        return new ReleasedStock(parts.Sum(p => p.Quantity));
    }
}
