using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace RetailOps.Client.Tests;

public sealed class ClientTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Fact]
    public async Task An_order_is_placed_and_read()
    {
        using var connection = api.Open();

        var placed = await connection.Api.PlaceOrderAsync(Guid.NewGuid().ToString(), Order("C-1"));
        var read = await connection.Api.GetOrderAsync(placed.Id);

        read.ExternalId.Should().Be("C-1");
        read.Total.Amount.Should().Be("5.00");
        read.Lines.Should().ContainSingle().Which.Sku.Should().Be("LAMP");
        read.PlacedAt.Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_list_is_read_to_its_end_page_by_page()
    {
        using var connection = api.Open();
        foreach (var n in Enumerable.Range(0, 5))
        {
            await connection.Api.PutItemAsync($"PAGED-{n}", new ItemBody { Name = "Paged" });
        }

        var pages = 0;
        var all = new List<string>();
        await foreach (var item in RetailOpsConnection.All(after => Page(after), p => p.Items, p => p.Next))
        {
            all.Add(item.Sku);
        }

        pages.Should().BeGreaterThan(2);
        all.Should().OnlyHaveUniqueItems().And.BeInAscendingOrder(StringComparer.Ordinal).And.Contain(Enumerable.Range(0, 5).Select(n => $"PAGED-{n}"));

        Task<PageOfItemView> Page(string? after)
        {
            pages++;
            return connection.Api.ListItemsAsync(after, 2);
        }
    }

    [Fact]
    public async Task A_no_is_an_exception_with_its_code_and_its_faults()
    {
        using var connection = api.Open();
        var wrong = Order("C-2");
        wrong.Lines.Single().Quantity = 0;

        var place = () => connection.Api.PlaceOrderAsync(Guid.NewGuid().ToString(), wrong);
        var read = () => connection.Api.GetOrderAsync(Guid.NewGuid());

        var invalid = (await place.Should().ThrowAsync<ProblemException>()).Which;
        (invalid.StatusCode, invalid.Code).Should().Be((400, "request.invalid"));
        invalid.Problem.Errors.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Field = "lines[0].quantity", Code = "orders.quantity" });
        invalid.TraceId.Should().MatchRegex("^[0-9a-f]{32}$");
        (await read.Should().ThrowAsync<ProblemException>()).Which.StatusCode.Should().Be(404);
    }

    [Fact]
    public async Task Who_is_told_to_wait_waits_and_gets_through()
    {
        var seen = new Counting();
        using var connection = api.Open(seen);
        var before = await api.Orders();

        var placed = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => connection.Api.PlaceOrderAsync(Guid.NewGuid().ToString(), Order($"C-storm-{n}"))));

        placed.Select(p => p.Id).Should().OnlyHaveUniqueItems();
        (await api.Orders()).Should().Be(before + 4);
        seen.Statuses.Should().Contain(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task An_answer_that_was_lost_is_asked_for_again_under_the_same_key_and_nothing_is_done_twice()
    {
        var lossy = new LosesFirstAnswer();
        using var connection = api.Open(lossy);
        var before = await api.Orders();

        var placed = await connection.Api.PlaceOrderAsync(Guid.NewGuid().ToString(), Order("C-lost"));

        lossy.Keys.Should().HaveCount(2);
        lossy.Keys.Distinct().Should().ContainSingle();
        (await api.Orders()).Should().Be(before + 1);
        placed.ExternalId.Should().Be("C-lost");
    }

    [Fact]
    public async Task A_token_is_kept_until_shortly_before_its_end_and_another_is_asked_for_when_it_is_refused()
    {
        // Stands for a host that gives out tokens; who may have one is tested where they are given out.
        var (given, taken) = (0, new List<string>());
        var refuse = false;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var host = builder.Build();
        host.MapPost("/connect/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            form["grant_type"].ToString().Should().Be("client_credentials");
            form["scope"].ToString().Should().Be("items.read items.write");
            return form["client_secret"] == "secret" ? Results.Json(new { access_token = $"token-{++given}", token_type = "Bearer", expires_in = 600 }) : Results.Problem(statusCode: 401);
        });
        host.MapGet("/api/v1/items", (HttpRequest request) =>
        {
            taken.Add(request.Headers.Authorization.ToString());
            return refuse && taken[^1].EndsWith("-2", StringComparison.Ordinal) ? Results.Problem(statusCode: 401) : Results.Json(new { items = Array.Empty<object>() });
        });
        await host.StartAsync();
        var clock = new FakeTimeProvider();
        var options = new RetailOpsOptions(new Uri(host.Urls.Single())) { ClientId = "shop", ClientSecret = "secret", Scopes = ["items.read", "items.write"], Clock = clock };
        using var connection = new RetailOpsConnection(options);

        await connection.Api.ListItemsAsync();
        await connection.Api.ListItemsAsync();
        clock.Advance(TimeSpan.FromSeconds(571));
        await connection.Api.ListItemsAsync();
        refuse = true;
        await connection.Api.ListItemsAsync();
        using var stranger = new RetailOpsConnection(options with { ClientSecret = "guessed" });
        var strange = () => stranger.Api.ListItemsAsync();

        taken.Should().Equal("Bearer token-1", "Bearer token-1", "Bearer token-2", "Bearer token-2", "Bearer token-3");
        (await strange.Should().ThrowAsync<ApiException>()).Which.StatusCode.Should().Be(401);
    }

    private static PlaceOrder Order(string externalId) => new()
    {
        Channel = "web",
        ExternalId = externalId,
        Currency = "GBP",
        Customer = new Customer { Name = "Ada Byron", Email = "ada@example.org" },
        Lines = [new NewOrderLine { Sku = "LAMP", Quantity = 2, UnitPrice = new Money { Amount = "2.50", Currency = "GBP" } }],
    };

    private sealed class Counting : DelegatingHandler
    {
        public Counting() => InnerHandler = new SocketsHttpHandler();

        public System.Collections.Concurrent.ConcurrentBag<HttpStatusCode> Statuses { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            Statuses.Add(response.StatusCode);
            return response;
        }
    }

    /// <summary>The host did it, and somebody on the way says that it is not there.</summary>
    private sealed class LosesFirstAnswer : DelegatingHandler
    {
        public LosesFirstAnswer() => InnerHandler = new SocketsHttpHandler();

        public List<string> Keys { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response;
            do
            {
                response = await base.SendAsync(request, cancellationToken);
            }
            while (response.StatusCode == HttpStatusCode.TooManyRequests);

            Keys.Add(request.Headers.GetValues("Idempotency-Key").Single());
            return Keys.Count > 1 ? response : new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Headers = { RetryAfter = new(TimeSpan.Zero) } };
        }
    }
}
