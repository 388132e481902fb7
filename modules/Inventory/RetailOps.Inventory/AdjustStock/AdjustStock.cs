using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class AdjustStockValidator : AbstractValidator<AdjustStock>
{
    public AdjustStockValidator()
    {
        RuleFor(r => r.Quantity).Must(q => q is >= -1_000_000 and <= 1_000_000 and not 0).WithErrorCode("inventory.quantity").WithMessage("At most 1,000,000 either way, not 0.");
        RuleFor(r => r.Reason).Must(n => Text.HasLength(n, 200)).WithErrorCode("inventory.reason").WithMessage("1 to 200 characters.");
        RuleFor(r => r.Key).Must(BatchKeys.IsWellFormed).WithErrorCode("inventory.reference").WithMessage("1 to 128 visible characters.");
    }
}

internal sealed class AdjustStockHandler(Catalogue catalogue, StockReads stock, StockBook book, Batches batches, UnitOfWork work)
    : IRequestHandler<AdjustStock, Result<AdjustedStock>>
{
    public async Task<Result<AdjustedStock>> Handle(AdjustStock request, CancellationToken ct)
    {
        var key = $"adjustment/{request.Key}";
        if (await batches.Earlier<AdjustedStock>(key, ct) is { } earlier)
        {
            return earlier;
        }

        var items = await catalogue.Items([request.Sku], ct);
        if (!items.IsSuccess)
        {
            return items.Refusal;
        }

        var parts = request.Quantity > 0 ? await More(request, items.Value[request.Sku], ct) : await Less(request, ct);
        if (!parts.IsSuccess)
        {
            return parts.Refusal;
        }

        return batches.Answer(key, new AdjustedStock([.. parts.Value.Select(p => book.Move(p.Key, "adjusted", p.Value, request.Reason, key))]));
    }

    private async Task<Result<Dictionary<StockCount, int>>> More(AdjustStock request, Guid item, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        var codes = await inventory.Nodes.AsNoTracking().Where(n => n.Kind == "dc" && n.Open).Select(n => n.Code).ToListAsync(ct);
        codes.RemoveAll(c => !work.Caller.ReachesNode(c));
        if (codes.Min(StringComparer.Ordinal) is not { } first)
        {
            return Refusal.NotFound("inventory.unknown-node", "No distribution centre is open that could take what was found; open one, or record the movement where it lies.");
        }

        return new Dictionary<StockCount, int> { [(await stock.At([(item, request.Sku)], first, PositionKey.Sellable, ct))[0]] = request.Quantity };
    }

    private async Task<Result<Dictionary<StockCount, int>>> Less(AdjustStock request, CancellationToken ct)
    {
        var counts = (await stock.Sellable(request.Sku, ct)).Where(c => work.Caller.ReachesNode(c.Position.Node)).ToList();
        var parts = new Dictionary<StockCount, int>();
        var left = -request.Quantity;

        // What nobody was promised goes first; only then is somebody's promise short.
        Take(c => Math.Max(0, c.OnHand - c.Allocated - c.Reserved));
        Take(c => c.OnHand + parts.GetValueOrDefault(c));
        return left == 0
            ? parts
            : Refusal.Conflict("inventory.short", "Less lies at all nodes together than is to go.", new[] { new ShortStock(request.Sku, -request.Quantity, counts.Sum(c => c.OnHand)) });

        void Take(Func<StockCount, int> most)
        {
            foreach (var count in counts.OrderByDescending(c => c.Free).ThenByDescending(most).ThenBy(c => c.Position.Node, StringComparer.Ordinal).ToList())
            {
                var part = Math.Min(left, most(count));
                if (part > 0)
                {
                    parts[count] = parts.GetValueOrDefault(count) - part;
                    left -= part;
                }
            }
        }
    }
}
