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
        RuleFor(r => r.Name).NotEmpty().MaximumLength(200).WithErrorCode("inventory.name");
        RuleFor(r => r.Uom).NotEmpty().MaximumLength(16).WithErrorCode("inventory.uom");
    }
}

internal sealed class PutItemHandler(UnitOfWork work) : IRequestHandler<PutItem, Result<ItemView>>
{
    public async Task<Result<ItemView>> Handle(PutItem request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        if (await inventory.Items.SingleOrDefaultAsync(i => i.Sku == request.Sku, ct) is { } item)
        {
            item.Rename(request.Name, request.Uom);
        }
        else
        {
            inventory.Items.Add(new(Guid.CreateVersion7(), request.Sku, request.Name, request.Uom));
        }

        return new ItemView(request.Sku, request.Name, request.Uom);
    }
}

internal sealed class PutNodeValidator : AbstractValidator<PutNode>
{
    public PutNodeValidator()
    {
        RuleFor(r => r.Code).NotEmpty().MaximumLength(32).Must(c => c is null || !c.Any(char.IsWhiteSpace)).WithErrorCode("inventory.node");
        RuleFor(r => r.Name).NotEmpty().MaximumLength(200).WithErrorCode("inventory.name");
        RuleFor(r => r.Kind).Must(k => k is "store" or "dc" or "supplier").WithErrorCode("inventory.node-kind").WithMessage("store, dc or supplier.");
    }
}

internal sealed class PutNodeHandler(UnitOfWork work) : IRequestHandler<PutNode, Result<NodeView>>
{
    public async Task<Result<NodeView>> Handle(PutNode request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        var code = request.Code.ToUpperInvariant();
        if (await inventory.Nodes.FindAsync([code], ct) is { } node)
        {
            node.Rename(request.Name, request.Kind);
        }
        else
        {
            inventory.Nodes.Add(new(code, request.Name, request.Kind));
        }

        return new NodeView(code, request.Name, request.Kind);
    }
}
