using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class ReceiveReturnedStockValidator : AbstractValidator<ReceiveReturnedStock>
{
    public ReceiveReturnedStockValidator()
    {
        RuleFor(r => r.Node).Must(n => Text.HasLength(n, 32)).WithErrorCode("inventory.node").WithMessage("1 to 32 characters.");
        RuleFor(r => r.Lines).Must(l => l is { Count: > 0 and <= 2_000 } && l.All(x => x is not null)).WithErrorCode("inventory.lines").WithMessage("1 to 2,000 lines.");
        RuleFor(r => r.Lines).Must(l => l is null || l.Sum(x => (long)(x?.Quantity ?? 0)) <= 1_000_000_000).WithErrorCode("inventory.quantity").WithMessage("At most 1,000,000,000 together.");
        RuleForEach(r => r.Lines).ChildRules(line => line.RuleFor(l => l.Quantity).InclusiveBetween(1, 1_000_000).WithErrorCode("inventory.quantity"));
    }
}

internal sealed class ReceiveReturnedStockHandler(Catalogue catalogue, StockReads stock, StockBook book, Batches batches)
    : IRequestHandler<ReceiveReturnedStock, Result<MovedStock>>
{
    public async Task<Result<MovedStock>> Handle(ReceiveReturnedStock request, CancellationToken ct)
    {
        var key = $"return-receipt/{request.ReturnId}/{request.ReceiptId}";
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

        foreach (var count in await stock.At([.. items.Value.Select(i => (i.Value, i.Key))], node.Value, PositionKey.Quarantine, ct))
        {
            book.Move(count, "returned", units[count.Sku], null, BusinessKey.Of("return", request.ReturnId));
        }

        return batches.Answer(key, new MovedStock(units.Values.Sum()));
    }
}
