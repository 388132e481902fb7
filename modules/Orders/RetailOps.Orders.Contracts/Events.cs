using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>An order was accepted.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Channel">Where it was sold.</param>
/// <param name="Total">Over all lines.</param>
/// <param name="Lines">What was ordered.</param>
[EventName("orders.order-placed.v1")]
public sealed record OrderPlaced(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId, string Channel, Money Total, IReadOnlyList<MissingUnits> Lines) : IFact
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
