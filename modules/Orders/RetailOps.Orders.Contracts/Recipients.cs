using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>Whether anything is known of an order's buyer. Costs no trip for an order that a burst works on anyway.</summary>
/// <param name="OrderId">The order.</param>
/// <returns>The answer, or <c>orders.unknown</c> (NotFound).</returns>
[Needs("orders.reach")]
public sealed record ReachOrder(OrderId OrderId) : IRequest<Result<OrderReach>>;

/// <summary>How an order's buyer can be reached.</summary>
/// <param name="Channel">Where it was sold.</param>
/// <param name="HasBuyer">Whether anything is known of the buyer, or was until it was erased.</param>
public sealed record OrderReach(string Channel, bool HasBuyer);

/// <summary>Whom to write to about an order: personal data, for whoever writes now. Not to be kept.</summary>
/// <param name="OrderId">The order.</param>
/// <returns>The recipient, or <c>orders.unknown</c> (NotFound).</returns>
[Needs("orders.reach"), AsksDatabase]
public sealed record ReadRecipient(OrderId OrderId) : IRequest<Result<OrderRecipient>>;

/// <summary>An order's buyer.</summary>
/// <param name="Name">Null when the channel did not say, or it was erased.</param>
/// <param name="Email">Null when the channel did not say, or it was erased.</param>
public sealed record OrderRecipient(string? Name, string? Email);
