using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Orders;

namespace RetailOps.Integration;

/// <summary>
/// A Shopify order as ours. Amounts are of the shop's currency. Where prices hold the tax, it is taken out of the line as a discount and put on top again, so that the line
/// comes to the same to the penny. What the parts do not explain of the channel's total is no order of ours: it waits for a person.
/// </summary>
internal static class ShopifyOrder
{
    /// <exception cref="OddOrderException">It cannot be taken over.</exception>
    public static InboundCommand Read(string channel, string id, JsonElement json)
    {
        var currency = json.Text("currency") is { } said && Money.IsCurrency(said) ? said : throw new OddOrderException("integration.currency-unknown", "The order's currency is missing or none of ISO 4217.");
        var included = json.IsTrue("taxes_included");
        var lines = json.Items("line_items").Where(l => (l.Whole("quantity") ?? 0) > 0).Select(l => Line(l, currency, included)).ToList();
        var charges = Charges(json, currency, included).Where(c => c.Amount.MinorUnits != 0 || c.Tax?.MinorUnits is not (null or 0)).ToList();
        var total = lines.Sum(l => (decimal)(l.UnitPrice * l.Quantity).MinorUnits - (l.Discount?.MinorUnits ?? 0) + (l.Tax?.MinorUnits ?? 0)) + charges.Sum(c => (decimal)c.Amount.MinorUnits + (c.Tax?.MinorUnits ?? 0));
        if (json.Amount(currency, "total_price") is { } theirs && theirs.MinorUnits != total)
        {
            throw new OddOrderException("integration.total-differs", $"The channel's total is {theirs}, and what the order holds comes to {new Money((long)total, currency)}; enter the order by hand, or have the channel send what is missing.");
        }

        var order = new PlaceOrder(
            channel, id, Customer(json), currency, lines, json.Time("created_at"), charges.Count == 0 ? null : charges, Payments(json, currency, (long)total),
            json.Items("shipping_lines").Select(s => s.Text("code") ?? s.Text("title")).FirstOrDefault(s => s is not null)?.Trim().Cut(64));
        var edited = json.Items("line_items").Any(l => l.Whole("current_quantity") is { } now && now != l.Whole("quantity"));
        return new InboundCommand.Place(
            order, json.Text("cancelled_at") is not null,
            edited ? "Quantities were changed in the channel after the order was placed; here it stands as it was placed. Cancel what is not wanted any more by hand." : null);
    }

    private static NewOrderLine Line(JsonElement line, string currency, bool included)
    {
        // A product without a code of its own still has the variant's number: the item can be added under it.
        var sku = line.Text("sku")?.Trim() is { Length: > 0 and <= 64 } own ? own
            : line.Text("variant_id") is { } variant ? "SHOPIFY-VARIANT-" + variant
            : throw new OddOrderException("integration.line-without-code", "A line has neither a code nor a variant; name the item in the channel, or enter the order by hand.");
        var price = line.Amount(currency, "price") ?? throw new OddOrderException("integration.price-unreadable", $"The price of {sku} is missing or finer than {currency} is.");
        var tax = Taxes(line, currency);
        var allocated = line.Items("discount_allocations").Select(d => d.Amount(currency, "amount")?.MinorUnits ?? 0).Sum();
        var discount = allocated != 0 ? allocated : line.Amount(currency, "total_discount")?.MinorUnits ?? 0;
        return new(new Sku(sku), line.Whole("quantity")!.Value, price, null, new(discount + (included ? tax : 0), currency), new(tax, currency));
    }

    private static IEnumerable<NewCharge> Charges(JsonElement json, string currency, bool included)
    {
        foreach (var shipping in json.Items("shipping_lines"))
        {
            var tax = Taxes(shipping, currency);
            var price = shipping.Amount(currency, "price")?.MinorUnits ?? 0;
            var off = shipping.Items("discount_allocations").Select(d => d.Amount(currency, "amount")?.MinorUnits ?? 0).Sum();
            var net = off != 0 ? price - off : shipping.Amount(currency, "discounted_price")?.MinorUnits ?? price;
            yield return new("shipping", new(net - (included ? tax : 0), currency), new(tax, currency), shipping.Text("title").Cut(200));
        }

        if (json.Amount(currency, "total_tip_received") is { } tip)
        {
            yield return new("service", tip, null, "Tip");
        }

        if (json.Amount(currency, "current_total_duties_set", "shop_money", "amount") is { } duties)
        {
            yield return new("service", duties, null, "Duties");
        }
    }

    private static long Taxes(JsonElement taxed, string currency) => taxed.Items("tax_lines").Select(t => t.Amount(currency, "price")?.MinorUnits ?? 0).Sum();

    private static Customer? Customer(JsonElement json)
    {
        var (to, buyer) = (json.At("shipping_address"), json.At("customer"));
        var name = to.Text("name") ?? Joined(" ", to.Text("first_name"), to.Text("last_name")) ?? Joined(" ", buyer.Text("first_name"), buyer.Text("last_name"));
        var email = json.Text("email") ?? json.Text("contact_email") ?? buyer.Text("email");
        var address = Joined("\n", to.Text("name"), to.Text("company"), to.Text("address1"), to.Text("address2"), Joined(" ", to.Text("zip"), to.Text("city")), to.Text("province"), to.Text("country"), to.Text("phone"));
        var isEmail = email?.Trim() is { Length: <= 254 } mail && mail.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at == mail.LastIndexOf('@') && at < mail.Length - 1;
        return (name, address, isEmail, buyer.Text("id")) is (null, null, false, null)
            ? null
            : new(name.Cut(200), isEmail ? email!.Trim() : null, address.Cut(1_000), buyer.Text("id") is { Length: <= 64 } number && !number.Contains('@', StringComparison.Ordinal) ? number : null);
    }

    /// <summary>An order names its gateways and not what each got: one tender over the total, under the first one's name.</summary>
    private static List<NewPayment>? Payments(JsonElement json, string currency, long total) =>
        json.Text("financial_status") is "paid" or "partially_refunded" or "refunded" && json.Items("payment_gateway_names").Select(g => g.Text()).FirstOrDefault(g => g is not null) is { } gateway
            ? [new(gateway.Trim().Cut(32)!, new(total, currency), json.Text("name").Cut(128))]
            : null;

    private static string? Joined(string between, params string?[] parts) => string.Join(between, parts.Where(p => !string.IsNullOrWhiteSpace(p)).Select(p => p!.Trim())) is { Length: > 0 } text ? text : null;
}
