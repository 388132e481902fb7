using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>Shopify's webhooks. Source: shopify.dev, webhooks and the REST resources Order and Refund.</summary>
internal sealed class ShopifyAdapter : InboundAdapter
{
    public const string Named = "shopify";

    private const string Created = "orders/create";
    private const string Updated = "orders/updated";
    private const string Cancelled = "orders/cancelled";
    private const string Refunded = "refunds/create";

    public override string Name => Named;

    public override int Version => 1;

    public override string Role => SourceRoles.Channel;

    public override SignatureStyle Style => SignatureStyle.Shopify;

    public override IReadOnlyList<string> Headers => ["x-shopify-topic", "x-shopify-shop-domain", "x-shopify-api-version", "x-shopify-webhook-id", "x-shopify-event-id", "x-shopify-triggered-at"];

    public override MessageHead Peek(Source source, InboundMessage message)
    {
        var json = Json.Parse(message.Body);
        var topic = TopicOf(message);
        var order = topic == Refunded ? json.Text("order_id") : topic.StartsWith("orders/", StringComparison.Ordinal) ? json.Text("id") : null;
        var delivery = message.Header("x-shopify-webhook-id").Cut(128) ?? message.Hash();
        return new(
            delivery, topic, order is { Length: <= 128 } ? $"order/{source.Channel}/{order}" : MessageHead.Alone(source, delivery),
            topic == Refunded ? json.Time("processed_at") ?? json.Time("created_at") : json.Time("updated_at") ?? json.Time("created_at"));
    }

    public override IReadOnlyList<InboundCommand> Read(Source source, InboundMessage message)
    {
        var json = Json.Parse(message.Body);
        var topic = TopicOf(message);
        if (topic is Created or Updated or Cancelled or "orders/edited" or "orders/paid" or "orders/fulfilled" or "orders/partially_fulfilled")
        {
            if (json.IsTrue("test"))
            {
                return [new InboundCommand.Park("integration.test-order", "The channel marks the order as a test; a test is never an order.", ("order", "placed"))];
            }

            return topic switch
            {
                Created or Updated => [Order(source, json)],
                Cancelled => [new InboundCommand.Cancel(source.Channel!, Id(json), $"Cancelled in the channel: {json.Text("cancel_reason").Cut(64) ?? "no reason given"}.")],
                _ => [new InboundCommand.Park("integration.topic-unused", $"Nothing here follows {topic}; orders/updated says the same.", ("order", "placed"))],
            };
        }

        return topic == Refunded
            ? [Refund(json)]
            : [new InboundCommand.Park("integration.topic-unknown", $"No module takes {topic.Cut(64)} over.", ("order", "placed"))];
    }

    private static InboundCommand.Park Refund(JsonElement json)
    {
        var paid = json.Items("transactions").Where(t => t.Text("kind") is "refund" or null && t.Text("status") is "success" or null)
            .Select(t => t.Text("currency") is { } currency && Money.IsCurrency(currency) ? t.Amount(currency, "amount") : null).OfType<Money>().ToList();
        Money? sum = paid.Count > 0 && paid.All(p => p.Currency == paid[0].Currency) ? paid.Aggregate((a, b) => a + b) : null;
        return new InboundCommand.Park(
            "integration.refund-elsewhere",
            $"The channel has given back {sum?.ToString() ?? "an unknown sum"} itself. Refunds here do not know of it: before anything more goes back for this order, compare, and reduce what is asked for here.",
            ("refund", "executed"), "medium", sum);
    }

    private static InboundCommand Order(Source source, JsonElement json)
    {
        try
        {
            return ShopifyOrder.Read(source.Channel!, Id(json), json);
        }
        catch (OddOrderException odd)
        {
            return new InboundCommand.Park(odd.Code, odd.Message, ("order", "placed"), "medium");
        }
    }

    private static string Id(JsonElement json) => json.Text("id") ?? throw new UnreadableException("The order has no id.");

    // The address is what was set up; the header, which is not signed either, is what was sent.
    private static string TopicOf(InboundMessage message) => (message.Header("x-shopify-topic").Cut(64) ?? message.Topic.Replace("orders-", "orders/", StringComparison.Ordinal).Replace("refunds-", "refunds/", StringComparison.Ordinal)).ToLowerInvariant();
}

/// <summary>An order that can be read and cannot be taken over as it is.</summary>
internal sealed class OddOrderException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
