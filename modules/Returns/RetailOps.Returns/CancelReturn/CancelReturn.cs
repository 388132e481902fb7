using MediatR;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class CancelReturnHandler(UnitOfWork work, ISender sender, OwnOrders own) : IRequestHandler<CancelReturn, Result<ReturnView>>
{
    public async Task<Result<ReturnView>> Handle(CancelReturn request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (await returns.FindReturn(request.Id, ct) is not { } came || !await own.Has(came.OrderId, ct))
        {
            return Refusal.NotFound("returns.unknown", "There is no such return.");
        }

        if (came.Status is ReturnStatus.Cancelled)
        {
            return ReturnViews.Of(came);
        }

        if (came.Cancel() is { } refusal)
        {
            return refusal;
        }

        if (came.OrderId is { } order)
        {
            var released = await sender.Send(new ReleaseReturnable(order, [.. came.Lines.Select(l => new ClaimedUnits(l.OrderLineId!.Value, l.Quantity))]), ct);
            if (!released.IsSuccess)
            {
                return released.Refusal;
            }
        }

        work.Raise(came, new ReturnCancelled(Guid.CreateVersion7(), work.Now, came.Id));
        return ReturnViews.Of(came);
    }
}
