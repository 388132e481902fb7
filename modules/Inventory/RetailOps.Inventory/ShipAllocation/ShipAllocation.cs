using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

internal sealed class ShipAllocationHandler(StockReads stock, Shipping shipping) : IRequestHandler<ShipAllocation, Result<ShippedStock>>
{
    public async Task<Result<ShippedStock>> Handle(ShipAllocation request, CancellationToken ct)
    {
        var open = (await stock.AllocationsOf(request.OrderId, ct)).Where(a => a.Open > 0).Select(a => (a, a.Open)).ToList();
        return open.Count == 0
            ? Refusal.Conflict("inventory.nothing-allocated", "Nothing is allocated to this order.")
            : await shipping.Send(request.OrderId, Guid.CreateVersion7(), open, ct);
    }
}
