using System.Globalization;
using System.Text.Json.Nodes;

namespace RetailOps.Integration.Tests;

/// <summary>Payloads as other systems write them, made up here.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(TimeProvider.System.GetUtcNow().Date.AddDays(-1).AddHours(12), TimeSpan.Zero);

    /// <summary>Two lamps at 12.50, a tenth off, tax on top, shipping: 31.50.</summary>
    public static JsonObject ShopifyOrder(long id, DateTimeOffset? updated = null) => new()
    {
        ["id"] = id,
        ["admin_graphql_api_id"] = $"gid://shopify/Order/{id}",
        ["name"] = "#1001",
        ["order_number"] = 1001,
        ["created_at"] = At(Noon),
        ["processed_at"] = At(Noon),
        ["updated_at"] = At(updated ?? Noon),
        ["currency"] = "GBP",
        ["financial_status"] = "paid",
        ["fulfillment_status"] = null,
        ["total_price"] = "31.50",
        ["subtotal_price"] = "22.50",
        ["total_tax"] = "4.00",
        ["total_discounts"] = "2.50",
        ["taxes_included"] = false,
        ["test"] = false,
        ["cancelled_at"] = null,
        ["email"] = "grace@example.org",
        ["customer"] = new JsonObject { ["id"] = 207119551, ["first_name"] = "Grace", ["last_name"] = "Hopper" },
        ["shipping_address"] = new JsonObject { ["name"] = "Grace Hopper", ["address1"] = "2 Bridge Street", ["zip"] = "AB1 2CD", ["city"] = "Leeds", ["country"] = "United Kingdom" },
        ["shipping_lines"] = new JsonArray(new JsonObject { ["title"] = "Standard", ["code"] = "standard", ["price"] = "5.00", ["tax_lines"] = new JsonArray() }),
        ["line_items"] = new JsonArray(new JsonObject
        {
            ["id"] = 466157049,
            ["variant_id"] = 39072856,
            ["sku"] = "LAMP",
            ["title"] = "A lamp",
            ["quantity"] = 2,
            ["current_quantity"] = 2,
            ["price"] = "12.50",
            ["total_discount"] = "0.00",
            ["discount_allocations"] = new JsonArray(new JsonObject { ["amount"] = "2.50" }),
            ["tax_lines"] = new JsonArray(new JsonObject { ["title"] = "VAT", ["price"] = "4.00", ["rate"] = 0.2 }),
        }),
        ["payment_gateway_names"] = new JsonArray("shopify_payments"),
        ["a_member_of_next_year"] = new JsonObject { ["deep"] = new JsonArray(1, 2, 3) },
    };

    public static JsonObject EasyPost(string number, string status, DateTimeOffset at, params (string Status, DateTimeOffset At)[] details) => new()
    {
        ["id"] = "evt_" + Guid.NewGuid().ToString("N"),
        ["object"] = "Event",
        ["description"] = "tracker.updated",
        ["mode"] = "production",
        ["result"] = new JsonObject
        {
            ["id"] = "trk_1",
            ["tracking_code"] = number,
            ["carrier"] = "RoyalMail",
            ["status"] = status,
            ["updated_at"] = At(at),
            ["signed_by"] = "J. Neighbour",
            ["tracking_details"] = new JsonArray([.. details.Append((status, at)).Select(d => (JsonNode)new JsonObject { ["datetime"] = At(d.Item2), ["status"] = d.Item1, ["message"] = "Left with a neighbour" })]),
        },
    };

    public static JsonObject AfterShip(string number, string tag, DateTimeOffset at, bool zone = false) => new()
    {
        ["ts"] = at.ToUnixTimeSeconds(),
        ["event"] = "tracking_update",
        ["event_id"] = Guid.NewGuid().ToString(),
        ["msg"] = new JsonObject
        {
            ["tracking_number"] = number,
            ["slug"] = "royal-mail",
            ["tag"] = tag,
            ["checkpoints"] = new JsonArray(new JsonObject { ["checkpoint_time"] = zone ? At(at) : at.UtcDateTime.ToString("s", CultureInfo.InvariantCulture), ["tag"] = tag, ["city"] = "Leeds" }),
        },
    };

    public static JsonObject Shippo(string number, string status, DateTimeOffset at) => new()
    {
        ["event"] = "track_updated",
        ["test"] = false,
        ["data"] = new JsonObject
        {
            ["carrier"] = "royal_mail",
            ["tracking_number"] = number,
            ["tracking_status"] = new JsonObject { ["status"] = status, ["status_date"] = At(at), ["status_details"] = "…" },
            ["tracking_history"] = new JsonArray(),
        },
    };

    public static JsonObject StripeRefund(string id, string status, long amount, string currency, DateTimeOffset at, string? before = null) => new()
    {
        ["id"] = "evt_" + Guid.NewGuid().ToString("N"),
        ["type"] = status == "failed" ? "refund.failed" : "refund.updated",
        ["created"] = at.ToUnixTimeSeconds(),
        ["livemode"] = true,
        ["data"] = new JsonObject
        {
            ["object"] = new JsonObject { ["id"] = id, ["object"] = "refund", ["amount"] = amount, ["currency"] = currency, ["status"] = status, ["failure_reason"] = status == "failed" ? "expired_or_canceled_card" : null },
            ["previous_attributes"] = before is null ? new JsonObject() : new JsonObject { ["status"] = before },
        },
    };

    public static string At(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
