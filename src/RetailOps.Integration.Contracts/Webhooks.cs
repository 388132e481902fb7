using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>A secret that signs, as it is kept.</summary>
/// <param name="Id">Names it; the secret itself is shown once.</param>
/// <param name="Box">Encrypted.</param>
public sealed record WebhookSecret(Guid Id, string Box);

/// <summary>Registers an address that is told of facts as they happen, from about now on.</summary>
/// <param name="Url">https, without name or password in it, at most 500 characters; where it leads was looked at.</param>
/// <param name="EventTypes">1 to 100 names of event types, or whole rooms like <c>orders.*</c>.</param>
/// <param name="Secret">Made by whoever asks on behalf of the caller.</param>
/// <returns>
/// The webhook. <c>webhooks.unknown-type</c> (Rule) for a type that does not exist, <c>webhooks.may-not-read</c> (Rule) for one whose things the caller may not read,
/// <c>webhooks.not-of-a-channel</c> (Rule) when a caller who is bound to channels asks for what belongs to none, <c>webhooks.bound-to-nodes</c> (Rule),
/// <c>webhooks.too-many</c> (Conflict) beyond 100 of one owner.
/// </returns>
[Needs("webhooks.manage"), AsksDatabase]
public sealed record RegisterWebhook(string Url, IReadOnlyList<string> EventTypes, WebhookSecret Secret) : IRequest<Result<WebhookView>>;

/// <summary>Lists webhooks: a client's own; for people who are bound to nothing, all.</summary>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("webhooks.read"), AsksDatabase]
public sealed record ListWebhooks(Guid? After, int Limit) : IRequest<Result<IReadOnlyList<WebhookView>>>;

/// <summary>One webhook.</summary>
/// <param name="Id">Which.</param>
/// <returns>The webhook, or <c>webhooks.unknown</c> (NotFound), also for one of somebody else.</returns>
[Needs("webhooks.read"), AsksDatabase]
public sealed record GetWebhook(Guid Id) : IRequest<Result<WebhookView>>;

/// <summary>Deletes a webhook with its log. Nothing more is sent; a message that is under way may still arrive.</summary>
/// <param name="Id">Which.</param>
/// <returns>The webhook, or <c>webhooks.unknown</c> (NotFound), also at a second call.</returns>
[Needs("webhooks.manage"), AsksDatabase]
public sealed record DeleteWebhook(Guid Id) : IRequest<Result<WebhookView>>;

/// <summary>Holds a webhook, or lets one that was held or disabled go on where it stopped: nothing that happened meanwhile is lost.</summary>
/// <param name="Id">Which.</param>
/// <param name="IsPaused">False to go on; all that waits is due at once, with all its tries before it.</param>
/// <returns>The webhook; a second call changes nothing. <c>webhooks.unknown</c> (NotFound), <c>webhooks.is-disabled</c> (Conflict) for holding one that is disabled.</returns>
[Needs("webhooks.manage"), AsksDatabase]
public sealed record PauseWebhook(Guid Id, bool IsPaused) : IRequest<Result<WebhookView>>;

/// <summary>Another secret. For a day both sign each message, then the one before ends.</summary>
/// <param name="Id">Which.</param>
/// <param name="Secret">The new one.</param>
/// <returns>The webhook, or <c>webhooks.unknown</c> (NotFound).</returns>
[Needs("webhooks.manage"), AsksDatabase]
public sealed record RotateWebhookSecret(Guid Id, WebhookSecret Secret) : IRequest<Result<WebhookView>>;

/// <summary>Sends a message of the type <c>retailops.webhooks.ping.v1</c>, signed and tried like every other.</summary>
/// <param name="Id">Which.</param>
/// <returns>The ping's event id. <c>webhooks.unknown</c> (NotFound), <c>webhooks.not-active</c> (Conflict).</returns>
[Needs("webhooks.manage"), AsksDatabase]
public sealed record TestWebhook(Guid Id) : IRequest<Result<WebhookPing>>;

/// <summary>A ping on its way.</summary>
/// <param name="EventId">The message's id, as in the log.</param>
public sealed record WebhookPing(Guid EventId);

/// <summary>What was sent to a webhook and what became of it, newest first.</summary>
/// <param name="Id">Which webhook.</param>
/// <param name="Status"><c>waiting</c>, <c>arrived</c> or <c>dead</c>; null for all.</param>
/// <param name="Before">The last sequence of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("webhooks.read"), AsksDatabase]
public sealed record ListWebhookDeliveries(Guid Id, string? Status, long? Before, int Limit) : IRequest<Result<IReadOnlyList<WebhookDeliveryView>>>;

/// <summary>
/// Sends again what was sent, or what happened before the webhook's time: one event, or a range by the log's sequence or by time. The messages keep their ids, so a
/// receiver that deduplicates hears nothing twice. What waits anyway is left alone.
/// </summary>
/// <param name="Id">Which webhook.</param>
/// <param name="EventId">One event; null for a range.</param>
/// <param name="FromSequence">From this one of the log on; null for none.</param>
/// <param name="ToSequence">Up to this one, which counts; null for none.</param>
/// <param name="From">What was recorded from this instant on; null for none.</param>
/// <param name="To">What was recorded before this instant; null for now.</param>
/// <returns>
/// How many are sent again: the 5,000 oldest at most, after which the same call goes on with the rest. <c>webhooks.unknown</c> (NotFound), <c>webhooks.event-unknown</c> (NotFound),
/// <c>webhooks.not-active</c> (Conflict), <c>webhooks.stopped</c> (Conflict) when the owner may no longer have it.
/// </returns>
[Needs("webhooks.replay"), AsksDatabase]
public sealed record ReplayWebhook(Guid Id, Guid? EventId, long? FromSequence, long? ToSequence, DateTimeOffset? From, DateTimeOffset? To) : IRequest<Result<ReplayedWebhook>>;

/// <summary>What a replay came to.</summary>
/// <param name="Count">Messages that are sent again.</param>
/// <param name="NextFrom">Where the next call begins when there is more: a sequence, or an instant; null when that is all.</param>
public sealed record ReplayedWebhook(int Count, string? NextFrom);

/// <summary>The event types that a webhook can ask for.</summary>
[Needs("webhooks.read")]
public sealed record ListEventTypes : IRequest<Result<IReadOnlyList<EventTypeView>>>;

/// <summary>A kind of fact that others can hear of.</summary>
/// <param name="Name">What a webhook asks for.</param>
/// <param name="Type">The <c>type</c> of its messages.</param>
/// <param name="Needs">The permission to read what it is about; who has it may ask for this type.</param>
/// <param name="TellsOrder">Whether it says which order it belongs to, and by that which channel.</param>
public sealed record EventTypeView(string Name, string Type, string Needs, bool TellsOrder);

/// <summary>An address that is told of facts.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Url">Where it is.</param>
/// <param name="EventTypes">As they were asked for.</param>
/// <param name="Owner">Who registered it: <c>client:…</c> or <c>person:…</c>.</param>
/// <param name="Channels">Only what belongs to orders of these; null for everything.</param>
/// <param name="State"><c>active</c>, <c>paused</c>, <c>disabled</c> (by itself), or <c>stopped</c> while its owner is disabled or may no longer have what it asks for.</param>
/// <param name="Why">Why it is disabled; null otherwise.</param>
/// <param name="FailingSince">Since when nothing has arrived though it was tried, machine time; null while all is well.</param>
/// <param name="Waiting">Messages that have not arrived yet, 10,000 for more.</param>
/// <param name="Dead">Messages that were given up; they can be replayed.</param>
/// <param name="SecretId">Which secret signs.</param>
/// <param name="PreviousSecretUntil">Until when the one before signs, too; null for none.</param>
/// <param name="Created">When it was registered.</param>
public sealed record WebhookView(
    Guid Id, string Url, IReadOnlyList<string> EventTypes, string Owner, IReadOnlyList<string>? Channels, string State, string? Why, DateTimeOffset? FailingSince, int Waiting, int Dead,
    Guid SecretId, DateTimeOffset? PreviousSecretUntil, DateTimeOffset Created);

/// <summary>One message to a webhook. What it said is in the event only.</summary>
/// <param name="Sequence">In the order in which they are sent for each business key; grows, with gaps.</param>
/// <param name="EventId">The message's id at each try.</param>
/// <param name="EventType">The event type's name.</param>
/// <param name="Key">The business key whose messages are sent in order.</param>
/// <param name="Status"><c>waiting</c>, <c>arrived</c> or <c>dead</c>.</param>
/// <param name="Attempts">Tries so far.</param>
/// <param name="LastAnswer">The HTTP status of the last try; null when nobody answered, or before the first.</param>
/// <param name="Milliseconds">How long the last try took; null before the first.</param>
/// <param name="Error">Why the last try failed; null when it did not.</param>
/// <param name="NextTry">When it is tried again at the earliest, machine time; null when it is not.</param>
/// <param name="Done">When it arrived or was given up, machine time; null before.</param>
public sealed record WebhookDeliveryView(
    string Sequence, Guid EventId, string EventType, string Key, string Status, int Attempts, int? LastAnswer, int? Milliseconds, string? Error, DateTimeOffset? NextTry, DateTimeOffset? Done);

/// <summary>Somebody wants to be told of facts.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="WebhookId">The webhook.</param>
/// <param name="Host">Where it leads; the rest of the address may be a secret.</param>
/// <param name="EventTypes">What of.</param>
[EventName("integration.webhook-registered.v1")]
public sealed record WebhookRegistered(Guid EventId, DateTimeOffset OccurredAt, Guid WebhookId, string Host, IReadOnlyList<string> EventTypes) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("webhook", WebhookId);

    string IFact.Key => BusinessKey.Of("webhook", WebhookId);
}

/// <summary>A webhook was held, let go on, or disabled itself.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="WebhookId">The webhook.</param>
/// <param name="State"><c>active</c>, <c>paused</c> or <c>disabled</c>.</param>
/// <param name="Why">Why it disabled itself; null otherwise.</param>
[EventName("integration.webhook-turned.v1")]
public sealed record WebhookTurned(Guid EventId, DateTimeOffset OccurredAt, Guid WebhookId, string State, string? Why) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("webhook", WebhookId);

    string IFact.Key => BusinessKey.Of("webhook", WebhookId);
}

/// <summary>A webhook got another secret.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="WebhookId">The webhook.</param>
/// <param name="SecretId">Which secret is new.</param>
[EventName("integration.webhook-secret-rotated.v1")]
public sealed record WebhookSecretRotated(Guid EventId, DateTimeOffset OccurredAt, Guid WebhookId, Guid SecretId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("webhook", WebhookId);

    string IFact.Key => BusinessKey.Of("webhook", WebhookId);
}

/// <summary>A webhook is gone.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="WebhookId">The webhook.</param>
[EventName("integration.webhook-deleted.v1")]
public sealed record WebhookDeleted(Guid EventId, DateTimeOffset OccurredAt, Guid WebhookId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("webhook", WebhookId);

    string IFact.Key => BusinessKey.Of("webhook", WebhookId);
}
