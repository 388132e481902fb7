using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace RetailOps.Platform.Tests;

/// <summary>Channels and nodes, from an administrator's word to the answer of the API.</summary>
public sealed class BindingTests(HostFixture host) : IClassFixture<HostFixture>
{
    private readonly Grants grants = new(host);

    [Fact]
    public async Task A_client_of_one_channel_does_not_see_the_order_of_another()
    {
        var web = await grants.Token(await grants.NewClient(["orders.read", "orders.place", "items.read", "items.write"], channels: ["web"]));
        var market = await grants.Token(await grants.NewClient(["orders.read", "orders.place", "items.read"], channels: ["market"]));
        (await Send(web, HttpMethod.Put, "/api/v1/items/bound", new { name = "Bound" })).StatusCode.Should().Be(HttpStatusCode.OK);
        var order = new { channel = "web", externalId = "B-1", currency = "GBP", lines = new[] { new { sku = "bound", quantity = 1, unitPrice = new { amount = "1.00", currency = "GBP" } } } };

        (await Send(market, HttpMethod.Post, "/api/v1/orders", order)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        using var placed = await Send(web, HttpMethod.Post, "/api/v1/orders", order);
        var id = (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();

        (await grants.Get($"/api/v1/orders/{id}", web)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await grants.Get($"/api/v1/orders/{id}", market)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await grants.Get($"/api/v1/orders/{id}/timeline", market)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        using var list = await grants.Get("/api/v1/orders", market);
        (await list.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task A_store_person_signs_in_and_works_at_the_own_node_only()
    {
        using var planner = await grants.SignedIn("planner");
        await Grants.Send(planner.Http, HttpMethod.Put, "/api/v1/items/shelf", new { name = "Shelf" });
        foreach (var node in new[] { "store-1", "store-2" })
        {
            (await Grants.Send(planner.Http, HttpMethod.Put, $"/api/v1/nodes/{node}", new { name = node, kind = "store" })).StatusCode.Should().Be(HttpStatusCode.OK);
            (await Grants.Send(planner.Http, HttpMethod.Post, "/api/v1/inventory/movements", Receipt(node))).IsSuccessStatusCode.Should().BeTrue();
        }

        using var administrator = await grants.SignedIn("administrator");
        var name = PeopleTests.NewName();
        using var made = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/people", new { name, roles = new[] { "store" }, nodes = new[] { "store-1" } });
        using var store = host.Open();
        (await store.SignInFirst(name, (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("password").GetString()!)).Dispose();

        var positions = await store.Http.GetFromJsonAsync<JsonElement>("/api/v1/inventory/positions?sku=shelf");
        positions.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("node").GetString()).Should().Equal("STORE-1");
        (await Grants.Send(store.Http, HttpMethod.Post, "/api/v1/inventory/movements", Receipt("store-1"))).IsSuccessStatusCode.Should().BeTrue();
        (await Grants.Send(store.Http, HttpMethod.Post, "/api/v1/inventory/movements", Receipt("store-2"))).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Who_is_bound_to_nothing_reaches_nothing()
    {
        using var administrator = await grants.SignedIn("administrator");
        var name = PeopleTests.NewName();
        using var made = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/people", new { name, roles = new[] { "store" }, nodes = Array.Empty<string>() });
        using var store = host.Open();
        (await store.SignInFirst(name, (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("password").GetString()!)).Dispose();

        (await store.Http.GetFromJsonAsync<JsonElement>("/api/v1/inventory/positions")).GetProperty("items").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Who_serves_one_channel_neither_reads_nor_erases_the_customers_of_another()
    {
        var token = await grants.Token(await grants.NewClient(["orders.place", "items.read", "items.write"]));
        (await Send(token, HttpMethod.Put, "/api/v1/items/served", new { name = "Served" })).StatusCode.Should().Be(HttpStatusCode.OK);
        using var placed = await Send(token, HttpMethod.Post, "/api/v1/orders", new
        {
            channel = "web",
            externalId = "B-9",
            currency = "GBP",
            customer = new { id = "C-9", name = "Ada", email = "ada@example.org" },
            lines = new[] { new { sku = "served", quantity = 1, unitPrice = new { amount = "1.00", currency = "GBP" } } },
        });
        placed.StatusCode.Should().Be(HttpStatusCode.Created);
        using var own = await Service("web");
        using var other = await Service("market");
        var customer = new { channel = "web", customerId = "C-9" };

        using var seen = await Grants.Send(own.Http, HttpMethod.Post, "/api/v1/customers:export", customer);
        using var unseen = await Grants.Send(other.Http, HttpMethod.Post, "/api/v1/customers:export", customer);
        using var found = await Grants.Send(other.Http, HttpMethod.Post, "/api/v1/customers:export", new { email = "ada@example.org" });
        using var erased = await Grants.Send(other.Http, HttpMethod.Post, "/api/v1/customers:erase", customer);

        (await seen.Content.ReadAsStringAsync()).Should().Contain("Ada");
        (await unseen.Content.ReadAsStringAsync()).Should().NotContain("Ada");
        (await found.Content.ReadAsStringAsync()).Should().NotContain("Ada");
        erased.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private async Task<Browser> Service(string channel)
    {
        using var administrator = await grants.SignedIn("administrator");
        var name = PeopleTests.NewName();
        using var made = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/people", new { name, roles = new[] { "service" }, channels = new[] { channel } });
        var service = host.Open();
        (await service.SignInFirst(name, (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("password").GetString()!)).Dispose();
        return service;
    }

    private static object Receipt(string node) => new { kind = "received", sku = "shelf", node, condition = "sellable", quantity = 3 };

    private async Task<HttpResponseMessage> Send(string token, HttpMethod method, string path, object body)
    {
        using var http = new HttpClient { BaseAddress = host.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return await Grants.Send(http, method, path, body);
    }
}
