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
        RuleFor(r => r.Lines).MustBeWishes();
        RuleForEach(r => r.Lines).ChildRules(Wishes.Quantity);
    }
}

internal sealed partial class AllocateOrderHandler(StockReads stock, StockBook book, ReservationBook reservations, UnitOfWork work, ILogger<AllocateOrderHandler> log)
    : IRequestHandler<AllocateOrder, Result<OrderAllocation>>
{
    public async Task<Result<OrderAllocation>> Handle(AllocateOrder request, CancellationToken ct)
    {
        await stock.Load([.. request.Lines.Select(l => l.Sku)], [request.OrderId], ct);
        var earlier = (await stock.AllocationsOf(request.OrderId, ct)).Where(a => a.Row.Attempt == request.Attempt).Select(a => a.Row).ToList();
        if (earlier.Count > 0)
        {
            return new OrderAllocation(
                request.OrderId,
                request.Attempt,
                earlier.Sum(a => a.Quantity) == request.Lines.Sum(l => l.Quantity),
                [.. earlier.Select(a => new GrantedStock(a.LineId, a.Node, a.Quantity))]);
        }

        var held = await stock.ReservationOf(request.OrderId, ct);
        var own = (held?.Lines ?? []).GroupBy(l => l.Position).ToDictionary(l => l.Key, l => l.Sum(x => x.Quantity));
        var proposal = await Proposal.For(request.Lines, stock, own, ct);
        if (proposal.Granted.Count == 0 || (proposal.Missing.Count > 0 && !request.AllowPart))
        {
            LogShort(log, request.OrderId, proposal.Missing.Count);
            return Refusal.Conflict("inventory.short", "There is not enough free stock.", proposal.Missing);
        }

        await stock.LoadItems(own.Keys.Select(p => p.ItemId), ct);
        foreach (var (line, from, quantity) in proposal.Granted)
        {
            var row = new AllocationRow(request.OrderId, request.Attempt, line.LineId, from.Position.ItemId, from.Position.Node, quantity, work.Now);
            work.Write(row);
            stock.Remember(row);
        }

        var granted = proposal.Granted.GroupBy(g => g.From.Position).ToDictionary(g => g.Key, g => g.Sum(x => x.Quantity));
        foreach (var position in granted.Keys.Union(own.Keys))
        {
            book.Promise(await stock.At(position, ct), allocated: granted.GetValueOrDefault(position), reserved: -own.GetValueOrDefault(position));
        }

        if (held is not null)
        {
            reservations.End(held, "converted", request.OrderId);
        }

        var isWhole = proposal.Missing.Count == 0;
        work.Raise(new OrderStockAllocated(Guid.CreateVersion7(), work.Now, request.OrderId, request.Attempt, isWhole));
        return new OrderAllocation(
            request.OrderId, request.Attempt, isWhole, [.. proposal.Granted.Select(g => new GrantedStock(g.Line.LineId, g.From.Position.Node, g.Quantity))]);
    }

    [LoggerMessage(2101, LogLevel.Information, "Order {OrderId} is short of {Items} items")]
    private static partial void LogShort(ILogger log, OrderId orderId, int items);
}
