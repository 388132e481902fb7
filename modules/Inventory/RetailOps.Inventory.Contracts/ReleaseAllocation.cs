using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>Gives back what an order was promised and will not take.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Lines">How much of which line at which node, 1 to 2,000; never more than is promised and has not left.</param>
/// <returns>How many units are free again, or <c>inventory.not-allocated</c> (Conflict). A second call finds less allocated.</returns>
[Needs("inventory.release")]
public sealed record ReleaseAllocation(OrderId OrderId, IReadOnlyList<GrantedStock> Lines) : IRequest<Result<ReleasedStock>>;

/// <summary>Stock that is free again.</summary>
/// <param name="Units">Over all lines.</param>
public sealed record ReleasedStock(int Units);

/// <summary>Stock of an item became free at a node: received, restocked, released, or found. Wakes those who wait for it.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Sku">The item.</param>
/// <param name="Node">Where.</param>
/// <param name="Units">How many more, in the item's unit.</param>
[EventName("inventory.stock-freed.v1")]
public sealed record StockFreed(Guid EventId, DateTimeOffset OccurredAt, Sku Sku, string Node, int Units) : IFact
{
    string IFact.Aggregate => $"freed/{EventId}";

    string IFact.Key => $"item/{Sku}";
}
