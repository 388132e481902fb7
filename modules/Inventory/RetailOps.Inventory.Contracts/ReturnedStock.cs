using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>Takes returned goods into quarantine at a node: on hand goes up, and nobody can buy them yet.</summary>
/// <param name="ReturnId">The return; with line and receipt the idempotency key.</param>
/// <param name="ReceiptId">This arrival; a second call with it answers as the first.</param>
/// <param name="Node">Where they came in.</param>
/// <param name="Lines">1 to 2,000 lines.</param>
/// <returns>How many units came in, or <c>inventory.unknown-item</c>, <c>inventory.unknown-node</c> (NotFound).</returns>
[Needs("inventory.receive-returns"), AsksDatabase]
public sealed record ReceiveReturnedStock(Guid ReturnId, Guid ReceiptId, string Node, IReadOnlyList<ReturnedUnits> Lines) : IRequest<Result<MovedStock>>;

/// <summary>Units that came back.</summary>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">Above 0, in the item's unit.</param>
public sealed record ReturnedUnits(Sku Sku, int Quantity);

/// <summary>Moves returned goods out of quarantine to where a person decided.</summary>
/// <param name="ReturnId">The return.</param>
/// <param name="MoveId">This decision; a second call with it answers as the first.</param>
/// <param name="Node">Where they lie.</param>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">Above 0, in the item's unit.</param>
/// <param name="Disposition"><c>restock</c> (to sellable), <c>refurbish</c> (stays in quarantine), <c>liquidate</c> (to damaged), <c>scrap</c> or <c>vendor</c> (leaves).</param>
/// <returns>How many units were moved, or <c>inventory.not-in-quarantine</c> (Conflict).</returns>
[Needs("inventory.dispose"), AsksDatabase]
public sealed record DisposeReturnedStock(Guid ReturnId, Guid MoveId, string Node, Sku Sku, int Quantity, string Disposition) : IRequest<Result<MovedStock>>;

/// <summary>Units that the ledger moved.</summary>
/// <param name="Units">Over all lines.</param>
public sealed record MovedStock(int Units);
