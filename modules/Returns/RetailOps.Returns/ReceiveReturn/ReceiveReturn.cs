using FluentValidation;

using MediatR;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class ReceiveReturnValidator : AbstractValidator<ReceiveReturn>
{
    public ReceiveReturnValidator()
    {
        RuleFor(r => r.ReceiptId).NotEmpty().WithErrorCode("returns.receipt-id");
        RuleFor(r => r.Node).Must(n => Text.HasLength(n, 64)).WithErrorCode("returns.node").WithMessage("1 to 64 characters.");
        RuleFor(r => r.Lines).Must(l => l is null || (l.Count is > 0 and <= 2_000 && l.All(x => x is not null) && l.DistinctBy(x => x.LineId).Count() == l.Count))
            .WithErrorCode("returns.lines").WithMessage("1 to 2,000 lines, each once.");
        RuleForEach(r => r.Lines).Must(l => l is null or { Quantity: > 0 and <= 1_000_000 }).WithErrorCode("returns.quantity");
    }
}

internal sealed class ReceiveReturnHandler(UnitOfWork work, ISender sender, OwnOrders own) : IRequestHandler<ReceiveReturn, Result<ReturnView>>
{
    public async Task<Result<ReturnView>> Handle(ReceiveReturn request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (await returns.FindReturn(request.Id, ct) is not { } came || !await own.Has(came.OrderId, ct))
        {
            return Refusal.NotFound("returns.unknown", "There is no such return.");
        }

        if (came.Receipts.Any(r => r.ReceiptId == request.ReceiptId))
        {
            return (await ReturnViews.Of(returns, [came], ct))[0];
        }

        var units = request.Lines ?? [.. came.Lines.Where(l => l.Received < l.Quantity).Select(l => new ReceivedUnits(l.LineId, l.Quantity - l.Received))];
        if (came.Receive(request.ReceiptId, request.Node, units, work.Caller.Actor, work.Now) is { } refusal)
        {
            return refusal;
        }

        var arrived = units.Select(u => (Line: came.Lines.Single(l => l.LineId == u.LineId), u.Quantity)).ToList();
        if (came.OrderId is { } order)
        {
            var settled = await sender.Send(new SettleReturnable(order, [.. arrived.Select(a => new ClaimedUnits(a.Line.OrderLineId!.Value, a.Quantity))]), ct);
            if (!settled.IsSuccess)
            {
                return settled.Refusal;
            }
        }

        var goods = arrived.GroupBy(a => a.Line.Sku).Select(g => new ReturnedUnits(g.Key, g.Sum(a => a.Quantity)));
        var stock = await sender.Send(new ReceiveReturnedStock(came.Id, request.ReceiptId, request.Node, [.. goods]), ct);
        if (!stock.IsSuccess)
        {
            return stock.Refusal;
        }

        work.Raise(came, new ReturnReceived(
            Guid.CreateVersion7(), work.Now, came.Id, request.Node, units.Sum(u => u.Quantity), came.Lines.All(l => l.Received == l.Quantity)));
        return ReturnViews.Of(came);
    }
}
