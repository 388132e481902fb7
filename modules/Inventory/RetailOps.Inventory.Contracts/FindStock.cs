using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>Where items could come from: a proposal, not a promise.</summary>
/// <param name="Skus">1 to 2,000 items; an unknown one has no candidates.</param>
/// <param name="For">The order that asks: what its own reservation holds is free for it; null when nobody in particular asks.</param>
/// <returns>Every open node with free sellable stock of one of the items.</returns>
[Needs("inventory.source")]
public sealed record FindStock(IReadOnlyList<Sku> Skus, OrderId? For = null) : IRequest<Result<IReadOnlyList<StockCandidate>>>;

/// <summary>A node that could serve an item.</summary>
/// <param name="Sku">The item.</param>
/// <param name="Node">The node's code.</param>
/// <param name="Kind"><c>store</c> or <c>dc</c>.</param>
/// <param name="Region">Where it lies; null when it was not said.</param>
/// <param name="Free">Above 0, in the item's unit, as far as this transaction knows.</param>
public sealed record StockCandidate(Sku Sku, string Node, string Kind, string? Region, int Free);
