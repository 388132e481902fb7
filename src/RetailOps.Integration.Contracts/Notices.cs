using System.Text.Json;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>Asks for a customer to be told something about an order, once per template and subject. Writes the wish and returns; who sends it does so after the commit.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Template">Which template, like <c>order-confirmed</c>: 1 to 40 small letters, digits and hyphens.</param>
/// <param name="Subject">What it is about: the business key of the order, a shipment, a return, a refund; at most 100 characters.</param>
/// <param name="Facts">What the template needs to know besides the order, as JSON of at most 4,000 characters, without personal data; null for nothing.</param>
/// <returns>
/// <c>asked</c>, <c>no-address</c> where nothing is known of the buyer, or <c>off</c> where no mail is set up; a second call says the same and tells nobody twice.
/// <c>orders.unknown</c> (NotFound).
/// </returns>
[Needs("notices.ask")]
public sealed record SendNotice(OrderId OrderId, string Template, string Subject, JsonElement? Facts = null) : IRequest<Result<string>>;

/// <summary>What the customer of an order was told, oldest first.</summary>
/// <param name="OrderId">The order.</param>
/// <returns>The messages, or <c>orders.unknown</c> (NotFound).</returns>
[Needs("notices.read"), AsksDatabase]
public sealed record ListOrderNotices(OrderId OrderId) : IRequest<Result<IReadOnlyList<NoticeView>>>;

/// <summary>Tells a customer once more: a message of its own, to the address that is known now, by the template of today.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Id">The message to tell again.</param>
/// <param name="Reason">Why, 1 to 200 characters, without personal data.</param>
/// <returns>
/// The new message, or <c>notices.unknown</c>, <c>orders.unknown</c> (NotFound), <c>notices.off</c> (Conflict) where no mail is set up, <c>notices.under-way</c> (Conflict) while the
/// message itself is still to be sent.
/// </returns>
[Needs("notices.resend"), AsksDatabase]
public sealed record ResendNotice(OrderId OrderId, Guid Id, string Reason) : IRequest<Result<NoticeView>>;

/// <summary>Messages to customers, newest first; of the caller's channels.</summary>
/// <param name="Status">Only these; null for all.</param>
/// <param name="Before">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("notices.read"), AsksDatabase]
public sealed record ListNotices(string? Status, Guid? Before, int Limit) : IRequest<Result<IReadOnlyList<NoticeView>>>;

/// <summary>One message as it was sent. Personal data.</summary>
/// <param name="Id">Which.</param>
/// <returns>The message, or <c>notices.unknown</c> (NotFound).</returns>
[Needs("notices.read"), AsksDatabase]
public sealed record ReadNotice(Guid Id) : IRequest<Result<NoticeText>>;

/// <summary>A message to a customer, without what it says.</summary>
/// <param name="Id">Ours; also in its Message-Id.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Template">Which template.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Status"><c>asked</c>, <c>sent</c>, <c>no-address</c>, <c>refused</c> (for good) or <c>gave-up</c> (nobody took it in the time that was set).</param>
/// <param name="Language">Of the template that was used; null before.</param>
/// <param name="TemplateVersion">Its version; null before.</param>
/// <param name="Why">Why it was refused: the mail server's code, or ours; null otherwise.</param>
/// <param name="Attempts">Tries.</param>
/// <param name="RequestedAt">Business time, UTC.</param>
/// <param name="DecidedAt">Null while it is asked for.</param>
/// <param name="CopyOf">The message that it tells again; null for none.</param>
/// <param name="AskedBecause">Why it was told again; null for none.</param>
public sealed record NoticeView(
    Guid Id, OrderId OrderId, string Template, string Subject, string Status, string? Language, int? TemplateVersion, string? Why, int Attempts, DateTimeOffset RequestedAt, DateTimeOffset? DecidedAt,
    Guid? CopyOf, string? AskedBecause);

/// <summary>A message to a customer with what it says.</summary>
/// <param name="Notice">The message.</param>
/// <param name="Mail">As it was sent; null before, and when it was forgotten or erased.</param>
public sealed record NoticeText(NoticeView Notice, MailText? Mail);

/// <summary>What a mail says. Personal data.</summary>
/// <param name="To">To whom.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Text">As text.</param>
/// <param name="Html">As HTML; null for none. To be shown only where it can do nothing.</param>
public sealed record MailText(string To, string Subject, string Text, string? Html);

/// <summary>A customer should be told something. Its delivery is the sending.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="NoticeId">The message.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Template">Which template.</param>
[EventName("integration.notice-requested.v1")]
public sealed record NoticeRequested(Guid EventId, DateTimeOffset OccurredAt, Guid NoticeId, OrderId OrderId, string Template) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("notice", NoticeId);

    string IFact.Key => OrderKey.Of(OrderId);
}

/// <summary>A customer was told, or cannot be.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="NoticeId">The message.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Template">Which template.</param>
/// <param name="Status"><c>sent</c>, <c>no-address</c>, <c>refused</c> or <c>gave-up</c>.</param>
[EventName("integration.notice-settled.v1")]
public sealed record NoticeSettled(Guid EventId, DateTimeOffset OccurredAt, Guid NoticeId, OrderId OrderId, string Template, string Status) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("notice", NoticeId);

    string IFact.Key => OrderKey.Of(OrderId);
}
