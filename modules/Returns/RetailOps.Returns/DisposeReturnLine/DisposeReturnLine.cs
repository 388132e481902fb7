using FluentValidation;

using MediatR;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class DisposeReturnLineValidator : AbstractValidator<DisposeReturnLine>
{
    public DisposeReturnLineValidator() => RuleFor(r => r.Disposition).Must(d => d is "restock" or "refurbish" or "liquidate" or "scrap" or "vendor")
        .WithErrorCode("returns.disposition").WithMessage("restock, refurbish, liquidate, scrap or vendor.");
}

internal sealed class DisposeReturnLineHandler(UnitOfWork work, ISender sender, OwnOrders own) : IRequestHandler<DisposeReturnLine, Result<ReturnView>>
{
    public async Task<Result<ReturnView>> Handle(DisposeReturnLine request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (await returns.FindReturn(request.Id, ct) is not { } came || !await own.Has(came.OrderId, ct))
        {
            return Refusal.NotFound("returns.unknown", "There is no such return.");
        }

        var left = came.Dispose(request.LineId, request.Disposition, work.Caller.Actor);
        if (!left.IsSuccess)
        {
            return left.Refusal;
        }

        if (left.Value.Count == 0)
        {
            return (await ReturnViews.Of(returns, [came], ct))[0];
        }

        var sku = came.Lines.Single(l => l.LineId == request.LineId).Sku;
        foreach (var (node, units) in left.Value)
        {
            var moved = await sender.Send(new DisposeReturnedStock(came.Id, Guid.CreateVersion7(), node, sku, units, request.Disposition), ct);
            if (!moved.IsSuccess)
            {
                return moved.Refusal;
            }
        }

        work.Raise(came, new ReturnLineDisposed(Guid.CreateVersion7(), work.Now, came.Id, request.LineId, request.Disposition, left.Value.Sum(l => l.Units)));
        return came.Status is ReturnStatus.Inspected && await End(came, ct) is { } refusal ? refusal : ReturnViews.Of(came);
    }

    /// <summary>The last line is decided: the money can be, and what never came may be asked for by another return.</summary>
    private async Task<Refusal?> End(Return came, CancellationToken ct)
    {
        work.Raise(came, new ReturnInspected(Guid.CreateVersion7(), work.Now, came.Id, came.OrderId));
        ClaimedUnits[] missing = [.. came.Lines.Where(l => l.OrderLineId is not null && l.Received < l.Quantity).Select(l => new ClaimedUnits(l.OrderLineId!.Value, l.Quantity - l.Received))];
        return missing.Length > 0 ? (await sender.Send(new ReleaseReturnable(came.OrderId!.Value, missing), ct)).Refusal : null;
    }
}
