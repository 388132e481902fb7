using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>Decides which node serves what: applies the sourcing profile to the candidates, and keeps the plan with its reasons.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Attempt">From 1; with the order the idempotency key.</param>
/// <param name="Excluded">Nodes that must not serve it, with codes; null for none.</param>
/// <returns>The plan, or <c>orders.unknown</c> (NotFound), <c>orders.held</c> (Conflict). A plan without lines says that nothing is free, or that nothing is missing.</returns>
[Needs("orders.source")]
public sealed record SourceOrder(OrderId OrderId, int Attempt, IReadOnlyList<string>? Excluded = null) : IRequest<Result<SourcingPlan>>;

/// <summary>Which node serves what.</summary>
/// <param name="Attempt">Which try.</param>
/// <param name="Profile">Name and version of the sourcing profile, like <c>standard:1</c>.</param>
/// <param name="IsWhole">Whether everything that is missing has a node.</param>
/// <param name="Lines">Line by line, as an allocation takes them; a line can come from several nodes.</param>
public sealed record SourcingPlan(int Attempt, string Profile, bool IsWhole, IReadOnlyList<PlannedLine> Lines);

/// <summary>Units of a line and the node that should serve them.</summary>
/// <param name="LineId">The order's line.</param>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">Above 0.</param>
/// <param name="Node">The node's code.</param>
public sealed record PlannedLine(int LineId, Sku Sku, int Quantity, string Node);

/// <summary>Why these nodes: every sourcing decision of an order, oldest first.</summary>
/// <param name="OrderId">The order.</param>
[Needs("orders.read"), AsksDatabase]
public sealed record ExplainSourcing(OrderId OrderId) : IRequest<Result<IReadOnlyList<SourcingExplanation>>>;

/// <summary>One sourcing decision.</summary>
/// <param name="Attempt">Which try.</param>
/// <param name="DecidedAt">Business time, UTC.</param>
/// <param name="Profile">Name and version of the profile.</param>
/// <param name="Candidates">Every node that was looked at.</param>
/// <param name="Lines">The plan.</param>
public sealed record SourcingExplanation(int Attempt, DateTimeOffset DecidedAt, string Profile, IReadOnlyList<SourcingCandidate> Candidates, IReadOnlyList<PlannedLine> Lines);

/// <summary>A node that was looked at.</summary>
/// <param name="Node">Its code.</param>
/// <param name="Score">What it was ranked by; higher is better.</param>
/// <param name="Excluded">Why it was left out; null when it was not.</param>
public sealed record SourcingCandidate(string Node, decimal Score, string? Excluded);

/// <summary>The part of an order that one node ships.</summary>
/// <param name="Id">Ours; also the shipment's.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Node">Who ships.</param>
/// <param name="Status"><c>released</c>, <c>shipped</c>, <c>delivered</c> or <c>cancelled</c>.</param>
/// <param name="Carrier">Who carries; null before it leaves, or when nobody said.</param>
/// <param name="TrackingNumber">The carrier's number; null when there is none.</param>
/// <param name="ReleasedAt">Business time, UTC.</param>
/// <param name="ShippedAt">Null before it leaves.</param>
/// <param name="DeliveredAt">Null before it arrives.</param>
/// <param name="Revision">The ETag.</param>
/// <param name="Lines">What is in it.</param>
public sealed record FulfilmentView(
    Guid Id,
    OrderId OrderId,
    string Node,
    string Status,
    string? Carrier,
    string? TrackingNumber,
    DateTimeOffset ReleasedAt,
    DateTimeOffset? ShippedAt,
    DateTimeOffset? DeliveredAt,
    int Revision,
    IReadOnlyList<FulfilledUnits> Lines);

/// <summary>Units of a line in a fulfilment.</summary>
/// <param name="LineId">The order's line.</param>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">Above 0.</param>
public sealed record FulfilledUnits(int LineId, Sku Sku, int Quantity);

/// <summary>One fulfilment.</summary>
/// <param name="Id">Which.</param>
[Needs("orders.read"), AsksDatabase]
public sealed record GetFulfilment(Guid Id) : IRequest<Result<FulfilmentView>>;

/// <summary>Fulfilments, oldest first.</summary>
/// <param name="Status">Only these; null for all.</param>
/// <param name="Node">Only there; null for everywhere.</param>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
/// <param name="ReleasedSince">Only what was released then or later, in business time; null for all. Who asks again and again asks for what is new.</param>
[Needs("orders.read"), AsksDatabase]
public sealed record ListFulfilments(string? Status, string? Node, Guid? After, int Limit, DateTimeOffset? ReleasedSince = null) : IRequest<Result<IReadOnlyList<FulfilmentView>>>;

/// <summary>Shipments under a number of a carrier, oldest first: a carrier may give a number anew after some years.</summary>
/// <param name="TrackingNumber">1 to 128 characters, compared as it is.</param>
[Needs("orders.read"), AsksDatabase]
public sealed record FindShipments(string TrackingNumber) : IRequest<Result<IReadOnlyList<FulfilmentView>>>;

/// <summary>The goods of a fulfilment leave its node.</summary>
/// <param name="Id">Which.</param>
/// <param name="Carrier">Who carries, at most 64 characters; null when nobody said.</param>
/// <param name="TrackingNumber">At most 128 characters; null for none.</param>
/// <returns>The fulfilment, <c>orders.unknown-fulfilment</c> (NotFound), or <c>orders.not-released</c> (Conflict), which is also what a second call finds, or <c>orders.held</c>, <c>inventory.short</c> (Conflict).</returns>
[Needs("orders.ship")]
public sealed record ShipFulfilment(Guid Id, string? Carrier = null, string? TrackingNumber = null) : IRequest<Result<FulfilmentView>>;

/// <summary>The goods of a fulfilment have arrived. Starts the window of its returns.</summary>
/// <param name="Id">Which.</param>
/// <param name="DeliveredAt">When, at most now; null for now.</param>
/// <returns>The fulfilment, <c>orders.unknown-fulfilment</c> (NotFound), <c>orders.not-shipped</c> (Conflict), <c>orders.delivered-later</c> (Rule). A second call answers as the first.</returns>
[Needs("orders.deliver")]
public sealed record DeliverFulfilment(Guid Id, DateTimeOffset? DeliveredAt = null) : IRequest<Result<FulfilmentView>>;

/// <summary>Writes the invoice of a shipment, or of an order without goods: goods that left, taxes, and on the first invoice all charges.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="FulfilmentId">The shipment; null for an order without goods. With the order the idempotency key: a second call answers as the first.</param>
/// <returns>The invoice as the ERP's document wants it, or <c>orders.unknown</c> (NotFound), <c>orders.not-shipped</c> (Conflict).</returns>
[Needs("orders.invoice")]
public sealed record IssueInvoice(OrderId OrderId, Guid? FulfilmentId) : IRequest<Result<IssuedInvoice>>;

/// <summary>An invoice.</summary>
/// <param name="Id">Ours.</param>
/// <param name="OrderId">The order.</param>
/// <param name="FulfilmentId">The shipment; null for an order without goods.</param>
/// <param name="Channel">Where it was sold.</param>
/// <param name="ExternalId">The channel's number of the order.</param>
/// <param name="CustomerId">The channel's number of the customer; null for a guest.</param>
/// <param name="IssuedAt">Business time, UTC.</param>
/// <param name="BusinessDate">The day it was issued, in the retailer's time zone.</param>
/// <param name="Total">What the customer owes for it: the sum of the lines.</param>
/// <param name="Lines">What is charged; amounts without and taxes on top.</param>
public sealed record IssuedInvoice(
    Guid Id, OrderId OrderId, Guid? FulfilmentId, string Channel, string ExternalId, string? CustomerId, DateTimeOffset IssuedAt, DateOnly BusinessDate, Money Total,
    IReadOnlyList<InvoicedLine> Lines);

/// <summary>What is charged.</summary>
/// <param name="Kind"><c>goods</c>, <c>shipping</c>, <c>discount</c> or <c>service</c>.</param>
/// <param name="LineId">The order's line; null for a charge.</param>
/// <param name="Sku">The item; null for a charge.</param>
/// <param name="Quantity">In the item's unit; 1 for a charge.</param>
/// <param name="Amount">Without tax; below 0 for a discount.</param>
/// <param name="Tax">On top.</param>
/// <param name="Description">What the channel said of a charge; null for goods.</param>
public sealed record InvoicedLine(string Kind, int? LineId, Sku? Sku, int Quantity, Money Amount, Money Tax, string? Description = null);

/// <summary>Cancels what has not left: units that wait, and fulfilments that are released. One atomic claim against shipping.</summary>
/// <param name="Id">The order.</param>
/// <param name="Reason">1 to 200 characters.</param>
/// <param name="Lines">What of it, at most what has not left; null for everything.</param>
/// <returns>The order, <c>orders.unknown</c> (NotFound), <c>orders.nothing-to-cancel</c> (Conflict), which is also what a second call finds.</returns>
[Needs("orders.cancel"), AsksDatabase]
public sealed record CancelOrder(OrderId Id, string Reason, IReadOnlyList<CancelledUnits>? Lines = null) : IRequest<Result<OrderView>>;

/// <summary>Units of a line that nobody wants any more.</summary>
/// <param name="LineId">The order's line.</param>
/// <param name="Quantity">Above 0.</param>
public sealed record CancelledUnits(int LineId, int Quantity);

/// <summary>Puts a named stop on an order: it is not allocated and nothing of it leaves while one stands.</summary>
/// <param name="Id">The order.</param>
/// <param name="Kind"><c>fraud</c>, <c>credit</c>, <c>address</c> or <c>manual</c>; a second call while it stands changes nothing.</param>
/// <param name="Reason">1 to 200 characters.</param>
/// <returns>Whether holds stand, or <c>orders.unknown</c> (NotFound).</returns>
[Needs("orders.hold")]
public sealed record HoldOrder(OrderId Id, string Kind, string Reason) : IRequest<Result<OrderHolds>>;

/// <summary>Takes a stop off an order; the others stay. A second call changes nothing.</summary>
/// <param name="Id">The order.</param>
/// <param name="Kind">Which.</param>
/// <returns>What still stands, or <c>orders.unknown</c> (NotFound).</returns>
[Needs("orders.hold")]
public sealed record ReleaseHold(OrderId Id, string Kind) : IRequest<Result<OrderHolds>>;

/// <summary>The stops of an order.</summary>
/// <param name="Kinds">Those that stand, oldest first.</param>
/// <param name="Revision">The order's.</param>
public sealed record OrderHolds(IReadOnlyList<string> Kinds, int Revision);

/// <summary>What happened to an order, from the first event on: its own, its fulfilments', its returns' as far as they name it.</summary>
/// <param name="Id">The order.</param>
[Needs("orders.read"), AsksDatabase]
public sealed record GetTimeline(OrderId Id) : IRequest<Result<IReadOnlyList<TimelineEntry>>>;

/// <summary>One event of a timeline.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Type">Its name.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Aggregate">What it happened to.</param>
public sealed record TimelineEntry(Guid EventId, string Type, DateTimeOffset OccurredAt, string Actor, string Aggregate);
