using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class CancelOrderValidator : AbstractValidator<CancelOrder>
{
    public CancelOrderValidator()
    {
        RuleFor(r => r.Reason).Must(t => Text.HasLength(t, 200)).WithErrorCode("orders.reason").WithMessage("1 to 200 characters.");
        RuleFor(r => r.Lines).Must(l => l is null || (l is { Count: > 0 and <= 2_000 } && l.All(x => x is { Quantity: > 0 }) && l.DistinctBy(x => x.LineId).Count() == l.Count))
            .WithErrorCode("orders.lines").WithMessage("1 to 2,000 lines, each once, with quantities above 0.");
    }
}

/// <summary>Cancels in one claim: the order's revision decides against shipments and allocations of the same moment.</summary>
internal sealed class CancelOrderHandler(UnitOfWork work, ISender sender, OrderViews views, Closing closing, WaitingForStock waiting) : IRequestHandler<CancelOrder, Result<OrderView>>
{
    public async Task<Result<OrderView>> Handle(CancelOrder request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.FindOwn(request.Id, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        var wanted = request.Lines?.ToDictionary(l => l.LineId, l => l.Quantity) ?? order.Lines.Where(l => l.Open > 0).ToDictionary(l => l.LineId, l => l.Open);
        var isWithoutGoods = order.Lines.Count == 0 && request.Lines is null && order.Status is OrderStatus.Placed;
        if ((wanted.Count == 0 && !isWithoutGoods) || wanted.Any(w => (order.LineOrNull(w.Key)?.Open ?? 0) < w.Value))
        {
            return Refusal.Conflict(
                "orders.nothing-to-cancel",
                "That much of this order is not waiting to leave any more.",
                new { status = order.Status.ToSnakeCase(), open = order.Lines.Where(l => l.Open > 0).Select(l => new CancelledUnits(l.LineId, l.Open)) });
        }

        // What is allocated and not reserved any more has left the reservation; before that it is the reservation that holds the stock.
        var holdsReservation = order is { ReservationId: not null, Status: OrderStatus.Placed };
        var before = WaitingForStock.Units(order);
        var allocated = wanted.ToDictionary(w => w.Key, w => order.Cancel(w.Key, w.Value)).Where(a => a.Value > 0).ToDictionary();
        if (isWithoutGoods)
        {
            order.CancelCharges();
        }

        await TakeOut(orders, order, allocated, request.Reason, ct);
        if (holdsReservation && order.Status is OrderStatus.Cancelled)
        {
            Insist(await sender.Send(new ReleaseReservation(order.ReservationId!.Value), ct));
        }

        work.Raise(order, new OrderCancelled(Guid.CreateVersion7(), work.Now, order.Id, request.Reason, wanted.Values.Sum(), order.Status is OrderStatus.Cancelled));
        waiting.Tell(order, before);
        closing.Of(order);
        return await views.Of(order, ct);
    }

    /// <summary>Units that had stock come out of released fulfilments, the newest first, and their stock is free again.</summary>
    private async Task TakeOut(OrdersDbContext orders, Order order, Dictionary<int, int> units, string reason, CancellationToken ct)
    {
        if (units.Count == 0)
        {
            return;
        }

        var freed = new List<GrantedStock>();
        var released = await orders.Fulfilments.Include(f => f.Lines)
            .Where(f => f.OrderId == order.Id && f.Status == FulfilmentStatus.Released).OrderByDescending(f => f.Id).ToListAsync(ct);
        foreach (var fulfilment in released)
        {
            var taken = fulfilment.Lines.Select(l => (l.LineId, Units: Math.Min(l.Quantity, units.GetValueOrDefault(l.LineId)))).Where(t => t.Units > 0).ToDictionary(t => t.LineId, t => t.Units);
            if (taken.Count == 0)
            {
                continue;
            }

            foreach (var (line, quantity) in taken)
            {
                units[line] -= quantity;
                freed.Add(new(line, fulfilment.Node, quantity));
            }

            fulfilment.Take(taken);
            work.Raise(fulfilment, fulfilment.Status is FulfilmentStatus.Cancelled
                ? new FulfilmentCancelled(Guid.CreateVersion7(), work.Now, fulfilment.Id, order.Id, reason)
                : new FulfilmentReduced(Guid.CreateVersion7(), work.Now, fulfilment.Id, order.Id, fulfilment.Units, reason));
        }

        var sum = freed.GroupBy(f => (f.LineId, f.Node)).Select(g => new GrantedStock(g.Key.LineId, g.Key.Node, g.Sum(x => x.Quantity)));
        Insist(await sender.Send(new ReleaseAllocation(order.Id, [.. sum]), ct));
    }

    // The order was read before its stock: another shipment or allocation came between, and a fresh read decides.
    private static void Insist<T>(Result<T> stock)
    {
        if (!stock.IsSuccess)
        {
            throw new StaleException($"the stock of the order: {stock.Refusal.Code}");
        }
    }
}
