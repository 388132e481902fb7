using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Returns;

/// <summary>Asks to send goods back. Authorised at once when the policy permits; a blind return, without an order, waits for a person.</summary>
/// <param name="OrderId">The order; null for a blind return.</param>
/// <param name="Lines">1 to 2,000 lines, each order line or item once.</param>
/// <param name="ExternalId">The channel's own number, 1 to 128 visible characters: a second call with it for the same order, or for none, and with the same lines answers as the first; null for none.</param>
/// <param name="CustomerId">The channel's number of the customer of a blind return; null for a guest or where the order says it.</param>
/// <param name="Override">Why a person of the staff permits what the policy does not, 1 to 200 characters; null to keep to the policy.</param>
/// <param name="RequestedAt">When the customer asked, which decides about the window; null for now.</param>
/// <returns>
/// The return, or what the order refused, <c>returns.window-closed</c>, <c>returns.not-delivered</c>, <c>returns.not-asked-yet</c>, <c>returns.override-by-staff</c> (Rule),
/// <c>returns.other-payload</c> (Conflict).
/// </returns>
[Needs("returns.request")]
public sealed record RequestReturn(
    OrderId? OrderId, IReadOnlyList<NewReturnLine> Lines, string? ExternalId = null, string? CustomerId = null, string? Override = null, DateTimeOffset? RequestedAt = null)
    : IRequest<Result<ReturnView>>;

/// <summary>What somebody wants to send back.</summary>
/// <param name="OrderLineId">The order's line; null for a blind return.</param>
/// <param name="Sku">The item of a blind return; null where the order says it.</param>
/// <param name="Quantity">1 to 1,000,000.</param>
/// <param name="Reason">1 to 200 characters.</param>
/// <param name="Resolution"><c>refund</c> for now.</param>
/// <param name="AskedAmount">What the sender of a blind return asks for; null where the order says what was paid.</param>
public sealed record NewReturnLine(int? OrderLineId, Sku? Sku, int Quantity, string Reason, string Resolution = "refund", Money? AskedAmount = null);

/// <summary>A return (RMA).</summary>
/// <param name="Id">Ours.</param>
/// <param name="OrderId">The order; null for a blind return.</param>
/// <param name="ExternalId">The channel's number; null for none.</param>
/// <param name="Status">requested, authorised, received, inspected, refund_pending, refunded, closed, rejected, cancelled.</param>
/// <param name="Policy">Name and version of the policy that bound it, like <c>standard:1</c>.</param>
/// <param name="RequestedAt">Business time, UTC.</param>
/// <param name="Revision">The ETag.</param>
/// <param name="Lines">By line.</param>
/// <param name="Refunds">Oldest first.</param>
public sealed record ReturnView(
    Guid Id,
    OrderId? OrderId,
    string? ExternalId,
    string Status,
    string Policy,
    DateTimeOffset RequestedAt,
    int Revision,
    IReadOnlyList<ReturnLineView> Lines,
    IReadOnlyList<RefundView> Refunds);

/// <summary>A line of a return; received = quarantined + restocked + refurbished + liquidated + scrapped + sent to vendor.</summary>
/// <param name="LineId">From 1, in the order of the request.</param>
/// <param name="OrderLineId">The order's line; null for a blind return.</param>
/// <param name="Sku">The item.</param>
/// <param name="Quantity">Announced.</param>
/// <param name="Received">Came in.</param>
/// <param name="Grade">What inspection found: <c>new</c>, <c>opened</c>, <c>used</c>, <c>damaged</c>, <c>wrong-item</c>; null before it.</param>
/// <param name="Disposition">Where it went; null before it was decided.</param>
/// <param name="Reason">The customer's.</param>
public sealed record ReturnLineView(int LineId, int? OrderLineId, Sku Sku, int Quantity, int Received, string? Grade, string? Disposition, string Reason);

/// <summary>One return.</summary>
/// <param name="Id">Which.</param>
[Needs("returns.read"), AsksDatabase]
public sealed record GetReturn(Guid Id) : IRequest<Result<ReturnView>>;

/// <summary>Returns, oldest first.</summary>
/// <param name="OrderId">Only of this order; null for all.</param>
/// <param name="Status">Only these; null for all.</param>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("returns.read"), AsksDatabase]
public sealed record ListReturns(OrderId? OrderId, string? Status, Guid? After, int Limit) : IRequest<Result<IReadOnlyList<ReturnView>>>;

/// <summary>A person permits or refuses a return that waits: a blind one.</summary>
/// <param name="Id">Which.</param>
/// <param name="Permit">Whether it is permitted.</param>
/// <param name="Reason">1 to 200 characters.</param>
/// <returns>The return, <c>returns.unknown</c> (NotFound), <c>returns.not-requested</c> (Conflict).</returns>
[Needs("returns.authorise")]
public sealed record AuthoriseReturn(Guid Id, bool Permit, string Reason) : IRequest<Result<ReturnView>>;

/// <summary>Gives up a return whose goods have not come. A second call answers as the first.</summary>
/// <param name="Id">Which.</param>
/// <returns>The return, <c>returns.unknown</c> (NotFound), <c>returns.received</c>, <c>returns.rejected</c> (Conflict).</returns>
[Needs("returns.request")]
public sealed record CancelReturn(Guid Id) : IRequest<Result<ReturnView>>;

/// <summary>Goods of a return came in; they go to quarantine.</summary>
/// <param name="Id">Which.</param>
/// <param name="ReceiptId">This arrival, made by the caller; a second call with it answers as the first.</param>
/// <param name="Node">Where.</param>
/// <param name="Lines">What came, 1 to 2,000; null for all that was announced.</param>
/// <returns>The return, <c>returns.unknown</c>, <c>returns.unknown-line</c> (NotFound), <c>returns.not-authorised</c>, <c>returns.over-received</c> (Conflict).</returns>
[Needs("returns.receive"), AsksDatabase]
public sealed record ReceiveReturn(Guid Id, Guid ReceiptId, string Node, IReadOnlyList<ReceivedUnits>? Lines = null) : IRequest<Result<ReturnView>>;

/// <summary>Units that came in.</summary>
/// <param name="LineId">The return's line.</param>
/// <param name="Quantity">Above 0, at most announced less what came before.</param>
public sealed record ReceivedUnits(int LineId, int Quantity);

/// <summary>What inspection found of a line. A second call before its disposition replaces the first.</summary>
/// <param name="Id">The return.</param>
/// <param name="LineId">Its line.</param>
/// <param name="Grade"><c>new</c>, <c>opened</c>, <c>used</c>, <c>damaged</c> or <c>wrong-item</c>.</param>
/// <param name="Note">At most 500 characters; null for none.</param>
/// <returns>The return, <c>returns.unknown</c>, <c>returns.unknown-line</c> (NotFound), <c>returns.not-received</c>, <c>returns.disposed</c> (Conflict).</returns>
[Needs("returns.inspect")]
public sealed record InspectReturnLine(Guid Id, int LineId, string Grade, string? Note = null) : IRequest<Result<ReturnView>>;

/// <summary>Where the goods of an inspected line go. A second call with the same answer changes nothing.</summary>
/// <param name="Id">The return.</param>
/// <param name="LineId">Its line.</param>
/// <param name="Disposition"><c>restock</c>, <c>refurbish</c>, <c>liquidate</c>, <c>scrap</c> or <c>vendor</c>.</param>
/// <returns>The return, <c>returns.unknown</c>, <c>returns.unknown-line</c> (NotFound), <c>returns.not-inspected</c>, <c>returns.disposed</c> (Conflict), <c>returns.not-sellable</c> (Rule).</returns>
[Needs("returns.inspect"), AsksDatabase]
public sealed record DisposeReturnLine(Guid Id, int LineId, string Disposition) : IRequest<Result<ReturnView>>;

/// <summary>A step of a return's life.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ReturnId">The return.</param>
/// <param name="OrderId">The order; null for a blind return.</param>
/// <param name="Status"><c>requested</c> for a blind return, which waits for a person, else <c>authorised</c>.</param>
/// <param name="Units">Over all lines.</param>
[EventName("returns.return-requested.v1")]
public sealed record ReturnRequested(Guid EventId, DateTimeOffset OccurredAt, Guid ReturnId, OrderId? OrderId, string Status, int Units) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("return", ReturnId);

    string IFact.Key => BusinessKey.Of("return", ReturnId);
}

/// <summary>A person permitted or refused a return.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ReturnId">The return.</param>
/// <param name="Permitted">The answer.</param>
[EventName("returns.return-decided.v1")]
[LookedAt]
public sealed record ReturnDecided(Guid EventId, DateTimeOffset OccurredAt, Guid ReturnId, bool Permitted) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("return", ReturnId);

    string IFact.Key => BusinessKey.Of("return", ReturnId);
}

/// <summary>Nobody waits for a return any more.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ReturnId">The return.</param>
[EventName("returns.return-cancelled.v1")]
public sealed record ReturnCancelled(Guid EventId, DateTimeOffset OccurredAt, Guid ReturnId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("return", ReturnId);

    string IFact.Key => BusinessKey.Of("return", ReturnId);
}

/// <summary>Goods of a return came in.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ReturnId">The return.</param>
/// <param name="Node">Where.</param>
/// <param name="Units">Over all lines.</param>
/// <param name="IsWhole">Whether everything that was announced is there.</param>
[EventName("returns.return-received.v1")]
public sealed record ReturnReceived(Guid EventId, DateTimeOffset OccurredAt, Guid ReturnId, string Node, int Units, bool IsWhole) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("return", ReturnId);

    string IFact.Key => BusinessKey.Of("return", ReturnId);
}

/// <summary>A line was looked at, or looked at again.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ReturnId">The return.</param>
/// <param name="LineId">Its line.</param>
/// <param name="Grade">What was found.</param>
[EventName("returns.line-inspected.v1")]
[LookedAt]
public sealed record ReturnLineInspected(Guid EventId, DateTimeOffset OccurredAt, Guid ReturnId, int LineId, string Grade) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("return", ReturnId);

    string IFact.Key => BusinessKey.Of("return", ReturnId);
}

/// <summary>The goods of a line went where a person or a rule decided.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ReturnId">The return.</param>
/// <param name="LineId">Its line.</param>
/// <param name="Disposition">Where.</param>
/// <param name="Units">How many.</param>
[EventName("returns.line-disposed.v1")]
public sealed record ReturnLineDisposed(Guid EventId, DateTimeOffset OccurredAt, Guid ReturnId, int LineId, string Disposition, int Units) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("return", ReturnId);

    string IFact.Key => BusinessKey.Of("return", ReturnId);
}

/// <summary>All lines of a return that came in were inspected and have their disposition: its money can be decided.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ReturnId">The return.</param>
/// <param name="OrderId">The order; null for a blind return.</param>
[EventName("returns.return-inspected.v1")]
[LookedAt]
public sealed record ReturnInspected(Guid EventId, DateTimeOffset OccurredAt, Guid ReturnId, OrderId? OrderId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("return", ReturnId);

    string IFact.Key => BusinessKey.Of("return", ReturnId);
}
