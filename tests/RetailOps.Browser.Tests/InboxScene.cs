using System.Net.Http.Json;
using System.Text.Json;

using RetailOps.Testing;

namespace RetailOps.Browser.Tests;

/// <summary>What happened before finance comes to its inbox, through the API and the product's own workflows.</summary>
public sealed class InboxScene(DesignerShop shop)
{
    private static int count;

    public static string NewName(string prefix) => $"{prefix}-{Interlocked.Increment(ref count)}";

    public static object NewCredit(decimal amount, string? customer = null) => new
    {
        key = NewName("CR"),
        amount = new { amount = amount.ToString("F2", System.Globalization.CultureInfo.InvariantCulture), currency = "GBP" },
        reason = "Delivered late",
        customerId = customer ?? NewName("C"),
    };

    /// <summary>A credit above the limit, and its approval.</summary>
    public async Task<(Guid Refund, Guid Approval)> Credit(decimal amount) => await Approval((await Post("refunds", NewCredit(amount))).Body.GetProperty("id").GetGuid());

    /// <summary>The approval of a refund, once its workflow has asked for it and waits.</summary>
    public async Task<(Guid Refund, Guid Approval)> Approval(Guid refund)
    {
        await shop.Until($"/api/v1/tasks?kind=refund-approval&key=refund/{refund}", t => t.GetProperty("items").GetArrayLength() > 0, "the workflow waits for a person");
        return (refund, await Ask.One<Guid>(shop.Database, "select id from returns.approvals where refund_id = $1", refund));
    }

    /// <summary>Goods that were sold, delivered, sent back and looked at; what they cost is above the limit.</summary>
    public async Task<(string Order, Guid Refund, Guid Approval)> Returned(string sku, int units, decimal price, Desk? inspector = null, string words = "The box is dented")
    {
        var name = NewName("IN");
        (await shop.Http.PutAsJsonAsync($"/api/v1/items/{sku}", new { name = sku })).EnsureSuccessStatusCode();
        (await shop.Http.PutAsJsonAsync("/api/v1/nodes/dc-1", new { name = "Distribution centre", kind = "dc" })).EnsureSuccessStatusCode();
        await Must("inventory/movements", new { kind = "received", sku, node = "dc-1", condition = "sellable", quantity = units });
        var order = (await Must("orders", new
        {
            channel = "web",
            externalId = name,
            currency = "GBP",
            customer = new { id = NewName("C") },
            lines = new[] { new { sku, quantity = units, unitPrice = new { amount = price.ToString("F2", System.Globalization.CultureInfo.InvariantCulture), currency = "GBP" } } },
        })).GetProperty("id").GetString()!;
        var released = await shop.Until($"/api/v1/orders/{order}", o => o.GetProperty("fulfilments").GetArrayLength() > 0 && o.ToString().Contains("\"released\"", StringComparison.Ordinal), "a node has the order");
        var fulfilment = released.GetProperty("fulfilments")[0].GetProperty("id").GetString();
        await Must($"fulfilments/{fulfilment}:ship", new { carrier = "parcel-post", trackingNumber = name });
        await Must($"fulfilments/{fulfilment}:deliver", new { });
        var came = (await Must("returns", new { orderId = order, lines = new[] { new { orderLineId = 1, quantity = units, reason = words } }, externalId = "R-" + name })).GetProperty("id").GetString();
        await Must($"returns/{came}:receive", new { receiptId = Guid.NewGuid(), node = "dc-1" });
        object found = new { grade = "opened", note = words };
        if (inspector is not null)
        {
            (await inspector.Post($"returns/{came}/lines/1:inspect", found)).Status.Should().Be(200);
        }
        else
        {
            await Must($"returns/{came}/lines/1:inspect", found);
        }

        await Must($"returns/{came}/lines/1:dispose", new { disposition = "restock" });
        var refunds = await shop.Until($"/api/v1/returns/{came}", r => r.GetProperty("refunds").GetArrayLength() > 0, "the return is granted its refund");
        var (refund, approval) = await Approval(refunds.GetProperty("refunds")[0].GetProperty("id").GetGuid());
        return (name, refund, approval);
    }

    public Task Settled(Guid refund) => shop.Until($"/api/v1/refunds/{refund}", r => r.GetProperty("status").GetString() == "settled", "the refund is paid");

    public async Task<(int Status, JsonElement Body)> Post(string path, object body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/" + path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using var answer = await shop.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private async Task<JsonElement> Must(string path, object body)
    {
        var (status, answer) = await Post(path, body);
        status.Should().BeInRange(200, 204, answer.ToString());
        return answer;
    }
}
