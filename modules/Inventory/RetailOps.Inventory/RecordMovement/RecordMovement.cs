using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class RecordMovementValidator : AbstractValidator<RecordMovement>
{
    private static readonly string[] Conditions = ["sellable", "quarantine", "damaged"];

    public RecordMovementValidator()
    {
        RuleFor(r => r.Kind).Must(k => k is "received" or "adjusted").WithErrorCode("inventory.kind").WithMessage("received or adjusted.");
        RuleFor(r => r.Sku).Must(s => s.IsWellFormed).WithErrorCode("inventory.sku").WithMessage("1 to 64 visible characters.");
        RuleFor(r => r.Node).Must(n => Text.HasLength(n, 32)).WithErrorCode("inventory.node").WithMessage("1 to 32 characters.");
        RuleFor(r => r.Condition).Must(c => Conditions.Contains(c)).WithErrorCode("inventory.condition").WithMessage("sellable, quarantine or damaged.");
        RuleFor(r => r.Quantity).Must(q => q is >= -1_000_000 and <= 1_000_000 and not 0).WithErrorCode("inventory.quantity").WithMessage("At most 1,000,000 either way, not 0.");
        RuleFor(r => r.Quantity).Must(q => q >= 0).When(r => r.Kind == "received").WithErrorCode("inventory.quantity").WithMessage("What is received is above 0.");
        RuleFor(r => r.Reason).Must(n => n is null || Text.HasLength(n, 200)).WithErrorCode("inventory.reason").WithMessage("1 to 200 characters.");
        RuleFor(r => r.Reason).NotNull().When(r => r.Kind == "adjusted").WithErrorCode("inventory.reason").WithMessage("A correction has its reason.");
    }
}

internal sealed class RecordMovementHandler(UnitOfWork work) : IRequestHandler<RecordMovement, Result<StockMovement>>
{
    public async Task<Result<StockMovement>> Handle(RecordMovement request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        if (await inventory.Items.SingleOrDefaultAsync(i => i.Sku == request.Sku, ct) is not { } item)
        {
            return Refusal.NotFound("inventory.unknown-item", $"There is no item {request.Sku}; add it first.");
        }

        var code = request.Node.Trim().ToUpperInvariant();
        if (await inventory.Nodes.FindAsync([code], ct) is null)
        {
            return Refusal.NotFound("inventory.unknown-node", $"There is no node {code}; add it first.");
        }

        var position = new PositionKey(item.Id, code, request.Condition);
        if (request.Quantity < 0)
        {
            var there = await Unpromised.Of(position, work, ct);
            if (there < -request.Quantity)
            {
                return Refusal.Conflict("inventory.promised", "Less would remain than is promised.", new { free = there });
            }
        }

        var movement = new MovementRow(Guid.CreateVersion7(), position, request.Kind, request.Quantity, request.Reason, work.Caller.Actor, work.Now);
        work.Write(new PositionRow(position));
        work.Write(movement);
        work.Take(new PositionChange(position, onHand: request.Quantity));
        work.Raise(new StockMoved(Guid.CreateVersion7(), work.Now, movement.Id, item.Sku, code, request.Condition, request.Kind, request.Quantity));
        return new StockMovement(movement.Id, item.Sku, code, request.Condition, request.Kind, request.Quantity);
    }
}
