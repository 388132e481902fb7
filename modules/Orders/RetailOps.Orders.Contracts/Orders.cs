using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>Accepts an order. Idempotent by (channel, external id): the same payload gives the same order, another one is refused.</summary>
/// <param name="Channel">Where it was sold, 1 to 64 visible characters.</param>
/// <param name="ExternalId">The channel's own number, 1 to 128 characters.</param>
/// <param name="Customer">Who bought; null for an anonymous sale.</param>
/// <param name="Currency">ISO 4217; every price has it.</param>
/// <param name="Lines">0 to 2,000 lines, with the charges at least one and together at most 9,007,199,254,740,991 minor units.</param>
/// <param name="RequestedAt">When the customer ordered; null for now.</param>
/// <param name="Charges">What is paid beside the goods, at most 200; null for none.</param>
/// <param name="Payments">What was captured, at most 20 tenders that sum to the total; null for one tender <c>account</c> over the total.</param>
/// <param name="ShippingMethod">1 to 64 visible characters; null for the channel's usual one.</param>
/// <param name="RequireStock">Whether the order is refused (<c>inventory.short</c>) unless all of it is reserved in this commit.</param>
/// <param name="Backorder"><c>allow</c> (what is short waits) or <c>never</c> (what is short is cancelled).</param>
/// <returns>
/// The order, or <c>orders.other-payload</c> (Conflict) naming what differs, <c>orders.unknown-sku</c> (Rule) naming every line whose item nobody
/// has added, or <c>inventory.short</c> (Conflict).
/// </returns>
[Needs("orders.place")]
public sealed record PlaceOrder(
    string Channel,
    string ExternalId,
    Customer? Customer,
    string Currency,
    IReadOnlyList<NewOrderLine> Lines,
    DateTimeOffset? RequestedAt = null,
    IReadOnlyList<NewCharge>? Charges = null,
    IReadOnlyList<NewPayment>? Payments = null,
    string? ShippingMethod = null,
    bool RequireStock = false,
    string Backorder = "allow") : IRequest<Result<PlacedOrder>>;

/// <summary>What is paid beside the goods. Moves no stock; stands on the first invoice.</summary>
/// <param name="Kind"><c>shipping</c>, <c>discount</c> or <c>service</c>.</param>
/// <param name="Amount">Signed: below 0 only for a discount.</param>
/// <param name="Tax">On top of the amount, with its sign; null for none.</param>
/// <param name="Description">At most 200 characters; null for none.</param>
public sealed record NewCharge(string Kind, Money Amount, Money? Tax = null, string? Description = null);

/// <summary>Money that was captured for an order.</summary>
/// <param name="Tender">How: <c>card</c>, <c>account</c>, <c>gift-card</c> …, 1 to 32 visible characters, once in an order.</param>
/// <param name="Amount">Above or equal to 0.</param>
/// <param name="Reference">The provider's number, at most 128 characters; null for none.</param>
public sealed record NewPayment(string Tender, Money Amount, string? Reference = null);

/// <summary>Who bought. Personal data: kept in one table, never in events.</summary>
/// <param name="Name">1 to 200 characters; null when the channel does not say.</param>
/// <param name="Email">1 to 254 characters with an at sign; null when the channel does not say.</param>
/// <param name="ShipTo">Where to, at most 1,000 characters; null when the goods are fetched.</param>
/// <param name="Id">The channel's own number of the customer, 1 to 64 visible characters without an at sign; null for a guest. No personal data: it may stand in events.</param>
public sealed record Customer(string? Name, string? Email, string? ShipTo = null, string? Id = null);

/// <summary>What is ordered.</summary>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">1 to 1,000,000, in the item's unit.</param>
/// <param name="UnitPrice">What one unit costs; 0 for a free item.</param>
/// <param name="LineId">Unique within the order, from 1; null numbers the lines in their order.</param>
/// <param name="Discount">Off the whole line, 0 up to quantity × price; null for none.</param>
/// <param name="Tax">On top of the whole line after its discount; null for none.</param>
public sealed record NewOrderLine(Sku Sku, int Quantity, Money UnitPrice, int? LineId = null, Money? Discount = null, Money? Tax = null);

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
/// <param name="Channel">Only of this channel; null for all.</param>
/// <param name="ExternalId">Only under this number of the channel; null for all.</param>
/// <param name="Status">Only with this status; null for all.</param>
/// <param name="CustomerId">Only of this customer; null for all.</param>
[Needs("orders.read"), AsksDatabase]
public sealed record ListOrders(OrderId? After, int Limit, string? Channel = null, string? ExternalId = null, string? Status = null, string? CustomerId = null) : IRequest<Result<IReadOnlyList<OrderView>>>;

/// <summary>An order.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Channel">The channel.</param>
/// <param name="ExternalId">The channel's number.</param>
/// <param name="Status">placed, allocated, partly_allocated, backordered, partly_shipped, shipped, delivered, closed, cancelled.</param>
/// <param name="Total">Over all lines and charges, discounts off and taxes on.</param>
/// <param name="PlacedAt">Business time, UTC.</param>
/// <param name="Revision">The ETag.</param>
/// <param name="Lines">By line id.</param>
/// <param name="CustomerId">The channel's number of the customer; null for a guest.</param>
/// <param name="Holds">Names of the holds that stand, oldest first.</param>
/// <param name="Fulfilments">Oldest first.</param>
/// <param name="Charges">In the order they came.</param>
/// <param name="Payments">Per tender, with what was given back.</param>
/// <param name="Invoices">Oldest first.</param>
public sealed record OrderView(
    OrderId Id,
    string Channel,
    string ExternalId,
    string Status,
    Money Total,
    DateTimeOffset PlacedAt,
    int Revision,
    IReadOnlyList<OrderLineView> Lines,
    string? CustomerId,
    IReadOnlyList<string> Holds,
    IReadOnlyList<FulfilmentView> Fulfilments,
    IReadOnlyList<NewCharge> Charges,
    IReadOnlyList<PaymentView> Payments,
    IReadOnlyList<InvoiceView> Invoices);

/// <summary>A tender of an order; refunding + refunded ≤ captured, always.</summary>
/// <param name="Tender">How it was paid.</param>
/// <param name="Captured">What came in.</param>
/// <param name="Refunding">Granted and not settled yet.</param>
/// <param name="Refunded">Given back.</param>
public sealed record PaymentView(string Tender, Money Captured, Money Refunding, Money Refunded);

/// <summary>An invoice of an order.</summary>
/// <param name="Id">Ours.</param>
/// <param name="FulfilmentId">The shipment it is for; null for an order without goods.</param>
/// <param name="Total">What the customer owes for it.</param>
/// <param name="IssuedAt">Business time, UTC.</param>
public sealed record InvoiceView(Guid Id, Guid? FulfilmentId, Money Total, DateTimeOffset IssuedAt);

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
/// <param name="Amount">What the whole line comes to, discount off and tax on.</param>
/// <param name="ReturnOpen">Claimed by returns that are under way.</param>
/// <param name="Returned">Came back.</param>
public sealed record OrderLineView(
    int LineId, Sku Sku, int Ordered, int Pending, int Allocated, int Backordered, int Shipped, int Cancelled, Money UnitPrice, Money Amount, int ReturnOpen, int Returned);

/// <summary>Writes the outcome of an allocation into the order: granted units become fulfilments, one per node, the rest waits for stock, or is cancelled where the order says never.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Granted">What was granted now; may be empty. Units beyond what still waits are refused.</param>
/// <returns>What is still missing, or <c>orders.unknown</c> (NotFound), <c>orders.over-granted</c> (Conflict), <c>orders.held</c> (Conflict) when something was granted while a hold stands.</returns>
[Needs("orders.allocate")]
public sealed record RecordAllocation(OrderId OrderId, IReadOnlyList<GrantedUnits> Granted) : IRequest<Result<AllocationState>>;

/// <summary>Units granted to a line.</summary>
/// <param name="LineId">The line.</param>
/// <param name="Node">Which node gives them.</param>
/// <param name="Quantity">Above 0.</param>
public sealed record GrantedUnits(int LineId, string Node, int Quantity);

/// <summary>How far an order's allocation has come.</summary>
/// <param name="Missing">Lines that wait for stock, with what they lack; empty when all is allocated.</param>
/// <param name="Fulfilments">Ids of the fulfilments that this allocation made.</param>
/// <param name="IsCancelled">Whether all of the order is cancelled, so that nothing will leave.</param>
public sealed record AllocationState(IReadOnlyList<MissingUnits> Missing, IReadOnlyList<Guid> Fulfilments, bool IsCancelled = false);

/// <summary>Units that a line lacks.</summary>
/// <param name="LineId">The line.</param>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">Above 0.</param>
public sealed record MissingUnits(int LineId, Sku Sku, int Quantity);

/// <summary>Ships every fulfilment of an order that has not left, as one request; each is a shipment of its own.</summary>
/// <param name="Id">The order.</param>
/// <returns>The shipment, or <c>orders.unknown</c> (NotFound), <c>orders.nothing-to-ship</c> (Conflict), which is also what a second call finds, or <c>orders.held</c>, <c>inventory.short</c> (Conflict).</returns>
[Needs("orders.ship")]
public sealed record ShipOrder(OrderId Id) : IRequest<Result<OrderShipment>>;

/// <summary>What left.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="ShipmentId">The shipment; the first of several.</param>
/// <param name="Status">The order's status now.</param>
/// <param name="Units">Over all lines.</param>
/// <param name="Revision">The order's revision now.</param>
public sealed record OrderShipment(OrderId OrderId, Guid ShipmentId, string Status, int Units, int Revision);
