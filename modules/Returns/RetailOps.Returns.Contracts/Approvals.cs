using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Returns;

/// <summary>What a person must decide about money.</summary>
/// <param name="Id">Ours.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="Status">open, approved, rejected.</param>
/// <param name="Amount">What it is about; bound by a hash, so that a changed amount needs a new approval.</param>
/// <param name="Tier">1, or 2 for a second, different person above the second limit.</param>
/// <param name="RequestedBy">Who asked; never approves.</param>
/// <param name="DecidedBy">Who decided, in order; empty while it is open.</param>
/// <param name="OpenedAt">Business time, UTC.</param>
/// <param name="DueAt">When it escalates.</param>
/// <param name="Revision">The ETag.</param>
/// <param name="Subject">SHA-256, in hexadecimal digits, of what it is about: refund, payee, amount, currency and lines. Who answers sends back what was shown.</param>
/// <param name="OrderId">The order; null for a credit without one.</param>
/// <param name="ReturnId">The return; null for a credit without one.</param>
/// <param name="Reference">What a person knows it by: the channel's number of the return, or the key of the credit.</param>
/// <param name="Reason">Why money goes back, in the words of who asked; null where it goes on into a workflow.</param>
/// <param name="AwaitsInformation">Whether somebody asked a question that nobody has answered.</param>
/// <param name="DelegatedTo">Whom somebody asked to answer instead; null for nobody.</param>
public sealed record ApprovalView(
    Guid Id,
    Guid RefundId,
    string Status,
    Money Amount,
    int Tier,
    string RequestedBy,
    IReadOnlyList<string> DecidedBy,
    DateTimeOffset OpenedAt,
    DateTimeOffset DueAt,
    int Revision,
    string Subject = "",
    OrderId? OrderId = null,
    Guid? ReturnId = null,
    string Reference = "",
    string? Reason = null,
    bool AwaitsInformation = false,
    string? DelegatedTo = null);

/// <summary>One approval.</summary>
/// <param name="Id">Which.</param>
/// <returns>The approval, or <c>returns.unknown-approval</c> (NotFound).</returns>
[Needs("refunds.read"), AsksDatabase]
public sealed record GetApproval(Guid Id) : IRequest<Result<ApprovalView>>;

/// <summary>Approvals, oldest first unless sorted otherwise.</summary>
/// <param name="Status">Only these; null for all.</param>
/// <param name="After">The last id of the page before, in the same order; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
/// <param name="Tier">Only these; null for all.</param>
/// <param name="Mine">Only what the caller may decide: open, and without a hand in it. Nothing for whoever is no person.</param>
/// <param name="DueBefore">Only what is due before this instant; null for all.</param>
/// <param name="AtLeast">Only what is not below this; what is in another currency counts as not below. Null for all.</param>
/// <param name="Sort"><c>opened</c>, <c>due</c> (next first) or <c>amount</c> (largest first, whatever its currency); null for opened.</param>
[Needs("refunds.read"), AsksDatabase]
public sealed record ListApprovals(
    string? Status, Guid? After, int Limit, int? Tier = null, bool Mine = false, DateTimeOffset? DueBefore = null, Money? AtLeast = null, string? Sort = null)
    : IRequest<Result<IReadOnlyList<ApprovalView>>>;

/// <summary>All that a person needs to decide, and why the caller cannot where that is so.</summary>
/// <param name="Id">Which.</param>
/// <returns>The facts, or <c>returns.unknown-approval</c> (NotFound).</returns>
[Needs("refunds.read"), AsksDatabase]
public sealed record GetApprovalFacts(Guid Id) : IRequest<Result<ApprovalFacts>>;

/// <summary>What an approval rests on.</summary>
/// <param name="Approval">What is asked.</param>
/// <param name="Refund">What it is about.</param>
/// <param name="Lines">How its amount was computed; amounts without tax, tax beside them.</param>
/// <param name="CustomerId">The channel's number of the customer; null for none.</param>
/// <param name="Counted">What made the tier.</param>
/// <param name="Earlier">Other refunds that were counted with it, newest first, at most 50.</param>
/// <param name="Return">What came back and who looked at it; null for a credit without a return.</param>
/// <param name="History">Everything said about it, oldest first.</param>
/// <param name="Hindrance">Why the caller cannot approve it; null when nothing stands in the way but, for the top tier, a fresh sign-in.</param>
public sealed record ApprovalFacts(
    ApprovalView Approval,
    RefundView Refund,
    IReadOnlyList<CreditedLine> Lines,
    string? CustomerId,
    CountedRefunds Counted,
    IReadOnlyList<EarlierRefund> Earlier,
    ReturnEvidence? Return,
    IReadOnlyList<ApprovalStep> History,
    ApprovalHindrance? Hindrance);

/// <summary>The sum that made the tier, and what it was measured by.</summary>
/// <param name="Policy">Name and version of the policy.</param>
/// <param name="Cumulative">The order's or the customer's refunds within the window, whichever is more, this one included; as it was counted when it was granted.</param>
/// <param name="OfOrder">The order's, as they stand now, up to this one; null without an order.</param>
/// <param name="OfCustomer">The customer's, likewise; for a credit with neither order nor customer, those of who asked. Null where neither is known.</param>
/// <param name="Since">Where the window began, UTC.</param>
/// <param name="Limit">Above it one person must agree; null where the policy names none in this currency, which counts as exceeded.</param>
/// <param name="SecondLimit">Above it two must; null likewise.</param>
public sealed record CountedRefunds(string Policy, Money Cumulative, Money? OfOrder, Money? OfCustomer, DateTimeOffset Since, Money? Limit, Money? SecondLimit);

/// <summary>A refund that was counted with another.</summary>
/// <param name="RefundId">Which.</param>
/// <param name="Reference">What a person knows it by.</param>
/// <param name="Amount">Taxes in it.</param>
/// <param name="Status">granted or settled.</param>
/// <param name="GrantedAt">Business time, UTC.</param>
/// <param name="IsOfOrder">Whether it is of the same order.</param>
/// <param name="IsOfCustomer">Whether it is of the same customer.</param>
public sealed record EarlierRefund(Guid RefundId, string Reference, Money Amount, string Status, DateTimeOffset GrantedAt, bool IsOfOrder, bool IsOfCustomer);

/// <summary>What came back.</summary>
/// <param name="Id">The return.</param>
/// <param name="RequestedBy">Who asked for it.</param>
/// <param name="RequestedAt">Business time, UTC.</param>
/// <param name="OverrideReason">Why somebody permitted what the policy does not; null when it does.</param>
/// <param name="OverrideBy">Who; null likewise.</param>
/// <param name="DecidedBy">Who permitted a return without an order; null for others.</param>
/// <param name="DecisionReason">What that person wrote; null likewise.</param>
/// <param name="Lines">By line.</param>
/// <param name="Receipts">Oldest first.</param>
public sealed record ReturnEvidence(
    Guid Id,
    string RequestedBy,
    DateTimeOffset RequestedAt,
    string? OverrideReason,
    string? OverrideBy,
    string? DecidedBy,
    string? DecisionReason,
    IReadOnlyList<InspectedLine> Lines,
    IReadOnlyList<ReceiptEvidence> Receipts);

/// <summary>A line of a return and what inspection found.</summary>
/// <param name="LineId">From 1.</param>
/// <param name="OrderLineId">The order's line; null for a return without an order.</param>
/// <param name="Sku">The item.</param>
/// <param name="Announced">Units.</param>
/// <param name="Received">Units.</param>
/// <param name="Reason">The customer's.</param>
/// <param name="Grade">What inspection found; null before it.</param>
/// <param name="Note">What the inspector wrote; null for nothing.</param>
/// <param name="Disposition">Where the goods went; null before it.</param>
/// <param name="HandledBy">Who graded them or said where they go.</param>
public sealed record InspectedLine(
    int LineId, int? OrderLineId, Sku Sku, int Announced, int Received, string Reason, string? Grade, string? Note, string? Disposition, IReadOnlyList<string> HandledBy);

/// <summary>Goods that came in.</summary>
/// <param name="LineId">The return's line.</param>
/// <param name="Node">Where.</param>
/// <param name="Quantity">Units.</param>
/// <param name="ReceivedAt">Business time, UTC.</param>
/// <param name="ReceivedBy">Who took them in.</param>
public sealed record ReceiptEvidence(int LineId, string Node, int Quantity, DateTimeOffset ReceivedAt, string ReceivedBy);

/// <summary>Something that was said about an approval.</summary>
/// <param name="At">Business time, UTC.</param>
/// <param name="By">Who.</param>
/// <param name="What"><c>approved</c>, <c>rejected</c>, <c>asked</c>, <c>told</c>, <c>delegated</c> or <c>withdrawn</c>.</param>
/// <param name="Words">Null for none.</param>
/// <param name="Other">Whom it was delegated to, or on whose behalf was answered; null for nobody.</param>
public sealed record ApprovalStep(DateTimeOffset At, string By, string What, string? Words, string? Other);

/// <summary>Why somebody cannot decide.</summary>
/// <param name="Code">The code of the refusal that an answer would get.</param>
/// <param name="Message">One sentence.</param>
public sealed record ApprovalHindrance(string Code, string Message);

/// <summary>Says yes or no to a refund. Completes the task of the flow in the same transaction.</summary>
/// <param name="Id">The approval.</param>
/// <param name="Approve">The answer.</param>
/// <param name="Comment">At most 500 characters; mandatory for a no.</param>
/// <param name="Revision">The revision that the person saw; null when nobody looked.</param>
/// <param name="Subject">The hash of what the person saw, as <see cref="ApprovalView.Subject"/> says it; null when nobody looked.</param>
/// <param name="MostTier">Refuse what is above this tier; null for none. What is approved with others in one go stays below the top one.</param>
/// <returns>
/// The approval, <c>returns.unknown-approval</c> (NotFound), <c>returns.decided</c>, <c>returns.stale-approval</c> (with what changed), <c>returns.not-granted</c> (Conflict), <c>returns.own-request</c>,
/// <c>returns.own-limits</c>, <c>returns.same-approver</c>, <c>returns.approver-is-no-person</c>, <c>returns.one-by-one</c> (Rule), <c>security.sign-in-too-old</c> (Unauthenticated: a yes in the top
/// tier needs a sign-in less than five minutes old).
/// </returns>
[Needs("refunds.approve")]
public sealed record DecideApproval(Guid Id, bool Approve, string? Comment = null, int? Revision = null, string? Subject = null, int? MostTier = null) : IRequest<Result<ApprovalView>>;

/// <summary>Asks a question that must be answered before somebody can decide. The approval stays open and due.</summary>
/// <param name="Id">The approval.</param>
/// <param name="Words">1 to 500 characters.</param>
/// <param name="Revision">The revision that the person saw; null when nobody looked.</param>
/// <returns>The approval, <c>returns.unknown-approval</c> (NotFound), <c>returns.decided</c> (Conflict).</returns>
[Needs("refunds.approve")]
public sealed record RequestInformation(Guid Id, string Words, int? Revision = null) : IRequest<Result<ApprovalView>>;

/// <summary>Says what somebody wanted to know, or anything else that helps to decide.</summary>
/// <param name="Id">The approval.</param>
/// <param name="Words">1 to 500 characters.</param>
/// <param name="Revision">The revision that the person saw; null when nobody looked.</param>
/// <returns>The approval, <c>returns.unknown-approval</c> (NotFound), <c>returns.decided</c> (Conflict).</returns>
[Needs("refunds.inform")]
public sealed record InformApproval(Guid Id, string Words, int? Revision = null) : IRequest<Result<ApprovalView>>;

/// <summary>
/// Asks another person to answer instead. Neither may have a hand in the refund: who could not decide cannot choose who does. The delegate's answer counts as both
/// people's, who are one then. A second call replaces the first.
/// </summary>
/// <param name="Id">The approval.</param>
/// <param name="To">The name of the other's account.</param>
/// <param name="Words">At most 500 characters; null for none.</param>
/// <param name="Revision">The revision that the person saw; null when nobody looked.</param>
/// <returns>
/// The approval, <c>returns.unknown-approval</c>, <c>returns.unknown-person</c> (NotFound), <c>returns.decided</c>, <c>returns.stale-approval</c>, <c>returns.not-granted</c> (Conflict), <c>returns.own-request</c>,
/// <c>returns.own-limits</c>, <c>returns.same-approver</c>, <c>returns.approver-is-no-person</c>, <c>returns.delegate-barred</c>, <c>returns.is-delegate</c> (Rule).
/// </returns>
[Needs("refunds.approve")]
public sealed record DelegateApproval(Guid Id, string To, string? Words = null, int? Revision = null) : IRequest<Result<ApprovalView>>;

/// <summary>Takes the question back: by who asked for the refund, or by finance. The flow goes on as after a no, gives up the refund, and the order's money is free again.</summary>
/// <param name="Id">The approval.</param>
/// <param name="Reason">1 to 200 characters.</param>
/// <param name="Revision">The revision that the person saw; null when nobody looked.</param>
/// <returns>The approval, <c>returns.unknown-approval</c> (NotFound), <c>returns.decided</c> (Conflict), <c>returns.not-yours</c> (Rule).</returns>
[Needs("refunds.withdraw")]
public sealed record WithdrawApproval(Guid Id, string Reason, int? Revision = null) : IRequest<Result<ApprovalView>>;

/// <summary>Something was said about an approval that is no answer.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ApprovalId">The approval.</param>
/// <param name="RefundId">The refund.</param>
/// <param name="Kind"><c>asked</c>, <c>told</c>, <c>delegated</c> or <c>withdrawn</c>.</param>
/// <param name="To">Whom it was delegated to; null for others.</param>
[EventName("returns.approval-remarked.v1")]
public sealed record ApprovalRemarked(Guid EventId, DateTimeOffset OccurredAt, Guid ApprovalId, Guid RefundId, string Kind, string? To) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("approval", ApprovalId);

    string IFact.Key => BusinessKey.Of("refund", RefundId);
}
