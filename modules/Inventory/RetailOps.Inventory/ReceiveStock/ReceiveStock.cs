using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class ReceiveStockValidator : AbstractValidator<ReceiveStock>
{
    public ReceiveStockValidator()
    {
        RuleFor(r => r.Node).Must(n => Text.HasLength(n, 32)).WithErrorCode("inventory.node").WithMessage("1 to 32 characters.");
        RuleFor(r => r.Reference).Must(BatchKeys.IsWellFormed).WithErrorCode("inventory.reference").WithMessage("1 to 128 visible characters.");
        RuleFor(r => r.Lines).Must(l => l is { Count: > 0 and <= 5_000 } && l.All(x => x is not null)).WithErrorCode("inventory.lines").WithMessage("1 to 5,000 lines.");
        RuleFor(r => r.Lines).Must(l => l is null || l.Sum(x => (long)(x?.Quantity ?? 0)) <= 1_000_000_000).WithErrorCode("inventory.quantity").WithMessage("At most 1,000,000,000 together.");
        RuleForEach(r => r.Lines).ChildRules(line => line.RuleFor(l => l.Quantity).InclusiveBetween(1, 1_000_000).WithErrorCode("inventory.quantity"));
    }
}

internal sealed class ReceiveStockHandler(Catalogue catalogue, StockReads stock, StockBook book, Batches batches) : IRequestHandler<ReceiveStock, Result<MovedStock>>
{
    public async Task<Result<MovedStock>> Handle(ReceiveStock request, CancellationToken ct)
    {
        var key = $"receipt/{request.Reference}";
        if (await batches.Earlier<MovedStock>(key, ct) is { } earlier)
        {
            return earlier;
        }

        var node = await catalogue.Node(request.Node, ct);
        if (!node.IsSuccess)
        {
            return node.Refusal;
        }

        var units = request.Lines.GroupBy(l => l.Sku).ToDictionary(l => l.Key, l => l.Sum(x => x.Quantity));
        var items = await catalogue.Items(units.Keys, ct);
        if (!items.IsSuccess)
        {
            return items.Refusal;
        }

        foreach (var count in await stock.At([.. items.Value.Select(i => (i.Value, i.Key))], node.Value, PositionKey.Sellable, ct))
        {
            book.Move(count, "received", units[count.Sku], null, key);
        }

        return batches.Answer(key, new MovedStock(units.Values.Sum()));
    }
}
