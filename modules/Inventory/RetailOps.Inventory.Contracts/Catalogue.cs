using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>Adds an item, or changes what is known of it. A second call changes nothing.</summary>
/// <param name="Sku">The retailer's code, 1 to 64 visible characters; compared in upper case.</param>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Uom">The stock-keeping unit in which quantities are counted, like <c>each</c>.</param>
/// <param name="WeightGrams">Of one unit, 0 to 100,000,000; null leaves what is known.</param>
/// <param name="Category">1 to 100 characters; null leaves what is known.</param>
/// <param name="Cost">What one unit cost, not below 0; null leaves what is known.</param>
/// <param name="Price">What one unit is sold for, not below 0; null leaves what is known.</param>
[Needs("items.write")]
public sealed record PutItem(
    Sku Sku, string Name, string Uom, int? WeightGrams = null, string? Category = null, Money? Cost = null, Money? Price = null) : IRequest<Result<ItemView>>;

/// <summary>Adds or changes many items, all or none. A second call changes nothing.</summary>
/// <param name="Items">1 to 5,000, each item once.</param>
/// <returns>How many were new and how many were changed.</returns>
[Needs("items.write"), AsksDatabase]
public sealed record PutItems(IReadOnlyList<PutItem> Items) : IRequest<Result<WrittenItems>>;

/// <summary>What became of many items.</summary>
/// <param name="Added">New ones.</param>
/// <param name="Changed">Those that say something else now.</param>
public sealed record WrittenItems(int Added, int Changed);

/// <summary>An item.</summary>
/// <param name="Sku">Its code.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Uom">The unit of its quantities.</param>
/// <param name="WeightGrams">Of one unit; null when nobody said.</param>
/// <param name="Category">Null when nobody said.</param>
/// <param name="Cost">What one unit cost; null when nobody said.</param>
/// <param name="Price">What one unit is sold for; null when nobody said.</param>
public sealed record ItemView(
    Sku Sku, string Name, string Uom, int? WeightGrams = null, string? Category = null, Money? Cost = null, Money? Price = null);

/// <summary>One item.</summary>
/// <param name="Sku">Which.</param>
/// <returns>The item, or <c>inventory.unknown-item</c> (NotFound).</returns>
[Needs("items.read"), AsksDatabase]
public sealed record GetItem(Sku Sku) : IRequest<Result<ItemView>>;

/// <summary>Items in the order of their codes.</summary>
/// <param name="After">The last code of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501 rows.</param>
[Needs("items.read"), AsksDatabase]
public sealed record ListItems(string? After, int Limit) : IRequest<Result<IReadOnlyList<ItemView>>>;

/// <summary>Adds a place that holds stock, or changes what is known of it. A second call changes nothing.</summary>
/// <param name="Code">1 to 32 visible characters without a slash; compared in upper case.</param>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Kind"><c>store</c>, <c>dc</c> or <c>supplier</c>.</param>
/// <param name="Region">Where it lies, 1 to 64 characters; null leaves what is known.</param>
/// <param name="Open">Whether it serves orders; null leaves what is known, and a new node is open.</param>
[Needs("nodes.write")]
public sealed record PutNode(string Code, string Name, string Kind, string? Region = null, bool? Open = null) : IRequest<Result<NodeView>>;

/// <summary>A place that holds stock.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Kind"><c>store</c>, <c>dc</c> or <c>supplier</c>.</param>
/// <param name="Region">Where it lies; null when nobody said.</param>
/// <param name="Open">Whether it serves orders.</param>
public sealed record NodeView(string Code, string Name, string Kind, string? Region = null, bool Open = true);

/// <summary>One place that holds stock.</summary>
/// <param name="Code">Which.</param>
/// <returns>The node, or <c>inventory.unknown-node</c> (NotFound).</returns>
[Needs("nodes.read"), AsksDatabase]
public sealed record GetNode(string Code) : IRequest<Result<NodeView>>;

/// <summary>Places that hold stock, in the order of their codes.</summary>
/// <param name="After">The last code of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501 rows.</param>
[Needs("nodes.read"), AsksDatabase]
public sealed record ListNodes(string? After, int Limit) : IRequest<Result<IReadOnlyList<NodeView>>>;

/// <summary>An item was added, or something else is known of it now.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ItemId">Never changes, whatever happens to the code.</param>
/// <param name="Sku">Its code.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Uom">The unit of its quantities.</param>
/// <param name="WeightGrams">Of one unit; null when nobody said.</param>
/// <param name="Category">Null when nobody said.</param>
/// <param name="Cost">What one unit cost; null when nobody said.</param>
/// <param name="Price">What one unit is sold for; null when nobody said.</param>
[EventName("inventory.item-changed.v1")]
public sealed record ItemChanged(
    Guid EventId, DateTimeOffset OccurredAt, Guid ItemId, Sku Sku, string Name, string Uom,
    int? WeightGrams = null, string? Category = null, Money? Cost = null, Money? Price = null) : IFact
{
    string IFact.Aggregate => $"item/{ItemId}";

    string IFact.Key => $"item/{Sku}";
}

/// <summary>A place that holds stock was added, or something else is known of it now.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Code">Its code.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Kind"><c>store</c>, <c>dc</c> or <c>supplier</c>.</param>
/// <param name="Region">Where it lies; null when nobody said.</param>
/// <param name="Open">Whether it serves orders.</param>
[EventName("inventory.node-changed.v1")]
public sealed record NodeChanged(Guid EventId, DateTimeOffset OccurredAt, string Code, string Name, string Kind, string? Region = null, bool? Open = null) : IFact
{
    string IFact.Aggregate => $"node/{Code}";

    string IFact.Key => $"node/{Code}";
}
