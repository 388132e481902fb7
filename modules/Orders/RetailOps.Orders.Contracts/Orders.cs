using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>Accepts an order. Idempotent by (channel, external id): the same payload gives the same order, another one is refused.</summary>
/// <param name="Channel">Where it was sold, 1 to 64 visible characters.</param>
/// <param name="ExternalId">The channel's own number, 1 to 128 characters.</param>
/// <param name="Customer">Who bought; null for an anonymous sale.</param>
/// <param name="Currency">ISO 4217; every price has it.</param>
/// <param name="Lines">1 to 2,000 lines, together at most 9,007,199,254,740,991 minor units.</param>
/// <param name="RequestedAt">When the customer ordered; null for now.</param>
/// <returns>The order, or <c>orders.other-payload</c> (Conflict) naming what differs.</returns>
[Needs("orders.place")]
public sealed record PlaceOrder(
    string Channel, string ExternalId, Customer? Customer, string Currency, IReadOnlyList<NewOrderLine> Lines, DateTimeOffset? RequestedAt = null) : IRequest<Result<PlacedOrder>>;

/// <summary>Who bought. Personal data: kept in one table, never in events.</summary>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Email">1 to 254 characters with an at sign.</param>
/// <param name="ShipTo">Where to, at most 1,000 characters; null when the goods are fetched.</param>
public sealed record Customer(string Name, string Email, string? ShipTo = null);

/// <summary>What is ordered.</summary>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">1 to 1,000,000, in the item's unit.</param>
/// <param name="UnitPrice">What one unit costs; 0 for a free item.</param>
/// <param name="LineId">Unique within the order, from 1; null numbers the lines in their order.</param>
public sealed record NewOrderLine(Sku Sku, int Quantity, Money UnitPrice, int? LineId = null);

/// <summary>The answer to an accepted order.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Channel">The channel.</param>
/// <param name="ExternalId">The channel's number.</param>
/// <param name="Status"><c>placed</c>.</param>
/// <param name="Total">Over all lines.</param>
/// <param name="Revision">The order's first revision.</param>
public sealed record PlacedOrder(OrderId Id, string Channel, string ExternalId, string Status, Money Total, int Revision);

/// <summary>One order as it stands. Without personal data.</summary>
/// <param name="Id">Which.</param>
[Needs("orders.read"), AsksDatabase]
public sealed record GetOrder(OrderId Id) : IRequest<Result<OrderView>>;

/// <summary>Orders, oldest first.</summary>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("orders.read"), AsksDatabase]
public sealed record ListOrders(OrderId? After, int Limit) : IRequest<Result<IReadOnlyList<OrderView>>>;

/// <summary>An order.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Channel">The channel.</param>
/// <param name="ExternalId">The channel's number.</param>
/// <param name="Status">placed, allocated, partly_allocated, backordered, partly_shipped, shipped.</param>
/// <param name="Total">Over all lines.</param>
/// <param name="PlacedAt">Business time, UTC.</param>
/// <param name="Revision">The ETag.</param>
/// <param name="Lines">By line id.</param>
public sealed record OrderView(
    OrderId Id, string Channel, string ExternalId, string Status, Money Total, DateTimeOffset PlacedAt, int Revision, IReadOnlyList<OrderLineView> Lines);

/// <summary>A line and where its units are; ordered = pending + allocated + backordered + shipped + cancelled.</summary>
/// <param name="LineId">Within the order.</param>
/// <param name="Sku">The item.</param>
/// <param name="Ordered">Units.</param>
/// <param name="Pending">Not decided yet.</param>
/// <param name="Allocated">Promised.</param>
/// <param name="Backordered">Waiting for stock.</param>
/// <param name="Shipped">Gone.</param>
/// <param name="Cancelled">Not wanted any more.</param>
/// <param name="UnitPrice">What one costs.</param>
public sealed record OrderLineView(int LineId, Sku Sku, int Ordered, int Pending, int Allocated, int Backordered, int Shipped, int Cancelled, Money UnitPrice);

/// <summary>Writes the outcome of an allocation into the order: granted units are allocated, the rest waits for stock.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Granted">What was granted now; may be empty. Units beyond what still waits are refused.</param>
/// <returns>What is still missing, or <c>orders.unknown</c> (NotFound), <c>orders.over-granted</c> (Conflict).</returns>
[Needs("orders.allocate")]
public sealed record RecordAllocation(OrderId OrderId, IReadOnlyList<GrantedUnits> Granted) : IRequest<Result<AllocationState>>;

/// <summary>Units granted to a line.</summary>
/// <param name="LineId">The line.</param>
/// <param name="Quantity">Above 0.</param>
public sealed record GrantedUnits(int LineId, int Quantity);

/// <summary>How far an order's allocation has come.</summary>
/// <param name="Missing">Lines that wait for stock, with what they lack; empty when all is allocated.</param>
public sealed record AllocationState(IReadOnlyList<MissingUnits> Missing);

/// <summary>Units that a line lacks.</summary>
/// <param name="LineId">The line.</param>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">Above 0.</param>
public sealed record MissingUnits(int LineId, Sku Sku, int Quantity);

/// <summary>Ships what is allocated to an order.</summary>
/// <param name="Id">The order.</param>
/// <returns>The shipment, or <c>orders.unknown</c> (NotFound), <c>orders.nothing-to-ship</c> (Conflict), which is also what a second call finds.</returns>
[Needs("orders.ship")]
public sealed record ShipOrder(OrderId Id) : IRequest<Result<OrderShipment>>;

/// <summary>What left.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="ShipmentId">The shipment.</param>
/// <param name="Status">The order's status now.</param>
/// <param name="Units">Over all lines.</param>
/// <param name="Revision">The order's revision now.</param>
public sealed record OrderShipment(OrderId OrderId, Guid ShipmentId, string Status, int Units, int Revision);
