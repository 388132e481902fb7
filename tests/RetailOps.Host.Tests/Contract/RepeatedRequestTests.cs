using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Testing;

namespace RetailOps.Host.Tests;

/// <summary>What is kept of a request that may come again: enough for the same answer, nothing about a person.</summary>
[Collection(nameof(ContractCollection))]
public sealed class RepeatedRequestTests(ContractShop shop)
{
    private static readonly string[] OfPeople = ["email", "shipTo", "billTo", "phone", "address", "customerName"];

    [Fact]
    public async Task A_request_that_comes_again_gets_the_first_answer_status_and_place_included()
    {
        var order = await Placed("R-1");
        (HttpMethod Method, string Path, object? Body)[] requests =
        [
            (HttpMethod.Post, "api/v1/orders", Order("R-2")),
            (HttpMethod.Post, "api/v1/inventory/movements", new { kind = "received", sku = "LAMP", node = "DC-1", condition = "sellable", quantity = 3 }),
            (HttpMethod.Post, "api/v1/inventory/adjustments", new { sku = "LAMP", quantity = 2, reason = "counted", key = "A-1" }),
            (HttpMethod.Post, "api/v1/inventory/receipts", new { node = "DC-1", lines = new[] { new { sku = "LAMP", quantity = 4 } }, reference = "D-1" }),
            (HttpMethod.Post, "api/v1/inventory/reservations", new { key = "cart-1", lines = new[] { new { lineId = 1, sku = "LAMP", quantity = 1 } }, expiresInSeconds = 600 }),
            (HttpMethod.Post, $"api/v1/orders/{order}/holds", new { kind = "manual", reason = "asked" }),
            (HttpMethod.Post, $"api/v1/orders/{order}:cancel", new { reason = "changed my mind" }),
            (HttpMethod.Post, "api/v1/returns", new { orderId = (string?)null, lines = new[] { new { sku = "LAMP", quantity = 1, reason = "leaks" } } }),
        ];
        var repeated = new List<string>();
        foreach (var (method, path, body) in requests)
        {
            var key = Guid.NewGuid().ToString();
            using var first = await shop.Send(method, path, body, key);
            using var again = await shop.Send(method, path, body, key);
            var said = await first.Content.ReadAsStringAsync();
            if (!first.IsSuccessStatusCode)
            {
                // Refused ones spend no key; which of these steps this shop's flow has gone past by now is not the point here.
                continue;
            }

            repeated.Add(path);
            again.StatusCode.Should().Be(first.StatusCode, path);
            again.Headers.Location.Should().Be(first.Headers.Location, path);
            (await again.Content.ReadAsStringAsync()).Should().Be(said, path);
        }

        repeated.Should().HaveCountGreaterThan(5);
    }

    [Fact]
    public async Task What_is_kept_of_an_answer_says_nothing_about_a_person()
    {
        await Placed("R-3");

        (await Ask.One<long>(shop.OwnerConnection, "select count(*) from platform.idempotency")).Should().BePositive();
        (await Ask.One<long>(shop.OwnerConnection, "select count(*) from platform.idempotency where answer::text ilike any (array['%Byron%', '%ada@example%', '%Mill Lane%'])")).Should().Be(0);
        (await Ask.One<long>(shop.OwnerConnection, "select count(*) from orders.people where name = 'Ada Byron'")).Should().BePositive();
    }

    [Fact]
    public void No_answer_that_is_kept_has_a_place_for_it()
    {
        var faults =
            from o in shop.Surface.Ours
            where o.TakesKey
            from answer in (JsonObject)o.Described!["responses"]!
            where answer.Key[0] == '2'
            from name in Names(answer.Value!["content"]?["application/json"]?["schema"], [])
            where OfPeople.Contains(name, StringComparer.OrdinalIgnoreCase)
            select $"{o.Id}: {name}";

        faults.Should().BeEmpty();
    }

    [Fact]
    public void Who_overwrites_a_thing_says_what_he_has_seen_but_for_the_feeds()
    {
        // The owner of the master data feeds items and places and sends what he knows; the sandbox is told how to misbehave, and keeps nothing.
        // A mapping is one word, set whole by administrators; each setting is a fact.
        string[] feeds = ["PutItem", "PutItems", "PutNode", "SetMapping", "TellSandbox"];

        shop.Surface.Ours.Where(o => o.Method is "PUT" or "PATCH" && !o.TakesIfMatch).Select(o => o.Id).Should().BeSubsetOf(feeds);
        shop.Surface.Ours.Where(o => o.TakesIfMatch).Select(o => o.Id).Should().Contain(["ApproveRefund", "RejectRefund"]);
    }

    private IEnumerable<string> Names(JsonNode? schema, HashSet<string> seen)
    {
        if ((string?)schema?["$ref"] is { } reference && !seen.Add(reference))
        {
            return [];
        }

        var resolved = shop.Surface.Resolve(schema);
        return (resolved["properties"] as JsonObject ?? []).SelectMany(p => Names(p.Value, seen).Prepend(p.Key))
            .Concat(Names(resolved["items"] ?? new JsonObject(), seen, resolved["items"] is not null))
            .Concat((resolved["oneOf"] as JsonArray ?? []).SelectMany(c => Names(c, seen)));
    }

    private IEnumerable<string> Names(JsonNode schema, HashSet<string> seen, bool isThere) => isThere ? Names(schema, seen) : [];

    private static object Order(string externalId) => new
    {
        channel = "web",
        externalId,
        currency = "GBP",
        customer = new { id = "C-77", name = "Ada Byron", email = "ada@example.org", shipTo = "1 Mill Lane" },
        lines = new[] { new { sku = "LAMP", quantity = 1, unitPrice = new { amount = "2.50", currency = "GBP" } } },
    };

    private async Task<string> Placed(string externalId)
    {
        using var placed = await shop.Send(HttpMethod.Post, "api/v1/orders", Order(externalId));
        placed.EnsureSuccessStatusCode();
        return (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }
}
