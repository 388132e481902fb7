using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class RecordMovementValidator : AbstractValidator<RecordMovement>
{
    private static readonly string[] Conditions = ["sellable", "quarantine", "damaged"];

    public RecordMovementValidator()
    {
        RuleFor(r => r.Kind).Must(k => k is "received" or "adjusted" or "scrapped").WithErrorCode("inventory.kind").WithMessage("received, adjusted or scrapped.");
        RuleFor(r => r.Sku).Must(s => s.IsWellFormed).WithErrorCode("inventory.sku").WithMessage("1 to 64 visible characters.");
        RuleFor(r => r.Node).Must(n => Text.HasLength(n, 32)).WithErrorCode("inventory.node").WithMessage("1 to 32 characters.");
        RuleFor(r => r.Condition).Must(c => Conditions.Contains(c)).WithErrorCode("inventory.condition").WithMessage("sellable, quarantine or damaged.");
        RuleFor(r => r.Quantity).Must(q => q is >= -1_000_000 and <= 1_000_000 and not 0).WithErrorCode("inventory.quantity").WithMessage("At most 1,000,000 either way, not 0.");
        RuleFor(r => r.Quantity).Must(q => q >= 0).When(r => r.Kind == "received").WithErrorCode("inventory.quantity").WithMessage("What is received is above 0.");
        RuleFor(r => r.Quantity).Must(q => q <= 0).When(r => r.Kind == "scrapped").WithErrorCode("inventory.quantity").WithMessage("What is scrapped is below 0.");
        RuleFor(r => r.Reason).Must(n => n is null || Text.HasLength(n, 200)).WithErrorCode("inventory.reason").WithMessage("1 to 200 characters.");
        RuleFor(r => r.Reason).NotNull().When(r => r.Kind is "adjusted" or "scrapped").WithErrorCode("inventory.reason").WithMessage("What is corrected or scrapped has its reason.");
    }
}

internal sealed class RecordMovementHandler(Catalogue catalogue, StockReads stock, StockBook book, UnitOfWork work) : IRequestHandler<RecordMovement, Result<StockMovement>>
{
    public async Task<Result<StockMovement>> Handle(RecordMovement request, CancellationToken ct)
    {
        var items = await catalogue.Items([request.Sku], ct);
        if (!items.IsSuccess)
        {
            return items.Refusal;
        }

        var node = await catalogue.Node(request.Node, ct);
        if (!node.IsSuccess)
        {
            return node.Refusal;
        }

        var count = (await stock.At([(items.Value[request.Sku], request.Sku)], node.Value, request.Condition, ct))[0];
        if (count.OnHand + request.Quantity < 0)
        {
            return Refusal.Conflict("inventory.short", "Less lies there than is to go.", new[] { new ShortStock(request.Sku, -request.Quantity, count.OnHand) });
        }

        return book.Move(count, request.Kind, request.Quantity, request.Reason, work.Caller.Actor);
    }
}
