using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>Sends out part of what is allocated to an order at one node: on hand and allocated go down together, and the ledger says so.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="ShipmentId">The shipment; a second call with it answers as the first.</param>
/// <param name="Node">Where it leaves.</param>
/// <param name="Lines">1 to 2,000 lines; never more than is allocated there.</param>
/// <returns>What left, or <c>inventory.not-allocated</c>, <c>inventory.short</c> (Conflict: less lies there than was promised).</returns>
[Needs("inventory.ship"), AsksDatabase]
public sealed record ShipStock(OrderId OrderId, Guid ShipmentId, string Node, IReadOnlyList<ShippedUnits> Lines) : IRequest<Result<ShippedStock>>;

/// <summary>Units of a line that leave.</summary>
/// <param name="LineId">The order's line.</param>
/// <param name="Quantity">Above 0, in the item's unit.</param>
public sealed record ShippedUnits(int LineId, int Quantity);
