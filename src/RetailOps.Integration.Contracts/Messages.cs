using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>A message of another system, and what became of it. Without what it says.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Source">Who sent it.</param>
/// <param name="Delivery">The sender's id of it, or the hash of its bytes.</param>
/// <param name="Topic">What the sender calls it.</param>
/// <param name="Key">What it is about; messages of one key are mapped in the order in which they came.</param>
/// <param name="State"><c>received</c>, <c>mapped</c>, <c>parked</c> (read, and nothing of ours takes it over), <c>unmatched</c> (what it is about is not there yet; tried again), <c>late</c> (something newer is known), <c>quarantined</c> (its sender may not say that), <c>failed</c> or <c>discarded</c>.</param>
/// <param name="Code">Why it is in that state, stable and machine-readable; null when it is received or mapped.</param>
/// <param name="Reason">The same for a person; null when it is received or mapped.</param>
/// <param name="Made">What it did, like <c>placed order/…</c>.</param>
/// <param name="Repeats">How often it was sent again.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="ReceivedAt">Business time, UTC.</param>
/// <param name="HappenedAt">When it happened, as the sender says; null when he does not.</param>
/// <param name="DecidedAt">When it came into its state; null while it is received.</param>
/// <param name="Size">Of the body as it came, in bytes.</param>
/// <param name="ReadBy">What read it last: adapter and version, or governed document and version; null before.</param>
/// <param name="HasPayload">Whether what it says is still kept.</param>
public sealed record MessageView(
    Guid Id, string Source, string Delivery, string Topic, string Key, string State, string? Code, string? Reason, IReadOnlyList<string> Made, int Repeats, int Attempts,
    DateTimeOffset ReceivedAt, DateTimeOffset? HappenedAt, DateTimeOffset? DecidedAt, int Size, string? ReadBy, bool HasPayload);

/// <summary>Messages, oldest first.</summary>
/// <param name="State">Only these; null for all.</param>
/// <param name="Source">Only of this source; null for all.</param>
/// <param name="Key">Only about this; null for all.</param>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("integration.read"), AsksDatabase]
public sealed record ListMessages(string? State, string? Source, string? Key, Guid? After, int Limit) : IRequest<Result<IReadOnlyList<MessageView>>>;

/// <summary>One message, without what it says.</summary>
/// <param name="Id">Which.</param>
/// <returns>The message, or <c>integration.message-unknown</c> (NotFound).</returns>
[Needs("integration.read"), AsksDatabase]
public sealed record GetMessage(Guid Id) : IRequest<Result<MessageView>>;

/// <summary>One message with what it says. It can hold personal data: that it was read is a fact.</summary>
/// <param name="Id">Which.</param>
/// <returns>The message, or <c>integration.message-unknown</c> (NotFound), <c>integration.message-emptied</c> (Conflict: its payload is no longer kept).</returns>
[Needs("integration.payloads"), AsksDatabase]
public sealed record ReadMessage(Guid Id) : IRequest<Result<MessagePayload>>;

/// <summary>What a message says.</summary>
/// <param name="Message">The message.</param>
/// <param name="Headers">Those that came with it and are kept.</param>
/// <param name="Body">As text; base64 when it is no UTF-8.</param>
/// <param name="IsBase64">Whether the body is base64.</param>
public sealed record MessagePayload(MessageView Message, IReadOnlyDictionary<string, string> Headers, string Body, bool IsBase64);

/// <summary>What a mapping would make of a message that is kept; nothing is done.</summary>
/// <param name="Id">Which message.</param>
/// <param name="Template">A Liquid template to try instead of what reads the source's messages, at most 16,384 characters; null for that.</param>
/// <returns>What it would do, or <c>integration.message-unknown</c> (NotFound), <c>integration.message-emptied</c> (Conflict), <c>integration.unreadable</c> (Rule) with what is wrong.</returns>
[Needs("integration.payloads"), AsksDatabase]
public sealed record TryMapping(Guid Id, string? Template = null) : IRequest<Result<MappingTrial>>;

/// <summary>What a mapping makes of a message.</summary>
/// <param name="ReadBy">What read it.</param>
/// <param name="Key">What it would be about.</param>
/// <param name="Commands">What would be done, one sentence each, without personal data.</param>
/// <param name="Owned">Null when the source may say all of it; else why it would be quarantined.</param>
public sealed record MappingTrial(string ReadBy, string Key, IReadOnlyList<string> Commands, string? Owned);

/// <summary>Maps a message again that is parked, unmatched, late or failed, after what stood against it was mended. A second call changes nothing.</summary>
/// <param name="Id">Which.</param>
/// <returns>The message as it waits, or <c>integration.message-unknown</c> (NotFound), <c>integration.message-decided</c> (Conflict: it is mapped, discarded or quarantined), <c>integration.message-emptied</c> (Conflict).</returns>
[Needs("integration.replay"), AsksDatabase]
public sealed record MapMessage(Guid Id) : IRequest<Result<MessageView>>;

/// <summary>Maps messages again, those of one state in a span of time, at most 1,000 at once.</summary>
/// <param name="State"><c>parked</c>, <c>unmatched</c>, <c>late</c> or <c>failed</c>.</param>
/// <param name="Source">Only of this source; null for all.</param>
/// <param name="Code">Only those that are there for this reason; null for all.</param>
/// <param name="From">Received then or later; null for no bound.</param>
/// <param name="To">Received before; null for no bound.</param>
[Needs("integration.replay"), AsksDatabase]
public sealed record MapMessages(string State, string? Source = null, string? Code = null, DateTimeOffset? From = null, DateTimeOffset? To = null) : IRequest<Result<RemappedMessages>>;

/// <summary>Messages that are mapped again.</summary>
/// <param name="Count">How many; 1,000 when there may be more.</param>
public sealed record RemappedMessages(int Count);

/// <summary>Sets a message aside for good; what waits behind it goes on. A second call with the same reason changes nothing.</summary>
/// <param name="Id">Which.</param>
/// <param name="Reason">1 to 500 characters, without personal data.</param>
/// <returns>The message, or <c>integration.message-unknown</c> (NotFound), <c>integration.message-decided</c> (Conflict: it is mapped, or was discarded for another reason).</returns>
[Needs("integration.replay"), AsksDatabase]
public sealed record DiscardMessage(Guid Id, string Reason) : IRequest<Result<MessageView>>;

/// <summary>Lets a quarantined message through, whoever owns what it would change.</summary>
/// <param name="Id">Which.</param>
/// <param name="Reason">1 to 500 characters, without personal data.</param>
/// <returns>The message as it waits, or <c>integration.message-unknown</c> (NotFound), <c>integration.not-quarantined</c> (Conflict).</returns>
[Needs("integration.replay"), AsksDatabase]
public sealed record ReleaseMessage(Guid Id, string Reason) : IRequest<Result<MessageView>>;

/// <summary>Who owns which fact, as the live document <c>event-ownership</c> says.</summary>
[Needs("integration.read")]
public sealed record GetOwnership : IRequest<Result<OwnershipView>>;

/// <summary>Who owns which fact.</summary>
/// <param name="Version">Name and version of the document, like <c>standard:1</c>.</param>
/// <param name="Rules">The first one that fits decides.</param>
public sealed record OwnershipView(string Version, IReadOnlyList<OwnershipRule> Rules);

/// <summary>Who is the master of a fact, and who else may write it.</summary>
/// <param name="Entity"><c>order</c>, <c>shipment</c>, <c>stock</c> or <c>refund</c>.</param>
/// <param name="Fields">Which facts of it, like <c>placed</c>; <c>*</c> for all.</param>
/// <param name="Master">A role (<c>channel</c>, <c>carrier</c>, <c>payments</c>, <c>system</c>), <c>source:</c> and a source's name, or <c>retailops</c>.</param>
/// <param name="Writers">Who else may write it, in the same words.</param>
/// <param name="FreshnessHours">How old a fact may be when it comes, 1 to 8,784; null for any age.</param>
public sealed record OwnershipRule(string Entity, IReadOnlyList<string> Fields, string Master, IReadOnlyList<string> Writers, int? FreshnessHours = null);

/// <summary>Where a shipment is, as carriers say.</summary>
/// <param name="Id">Which: the fulfilment's id.</param>
/// <returns>The shipment, or <c>orders.unknown-fulfilment</c> (NotFound).</returns>
[Needs("orders.read"), AsksDatabase]
public sealed record GetShipment(Guid Id) : IRequest<Result<ShipmentView>>;

/// <summary>Where a shipment is.</summary>
/// <param name="Id">The fulfilment's id.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Carrier">Who carries; null when nobody said.</param>
/// <param name="TrackingNumber">The carrier's number; null when there is none.</param>
/// <param name="State"><c>Unknown</c>, <c>LabelCreated</c>, <c>InTransit</c>, <c>OutForDelivery</c>, <c>AvailableForPickup</c>, <c>Attempted</c>, <c>Exception</c>, <c>ReturningToSender</c>, <c>ReturnedToSender</c>, <c>Lost</c>, <c>Cancelled</c> or <c>Delivered</c>: the furthest that was said, of those the latest.</param>
/// <param name="Since">When it came into that state; null when no carrier said anything.</param>
/// <param name="Events">What carriers said, in the order in which it happened.</param>
public sealed record ShipmentView(Guid Id, OrderId OrderId, string? Carrier, string? TrackingNumber, string State, DateTimeOffset? Since, IReadOnlyList<TrackingEventView> Events);

/// <summary>What a carrier said.</summary>
/// <param name="State">In our words.</param>
/// <param name="Said">In the carrier's.</param>
/// <param name="HappenedAt">UTC; a carrier's time without a zone is taken for UTC.</param>
/// <param name="ReceivedAt">When we heard of it.</param>
/// <param name="Carrier">Who said it.</param>
/// <param name="MessageId">In which message.</param>
public sealed record TrackingEventView(string State, string Said, DateTimeOffset HappenedAt, DateTimeOffset ReceivedAt, string Carrier, Guid MessageId);

/// <summary>Somebody read what a message of another system says.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="MessageId">Which.</param>
[EventName("integration.message-read.v1")]
public sealed record MessageRead(Guid EventId, DateTimeOffset OccurredAt, Guid MessageId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("message-read", EventId);

    string IFact.Key => BusinessKey.Of("message", MessageId);
}

/// <summary>A person decided about a message of another system.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="MessageId">Which.</param>
/// <param name="Decision"><c>map</c>, <c>discard</c> or <c>release</c>.</param>
/// <param name="Reason">Why; null where nobody has to say.</param>
[EventName("integration.message-decided.v1")]
public sealed record MessageDecided(Guid EventId, DateTimeOffset OccurredAt, Guid MessageId, string Decision, string? Reason) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("message-decision", EventId);

    string IFact.Key => BusinessKey.Of("message", MessageId);
}
