using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>
/// Takes stock for every line of an order, or what there is when <paramref name="AllowPart"/>, or nothing. What the order has reserved
/// (under the key <c>order/…</c>) becomes part of the allocation; what it reserved and is not granted is free again.
/// </summary>
/// <param name="OrderId">With <paramref name="Attempt"/> the idempotency key: a second call returns the first allocation.</param>
/// <param name="Attempt">From 1; a later attempt asks for what an earlier one did not get.</param>
/// <param name="Lines">1 to 2,000 lines; quantities in the item's stock-keeping unit.</param>
/// <param name="AllowPart">Whether less than everything is welcome.</param>
/// <returns>The allocation, or <c>inventory.short</c> (Conflict) naming every item that could not be met.</returns>
[Needs("inventory.allocate")]
public sealed record AllocateOrder(OrderId OrderId, int Attempt, IReadOnlyList<AllocationLine> Lines, bool AllowPart) : IRequest<Result<OrderAllocation>>;

/// <summary>What one line of an order wants, or what a plan wants for it from one node.</summary>
/// <param name="LineId">The order's line; once in a request, or once per node.</param>
/// <param name="Sku">The item; the same item on several lines is one claim.</param>
/// <param name="Quantity">1 to 1,000,000, in the item's unit.</param>
/// <param name="Node">Only from there, as a plan says; null for any open store or distribution centre, most free first.</param>
public sealed record AllocationLine(int LineId, Sku Sku, int Quantity, string? Node = null);

/// <summary>What one line was promised from one node.</summary>
/// <param name="LineId">The order's line.</param>
/// <param name="Node">Where it lies.</param>
/// <param name="Quantity">Above 0, in the item's unit.</param>
public sealed record GrantedStock(int LineId, string Node, int Quantity);

/// <summary>A promise of stock to an order.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Attempt">Which try.</param>
/// <param name="IsWhole">Whether every line got all it wanted.</param>
/// <param name="Granted">Line by line; a line can come from several nodes.</param>
public sealed record OrderAllocation(OrderId OrderId, int Attempt, bool IsWhole, IReadOnlyList<GrantedStock> Granted);

/// <summary>What is missing of one item.</summary>
/// <param name="Sku">The item.</param>
/// <param name="Wanted">Asked for, over all lines.</param>
/// <param name="Free">What there was.</param>
public sealed record ShortStock(Sku Sku, int Wanted, int Free);

/// <summary>Stock was promised to an order. Raised in the transaction that took it; delivered at least once.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Attempt">Which try.</param>
/// <param name="IsWhole">Whether every line got all it wanted.</param>
[EventName("inventory.order-allocated.v1")]
public sealed record OrderStockAllocated(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, int Attempt, bool IsWhole) : IFact
{
    string IFact.Aggregate => $"allocation/{OrderId}/{Attempt}";

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>What left the nodes for an order.</summary>
/// <param name="ShipmentId">Names the batch of movements.</param>
/// <param name="Lines">Line by line.</param>
public sealed record ShippedStock(Guid ShipmentId, IReadOnlyList<GrantedStock> Lines);

/// <summary>Goods left for an order.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="ShipmentId">The batch of movements.</param>
/// <param name="Units">Over all lines.</param>
[EventName("inventory.stock-shipped.v1")]
public sealed record StockShipped(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, Guid ShipmentId, int Units) : IFact
{
    string IFact.Aggregate => $"shipment/{ShipmentId}";

    string IFact.Key => OrderKey.Of(OrderId);
}
