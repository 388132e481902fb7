using System.Collections.Concurrent;
using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>How messages of a source are read without a line of code: the content of a governed document <c>inbound-mapping</c>.</summary>
/// <param name="Template">Liquid, at most 16,384 characters: it sees <c>payload</c>, <c>headers</c>, <c>topic</c>, <c>source</c> and <c>channel</c>, and writes a command or a list of commands as JSON. The filter <c>json</c> writes a value.</param>
/// <param name="Key">Where in the payload the number stands by which messages of one thing are kept in order, like <c>order.id</c>; null for no order among them.</param>
/// <param name="Delivery">Where the sender's id of the message stands; null for the header <c>webhook-id</c>.</param>
/// <param name="HappenedAt">Where it stands when it happened; null for nowhere.</param>
internal sealed record InboundMapping(string Template, string? Key = null, string? Delivery = null, string? HappenedAt = null)
{
    public const string Kind = "inbound-mapping";

    public static IEnumerable<RequestFault> Faults(InboundMapping mapping)
    {
        string? fault = null;
        try
        {
            _ = LiquidMapping.Prepare(mapping.Template);
        }
        catch (FormatException e)
        {
            fault = e.Message;
        }

        if (fault is not null)
        {
            yield return new("template", "integration.template", fault);
        }

        foreach (var (field, path) in new[] { ("key", mapping.Key), ("delivery", mapping.Delivery), ("happenedAt", mapping.HappenedAt) })
        {
            if (path is not null && (path.Length is 0 or > 200 || path.Split('.').Any(string.IsNullOrWhiteSpace)))
            {
                yield return new(field, "integration.path", "Names between points, like order.id, at most 200 characters.");
            }
        }
    }
}

/// <summary>Reads messages by the document that their source names, else by its adapter.</summary>
internal sealed class InboundMappings(GovernedDocuments documents)
{
    private readonly ConcurrentDictionary<(string Name, int Version), (InboundMapping Mapping, LiquidMapping Template)> prepared = new();

    /// <summary>What a message is about, as the document says where it says so.</summary>
    public MessageHead Head(Source source, InboundMessage message, MessageHead head)
    {
        if (source.Mapping is not { } name || documents.FindLive(InboundMapping.Kind, name) is not { } document)
        {
            return head;
        }

        var mapping = Prepared(document).Mapping;
        var json = mapping is { Key: null, Delivery: null, HappenedAt: null } ? default : Json.Parse(message.Body);
        var delivery = Found(mapping.Delivery).Text().Cut(256) ?? head.Delivery;
        return new(
            delivery, head.Topic, Found(mapping.Key).Text() is { Length: <= 128 } key ? $"event/{source.Name}/{key}" : mapping.Delivery is null ? head.Key : MessageHead.Alone(source, delivery),
            Found(mapping.HappenedAt).Time() ?? head.HappenedAt);

        JsonElement Found(string? path) => path is null ? default : json.At(path.Split('.'));
    }

    /// <summary>What a message asks for.</summary>
    /// <param name="source">Who sent it.</param>
    /// <param name="message">What.</param>
    /// <param name="view">As it is kept.</param>
    /// <param name="template">Tried instead of what reads the source's messages; null for that.</param>
    /// <exception cref="UnreadableException">It cannot be read.</exception>
    public (IReadOnlyList<InboundCommand> Commands, string ReadBy) Read(Source source, InboundMessage message, MessageView view, string? template = null)
    {
        if (template is null && source.Mapping is null)
        {
            return (source.Reader.Read(source, message), source.Reader.Stamp);
        }

        var (liquid, stamp) = template is not null ? (Tried(template), "trial") : documents.FindLive(InboundMapping.Kind, source.Mapping!) is { } document
            ? (Prepared(document).Template, document.Stamp)
            : throw new UnreadableException($"There is no {InboundMapping.Kind} called '{source.Mapping}' that rules; have one approved, and map the message again.");
        return (CanonicalCommands.ReadAll(liquid.Render(source, message, view.ReceivedAt), source, view.Delivery, view.HappenedAt), stamp);
    }

    private static LiquidMapping Tried(string template)
    {
        try
        {
            return LiquidMapping.Prepare(template);
        }
        catch (FormatException e)
        {
            throw new UnreadableException(e.Message, e);
        }
    }

    private (InboundMapping Mapping, LiquidMapping Template) Prepared(GovernedDocument document) => prepared.GetOrAdd((document.Name, document.Version), _ =>
    {
        var mapping = document.Content.Deserialize<InboundMapping>(ApiJson.Options)!;
        return (mapping, LiquidMapping.Prepare(mapping.Template));
    });
}
