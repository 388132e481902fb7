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
        RuleFor(r => r.WeightGrams).InclusiveBetween(0, 100_000_000).WithErrorCode("inventory.weight");
        RuleFor(r => r.Category).Must(c => c is null || Text.HasLength(c, 100)).WithErrorCode("inventory.category").WithMessage("1 to 100 characters.");
        RuleFor(r => r.Cost).Must(IsPrice).WithErrorCode("inventory.money").WithMessage("Not below 0, with its currency.");
        RuleFor(r => r.Price).Must(IsPrice).WithErrorCode("inventory.money").WithMessage("Not below 0, with its currency.");
    }

    private static bool IsPrice(Money? money) => money is not { } given || (given.MinorUnits >= 0 && Money.IsCurrency(given.Currency));
}

internal sealed class PutItemsValidator : AbstractValidator<PutItems>
{
    public PutItemsValidator()
    {
        RuleFor(r => r.Items).Cascade(CascadeMode.Stop)
            .Must(i => i is { Count: > 0 and <= 5_000 } && i.All(x => x is not null)).WithErrorCode("inventory.items").WithMessage("1 to 5,000 items.")
            .Must(i => i.DistinctBy(x => x.Sku).Count() == i.Count).WithErrorCode("inventory.items").WithMessage("Each item once.");
        RuleForEach(r => r.Items).SetValidator(new PutItemValidator());
    }
}

internal sealed class PutItemHandler(UnitOfWork work, KnownItems known) : IRequestHandler<PutItem, Result<ItemView>>
{
    public async Task<Result<ItemView>> Handle(PutItem request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        known.AddOnceCommitted(work, [request.Sku]);
        if (await inventory.Items.SingleOrDefaultAsync(i => i.Sku == request.Sku, ct) is not { } item)
        {
            return ItemWriting.Add(request, inventory, work).View();
        }

        ItemWriting.Change(request, item, work);
        return item.View();
    }
}

internal sealed class PutItemsHandler(UnitOfWork work, KnownItems known) : IRequestHandler<PutItems, Result<WrittenItems>>
{
    public async Task<Result<WrittenItems>> Handle(PutItems request, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        var skus = request.Items.Select(i => i.Sku).ToList();
        known.AddOnceCommitted(work, skus);
        var there = await inventory.Items.Where(i => skus.Contains(i.Sku)).ToDictionaryAsync(i => i.Sku, ct);
        var changed = 0;
        foreach (var said in request.Items)
        {
            if (!there.TryGetValue(said.Sku, out var item))
            {
                ItemWriting.Add(said, inventory, work);
            }
            else if (ItemWriting.Change(said, item, work))
            {
                changed++;
            }
        }

        return new WrittenItems(request.Items.Count - there.Count, changed);
    }
}

/// <summary>What one item and many have in common.</summary>
internal static class ItemWriting
{
    public static Item Add(PutItem said, InventoryDbContext inventory, UnitOfWork work)
    {
        var item = new Item(Guid.CreateVersion7(), said.Sku, said.Name, said.Uom);
        item.Put(said);
        inventory.Items.Add(item);
        work.Raise(item, item.Changed(work.Now));
        return item;
    }

    /// <summary>False when all of it was known.</summary>
    public static bool Change(PutItem said, Item item, UnitOfWork work)
    {
        var changes = item.Put(said);
        if (changes)
        {
            work.Raise(item, item.Changed(work.Now));
        }

        return changes;
    }
}
