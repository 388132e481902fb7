using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class GetNodeHandler(UnitOfWork work) : IRequestHandler<GetNode, Result<NodeView>>
{
    public async Task<Result<NodeView>> Handle(GetNode request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        var code = request.Code.Trim().ToUpperInvariant();
        return await inventory.Nodes.AsNoTracking().SingleOrDefaultAsync(n => n.Code == code, ct) is { } node
            ? node.View()
            : Refusal.NotFound("inventory.unknown-node", $"There is no node {code}.");
    }
}

internal sealed class ListNodesValidator : AbstractValidator<ListNodes>
{
    public ListNodesValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("inventory.limit");
}

internal sealed class ListNodesHandler(UnitOfWork work) : IRequestHandler<ListNodes, Result<IReadOnlyList<NodeView>>>
{
    public async Task<Result<IReadOnlyList<NodeView>>> Handle(ListNodes request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        var nodes = inventory.Nodes.AsNoTracking();
        if (request.After is { } after)
        {
            nodes = nodes.Where(n => string.Compare(n.Code, after) > 0);
        }

        return (await nodes.OrderBy(n => n.Code).Take(request.Limit).ToListAsync(ct)).ConvertAll(n => n.View());
    }
}
