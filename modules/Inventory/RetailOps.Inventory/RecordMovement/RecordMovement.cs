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
        RuleFor(r => r.Node).NotEmpty().MaximumLength(32).WithErrorCode("inventory.node");
        RuleFor(r => r.Condition).Must(c => Conditions.Contains(c)).WithErrorCode("inventory.condition").WithMessage("sellable, quarantine or damaged.");
        RuleFor(r => r.Quantity).InclusiveBetween(-1_000_000, 1_000_000).NotEqual(0).WithErrorCode("inventory.quantity");
        RuleFor(r => r.Quantity).GreaterThan(0).When(r => r.Kind == "received").WithErrorCode("inventory.quantity");
        RuleFor(r => r.Reason).NotEmpty().When(r => r.Kind == "adjusted").WithErrorCode("inventory.reason");
        RuleFor(r => r.Reason).MaximumLength(200).WithErrorCode("inventory.reason");
    }
}

internal sealed class RecordMovementHandler(StockReads stock, UnitOfWork work) : IRequestHandler<RecordMovement, Result<StockMovement>>
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

        if (request.Quantity < 0)
        {
            var there = request.Condition == PositionKey.Sellable ? (await stock.Free(request.Sku, ct)).SingleOrDefault(p => p.Position.Node == code)?.Free ?? 0 : 0;
            if (there < -request.Quantity)
            {
                return Refusal.Conflict("inventory.promised", "Less would remain than is promised.", new { free = there });
            }
        }

        var position = new PositionKey(item.Id, code, request.Condition);
        var movement = new MovementRow(Guid.CreateVersion7(), position, request.Kind, request.Quantity, request.Reason, work.Caller.Actor, work.Now);
        work.Write(new PositionRow(position));
        work.Write(movement);
        work.Take(new PositionChange(position, onHand: request.Quantity));
        work.Raise(new StockMoved(Guid.CreateVersion7(), work.Now, movement.Id, item.Sku, code, request.Condition, request.Kind, request.Quantity));
        return new StockMovement(movement.Id, item.Sku, code, request.Condition, request.Kind, request.Quantity);
    }
}
