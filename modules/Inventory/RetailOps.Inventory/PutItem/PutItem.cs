using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class PutItemValidator : AbstractValidator<PutItem>
{
    public PutItemValidator()
    {
        RuleFor(r => r.Sku).Must(s => s.IsWellFormed).WithErrorCode("inventory.sku").WithMessage("1 to 64 visible characters.");
        RuleFor(r => r.Name).Must(n => Text.HasLength(n, 200)).WithErrorCode("inventory.name").WithMessage("1 to 200 characters.");
        RuleFor(r => r.Uom).Must(u => Text.HasLength(u, 16)).WithErrorCode("inventory.uom").WithMessage("1 to 16 characters.");
    }
}

internal sealed class PutItemHandler(UnitOfWork work) : IRequestHandler<PutItem, Result<ItemView>>
{
    public async Task<Result<ItemView>> Handle(PutItem request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        if (await inventory.Items.SingleOrDefaultAsync(i => i.Sku == request.Sku, ct) is not { } item)
        {
            item = new(Guid.CreateVersion7(), request.Sku, request.Name, request.Uom);
            inventory.Items.Add(item);
            work.Raise(item, item.Changed(work.Now));
        }
        else if (item.Rename(request.Name, request.Uom))
        {
            work.Raise(item, item.Changed(work.Now));
        }

        return new ItemView(request.Sku, request.Name, request.Uom);
    }
}

internal sealed class PutNodeValidator : AbstractValidator<PutNode>
{
    public PutNodeValidator()
    {
        RuleFor(r => r.Code).Must(c => Text.HasLength(c, 32) && !c.Any(x => char.IsWhiteSpace(x) || char.IsControl(x) || x == '/'))
            .WithErrorCode("inventory.node").WithMessage("1 to 32 visible characters without a slash.");
        RuleFor(r => r.Name).Must(n => Text.HasLength(n, 200)).WithErrorCode("inventory.name").WithMessage("1 to 200 characters.");
        RuleFor(r => r.Kind).Must(k => k is "store" or "dc" or "supplier").WithErrorCode("inventory.node-kind").WithMessage("store, dc or supplier.");
    }
}

internal sealed class PutNodeHandler(UnitOfWork work) : IRequestHandler<PutNode, Result<NodeView>>
{
    public async Task<Result<NodeView>> Handle(PutNode request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        var code = request.Code.ToUpperInvariant();
        if (await inventory.Nodes.FindAsync([code], ct) is not { } node)
        {
            node = new(code, request.Name, request.Kind);
            inventory.Nodes.Add(node);
            work.Raise(node, node.Changed(work.Now));
        }
        else if (node.Rename(request.Name, request.Kind))
        {
            work.Raise(node, node.Changed(work.Now));
        }

        return new NodeView(code, request.Name, request.Kind);
    }
}
