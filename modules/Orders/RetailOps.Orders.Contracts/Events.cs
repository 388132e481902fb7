using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>An order was accepted.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Channel">Where it was sold.</param>
/// <param name="Total">Over all lines and charges, discounts off and taxes on.</param>
/// <param name="Lines">What was ordered; empty for an order without goods.</param>
/// <param name="ExternalId">The channel's own number.</param>
/// <param name="CustomerId">The channel's number of the customer; null for a guest.</param>
/// <param name="Backorder"><c>allow</c> or <c>never</c>.</param>
/// <param name="CustomerDigest">SHA-256 of a salt and of what is known of the buyer, in hexadecimal digits; the salt is erased with the buyer. Null where nothing is known.</param>
[EventName("orders.order-placed.v1")]
public sealed record OrderPlaced(
    Guid EventId,
    DateTimeOffset OccurredAt,
    OrderId OrderId,
    string Channel,
    Money Total,
    IReadOnlyList<MissingUnits> Lines,
    string ExternalId,
    string? CustomerId,
    string Backorder,
    string? CustomerDigest = null) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>Units of an order got their stock.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Units">How many now.</param>
/// <param name="IsWhole">Whether nothing waits any more.</param>
[EventName("orders.order-allocated.v1")]
public sealed record OrderAllocated(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, int Units, bool IsWhole) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>Units of an order wait for stock. Raised when they begin to wait, not at each further try.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Missing">What waits.</param>
[EventName("orders.order-backordered.v1")]
public sealed record OrderBackordered(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, IReadOnlyList<MissingUnits> Missing) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>Some of the units of an order that waited for stock were given it; others wait on.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Missing">What waits on.</param>
[EventName("orders.backorder-partly-filled.v1")]
public sealed record BackorderPartlyFilled(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, IReadOnlyList<MissingUnits> Missing) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>Goods of an order left.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="ShipmentId">The shipment.</param>
/// <param name="Units">Over all lines.</param>
/// <param name="IsWhole">Whether nothing of the order is left to ship.</param>
[EventName("orders.order-shipped.v1")]
public sealed record OrderShipped(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, Guid ShipmentId, int Units, bool IsWhole) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>A node was told to send part of an order.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="FulfilmentId">The fulfilment; also the shipment's id.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Node">Which node.</param>
/// <param name="Units">Over all lines.</param>
[EventName("orders.fulfilment-released.v1")]
public sealed record FulfilmentReleased(Guid EventId, DateTimeOffset OccurredAt, Guid FulfilmentId, OrderId OrderId, string Node, int Units) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("fulfilment", FulfilmentId);

    string IFact.Key => BusinessKey.Of("fulfilment", FulfilmentId);
}

/// <summary>The goods of a fulfilment left.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="FulfilmentId">The fulfilment; also the shipment's id.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Node">Which node.</param>
/// <param name="Units">Over all lines.</param>
[EventName("orders.fulfilment-shipped.v1")]
public sealed record FulfilmentShipped(Guid EventId, DateTimeOffset OccurredAt, Guid FulfilmentId, OrderId OrderId, string Node, int Units) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("fulfilment", FulfilmentId);

    string IFact.Key => BusinessKey.Of("fulfilment", FulfilmentId);
}

/// <summary>The goods of a fulfilment arrived.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="FulfilmentId">The fulfilment; also the shipment's id.</param>
/// <param name="OrderId">The order.</param>
/// <param name="DeliveredAt">When, UTC; can lie before the event.</param>
[EventName("orders.fulfilment-delivered.v1")]
public sealed record FulfilmentDelivered(Guid EventId, DateTimeOffset OccurredAt, Guid FulfilmentId, OrderId OrderId, DateTimeOffset DeliveredAt) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("fulfilment", FulfilmentId);

    string IFact.Key => BusinessKey.Of("fulfilment", FulfilmentId);
}

/// <summary>Goods of an order arrived.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="ShipmentId">The shipment.</param>
/// <param name="Units">Over all lines.</param>
/// <param name="IsWhole">Whether nothing of the order is left to deliver.</param>
[EventName("orders.order-delivered.v1")]
public sealed record OrderDelivered(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, Guid ShipmentId, int Units, bool IsWhole) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>Part of a fulfilment is not wanted any more; the rest of it still leaves.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="FulfilmentId">The fulfilment; also the shipment's id.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Units">What is left in it, over all lines.</param>
/// <param name="Reason">Why.</param>
[EventName("orders.fulfilment-reduced.v1")]
public sealed record FulfilmentReduced(Guid EventId, DateTimeOffset OccurredAt, Guid FulfilmentId, OrderId OrderId, int Units, string Reason) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("fulfilment", FulfilmentId);

    string IFact.Key => BusinessKey.Of("fulfilment", FulfilmentId);
}

/// <summary>A fulfilment will not leave.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="FulfilmentId">The fulfilment; also the shipment's id.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Reason">Why.</param>
[EventName("orders.fulfilment-cancelled.v1")]
public sealed record FulfilmentCancelled(Guid EventId, DateTimeOffset OccurredAt, Guid FulfilmentId, OrderId OrderId, string Reason) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("fulfilment", FulfilmentId);

    string IFact.Key => BusinessKey.Of("fulfilment", FulfilmentId);
}

/// <summary>Units of an order are not wanted any more.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Reason">Why.</param>
/// <param name="Units">Over all lines.</param>
/// <param name="IsWhole">Whether nothing of the order is left to do.</param>
[EventName("orders.order-cancelled.v1")]
public sealed record OrderCancelled(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, string Reason, int Units, bool IsWhole) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>All goods of an order have left and arrived, or were cancelled, and all invoices are written.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
[EventName("orders.order-closed.v1")]
public sealed record OrderClosed(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>An invoice was written.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="InvoiceId">The invoice.</param>
/// <param name="OrderId">The order.</param>
/// <param name="FulfilmentId">The shipment; null for an order without goods.</param>
/// <param name="Total">What the customer owes for it.</param>
[EventName("orders.invoice-issued.v1")]
public sealed record InvoiceIssued(Guid EventId, DateTimeOffset OccurredAt, Guid InvoiceId, OrderId OrderId, Guid? FulfilmentId, Money Total) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>A stop was put on an order.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Kind">Which stop.</param>
/// <param name="Reason">Why.</param>
[EventName("orders.order-held.v1")]
public sealed record OrderHeld(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, string Kind, string Reason) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>A stop was taken off an order.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Kind">Which stop.</param>
[EventName("orders.hold-released.v1")]
public sealed record HoldReleased(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, string Kind) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>Stock that an order waits for has come: it is worth another try.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order that is next in line.</param>
/// <param name="Sku">The item.</param>
/// <param name="Units">How many more there are.</param>
[EventName("orders.stock-arrived.v1")]
public sealed record StockArrived(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, Sku Sku, int Units) : IFact
{
    string IFact.Aggregate => $"arrival/{EventId}";

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>Units of an order were claimed, released or settled by a return.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Change"><c>claimed</c>, <c>released</c> or <c>settled</c>.</param>
/// <param name="Units">Over all lines.</param>
[EventName("orders.returnable-changed.v1")]
public sealed record ReturnableChanged(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, string Change, int Units) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>Money of an order was reserved for a refund, paid or let go.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="Change"><c>reserved</c>, <c>settled</c> or <c>released</c>.</param>
/// <param name="Amount">Over all tenders.</param>
[EventName("orders.refund-changed.v1")]
public sealed record RefundChanged(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, Guid RefundId, string Change, Money Amount) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}
