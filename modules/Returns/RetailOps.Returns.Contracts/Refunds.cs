using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Returns;

/// <summary>Decides to give money back for what came in and was inspected: reserves it at the order, below its ceilings, and says whether a person must approve.</summary>
/// <param name="ReturnId">The return.</param>
/// <param name="Key">With the return the idempotency key: a second call answers as the first.</param>
/// <returns>The refund, <c>returns.unknown</c> (NotFound), <c>returns.not-inspected</c>, <c>returns.nothing-to-refund</c> (Conflict), or what the order refused.</returns>
[Needs("refunds.grant"), AsksDatabase]
public sealed record GrantRefund(Guid ReturnId, Guid Key) : IRequest<Result<RefundView>>;

/// <summary>A refund.</summary>
/// <param name="Id">Ours.</param>
/// <param name="ReturnId">The return; null for a credit without one.</param>
/// <param name="OrderId">The order; null without one.</param>
/// <param name="Status">granted, approved, settled, refused, voided.</param>
/// <param name="Amount">Taxes in it.</param>
/// <param name="NeedsApproval">Whether a person must approve it before it is paid.</param>
/// <param name="Kind"><c>return</c>, or <c>sundry</c> for a credit without an order.</param>
/// <param name="Reason">Why.</param>
/// <param name="GrantedAt">Business time, UTC.</param>
/// <param name="Revision">The ETag.</param>
public sealed record RefundView(
    Guid Id, Guid? ReturnId, OrderId? OrderId, string Status, Money Amount, bool NeedsApproval, string Kind, string Reason, DateTimeOffset GrantedAt, int Revision);

/// <summary>One refund.</summary>
/// <param name="Id">Which.</param>
[Needs("refunds.read"), AsksDatabase]
public sealed record GetRefund(Guid Id) : IRequest<Result<RefundView>>;

/// <summary>Opens the approval that a refund needs, bound to its amount. A second call answers as the first.</summary>
/// <param name="RefundId">The refund.</param>
/// <returns>The approval, or <c>returns.unknown-refund</c> (NotFound), <c>returns.not-granted</c> (Conflict).</returns>
[Needs("refunds.ask")]
public sealed record OpenApproval(Guid RefundId) : IRequest<Result<ApprovalView>>;

/// <summary>Pays a refund that needs no approval or has it: the order's money is settled. A second call answers as the first.</summary>
/// <param name="RefundId">The refund.</param>
/// <returns>What the ERP's credit memo says, or <c>returns.unknown-refund</c> (NotFound), <c>returns.not-approved</c>, <c>returns.voided</c> (Conflict).</returns>
[Needs("refunds.execute")]
public sealed record ExecuteRefund(Guid RefundId) : IRequest<Result<ExecutedRefund>>;

/// <summary>Money that was given back.</summary>
/// <param name="RefundId">The refund.</param>
/// <param name="ReturnId">The return; null for a sundry credit.</param>
/// <param name="OrderId">The order; null without one.</param>
/// <param name="CustomerId">The channel's number of the customer; null for a guest.</param>
/// <param name="ExecutedAt">Business time, UTC.</param>
/// <param name="Amount">Taxes in it.</param>
/// <param name="Lines">What it is for.</param>
/// <param name="Kind"><c>return</c>, or <c>sundry</c> for a credit without an order.</param>
/// <param name="Reason">Why.</param>
/// <param name="Reference">What a person of the ERP knows it by: the channel's number of the return, or the key of the credit; at most 128 characters.</param>
/// <param name="BusinessDate">The day it was paid, in the retailer's time zone.</param>
/// <param name="InvoiceId">The invoice that it corrects; null for none, or when it is about several.</param>
/// <param name="PaidTo">The tenders that it went back to, together its amount; null for a credit without an order, which nobody has paid out yet.</param>
public sealed record ExecutedRefund(
    Guid RefundId,
    Guid? ReturnId,
    OrderId? OrderId,
    string? CustomerId,
    DateTimeOffset ExecutedAt,
    Money Amount,
    IReadOnlyList<CreditedLine> Lines,
    string Kind,
    string Reason,
    string Reference,
    DateOnly BusinessDate,
    Guid? InvoiceId = null,
    IReadOnlyList<PaidTender>? PaidTo = null);

/// <summary>Money that went back to a tender.</summary>
/// <param name="Tender">Which one, as the order names it.</param>
/// <param name="Amount">Above 0.</param>
public sealed record PaidTender(string Tender, Money Amount);

/// <summary>What money was given back for.</summary>
/// <param name="Sku">The item; null for a credit that is for none.</param>
/// <param name="Quantity">In the item's unit; 1 without an item.</param>
/// <param name="Amount">Without tax.</param>
/// <param name="Tax">On top.</param>
public sealed record CreditedLine(Sku? Sku, int Quantity, Money Amount, Money Tax);

/// <summary>Gives up a refund that was not paid; the order's money is free again. A second call answers as the first.</summary>
/// <param name="RefundId">The refund.</param>
/// <param name="Reason">1 to 200 characters.</param>
/// <returns>The refund, <c>returns.unknown-refund</c> (NotFound), <c>returns.settled</c> (Conflict).</returns>
[Needs("refunds.execute")]
public sealed record VoidRefund(Guid RefundId, string Reason) : IRequest<Result<RefundView>>;

/// <summary>Gives a credit that belongs to no order's goods: fees, carriage, services. Posted to the sundry account.</summary>
/// <param name="Key">The caller's own name for it, 1 to 128 visible characters; a second call with it answers as the first.</param>
/// <param name="Amount">Above 0.</param>
/// <param name="Reason">1 to 200 characters.</param>
/// <param name="CustomerId">The channel's number of the customer; null for none.</param>
/// <returns>The refund, or <c>returns.other-payload</c> (Conflict).</returns>
[Needs("refunds.sundry")]
public sealed record GrantSundryCredit(string Key, Money Amount, string Reason, string? CustomerId = null) : IRequest<Result<RefundView>>;

/// <summary>Somebody may give money back.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="ReturnId">The return; null for a sundry credit.</param>
/// <param name="OrderId">The order; null without one.</param>
/// <param name="Amount">Taxes in it.</param>
/// <param name="Kind"><c>return</c> or <c>sundry</c>.</param>
/// <param name="NeedsApproval">Whether a person must approve it.</param>
[EventName("returns.refund-granted.v1")]
[LookedAt]
public sealed record RefundGranted(Guid EventId, DateTimeOffset OccurredAt, Guid RefundId, Guid? ReturnId, OrderId? OrderId, Money Amount, string Kind, bool NeedsApproval) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("refund", RefundId);

    string IFact.Key => BusinessKey.Of("refund", RefundId);
}

/// <summary>Somebody may give a credit that belongs to no order's goods: what starts its flow.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="RefundId">The credit.</param>
/// <param name="Amount">Taxes in it.</param>
/// <param name="NeedsApproval">Whether a person must approve it.</param>
[EventName("returns.sundry-credit-granted.v1")]
[LookedAt]
public sealed record SundryCreditGranted(Guid EventId, DateTimeOffset OccurredAt, Guid RefundId, Money Amount, bool NeedsApproval) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("refund", RefundId);

    string IFact.Key => BusinessKey.Of("refund", RefundId);
}

/// <summary>A person was asked about a refund.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ApprovalId">The approval.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="Tier">1 or 2.</param>
[EventName("returns.approval-opened.v1")]
public sealed record ApprovalOpened(Guid EventId, DateTimeOffset OccurredAt, Guid ApprovalId, Guid RefundId, int Tier) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("approval", ApprovalId);

    string IFact.Key => BusinessKey.Of("refund", RefundId);
}

/// <summary>A person answered. Approved only when everybody that the tier asks for has.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ApprovalId">The approval.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="Status"><c>open</c> (another person must), <c>approved</c> or <c>rejected</c>.</param>
[EventName("returns.approval-decided.v1")]
[LookedAt]
public sealed record ApprovalDecided(Guid EventId, DateTimeOffset OccurredAt, Guid ApprovalId, Guid RefundId, string Status) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("approval", ApprovalId);

    string IFact.Key => BusinessKey.Of("refund", RefundId);
}

/// <summary>Money was given back.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="ReturnId">The return; null for a sundry credit.</param>
/// <param name="Amount">Taxes in it.</param>
[EventName("returns.refund-settled.v1")]
public sealed record RefundSettled(Guid EventId, DateTimeOffset OccurredAt, Guid RefundId, Guid? ReturnId, Money Amount) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("refund", RefundId);

    string IFact.Key => BusinessKey.Of("refund", RefundId);
}

/// <summary>A refund will not be paid.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="Reason">Why.</param>
[EventName("returns.refund-voided.v1")]
public sealed record RefundVoided(Guid EventId, DateTimeOffset OccurredAt, Guid RefundId, string Reason) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("refund", RefundId);

    string IFact.Key => BusinessKey.Of("refund", RefundId);
}
