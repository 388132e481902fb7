using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>
/// Erases what is known of a customer: name, email and address of every order of theirs, for good. Orders, money and documents stay, under the channel's number of the
/// customer alone. Give channel and customer, or one order (of a guest).
/// </summary>
/// <param name="Channel">Where the customer has the number; with <paramref name="CustomerId"/>.</param>
/// <param name="CustomerId">The channel's number of the customer.</param>
/// <param name="OrderId">One order instead.</param>
/// <returns>
/// What is erased, the same at a second call; or <c>orders.customer-unknown</c> (NotFound), <c>orders.customer-busy</c> (Conflict) naming the orders that are not over: goods
/// that have not left need their address, a return or a refund under way its customer.
/// </returns>
[Needs("customers.erase"), AsksDatabase]
public sealed record EraseCustomer(string? Channel, string? CustomerId, OrderId? OrderId) : IRequest<Result<ErasedCustomer>>;

/// <summary>What is erased of a customer.</summary>
/// <param name="Orders">How many orders have had personal data and have none any more.</param>
/// <param name="ErasedAt">When the last of them was erased, UTC; null when there was nothing to erase.</param>
public sealed record ErasedCustomer(int Orders, DateTimeOffset? ErasedAt);

/// <summary>Why an order stands in the way of erasing its customer.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Why"><c>open</c> (goods have not left), <c>return</c> or <c>refund</c> (one is under way).</param>
public sealed record BusyOrder(OrderId OrderId, string Why);

/// <summary>All that is known of a customer, by order, oldest first; that it was read is a fact of its own. Give channel and customer, one order, or an email address.</summary>
/// <param name="Channel">Where the customer has the number; with <paramref name="CustomerId"/>.</param>
/// <param name="CustomerId">The channel's number of the customer.</param>
/// <param name="OrderId">One order instead.</param>
/// <param name="Email">An address instead, whatever its case; reads through all buyers.</param>
/// <param name="After">The last order of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("customers.export"), AsksDatabase]
public sealed record ExportCustomer(string? Channel, string? CustomerId, OrderId? OrderId, string? Email, OrderId? After, int Limit) : IRequest<Result<IReadOnlyList<CustomerOrder>>>;

/// <summary>What is known of the buyer of one order.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Channel">Where it was sold.</param>
/// <param name="ExternalId">The channel's number of the order.</param>
/// <param name="CustomerId">The channel's number of the customer; null for a guest.</param>
/// <param name="PlacedAt">Business time, UTC.</param>
/// <param name="Status">The order's.</param>
/// <param name="Total">The order's.</param>
/// <param name="Name">Null when the channel did not say, or it was erased.</param>
/// <param name="Email">Null when the channel did not say, or it was erased.</param>
/// <param name="ShipTo">Null when the channel did not say, or it was erased.</param>
/// <param name="ErasedAt">Null unless it was erased.</param>
public sealed record CustomerOrder(
    OrderId OrderId, string Channel, string ExternalId, string? CustomerId, DateTimeOffset PlacedAt, string Status, Money Total, string? Name, string? Email, string? ShipTo, DateTimeOffset? ErasedAt);

/// <summary>What was known of an order's buyer is erased.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="OrderId">The order.</param>
[EventName("orders.customer-erased.v1")]
public sealed record CustomerErased(Guid EventId, DateTimeOffset OccurredAt, OrderId OrderId) : IFact
{
    string IFact.Aggregate => OrderKey.Of(OrderId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>Somebody read what is known of a customer.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Orders">Of which orders.</param>
[EventName("orders.customer-exported.v1")]
public sealed record CustomerExported(Guid EventId, DateTimeOffset OccurredAt, IReadOnlyList<OrderId> Orders) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("customer-export", EventId);

    string IFact.Key => BusinessKey.Of("customer-export", EventId);
}
