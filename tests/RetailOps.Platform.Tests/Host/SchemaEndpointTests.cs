using System.Net;
using System.Text.Json;

namespace RetailOps.Platform.Tests;

/// <summary>Schemas and comparisons with the books over HTTP.</summary>
[Collection(nameof(HostCollection))]
public sealed class SchemaEndpointTests(HostFixture host)
{
    [Fact]
    public async Task Each_schema_of_the_list_is_there_with_a_tag_by_which_it_is_not_sent_twice()
    {
        using var browser = host.Open();
        var list = JsonElement.Parse(await browser.Http.GetStringAsync("/api/v1/schemas")).EnumerateArray().ToList();

        list.Select(s => s.GetProperty("kind").GetString()).Distinct().Should().Equal("document", "event");
        foreach (var name in list.Select(s => s.GetProperty("name").GetString()).Where(n => n is "SalesInvoice.v1" or "orders.order-placed.v1"))
        {
            using var first = await browser.Http.GetAsync($"/api/v1/schemas/{name}");
            using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/schemas/{name}") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
            using var second = await browser.Http.SendAsync(again);

            first.Headers.CacheControl!.MaxAge.Should().Be(TimeSpan.FromHours(1));
            JsonElement.Parse(await first.Content.ReadAsStringAsync()).GetProperty("$id").GetString().Should().Be($"urn:retailops:schema:{name}");
            second.StatusCode.Should().Be(HttpStatusCode.NotModified);
            (await second.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
        }

        using var none = await browser.Http.GetAsync("/api/v1/schemas/SalesInvoice.v9");
        none.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await none.Content.ReadAsStringAsync()).Should().Contain("schemas.unknown");
    }

    [Fact]
    public async Task A_comparison_with_the_books_is_asked_for_once_under_its_key_and_can_be_read_until_it_is_done()
    {
        using var browser = host.Open();
        var key = Guid.NewGuid().ToString();
        using var first = await Ask(browser, key);
        using var second = await Ask(browser, key);
        var run = JsonElement.Parse(await first.Content.ReadAsStringAsync()).GetProperty("id").GetGuid();

        first.StatusCode.Should().Be(HttpStatusCode.Created);
        first.Headers.Location!.ToString().Should().Be($"/api/v1/integrations/reconciliations/{run}");
        (await second.Content.ReadAsStringAsync()).Should().Contain(run.ToString());
        await Testing.Eventually.Holds(async () => await Status(browser, run) == "done", TimeSpan.FromSeconds(30), "the empty books are read");
        (await browser.Http.GetStringAsync("/api/v1/integrations/reconciliations")).Should().Contain(run.ToString());
    }

    private static async Task<HttpResponseMessage> Ask(Browser browser, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/integrations/reconciliations")
        {
            Content = new StringContent("""{"from":"2026-01-01","to":"2026-01-05"}""", System.Text.Encoding.UTF8, "application/json"),
            Headers = { { "Idempotency-Key", key } },
        };
        return await browser.Http.SendAsync(request);
    }

    private static async Task<string?> Status(Browser browser, Guid run) =>
        JsonElement.Parse(await browser.Http.GetStringAsync($"/api/v1/integrations/reconciliations/{run}")).GetProperty("run").GetProperty("status").GetString();
}
