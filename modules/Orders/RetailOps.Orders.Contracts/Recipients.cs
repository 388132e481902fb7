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

/// <summary>Whom to write to about orders, and what there is to say of them: personal data, for whoever writes now. Not to be kept.</summary>
/// <param name="OrderIds">1 to 100.</param>
/// <returns>Those that there are, in no order.</returns>
[Needs("orders.reach"), AsksDatabase]
public sealed record ReadRecipients(IReadOnlyList<OrderId> OrderIds) : IRequest<Result<IReadOnlyList<OrderRecipient>>>;

/// <summary>An order's buyer, and the order as the buyer knows it.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Channel">Where it was sold.</param>
/// <param name="Number">The channel's number of it.</param>
/// <param name="Total">Over all lines and charges, discounts off and taxes on.</param>
/// <param name="Name">Null when the channel did not say, or it was erased.</param>
/// <param name="Email">Null when the channel did not say, or it was erased.</param>
/// <param name="Lines">By line id.</param>
/// <param name="Shipments">Oldest first; what has not left yet among them.</param>
public sealed record OrderRecipient(
    OrderId OrderId, string Channel, string Number, Money Total, string? Name, string? Email, IReadOnlyList<RecipientLine> Lines, IReadOnlyList<RecipientShipment> Shipments);

/// <summary>What a buyer ordered, or is sent.</summary>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">In the item's unit.</param>
public sealed record RecipientLine(string Sku, int Quantity);

/// <summary>A part of an order that travels together.</summary>
/// <param name="Id">The fulfilment.</param>
/// <param name="Carrier">Null before it has left, or when nobody said.</param>
/// <param name="TrackingNumber">Null before it has left, or when nobody said.</param>
/// <param name="Lines">By line id.</param>
public sealed record RecipientShipment(Guid Id, string? Carrier, string? TrackingNumber, IReadOnlyList<RecipientLine> Lines);
