using MediatR;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Returns;

/// <summary>A return, and what is refunded for it, is of its order's channel: whether the caller reaches it, the order's own module says.</summary>
internal sealed class OwnOrders(UnitOfWork work, ISender sender)
{
    /// <summary>Whether the caller is bound to channels, and reaches nothing by leafing through lists.</summary>
    public bool IsBound => work.Caller.Channels is not null;

    /// <summary>Whether what belongs to this order is the caller's; what belongs to none is nobody's who is bound.</summary>
    public async ValueTask<bool> Has(OrderId? order, CancellationToken ct) => !IsBound || (order is { } id && (await sender.Send(new GetOrder(id), ct)).IsSuccess);
}
