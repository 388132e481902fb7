using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>
/// Writes one line of the stock ledger: goods that came, a correction, or goods that are no more. A fact is always recorded: if it
/// leaves less than is promised, the position is short by the difference and an exception opens, which what comes in later heals.
/// </summary>
/// <param name="Kind"><c>received</c> (quantity above 0), <c>adjusted</c> (either sign) or <c>scrapped</c> (below 0).</param>
/// <param name="Sku">An item that exists.</param>
/// <param name="Node">A node that exists.</param>
/// <param name="Condition"><c>sellable</c>, <c>quarantine</c> or <c>damaged</c>.</param>
/// <param name="Quantity">Signed, in the item's unit, not 0, at most 1,000,000 either way.</param>
/// <param name="Reason">Mandatory unless goods came, at most 200 characters.</param>
/// <returns>The movement, or <c>inventory.unknown-item</c>, <c>inventory.unknown-node</c> (NotFound), <c>inventory.short</c> (Conflict: less lies there than is to go).</returns>
[Needs("inventory.receive"), AsksDatabase]
public sealed record RecordMovement(string Kind, Sku Sku, string Node, string Condition, int Quantity, string? Reason = null) : IRequest<Result<StockMovement>>;

/// <summary>A line of the stock ledger.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Sku">The item.</param>
/// <param name="Node">The node.</param>
/// <param name="Condition">The condition.</param>
/// <param name="Kind">What moved it: <c>received</c>, <c>shipped</c>, <c>adjusted</c>, <c>transferred</c>, <c>returned</c> or <c>scrapped</c>.</param>
/// <param name="Quantity">Signed, in the item's unit.</param>
/// <param name="Reason">Why; null when nobody had to say.</param>
/// <param name="Cause">What made it so: a document's key, or who wrote it.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
public sealed record StockMovement(
    Guid Id, Sku Sku, string Node, string Condition, string Kind, int Quantity, string? Reason = null, string? Cause = null, DateTimeOffset? OccurredAt = null);

/// <summary>Lines of the stock ledger, oldest first.</summary>
/// <param name="Sku">Only this item; null for all.</param>
/// <param name="Node">Only this node; null for all.</param>
/// <param name="Kind">Only this kind; null for all.</param>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501 rows.</param>
[Needs("inventory.read"), AsksDatabase]
public sealed record ListMovements(Sku? Sku, string? Node, string? Kind, Guid? After, int Limit) : IRequest<Result<IReadOnlyList<StockMovement>>>;

/// <summary>Takes a delivery into sellable stock at one node, all of it or nothing.</summary>
/// <param name="Node">A node that exists.</param>
/// <param name="Lines">1 to 5,000 lines of items that exist; the same item on two lines is one movement.</param>
/// <param name="Reference">The delivery's own name, 1 to 128 visible characters; a second call with it answers as the first.</param>
/// <returns>How many units came in, or <c>inventory.unknown-item</c> with the list of them, <c>inventory.unknown-node</c> (NotFound).</returns>
[Needs("inventory.receive"), AsksDatabase]
public sealed record ReceiveStock(string Node, IReadOnlyList<ReceivedUnits> Lines, string Reference) : IRequest<Result<MovedStock>>;

/// <summary>Units that came.</summary>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">1 to 1,000,000, in the item's unit.</param>
public sealed record ReceivedUnits(Sku Sku, int Quantity);

/// <summary>
/// Corrects an item's sellable stock when nobody says where. Less is taken from the node with most free, from more when one is not
/// enough, and from what is promised last; more goes to the first open distribution centre in the order of the codes.
/// </summary>
/// <param name="Sku">An item that exists.</param>
/// <param name="Quantity">Signed, in the item's unit, not 0, at most 1,000,000 either way.</param>
/// <param name="Reason">1 to 200 characters.</param>
/// <param name="Key">The correction's own name, 1 to 128 visible characters; a second call with it answers as the first.</param>
/// <returns>The movements, or <c>inventory.unknown-item</c>, <c>inventory.unknown-node</c> (NotFound: no distribution centre is open), <c>inventory.short</c> (Conflict: less lies anywhere).</returns>
[Needs("inventory.adjust"), AsksDatabase]
public sealed record AdjustStock(Sku Sku, int Quantity, string Reason, string Key) : IRequest<Result<AdjustedStock>>;

/// <summary>What a correction moved.</summary>
/// <param name="Movements">Node by node.</param>
public sealed record AdjustedStock(IReadOnlyList<StockMovement> Movements);

/// <summary>Stock by item, node and condition, in key order.</summary>
/// <param name="Sku">Only this item; null for all.</param>
/// <param name="After">The last key of the page before (<c>sku/node/condition</c>); null for the first page.</param>
/// <param name="Limit">1 to 501 rows.</param>
/// <param name="Node">Only this node; null for all.</param>
/// <param name="Condition">Only this condition; null for all.</param>
[Needs("inventory.read"), AsksDatabase]
public sealed record ListPositions(Sku? Sku, string? After, int Limit, string? Node = null, string? Condition = null) : IRequest<Result<IReadOnlyList<PositionView>>>;

/// <summary>Stock of one item at one node in one condition, in the item's unit.</summary>
/// <param name="Sku">The item.</param>
/// <param name="Node">The node.</param>
/// <param name="Condition">The condition.</param>
/// <param name="OnHand">What lies there.</param>
/// <param name="Allocated">Promised to accepted orders.</param>
/// <param name="Reserved">Promised for a while.</param>
/// <param name="Free">What can still be promised, never below 0.</param>
/// <param name="SafetyStock">Kept back from promises.</param>
/// <param name="Short">What is promised and does not lie there; 0 when all is well.</param>
public sealed record PositionView(
    Sku Sku, string Node, string Condition, int OnHand, int Allocated, int Reserved, int Free, int SafetyStock = 0, int Short = 0);

/// <summary>What could be sold of items at this moment, over all open nodes.</summary>
/// <param name="Skus">1 to 500 items; one that is asked twice is answered once.</param>
[Needs("inventory.read"), AsksDatabase]
public sealed record GetAvailability(IReadOnlyList<Sku> Skus) : IRequest<Result<IReadOnlyList<ItemAvailability>>>;

/// <summary>What could be sold of an item.</summary>
/// <param name="Sku">The item; one that nobody knows has nothing.</param>
/// <param name="Available">The sum of what is free, in the item's unit.</param>
/// <param name="EarliestDate">When there will be some if there is nothing; null when that is not known.</param>
public sealed record ItemAvailability(Sku Sku, int Available, DateOnly? EarliestDate);

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

/// <summary>Stock was corrected: what was counted is not what was known. The books follow it, one document for each.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="MovementId">The line of the ledger.</param>
/// <param name="Sku">The item.</param>
/// <param name="Node">The node.</param>
/// <param name="Quantity">Signed, in the item's unit.</param>
/// <param name="Reason">Why.</param>
[EventName("inventory.stock-adjusted.v1")]
public sealed record StockAdjusted(Guid EventId, DateTimeOffset OccurredAt, Guid MovementId, Sku Sku, string Node, int Quantity, string Reason) : IFact
{
    string IFact.Aggregate => $"adjustment/{MovementId}";

    string IFact.Key => $"movement/{MovementId}";
}
