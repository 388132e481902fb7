using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace RetailOps.Bench;

/// <summary>What the customers and the warehouse send to a served host, as its command line.</summary>
internal sealed class ShopFront(Uri host, string secret) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient http = new(new WithToken(host, secret)) { BaseAddress = new(host, "/api/v1/"), Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Places an order with an idempotency key of its own.</summary>
    /// <param name="name">Its external id and key.</param>
    /// <param name="items">A line of one unit for each.</param>
    /// <param name="customer">Who buys; null for one of a hundred.</param>
    /// <returns>Its id.</returns>
    public async Task<Guid> Place(string name, IReadOnlyList<int> items, string? customer = null) => (await Post("orders", name, new
    {
        channel = "web",
        externalId = name,
        currency = "GBP",
        customer = new { id = customer ?? $"C-{items[^1] % 100}", name = "Ada Byron", email = "ada@example.org", shipTo = "1 Mill Lane" },
        lines = items.Select(i => new { sku = BenchShop.Sku(i), quantity = 1, unitPrice = new { amount = "2.50", currency = "GBP" } }),
    })).GetProperty("id").GetGuid();

    /// <summary>The goods of a fulfilment leave.</summary>
    public Task Ship(Guid fulfilment) => Post($"fulfilments/{fulfilment}:ship", $"ship-{fulfilment}", new { carrier = "parcel-post", trackingNumber = "PP1" });

    /// <summary>They arrive.</summary>
    public Task Deliver(Guid fulfilment) => Post($"fulfilments/{fulfilment}:deliver", $"deliver-{fulfilment}", new { });

    /// <summary>The unit of an order's first line comes back, is looked at and goes to the shelf; the customer waits for the money then.</summary>
    /// <param name="order">Which.</param>
    /// <param name="between">What is waited for between the steps; null for nothing.</param>
    /// <returns>The return.</returns>
    public async Task<Guid> SendBack(Guid order, Func<Task>? between = null)
    {
        between ??= () => Task.CompletedTask;
        var back = (await Post("returns", $"return-{order}", new { orderId = order, lines = new[] { new { orderLineId = 1, quantity = 1, reason = "Too bright" } } })).GetProperty("id").GetGuid();
        await between();
        await Post($"returns/{back}:receive", $"receive-{back}", new { receiptId = Guid.CreateVersion7(), node = BenchShop.Node });
        await between();
        await Post($"returns/{back}/lines/1:inspect", $"inspect-{back}", new { grade = "new" });
        await between();
        await Post($"returns/{back}/lines/1:dispose", $"dispose-{back}", new { disposition = "restock" });
        return back;
    }

    /// <exception cref="HttpRequestException">The host did not do it; the message holds its answer.</exception>
    public async Task<JsonElement> Post(string path, string key, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType())) { Headers = { ContentType = Json } } };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode
            ? JsonElement.Parse(answer)
            : throw new HttpRequestException($"{path} was answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(answer)}");
    }

    public void Dispose() => http.Dispose();

    /// <summary>Looks at a page of orders.</summary>
    public async Task Look(int limit) => (await http.GetAsync(new Uri($"orders?limit={limit}", UriKind.Relative))).EnsureSuccessStatusCode().Dispose();

    /// <summary>A token with each request; another one when it is half over.</summary>
    private sealed class WithToken(Uri host, string secret) : DelegatingHandler(new SocketsHttpHandler { MaxConnectionsPerServer = 512, PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10) })
    {
        private readonly SemaphoreSlim one = new(1);
        private AuthenticationHeaderValue? token;
        private long from;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = IsFresh() ? token : await Ask(cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            one.Dispose();
            base.Dispose(disposing);
        }

        private bool IsFresh() => token is not null && TimeProvider.System.GetElapsedTime(from) < TimeSpan.FromMinutes(5);

        private async Task<AuthenticationHeaderValue> Ask(CancellationToken ct)
        {
            await one.WaitAsync(ct);
            try
            {
                if (IsFresh())
                {
                    return token!;
                }

                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host, "/connect/token"))
                {
                    Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "cli", ["client_secret"] = secret }),
                };
                using var answer = await base.SendAsync(request, ct);
                from = TimeProvider.System.GetTimestamp();
                return token = new("Bearer", JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(ct)).GetProperty("access_token").GetString());
            }
            finally
            {
                one.Release();
            }
        }
    }
}
