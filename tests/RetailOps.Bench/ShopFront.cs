using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace RetailOps.Bench;

/// <summary>What the customers and the warehouse send to a served host.</summary>
internal sealed class ShopFront(Uri host) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 512, PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10) }) { BaseAddress = new(host, "/api/v1/"), Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Places an order with an idempotency key of its own.</summary>
    /// <param name="name">Its external id and key.</param>
    /// <param name="items">A line of one unit for each.</param>
    /// <returns>Its id.</returns>
    public async Task<Guid> Place(string name, IReadOnlyList<int> items) => (await Post("orders", name, new
    {
        channel = "web",
        externalId = name,
        currency = "GBP",
        customer = new { id = $"C-{items[^1] % 100}", name = "Ada Byron", email = "ada@example.org", shipTo = "1 Mill Lane" },
        lines = items.Select(i => new { sku = BenchShop.Sku(i), quantity = 1, unitPrice = new { amount = "2.50", currency = "GBP" } }),
    })).GetProperty("id").GetGuid();

    /// <summary>The goods of a fulfilment leave.</summary>
    public Task Ship(Guid fulfilment) => Post($"fulfilments/{fulfilment}:ship", $"ship-{fulfilment}", new { carrier = "parcel-post", trackingNumber = "PP1" });

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
}
