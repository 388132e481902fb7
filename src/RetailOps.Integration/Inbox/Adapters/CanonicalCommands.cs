using System.Text.Json;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>
/// Our own commands as JSON: the data of CloudEvents of the types below, and what a Liquid template writes, one object or a list, each with <c>command</c> beside its members.
/// Read strictly: an unknown or missing member is said, not passed over.
/// </summary>
internal static class CanonicalCommands
{
    private static readonly Dictionary<string, string> ByType = new(StringComparer.Ordinal)
    {
        ["retailops.order.placed.v1"] = "place-order",
        ["retailops.order.cancelled.v1"] = "cancel-order",
        ["retailops.shipment.tracked.v1"] = "track-shipment",
        ["retailops.stock.adjusted.v1"] = "adjust-stock",
        ["retailops.stock.received.v1"] = "receive-stock",
    };

    public static IEnumerable<string> Types => ByType.Keys;

    public static string? OfType(string type) => ByType.GetValueOrDefault(type);

    /// <exception cref="UnreadableException">What is wrong, by its JSON path.</exception>
    public static IReadOnlyList<InboundCommand> ReadAll(JsonElement written, Source source, string delivery, DateTimeOffset? at)
    {
        var all = written.ValueKind is JsonValueKind.Array ? written.EnumerateArray().ToList() : [written];
        if (all.Count is 0 or > 100)
        {
            throw new UnreadableException("A mapping makes 1 to 100 commands.");
        }

        return [.. all.Select((one, i) => Read(one.Text("command") ?? "", Without(one), source, all.Count == 1 ? delivery : $"{delivery} {i + 1}", at))];
    }

    /// <exception cref="UnreadableException">What is wrong, by its JSON path.</exception>
    public static InboundCommand Read(string command, JsonElement data, Source source, string delivery, DateTimeOffset? at) => command switch
    {
        "place-order" => Place(As<OrderWords>(command, data), source),
        "cancel-order" => Cancel(As<CancelWords>(command, data), source),
        "track-shipment" => Track(As<TrackWords>(command, data), source, at),
        "adjust-stock" => Adjust(As<AdjustWords>(command, data), source, delivery),
        "receive-stock" => Receive(As<ReceiveWords>(command, data), source, delivery),
        "park" => new InboundCommand.Park("integration.parked-by-mapping", As<ParkWords>(command, data).Reason.Cut(500)!, ("event", "any")),
        _ => throw new UnreadableException($"There is no command '{command.Cut(64)}': place-order, cancel-order, track-shipment, adjust-stock, receive-stock or park."),
    };

    private static InboundCommand.Place Place(OrderWords words, Source source) => new(new(
        Channel(words.Channel, source), words.ExternalId, words.Customer, words.Currency, words.Lines, words.RequestedAt, words.Charges, words.Payments, words.ShippingMethod, Backorder: words.Backorder));

    private static InboundCommand.Cancel Cancel(CancelWords words, Source source) => new(Channel(words.Channel, source), words.ExternalId, words.Reason.Cut(200)!);

    private static InboundCommand.Track Track(TrackWords words, Source source, DateTimeOffset? at) => new(
        (words.Carrier ?? source.Name).Trim().ToLowerInvariant(), words.TrackingNumber.Trim(),
        [
            Enum.TryParse<TrackingState>(words.State, ignoreCase: true, out var state) && Enum.IsDefined(state) && !char.IsAsciiDigit(words.State[0])
                ? new(state, words.State.Cut(64)!, Instant(words.HappenedAt, at))
                : new(TrackingState.Unknown, words.State.Cut(64)!, Instant(words.HappenedAt, at), IsForeign: true),
        ]);

    private static InboundCommand.Adjust Adjust(AdjustWords words, Source source, string delivery) => new(new(new Sku(words.Sku), words.Quantity, words.Reason, Key(source, delivery)));

    private static InboundCommand.Receive Receive(ReceiveWords words, Source source, string delivery) =>
        new(new(words.Node, [.. words.Lines.Select(l => new ReceivedUnits(new Sku(l.Sku), l.Quantity))], words.Reference ?? Key(source, delivery)));

    // What a source says has its effect once, whoever else uses the same number.
    private static string Key(Source source, string delivery) => new InboundMessage(new Dictionary<string, string>(), "", System.Text.Encoding.UTF8.GetBytes($"{source.Name} {delivery}")).Hash();

    private static DateTimeOffset Instant(DateTimeOffset? said, DateTimeOffset? at) =>
        said?.ToUniversalTime() ?? at ?? throw new UnreadableException("It says neither when it happened nor has the message a time.");

    private static string Channel(string? said, Source source) => said ?? source.Channel ?? throw new UnreadableException("It names no channel, and the source speaks for none.");

    private static T As<T>(string command, JsonElement data)
    {
        try
        {
            return data.ValueKind is JsonValueKind.Object ? data.Deserialize<T>(ApiJson.Options)! : throw new UnreadableException($"The data of {command} is an object.");
        }
        catch (JsonException e)
        {
            throw new UnreadableException($"{command} at {e.Path ?? "$"}: this value is missing, unknown or of another kind.", e);
        }
        catch (InvalidOperationException e)
        {
            throw new UnreadableException($"{command}: a text holds what cannot be kept.", e);
        }
    }

    private static JsonElement Without(JsonElement one)
    {
        if (one.ValueKind is not JsonValueKind.Object)
        {
            throw new UnreadableException("A command is an object.");
        }

        return JsonSerializer.SerializeToElement(one.EnumerateObject().Where(m => m.Name != "command").ToDictionary(m => m.Name, m => m.Value));
    }

    internal sealed record OrderWords(
        string ExternalId, string Currency, IReadOnlyList<NewOrderLine> Lines, string? Channel = null, Customer? Customer = null, DateTimeOffset? RequestedAt = null, IReadOnlyList<NewCharge>? Charges = null,
        IReadOnlyList<NewPayment>? Payments = null, string? ShippingMethod = null, string Backorder = "allow");

    internal sealed record CancelWords(string ExternalId, string Reason, string? Channel = null);

    internal sealed record TrackWords(string TrackingNumber, string State, string? Carrier = null, DateTimeOffset? HappenedAt = null);

    internal sealed record AdjustWords(string Sku, int Quantity, string Reason);

    internal sealed record ReceiveWords(string Node, IReadOnlyList<ReceiveLine> Lines, string? Reference = null);

    internal sealed record ReceiveLine(string Sku, int Quantity);

    internal sealed record ParkWords(string Reason);
}
