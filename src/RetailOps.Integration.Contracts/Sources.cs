using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>Adds a system that sends to us.</summary>
/// <param name="Name">1 to 64 small letters, digits and hyphens; part of the address that it sends to.</param>
/// <param name="Adapter"><c>shopify</c>, <c>easypost</c>, <c>shippo</c>, <c>shippo-token</c>, <c>aftership</c>, <c>stripe</c>, <c>cloudevents</c> or <c>generic</c>; never changes.</param>
/// <param name="Channel">The channel whose orders it speaks of, 1 to 64 visible characters; needed for <c>shopify</c>, null for who speaks of all.</param>
/// <param name="Mapping">The name of the governed document <c>inbound-mapping</c> that reads its messages instead of the adapter; needed for <c>generic</c>, null for none.</param>
/// <param name="Enabled">False refuses whatever it sends.</param>
/// <param name="Secret">Its first secret, sealed.</param>
/// <returns>The source, or <c>integration.source-exists</c> (Conflict).</returns>
[Needs("integration.sources"), AsksDatabase]
public sealed record CreateSource(string Name, string Adapter, string? Channel, string? Mapping, bool Enabled, SealedSecret Secret) : IRequest<Result<SourceView>>;

/// <summary>Changes what is known of a source.</summary>
/// <param name="Name">Which.</param>
/// <param name="Revision">What the caller has seen.</param>
/// <param name="Channel">As when it is added.</param>
/// <param name="Mapping">As when it is added.</param>
/// <param name="Enabled">False refuses whatever it sends.</param>
/// <returns>The source, or <c>integration.source-unknown</c> (NotFound), <c>request.stale-revision</c> (Conflict), <c>integration.source-terms</c> (Rule: its adapter needs a channel or a mapping).</returns>
[Needs("integration.sources"), AsksDatabase]
public sealed record ChangeSource(string Name, int Revision, string? Channel, string? Mapping, bool Enabled) : IRequest<Result<SourceView>>;

/// <summary>A secret on its way into the table.</summary>
/// <param name="Id">By it the answer that may show the secret knows itself.</param>
/// <param name="Box">The secret, encrypted under the key of keys.</param>
public sealed record SealedSecret(Guid Id, string Box);

/// <summary>Another secret for a source, beside the one before or instead of it.</summary>
/// <param name="Name">Which source.</param>
/// <param name="Secret">The new one, sealed.</param>
/// <param name="EndOthers">True ends the one before at once; false leaves it live until the next rotation.</param>
/// <returns>The source, or <c>integration.source-unknown</c> (NotFound).</returns>
[Needs("integration.sources"), AsksDatabase]
public sealed record RotateSourceSecret(string Name, SealedSecret Secret, bool EndOthers) : IRequest<Result<SourceView>>;

/// <summary>One source.</summary>
/// <param name="Name">Which.</param>
[Needs("integration.read"), AsksDatabase]
public sealed record GetSource(string Name) : IRequest<Result<SourceView>>;

/// <summary>Sources, by name.</summary>
/// <param name="After">The last name of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("integration.read"), AsksDatabase]
public sealed record ListSources(string? After, int Limit) : IRequest<Result<IReadOnlyList<SourceView>>>;

/// <summary>A system that sends to us.</summary>
/// <param name="Name">Part of the address that it sends to.</param>
/// <param name="Adapter">What reads its messages.</param>
/// <param name="Role"><c>channel</c>, <c>carrier</c>, <c>payments</c> or <c>system</c>: what the rules of ownership call it.</param>
/// <param name="Channel">The channel whose orders it speaks of; null for all.</param>
/// <param name="Mapping">The governed document that reads its messages; null for the adapter.</param>
/// <param name="Enabled">Whether what it sends is taken.</param>
/// <param name="SendsTo">Where it sends to, below the host's address.</param>
/// <param name="Secrets">Ids of the live secrets, newest first.</param>
/// <param name="ChangedAt">Business time, UTC.</param>
/// <param name="Revision">The ETag.</param>
public sealed record SourceView(
    string Name, string Adapter, string Role, string? Channel, string? Mapping, bool Enabled, string SendsTo, IReadOnlyList<Guid> Secrets, DateTimeOffset ChangedAt, int Revision);

/// <summary>Somebody said what a source is, or gave it another secret.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Source">Its name.</param>
/// <param name="Adapter">What reads its messages.</param>
/// <param name="Channel">The channel whose orders it speaks of; null for all.</param>
/// <param name="Mapping">The governed document that reads its messages; null for the adapter.</param>
/// <param name="Enabled">Whether what it sends is taken.</param>
/// <param name="Secrets">Ids of the live secrets, newest first.</param>
[EventName("integration.source-changed.v1")]
public sealed record SourceChanged(
    Guid EventId, DateTimeOffset OccurredAt, string Source, string Adapter, string? Channel, string? Mapping, bool Enabled, IReadOnlyList<Guid> Secrets) : IFact
{
    string IFact.Aggregate => $"source/{Source}";

    string IFact.Key => $"source/{Source}";
}
