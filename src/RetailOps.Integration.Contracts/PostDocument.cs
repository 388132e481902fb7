using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>Asks for a document to be put into the books of the ERP. Writes the wish and returns; the connector posts, and its answer is an event.</summary>
/// <param name="Document">What should stand there.</param>
/// <returns>The posting as it stands; a second call with the document's key answers with the first, or <c>integration.other-document</c> (Conflict) when it says something else.</returns>
[Needs("integration.post")]
public sealed record PostDocument(ErpDocument Document) : IRequest<Result<PostingView>>;

/// <summary>A document of the ERP, in our words.</summary>
/// <param name="Kind">
/// <c>SalesInvoice</c>, <c>CreditMemo</c>, <c>Payment</c>, <c>PaymentRefund</c>, <c>GoodsReceipt</c>, <c>Shipment</c>, <c>InventoryAdjustment</c>, <c>Transfer</c> or
/// <c>PurchaseOrder</c>; what each of them must have says its schema (<c>GET /api/v1/schemas</c>).
/// </param>
/// <param name="Subject">Our id of what it is about: the invoice, the refund, the fulfilment, the movement.</param>
/// <param name="Reference">What a person of the ERP sees, at most 128 characters: the channel's order number and the like.</param>
/// <param name="Party">The channel's number of the customer, or the supplier's code; null for the account of sundry customers.</param>
/// <param name="BusinessDate">The day it happened, in the retailer's time zone.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Lines">1 to 2,500 lines; none on a payment or its refund.</param>
/// <param name="Corrects">Key of the document that it credits, pays, pays back or receives the goods of; it is not sent before that one stands. Null for none.</param>
/// <param name="Revision">From 1; another revision is another document.</param>
/// <param name="Payments">Money that changed hands with it, at most 20 and each tender once: paid back with a credit memo, paid or paid back by a payment or its refund. Null for none.</param>
/// <param name="Node">Code of the place that the goods leave, or come to where no other place is named; null where it is not known.</param>
/// <param name="ToNode">Code of the place that a transfer goes to; null on everything else.</param>
public sealed record ErpDocument(
    string Kind, Guid Subject, string Reference, string? Party, DateOnly BusinessDate, string Currency, IReadOnlyList<ErpLine> Lines, string? Corrects = null, int Revision = 1,
    IReadOnlyList<ErpPayment>? Payments = null, string? Node = null, string? ToNode = null)
{
    /// <summary>Unique for ever among the documents that we ask for: <c>kind/subject/revision</c>, the kind in lower case with hyphens. Also the business key of its events and flow.</summary>
    public string Key => KeyOf(Kind, Subject, Revision);

    /// <summary>The key that a document has or would have, for <see cref="Corrects"/>.</summary>
    public static string KeyOf(string kind, Guid subject, int revision = 1) =>
        $"{string.Concat(kind.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()))}/{subject}/{revision}";
}

/// <summary>Money that changed hands with a document. Its own key in the ERP is the document's, a slash and the tender.</summary>
/// <param name="Tender">How it was paid, like <c>card</c>; 1 to 64 characters.</param>
/// <param name="Amount">Above 0, in the document's currency.</param>
public sealed record ErpPayment(string Tender, Money Amount);

/// <summary>A line of a document.</summary>
/// <param name="Account"><c>goods</c>, <c>shipping</c>, <c>discount</c>, <c>service</c>, <c>sundry</c>, or <c>stock</c> for documents that move goods.</param>
/// <param name="Sku">The item; null for none.</param>
/// <param name="Quantity">In the item's unit, signed for an adjustment; 1 without an item.</param>
/// <param name="Amount">
/// Without tax, signed: what a customer is asked for, and on a credit memo what a customer gets back, is positive, a discount on it negative. The
/// cost for documents that move goods, 0 where it is not known; on an adjustment with the sign of the quantity.
/// </param>
/// <param name="Tax">On top, signed as the amount; none on documents that move goods.</param>
/// <param name="Description">At most 200 characters; null for none.</param>
public sealed record ErpLine(string Account, Sku? Sku, int Quantity, Money Amount, Money Tax, string? Description = null);

/// <summary>A document on its way to the ERP.</summary>
/// <param name="Key">The document's.</param>
/// <param name="Status"><c>requested</c>, <c>posted</c>, <c>refused</c>, <c>gave-up</c>, or <c>set-aside</c>: the ERP that serves keeps no documents of this kind for us.</param>
/// <param name="Number">The ERP's number; null before it is posted.</param>
/// <param name="Words">What the ERP said to refuse it; null otherwise.</param>
/// <param name="Attempts">Tries so far.</param>
/// <param name="System">The ERP that it is or was for, like <c>sandbox</c>.</param>
/// <param name="RequestedAt">When it was asked for, business time.</param>
/// <param name="WaitsFor">Key of the document that must stand before it; null when it waits for nothing.</param>
/// <param name="Trouble">What went wrong at the last try of one that is under way; null for nothing.</param>
public sealed record PostingView(
    string Key, string Status, string? Number, string? Words, int Attempts, string System, DateTimeOffset RequestedAt, string? WaitsFor = null, string? Trouble = null);

/// <summary>One document on its way.</summary>
/// <param name="Key">The document's.</param>
[Needs("integration.read"), AsksDatabase]
public sealed record GetPosting(string Key) : IRequest<Result<PostingView>>;

/// <summary>A document should be posted. Its delivery to the connector is the posting.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DocumentKey">The document's key.</param>
/// <param name="Kind">The document's kind.</param>
/// <param name="Round">From 1; a person's retry is another round.</param>
[EventName("integration.posting-requested.v1")]
public sealed record PostingRequested(Guid EventId, DateTimeOffset OccurredAt, string DocumentKey, string Kind, int Round) : IFact
{
    string IFact.Aggregate => $"posting/{DocumentKey}";

    string IFact.Key => DocumentKey;
}

/// <summary>A document stands in the books.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DocumentKey">The document's key.</param>
/// <param name="Number">The ERP's number.</param>
[EventName("integration.document-posted.v1")]
public sealed record DocumentPosted(Guid EventId, DateTimeOffset OccurredAt, string DocumentKey, string Number) : IFact
{
    string IFact.Aggregate => $"posting/{DocumentKey}";

    string IFact.Key => DocumentKey;
}

/// <summary>The ERP will not take a document as it is.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DocumentKey">The document's key.</param>
/// <param name="Words">What it said.</param>
[EventName("integration.document-refused.v1")]
public sealed record DocumentRefused(Guid EventId, DateTimeOffset OccurredAt, string DocumentKey, string Words) : IFact
{
    string IFact.Aggregate => $"posting/{DocumentKey}";

    string IFact.Key => DocumentKey;
}

/// <summary>The ERP did not answer in the time that was set; whether it posted is not known.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DocumentKey">The document's key.</param>
/// <param name="Attempts">Tries so far.</param>
[EventName("integration.posting-given-up.v1")]
public sealed record PostingGivenUp(Guid EventId, DateTimeOffset OccurredAt, string DocumentKey, int Attempts) : IFact
{
    string IFact.Aggregate => $"posting/{DocumentKey}";

    string IFact.Key => DocumentKey;
}

/// <summary>A document is kept and not sent: the ERP that serves keeps no documents of its kind for us.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DocumentKey">The document's key.</param>
/// <param name="System">The ERP.</param>
[EventName("integration.document-set-aside.v1")]
public sealed record DocumentSetAside(Guid EventId, DateTimeOffset OccurredAt, string DocumentKey, string System) : IFact
{
    string IFact.Aggregate => $"posting/{DocumentKey}";

    string IFact.Key => DocumentKey;
}

/// <summary>A person changed what a document says before it was sent once more; its total is the same.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DocumentKey">The document's key.</param>
/// <param name="Reason">Why.</param>
[EventName("integration.document-repaired.v1")]
public sealed record DocumentRepaired(Guid EventId, DateTimeOffset OccurredAt, string DocumentKey, string Reason) : IFact
{
    string IFact.Aggregate => $"posting/{DocumentKey}";

    string IFact.Key => DocumentKey;
}
