using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class PutNodeValidator : AbstractValidator<PutNode>
{
    public PutNodeValidator()
    {
        RuleFor(r => r.Code).Must(c => Text.HasLength(c, 32) && !c.Any(x => char.IsWhiteSpace(x) || char.IsControl(x) || x == '/'))
            .WithErrorCode("inventory.node").WithMessage("1 to 32 visible characters without a slash.");
        RuleFor(r => r.Name).Must(n => Text.HasLength(n, 200)).WithErrorCode("inventory.name").WithMessage("1 to 200 characters.");
        RuleFor(r => r.Kind).Must(k => k is "store" or "dc" or "supplier").WithErrorCode("inventory.node-kind").WithMessage("store, dc or supplier.");
        RuleFor(r => r.Region).Must(g => g is null || Text.HasLength(g, 64)).WithErrorCode("inventory.region").WithMessage("1 to 64 characters.");
    }
}

internal sealed class PutNodeHandler(UnitOfWork work) : IRequestHandler<PutNode, Result<NodeView>>
{
    public async Task<Result<NodeView>> Handle(PutNode request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        var code = request.Code.ToUpperInvariant();
        if (!work.Caller.ReachesNode(code))
        {
            return Refusal.NotFound("inventory.unknown-node", $"There is no node {code}.");
        }

        if (await inventory.Nodes.FindAsync([code], ct) is not { } node)
        {
            node = new(code, request.Name, request.Kind);
            node.Put(request);
            inventory.Nodes.Add(node);
            work.Raise(node, node.Changed(work.Now));
        }
        else if (node.Put(request))
        {
            work.Raise(node, node.Changed(work.Now));
        }

        return node.View();
    }
}
