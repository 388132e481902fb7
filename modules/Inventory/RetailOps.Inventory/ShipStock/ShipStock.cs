using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class ShipStockValidator : AbstractValidator<ShipStock>
{
    public ShipStockValidator()
    {
        RuleFor(r => r.Node).Must(n => Text.HasLength(n, 32)).WithErrorCode("inventory.node").WithMessage("1 to 32 characters.");
        RuleFor(r => r.Lines).Cascade(CascadeMode.Stop)
            .Must(l => l is { Count: > 0 and <= 2_000 } && l.All(x => x is not null)).WithErrorCode("inventory.lines").WithMessage("1 to 2,000 lines.")
            .Must(l => l.DistinctBy(x => x.LineId).Count() == l.Count).WithErrorCode("inventory.line-id").WithMessage("Each line once.")
            .Must(l => l.All(x => x.Quantity > 0)).WithErrorCode("inventory.quantity").WithMessage("Above 0.");
    }
}

internal sealed class ShipStockHandler(StockReads stock, Batches batches, Shipping shipping, UnitOfWork work) : IRequestHandler<ShipStock, Result<ShippedStock>>
{
    public async Task<Result<ShippedStock>> Handle(ShipStock request, CancellationToken ct)
    {
        if (!work.Caller.ReachesNode(request.Node))
        {
            return Refusal.NotFound("inventory.unknown-node", $"There is no node {request.Node}; add it first.");
        }

        var key = Shipping.CauseOf(request.ShipmentId);
        await stock.LoadShipment(key, batches, request.OrderId, ct);
        if (await batches.Earlier<ShippedStock>(key, ct) is { } earlier)
        {
            return earlier;
        }

        var allocations = await stock.AllocationsOf(request.OrderId, ct);
        var parts = new List<(HeldAllocation From, int Quantity)>();
        var missing = new List<ShippedUnits>();
        foreach (var line in request.Lines)
        {
            var left = OpenPromises.Take(parts, allocations, line.LineId, request.Node, line.Quantity);
            if (left > 0)
            {
                missing.Add(line with { Quantity = left });
            }
        }

        if (missing.Count > 0)
        {
            return Refusal.Conflict("inventory.not-allocated", "Less is allocated to this order at this node than should leave.", missing);
        }

        // Who ships a whole order sends one request per node: the first locks for all of them, in the order that everybody keeps.
        await stock.LoadItems(allocations.Where(a => a.Open > 0).Select(a => a.Row.ItemId), ct);
        var shipped = await shipping.Send(request.OrderId, request.ShipmentId, parts, ct);
        return shipped.IsSuccess ? batches.Answer(key, shipped.Value) : shipped;
    }
}

/// <summary>Goods leave: allocation, position and ledger go down together.</summary>
internal sealed class Shipping(StockReads stock, StockBook book, UnitOfWork work)
{
    public static string CauseOf(Guid shipment) => $"shipment/{shipment}";

    public async Task<Result<ShippedStock>> Send(OrderId order, Guid shipment, IReadOnlyList<(HeldAllocation From, int Quantity)> parts, CancellationToken ct)
    {
        await stock.LoadItems(parts.Select(p => p.From.Row.ItemId), ct);
        var missing = new List<ShortStock>();
        foreach (var position in parts.GroupBy(p => (p.From.Row.ItemId, p.From.Row.Node)))
        {
            var count = await stock.Of(position.First().From.Row, ct);
            if (position.Sum(p => p.Quantity) is var wanted && wanted > count.OnHand)
            {
                missing.Add(new(count.Sku, wanted, count.OnHand));
            }
        }

        if (missing.Count > 0)
        {
            return Refusal.Conflict("inventory.short", "Less lies there than should leave; count it, or ship what there is.", missing);
        }

        foreach (var (from, quantity) in parts)
        {
            from.Shipped += quantity;
            work.Take(new AllocationChange(from.Row, shipped: quantity));
            book.Ship(await stock.Of(from.Row, ct), quantity, CauseOf(shipment));
        }

        work.Raise(new StockShipped(Guid.CreateVersion7(), work.Now, order, shipment, parts.Sum(p => p.Quantity)));
        var lines = parts.GroupBy(p => (p.From.Row.LineId, p.From.Row.Node)).Select(l => new GrantedStock(l.Key.LineId, l.Key.Node, l.Sum(p => p.Quantity)));
        return new ShippedStock(shipment, [.. lines]);
    }
}
