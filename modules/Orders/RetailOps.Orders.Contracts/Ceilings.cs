using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Orders;

/// <summary>Claims units of an order for a return: returnable = shipped − returned − open returns − refunded and kept.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="ReturnId">The return; a second call with it answers as the first.</param>
/// <param name="Lines">1 to 2,000 lines, each once.</param>
/// <returns>What was sold, line by line, or <c>orders.unknown</c> (NotFound), <c>orders.not-returnable</c> (Conflict) naming the lines.</returns>
[Needs("orders.claim-returnable"), AsksDatabase]
public sealed record ClaimReturnable(OrderId OrderId, Guid ReturnId, IReadOnlyList<ClaimedUnits> Lines) : IRequest<Result<SoldUnits>>;

/// <summary>Units of a line.</summary>
/// <param name="LineId">The order's line.</param>
/// <param name="Quantity">Above 0.</param>
public sealed record ClaimedUnits(int LineId, int Quantity);

/// <summary>What a return is about.</summary>
/// <param name="Channel">Where it was sold.</param>
/// <param name="CustomerId">The channel's number of the customer; null for a guest.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="LastDeliveredAt">When the last shipment that holds one of the lines arrived; null while one has not.</param>
/// <param name="Lines">The items of the claimed lines.</param>
public sealed record SoldUnits(string Channel, string? CustomerId, string Currency, DateTimeOffset? LastDeliveredAt, IReadOnlyList<SoldLine> Lines);

/// <summary>A sold line.</summary>
/// <param name="LineId">The order's line.</param>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">Claimed now.</param>
public sealed record SoldLine(int LineId, Sku Sku, int Quantity);

/// <summary>Lets units go that a return claimed and that do not come.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Lines">At most what is claimed.</param>
/// <returns>How many, or <c>orders.not-claimed</c> (Conflict).</returns>
[Needs("orders.claim-returnable")]
public sealed record ReleaseReturnable(OrderId OrderId, IReadOnlyList<ClaimedUnits> Lines) : IRequest<Result<SettledUnits>>;

/// <summary>Units that a return claimed have come back.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Lines">At most what is claimed.</param>
/// <returns>How many, or <c>orders.not-claimed</c> (Conflict).</returns>
[Needs("orders.claim-returnable")]
public sealed record SettleReturnable(OrderId OrderId, IReadOnlyList<ClaimedUnits> Lines) : IRequest<Result<SettledUnits>>;

/// <summary>Units that changed hands.</summary>
/// <param name="Units">Over all lines.</param>
public sealed record SettledUnits(int Units);

/// <summary>
/// Reserves money of an order for a refund, below its ceilings. A unit's refund is what was paid for it: for the first k of n units of a
/// line the cumulative share round(amount × k ÷ n), half away from zero, less what earlier refunds of the line got.
/// </summary>
/// <param name="OrderId">The order.</param>
/// <param name="RefundId">The refund; a second call with it answers as the first.</param>
/// <param name="Lines">Units that came back; may be empty for an appeasement.</param>
/// <param name="Extra">Shipping or a named appeasement on top, 0 or more and at most what was captured; null for none.</param>
/// <returns>The amount per line and tender, or <c>orders.unknown</c> (NotFound), <c>orders.over-captured</c> (Conflict), <c>orders.over-returned</c> (Conflict), <c>orders.refund-currency</c> (Rule).</returns>
[Needs("orders.refund")]
public sealed record ReserveRefund(OrderId OrderId, Guid RefundId, IReadOnlyList<ClaimedUnits> Lines, Money? Extra = null) : IRequest<Result<ReservedRefund>>;

/// <summary>Money that is kept for a refund.</summary>
/// <param name="RefundId">The refund.</param>
/// <param name="Amount">Over all lines and the extra, taxes in it.</param>
/// <param name="Lines">What each line gets, taxes apart.</param>
/// <param name="Tenders">Where it goes back to.</param>
/// <param name="InvoiceId">The only invoice that holds any of the lines; null when several do or none, and before the refund is settled.</param>
public sealed record ReservedRefund(Guid RefundId, Money Amount, IReadOnlyList<RefundedLine> Lines, IReadOnlyList<RefundedTender> Tenders, Guid? InvoiceId = null);

/// <summary>What a line gets back.</summary>
/// <param name="LineId">The order's line.</param>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">Units.</param>
/// <param name="Amount">Without tax.</param>
/// <param name="Tax">On top, at the original rate.</param>
public sealed record RefundedLine(int LineId, Sku Sku, int Quantity, Money Amount, Money Tax);

/// <summary>What a tender gets back.</summary>
/// <param name="Tender">How it was paid.</param>
/// <param name="Amount">Above 0.</param>
public sealed record RefundedTender(string Tender, Money Amount);

/// <summary>A refund was paid: refunding becomes refunded.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="RefundId">The refund; a second call answers as the first.</param>
/// <returns>The refund, or <c>orders.unknown-refund</c> (NotFound), <c>orders.refund-released</c> (Conflict).</returns>
[Needs("orders.refund")]
public sealed record SettleRefund(OrderId OrderId, Guid RefundId) : IRequest<Result<ReservedRefund>>;

/// <summary>A refund will not be paid: the money is free again. A second call answers as the first.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="RefundId">The refund.</param>
/// <returns>The refund, or <c>orders.unknown-refund</c> (NotFound), <c>orders.refund-settled</c> (Conflict).</returns>
[Needs("orders.refund")]
public sealed record ReleaseRefund(OrderId OrderId, Guid RefundId) : IRequest<Result<ReservedRefund>>;
