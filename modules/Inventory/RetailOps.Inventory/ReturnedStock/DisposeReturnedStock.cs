using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class DisposeReturnedStockValidator : AbstractValidator<DisposeReturnedStock>
{
    private static readonly string[] Dispositions = ["restock", "refurbish", "liquidate", "scrap", "vendor"];

    public DisposeReturnedStockValidator()
    {
        RuleFor(r => r.Node).Must(n => Text.HasLength(n, 32)).WithErrorCode("inventory.node").WithMessage("1 to 32 characters.");
        RuleFor(r => r.Quantity).InclusiveBetween(1, 1_000_000).WithErrorCode("inventory.quantity");
        RuleFor(r => r.Disposition).Must(d => Dispositions.Contains(d)).WithErrorCode("inventory.disposition").WithMessage($"{string.Join(", ", Dispositions)}.");
    }
}

internal sealed class DisposeReturnedStockHandler(Catalogue catalogue, StockReads stock, StockBook book, Batches batches)
    : IRequestHandler<DisposeReturnedStock, Result<MovedStock>>
{
    public async Task<Result<MovedStock>> Handle(DisposeReturnedStock request, CancellationToken ct)
    {
        var key = $"return-move/{request.ReturnId}/{request.MoveId}";
        if (await batches.Earlier<MovedStock>(key, ct) is { } earlier)
        {
            return earlier;
        }

        var items = await catalogue.Items([request.Sku], ct);
        var node = await catalogue.Node(request.Node, ct);
        var lies = items.IsSuccess && node.IsSuccess ? await At(PositionKey.Quarantine) : null;
        if (lies is null || lies.OnHand < request.Quantity)
        {
            return Refusal.Conflict(
                "inventory.not-in-quarantine", "Less lies in quarantine there than is to be moved.", new[] { new ShortStock(request.Sku, request.Quantity, lies?.OnHand ?? 0) });
        }

        var cause = BusinessKey.Of("return", request.ReturnId);
        switch (request.Disposition)
        {
            case "restock":
                Transfer(await At(PositionKey.Sellable));
                break;
            case "liquidate":
                Transfer(await At(PositionKey.Damaged));
                break;
            case "scrap":
                book.Move(lies, "scrapped", -request.Quantity, request.Disposition, cause);
                break;
            case "vendor":
                // Sent back once more, to where they came from.
                book.Move(lies, "returned", -request.Quantity, request.Disposition, cause);
                break;
        }

        return batches.Answer(key, new MovedStock(request.Quantity));

        async Task<StockCount> At(string condition) => (await stock.At([(items.Value[request.Sku], request.Sku)], node.Value, condition, ct))[0];

        void Transfer(StockCount to)
        {
            book.Move(lies, "transferred", -request.Quantity, request.Disposition, cause);
            book.Move(to, "transferred", request.Quantity, request.Disposition, cause);
        }
    }
}
