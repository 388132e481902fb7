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
        RuleFor(r => r.Lines).Must(lines => lines is { Count: > 0 and <= 2_000 } && lines.All(l => l is not null)).WithErrorCode("inventory.lines").WithMessage("1 to 2,000 lines.");
        RuleFor(r => r.Lines).Must(lines => lines.DistinctBy(l => (l?.LineId, l?.Node)).Count() == lines.Count).When(r => r.Lines is not null)
            .WithErrorCode("inventory.line-id").WithMessage("Each line once, or once per node.");
        RuleForEach(r => r.Lines).ChildRules(line => line.RuleFor(l => l.Quantity).InclusiveBetween(1, 1_000_000).WithErrorCode("inventory.quantity"));
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
        var granted = new List<(AllocationLine Line, FreeStock From, int Quantity)>(lines.Count);
        var promised = new Dictionary<PositionKey, int>();
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
        }

        var got = granted.GroupBy(g => g.Line.Sku).ToDictionary(g => g.Key, g => g.Sum(x => x.Quantity));
        var missing = lines.GroupBy(l => l.Sku)
            .Select(l => new ShortStock(l.Key, l.Sum(x => x.Quantity), got.GetValueOrDefault(l.Key)))
            .Where(s => s.Free < s.Wanted);
        return (granted, [.. missing]);
    }

    [LoggerMessage(2101, LogLevel.Information, "Order {OrderId} is short of {Items} items")]
    private static partial void LogShort(ILogger log, OrderId orderId, int items);
}
