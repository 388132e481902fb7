using FluentValidation;

using MediatR;

using Microsoft.Extensions.Logging;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal sealed class AllocateOrderValidator : AbstractValidator<AllocateOrder>
{
    public AllocateOrderValidator()
    {
        RuleFor(r => r.Attempt).GreaterThan(0).WithErrorCode("inventory.attempt");
        RuleFor(r => r.Lines).NotEmpty().WithErrorCode("inventory.lines").Must(lines => lines is null || lines.Count <= 2_000).WithErrorCode("inventory.lines");
        RuleForEach(r => r.Lines).ChildRules(line => line.RuleFor(l => l.Quantity).GreaterThan(0).WithErrorCode("inventory.quantity"));
    }
}

internal sealed partial class AllocateOrderHandler(StockReads stock, UnitOfWork work, ILogger<AllocateOrderHandler> log)
    : IRequestHandler<AllocateOrder, Result<OrderAllocation>>
{
    public async Task<Result<OrderAllocation>> Handle(AllocateOrder request, CancellationToken ct)
    {
        if (await stock.AllocationOf(request.OrderId, request.Attempt, ct) is { } earlier)
        {
            return new OrderAllocation(
                request.OrderId,
                request.Attempt,
                earlier.Sum(a => a.Quantity) == request.Lines.Sum(l => l.Quantity),
                [.. earlier.Select(a => new GrantedStock(a.LineId, a.Node, a.Quantity))]);
        }

        await stock.Load([.. request.Lines.Select(l => l.Sku)], [], ct);
        var (granted, missing) = await Propose(request.Lines, ct);
        if (granted.Count == 0 || (missing.Count > 0 && !request.AllowPart))
        {
            LogShort(log, request.OrderId, missing.Count);
            return Refusal.Conflict("inventory.short", "There is not enough free stock.", missing);
        }

        foreach (var (line, from, quantity) in granted)
        {
            from.Take(quantity);
            work.Take(new PositionChange(from.Position, allocated: quantity));
            var row = new AllocationRow(request.OrderId, request.Attempt, line.LineId, from.Position.ItemId, from.Position.Node, quantity, work.Now);
            work.Write(row);
            stock.Remember(row);
        }

        work.Raise(new OrderStockAllocated(Guid.CreateVersion7(), work.Now, request.OrderId, request.Attempt, missing.Count == 0));
        return new OrderAllocation(
            request.OrderId, request.Attempt, missing.Count == 0, [.. granted.Select(g => new GrantedStock(g.Line.LineId, g.From.Position.Node, g.Quantity))]);
    }

    /// <summary>Who gives how much: each line from the node with most free, spread when one is not enough. Changes nothing.</summary>
    private async ValueTask<(List<(AllocationLine Line, FreeStock From, int Quantity)> Granted, List<ShortStock> Missing)> Propose(
        IReadOnlyList<AllocationLine> lines, CancellationToken ct)
    {
        var granted = new List<(AllocationLine, FreeStock, int)>(lines.Count);
        var promised = new Dictionary<PositionKey, int>();
        var missing = new Dictionary<Sku, ShortStock>();
        foreach (var line in lines)
        {
            var left = line.Quantity;
            var places = (await stock.Free(line.Sku, ct)).Where(p => line.Node is null || p.Position.Node == line.Node);
            foreach (var place in places.OrderByDescending(p => p.Free - promised.GetValueOrDefault(p.Position)).ThenBy(p => p.Position.Node, StringComparer.Ordinal))
            {
                var quantity = Math.Min(left, place.Free - promised.GetValueOrDefault(place.Position));
                if (quantity > 0)
                {
                    granted.Add((line, place, quantity));
                    promised[place.Position] = promised.GetValueOrDefault(place.Position) + quantity;
                    left -= quantity;
                }

                if (left == 0)
                {
                    break;
                }
            }

            if (left > 0)
            {
                var before = missing.GetValueOrDefault(line.Sku) ?? new ShortStock(line.Sku, 0, 0);
                missing[line.Sku] = before with { Wanted = before.Wanted + line.Quantity, Free = before.Free + line.Quantity - left };
            }
        }

        return (granted, [.. missing.Values]);
    }

    [LoggerMessage(2101, LogLevel.Information, "Order {OrderId} is short of {Items} items")]
    private static partial void LogShort(ILogger log, OrderId orderId, int items);
}
