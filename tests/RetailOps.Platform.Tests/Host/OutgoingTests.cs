using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Integration;
using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>Webhooks and notices through the whole host: what an integrator sends, and what people see.</summary>
[Collection(nameof(HostCollection))]
public sealed class OutgoingTests(HostFixture host)
{
    [Fact]
    public async Task A_secret_is_shown_once_and_a_repetition_makes_no_second_webhook()
    {
        using var browser = host.Open();
        var body = new { url = "https://example.com/hooks", eventTypes = new[] { "orders.*" } };

        var first = await Post(browser, "webhooks", "hook-1", body);
        var again = await Post(browser, "webhooks", "hook-1", body);
        var rotated = await Post(browser, $"webhooks/{Id(first)}:rotate-secret", "hook-2", new { });

        first.Status.Should().Be(HttpStatusCode.Created);
        first.Json.GetProperty("secret").GetString().Should().StartWith("whsec_");
        Id(again).Should().Be(Id(first));
        again.Json.GetProperty("secret").ValueKind.Should().Be(JsonValueKind.Null);
        rotated.Json.GetProperty("secret").GetString().Should().StartWith("whsec_").And.NotBe(first.Json.GetProperty("secret").GetString());
        var log = await browser.Http.GetStringAsync($"/api/v1/webhooks/{Id(first)}/deliveries");
        log.Should().Be("""{"items":[],"next":null}""");
        (await browser.Http.DeleteAsync($"/api/v1/webhooks/{Id(first)}")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await browser.Http.GetAsync($"/api/v1/webhooks/{Id(first)}")).StatusCode.Should().Be(HttpStatusCode.NotFound);

        static string Id((HttpStatusCode Status, JsonElement Json) answer) => answer.Json.GetProperty("webhook").GetProperty("id").GetString()!;
    }

    [Theory]
    [InlineData("https://10.1.2.3/hooks"), InlineData("https://localhost/hooks"), InlineData("http://example.com/hooks"), InlineData("https://user:pass@example.com/"), InlineData("https://[::1]/"), InlineData("https://169.254.169.254/latest")]
    public async Task Nobody_registers_an_address_inside(string url)
    {
        using var browser = host.Open();

        var answer = await Post(browser, "webhooks", Guid.NewGuid().ToString(), new { url, eventTypes = new[] { "orders.*" } });

        answer.Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        answer.Json.GetProperty("code").GetString().Should().Be("webhooks.address");
    }

    [Fact]
    public async Task Who_may_reads_what_a_customer_was_told_in_a_frame_that_can_do_nothing_and_tells_it_again()
    {
        await host.Services.ImportDocumentsAsync(Path.Combine(RepositoryRoot.Find(), "workflows"));
        await Must(new PutItem(new("NOTICE-LAMP"), "Lamp", "each"));
        var order = (await Must(new PlaceOrder("web", "N-1", new("<img src=x>", "ada@example.org"), "GBP", [new(new("NOTICE-LAMP"), 1, new(250, "GBP"))]))).Id;
        await Must(new SendNotice(order, "order-confirmed", OrderKey.Of(order)));
        await Eventually.Holds(async () => (await Must(new ListOrderNotices(order))).Single().Status == "sent", TimeSpan.FromSeconds(60), "it is sent");
        var message = (await Must(new ListOrderNotices(order))).Single().Id;
        using var service = host.Open();
        using var store = host.Open();
        (await service.SignIn("service", Password("service"))).Dispose();
        (await store.SignIn("store", Password("store"))).Dispose();

        var list = await service.Http.GetStringAsync("/notices");
        var page = await service.Http.GetStringAsync($"/notices/{message}");
        var hidden = await store.Http.GetAsync($"/notices/{message}");

        list.Should().Contain($"/notices/{message}").And.Contain("web N-1");
        page.Should().Contain("sandbox=\"\"").And.Contain("srcdoc=\"&lt;h1&gt;").And.NotContain("<img").And.Contain("Tell it once more");
        hidden.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Json)> Post(Browser browser, string path, string key, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/" + path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await browser.Http.SendAsync(request);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()));
    }

    private string Password(string name) => host.People.Single(p => p.Name == name).Password;

    private async Task<T> Must<T>(MediatR.IRequest<Result<T>> request) => (await host.Services.GetRequiredService<RequestRunner>().Run(new Caller.System("test"), request)).Value;
}
