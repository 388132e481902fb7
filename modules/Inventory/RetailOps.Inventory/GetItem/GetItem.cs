using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class GetItemHandler(UnitOfWork work) : IRequestHandler<GetItem, Result<ItemView>>
{
    public async Task<Result<ItemView>> Handle(GetItem request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        return await inventory.Items.AsNoTracking().SingleOrDefaultAsync(i => i.Sku == request.Sku, ct) is { } item
            ? item.View()
            : Refusal.NotFound("inventory.unknown-item", $"There is no item {request.Sku}.");
    }
}

internal sealed class ListItemsValidator : AbstractValidator<ListItems>
{
    public ListItemsValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("inventory.limit");
}

internal sealed class ListItemsHandler(UnitOfWork work) : IRequestHandler<ListItems, Result<IReadOnlyList<ItemView>>>
{
    public async Task<Result<IReadOnlyList<ItemView>>> Handle(ListItems request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        var items = inventory.Items.AsNoTracking();
        if (request.After is { } after)
        {
            items = items.Where(i => string.Compare((string)(object)i.Sku, after) > 0);
        }

        return (await items.OrderBy(i => i.Sku).Take(request.Limit).ToListAsync(ct)).ConvertAll(i => i.View());
    }
}
