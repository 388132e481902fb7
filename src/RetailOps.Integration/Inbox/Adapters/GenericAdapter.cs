namespace RetailOps.Integration;

/// <summary>A system of any shape, signed by Standard Webhooks: what its messages mean says a governed document.</summary>
internal sealed class GenericAdapter : InboundAdapter
{
    public const string Named = "generic";

    public override string Name => Named;

    public override int Version => 1;

    public override string Role => SourceRoles.System;

    public override SignatureStyle Style => SignatureStyle.Standard;

    public override MessageHead Peek(Source source, InboundMessage message)
    {
        var delivery = message.Header(StandardWebhook.IdHeader).Cut(256) ?? message.Hash();
        return new(delivery, message.Topic.Cut(128)!, MessageHead.Alone(source, delivery), null);
    }

    public override IReadOnlyList<InboundCommand> Read(Source source, InboundMessage message) =>
        throw new UnreadableException("What a generic source sends is read by a mapping, and it has none.");
}
