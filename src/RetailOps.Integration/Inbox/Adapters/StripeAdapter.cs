using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>Stripe's events about refunds. Source: docs.stripe.com, refunds and events. Amounts are minor units: whole yen, pence.</summary>
internal sealed class StripeAdapter : InboundAdapter
{
    public override string Name => "stripe";

    public override int Version => 1;

    public override string Role => SourceRoles.Payments;

    public override SignatureStyle Style => SignatureStyle.Stripe;

    public override MessageHead Peek(Source source, InboundMessage message)
    {
        var json = Json.Parse(message.Body);
        var delivery = json.Text("id").Cut(128) ?? message.Hash();
        return new(delivery, json.Text("type").Cut(64) ?? "", Number(json) is { } number ? $"payment/{source.Name}/{number}" : MessageHead.Alone(source, delivery), json.Seconds("created"));
    }

    public override IReadOnlyList<InboundCommand> Read(Source source, InboundMessage message)
    {
        var json = Json.Parse(message.Body);
        var type = json.Text("type") ?? "";
        var refund = json.At("data", "object");
        if (json.At("livemode").ValueKind is JsonValueKind.False)
        {
            return [new InboundCommand.Park("integration.test-message", "The sender marks it as a test.", ("refund", "executed"))];
        }

        if (type is not ("refund.created" or "refund.updated" or "refund.failed" or "charge.refund.updated") || refund.Text("object") is not ("refund" or null))
        {
            return [new InboundCommand.Park("integration.topic-unused", $"No module takes {type.Cut(64)} over.", ("refund", "executed"))];
        }

        return [Of(refund, json.At("data", "previous_attributes"))];
    }

    private static InboundCommand.Park Of(JsonElement refund, JsonElement before)
    {
        var amount = Amount(refund);
        var (number, status) = (refund.Text("id").Cut(64) ?? "?", refund.Text("status") ?? "");
        var about = ("refund", "executed");
        return status switch
        {
            "failed" or "canceled" => new(
                "integration.refund-failed",
                $"Refund {number} of {amount?.ToString() ?? "an unknown sum"} is {status}{(before.Text("status") is "succeeded" ? " after it had succeeded" : "")}{(refund.Text("failure_reason") is { } why ? $" ({why.Cut(64)})" : "")}: the customer has not got the money. Pay it another way, and say so in the refund.",
                about, "high", amount),
            "requires_action" => new("integration.refund-waits", $"Refund {number} of {amount?.ToString() ?? "an unknown sum"} waits for the customer at the provider.", about, "low", amount),
            "succeeded" or "pending" => new("integration.refund-noted", $"Refund {number} of {amount?.ToString() ?? "an unknown sum"} is {status} at the provider; refunds here keep no provider's number yet.", about),
            _ => new("integration.status-unknown", $"Refund {number} has the status {status.Cut(64)}, which nobody here knows; look at the provider's page.", about, "low", amount),
        };
    }

    private static Money? Amount(JsonElement refund) =>
        refund.Text("currency")?.ToUpperInvariant() is { } currency && Money.IsCurrency(currency) && refund.Number("amount") is { } minor && minor == decimal.Truncate(minor) && Math.Abs(minor) <= 9_007_199_254_740_991
            ? new Money(Minor(minor, currency), currency)
            : null;

    // Stripe's minor units are ISO's, but for two currencies that have none any more and are still sent with two (docs.stripe.com, zero-decimal currencies).
    private static long Minor(decimal minor, string currency) => currency is "ISK" or "UGX" ? (long)(minor / 100) : (long)minor;

    private static string? Number(JsonElement json) => json.Text("data", "object", "id") is { Length: <= 128 } number ? number : null;
}
