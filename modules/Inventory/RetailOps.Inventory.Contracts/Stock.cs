using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>Adds an item or renames it. A second call changes nothing.</summary>
/// <param name="Sku">The retailer's code, 1 to 64 visible characters; compared in upper case.</param>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Uom">The stock-keeping unit in which quantities are counted, like <c>each</c>.</param>
[Needs("items.write")]
public sealed record PutItem(Sku Sku, string Name, string Uom) : IRequest<Result<ItemView>>;

/// <summary>An item.</summary>
/// <param name="Sku">Its code.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Uom">The unit of its quantities.</param>
public sealed record ItemView(Sku Sku, string Name, string Uom);

/// <summary>Adds a place that holds stock, or renames it. A second call changes nothing.</summary>
/// <param name="Code">1 to 32 visible characters without a slash; compared in upper case.</param>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Kind"><c>store</c>, <c>dc</c> or <c>supplier</c>.</param>
[Needs("nodes.write")]
public sealed record PutNode(string Code, string Name, string Kind) : IRequest<Result<NodeView>>;

/// <summary>A place that holds stock.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Kind"><c>store</c>, <c>dc</c> or <c>supplier</c>.</param>
public sealed record NodeView(string Code, string Name, string Kind);

/// <summary>Writes one line of the stock ledger: goods that came, or a correction.</summary>
/// <param name="Kind"><c>received</c> (quantity above 0) or <c>adjusted</c> (either sign, with a reason).</param>
/// <param name="Sku">An item that exists.</param>
/// <param name="Node">A node that exists.</param>
/// <param name="Condition"><c>sellable</c>, <c>quarantine</c> or <c>damaged</c>.</param>
/// <param name="Quantity">Signed, in the item's unit, not 0, at most 1,000,000 either way.</param>
/// <param name="Reason">Mandatory for a correction, at most 200 characters.</param>
/// <returns>The movement, or <c>inventory.unknown-item</c>, <c>inventory.unknown-node</c> (NotFound), <c>inventory.promised</c> (Conflict: less would remain than is promised).</returns>
[Needs("inventory.receive"), AsksDatabase]
public sealed record RecordMovement(string Kind, Sku Sku, string Node, string Condition, int Quantity, string? Reason = null) : IRequest<Result<StockMovement>>;

/// <summary>A line of the stock ledger.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Sku">The item.</param>
/// <param name="Node">The node.</param>
/// <param name="Condition">The condition.</param>
/// <param name="Kind">What moved it.</param>
/// <param name="Quantity">Signed, in the item's unit.</param>
public sealed record StockMovement(Guid Id, Sku Sku, string Node, string Condition, string Kind, int Quantity);

/// <summary>Stock by item, node and condition, in key order.</summary>
/// <param name="Sku">Only this item; null for all.</param>
/// <param name="After">The last key of the page before (<c>sku/node/condition</c>); null for the first page.</param>
/// <param name="Limit">1 to 501 rows.</param>
[Needs("inventory.read"), AsksDatabase]
public sealed record ListPositions(Sku? Sku, string? After, int Limit) : IRequest<Result<IReadOnlyList<PositionView>>>;

/// <summary>Stock of one item at one node in one condition, in the item's unit.</summary>
/// <param name="Sku">The item.</param>
/// <param name="Node">The node.</param>
/// <param name="Condition">The condition.</param>
/// <param name="OnHand">What lies there.</param>
/// <param name="Allocated">Promised to accepted orders.</param>
/// <param name="Reserved">Promised for a while.</param>
/// <param name="Free">What can still be promised, never below 0.</param>
public sealed record PositionView(Sku Sku, string Node, string Condition, int OnHand, int Allocated, int Reserved, int Free);

/// <summary>An item was added, or is called something else now.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ItemId">Never changes, whatever happens to the code.</param>
/// <param name="Sku">Its code.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Uom">The unit of its quantities.</param>
[EventName("inventory.item-changed.v1")]
public sealed record ItemChanged(Guid EventId, DateTimeOffset OccurredAt, Guid ItemId, Sku Sku, string Name, string Uom) : IFact
{
    string IFact.Aggregate => $"item/{ItemId}";

    string IFact.Key => $"item/{Sku}";
}

/// <summary>A place that holds stock was added, or is called something else now.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Code">Its code.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Kind"><c>store</c>, <c>dc</c> or <c>supplier</c>.</param>
[EventName("inventory.node-changed.v1")]
public sealed record NodeChanged(Guid EventId, DateTimeOffset OccurredAt, string Code, string Name, string Kind) : IFact
{
    string IFact.Aggregate => $"node/{Code}";

    string IFact.Key => $"node/{Code}";
}

/// <summary>The ledger got a line.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="MovementId">The line.</param>
/// <param name="Sku">The item.</param>
/// <param name="Node">The node.</param>
/// <param name="Condition">The condition.</param>
/// <param name="Kind">What moved it.</param>
/// <param name="Quantity">Signed, in the item's unit.</param>
[EventName("inventory.stock-moved.v1")]
public sealed record StockMoved(Guid EventId, DateTimeOffset OccurredAt, Guid MovementId, Sku Sku, string Node, string Condition, string Kind, int Quantity) : IFact
{
    string IFact.Aggregate => $"movement/{MovementId}";

    string IFact.Key => $"item/{Sku}";
}
