using System.Security.Cryptography;

namespace RetailOps.Integration;

/// <summary>A message as it is kept: headers that matter, and the body byte for byte.</summary>
/// <param name="Headers">By their names in small letters.</param>
/// <param name="Topic">From the address; empty for none.</param>
/// <param name="Body">As it came.</param>
internal sealed record InboundMessage(IReadOnlyDictionary<string, string> Headers, string Topic, ReadOnlyMemory<byte> Body)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>What stands for the sender's id where he gives none: the same bytes are the same message.</summary>
    public string Hash() => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Body.Span));
}

/// <summary>What a message is about, as far as it can be said before it is mapped.</summary>
/// <param name="Delivery">The sender's id of it.</param>
/// <param name="Topic">What the sender calls it.</param>
/// <param name="Key">What it is about: messages of one key are mapped in order.</param>
/// <param name="HappenedAt">When, as the sender says; null when he does not.</param>
internal sealed record MessageHead(string Delivery, string Topic, string Key, DateTimeOffset? HappenedAt)
{
    /// <summary>The key of a message that is about nothing that others could be about: nobody waits for it.</summary>
    public static string Alone(Source source, string delivery) => $"message/{source.Name}/{delivery}";
}

/// <summary>
/// How one system speaks. A version stands for what it makes of a payload: whoever changes that counts it up, and messages say which one read them.
/// </summary>
internal abstract class InboundAdapter
{
    /// <summary>How sources call it.</summary>
    public abstract string Name { get; }

    public abstract int Version { get; }

    public abstract string Role { get; }

    public abstract SignatureStyle Style { get; }

    public string Stamp => $"{Name}:{Version}";

    /// <summary>Headers beside those of all that are worth keeping, in small letters.</summary>
    public virtual IReadOnlyList<string> Headers => [];

    /// <summary>The messages in one request; one, unless the sender sends batches.</summary>
    public virtual IReadOnlyList<InboundMessage> Split(InboundMessage whole) => [whole];

    /// <exception cref="UnreadableException">Nothing can be said of it.</exception>
    public abstract MessageHead Peek(Source source, InboundMessage message);

    /// <summary>What it asks for; what nothing of ours takes over is a <see cref="InboundCommand.Park"/>.</summary>
    /// <exception cref="UnreadableException">It cannot be read.</exception>
    public abstract IReadOnlyList<InboundCommand> Read(Source source, InboundMessage message);
}

/// <summary>The systems that are spoken with.</summary>
internal static class InboundAdapters
{
    public static IReadOnlyDictionary<string, InboundAdapter> All { get; } = new InboundAdapter[]
    {
        new ShopifyAdapter(), new EasyPostAdapter(), new ShippoAdapter(byToken: false), new ShippoAdapter(byToken: true), new AfterShipAdapter(), new StripeAdapter(), new CloudEventsAdapter(), new GenericAdapter(),
    }.ToDictionary(a => a.Name, StringComparer.Ordinal);
}
