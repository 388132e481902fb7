using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using MediatR;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Host;
using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Integration.Tests;

/// <summary>The whole host on a real port and database, with the product's flows and one source of each kind; what senders do, in one line each.</summary>
public sealed class InboxHost : IAsyncLifetime
{
    private const string Hush = "hush-hush-hush";

    private static readonly TrafficLimit Plenty = new(1000, 1000, 64);

    private readonly HostSettings settings = new()
    {
        Environment = HostSettings.Test,
        Urls = "http://127.0.0.1:0",
        DataFolder = Directory.CreateTempSubdirectory("retailops-inbox-").FullName,
        RunsJobs = false,
        Limits = HostSettings.UsualLimits(isDemo: true) with { Read = Plenty, Write = Plenty, Bulk = Plenty, Open = Plenty },
    };

    private TestDatabase database = null!;
    private WebApplication app = null!;

    public HttpClient Http { get; } = new();

    public string Admin => database.AdminConnectionString;

    public IServiceProvider Services => app.Services;

    public string StandardSecret { get; private set; } = "";

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        app = HostComposition.Build([], settings, database.AppConnectionString);
        var workflows = Path.Combine(RepositoryRoot.Find(), "workflows");
        await app.Services.ImportDocumentsAsync(workflows);
        await app.Services.ImportWorkflowsAsync(workflows);
        await app.StartAsync();
        Http.BaseAddress = new Uri(app.Urls.Single());
        foreach (var (name, adapter) in new[] { ("shop", "shopify"), ("easypost", "easypost"), ("shippo", "shippo"), ("shippo-token", "shippo-token"), ("aftership", "aftership"), ("stripe", "stripe"), ("wms", "cloudevents") })
        {
            await Source(name, adapter, name is "shop" or "wms" ? "web" : null);
        }

        await Must(new PutItem(new("LAMP"), "Lamp", "each"));
        await Must(new PutNode("DC-1", "DC-1", "dc"));
        await Must(new RecordMovement("received", new("LAMP"), "DC-1", "sellable", 10_000));
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(settings.DataFolder, recursive: true);
    }

    /// <summary>A source with the secret of these tests.</summary>
    public async Task Source(string name, string adapter, string? channel = null, string? mapping = null)
    {
        var boxes = Services.GetRequiredService<InboxBoxes>();
        StandardSecret = StandardSecret.Length == 0 ? StandardWebhook.NewSecret() : StandardSecret;
        await Must(new CreateSource(name, adapter, channel, mapping, true, boxes.Seal(adapter is "cloudevents" or "generic" ? StandardSecret : Hush)));
    }

    public Task<Result<T>> Send<T>(IRequest<Result<T>> request) => Services.GetRequiredService<RequestRunner>().Run(new Caller.System("test"), request);

    public async Task<T> Must<T>(IRequest<Result<T>> request) => (await Send(request)).Value;

    /// <summary>Waits until nothing that came in is tried at once any more, and the flows behind it rest.</summary>
    public async Task Quiet()
    {
        var deliveries = Services.GetRequiredService<Deliveries>();
        var watch = Services.GetRequiredService<EngineWatch>();
        async Task<bool> Rests() => await One<long>(
            """
            select count(*) from integration.inbox m where m.state = 'received'
              and not exists (select from integration.inbox e where e.key = m.key and e.id < m.id and e.state = 'failed')
            """) == 0 && await deliveries.AreDone() && (await watch.Look()).IsQuiet;
        await Eventually.Holds(async () => await Rests() && await Rests(), TimeSpan.FromSeconds(60), "the inbox rests");
    }

    public Task<T> One<T>(string sql, params object[] values) => Ask.One<T>(database.OwnerConnectionString, sql, values);

    public Task<int> Do(string sql, params object[] values) => Ask.Do(database.OwnerConnectionString, sql, values);

    public async Task<IReadOnlyList<string>> Broken(string prefix = "I11")
    {
        var broken = new List<string>();
        await foreach (var result in Services.GetRequiredService<Verification>().Check(null, null))
        {
            broken.AddRange(result.Examples.Where(_ => result.Id.StartsWith(prefix, StringComparison.Ordinal)).Select(e => $"{result.Id}: {e}"));
        }

        return broken;
    }

    /// <summary>The only message about a thing, or the last.</summary>
    public async Task<MessageView> Message(string key) => (await Must(new ListMessages(null, null, key, null, 501)))[^1];

    public Task<HttpStatusCode> Shopify(string topic, JsonNode body, string? delivery = null) => Shopify(topic, Encoding.UTF8.GetBytes(body.ToJsonString()), delivery);

    public Task<HttpStatusCode> Shopify(string topic, byte[] body, string? delivery = null, string? secret = null) => Post(
        "/api/v1/channels/shop/" + topic, body,
        ("X-Shopify-Hmac-SHA256", Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret ?? Hush), body))), ("X-Shopify-Topic", topic), ("X-Shopify-Webhook-Id", delivery ?? Guid.NewGuid().ToString()));

    public Task<HttpStatusCode> EasyPost(JsonNode body)
    {
        var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        return Post("/api/v1/carriers/easypost/events", bytes, ("X-Hmac-Signature", "hmac-sha256-hex=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Hush), bytes))));
    }

    public Task<HttpStatusCode> AfterShip(JsonNode body)
    {
        var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        return Post("/api/v1/carriers/aftership/events", bytes, ("aftership-hmac-sha256", Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Hush), bytes))));
    }

    public Task<HttpStatusCode> Shippo(JsonNode body, string token = Hush) => Post("/api/v1/carriers/shippo-token/events?token=" + token, Encoding.UTF8.GetBytes(body.ToJsonString()));

    public Task<HttpStatusCode> Stripe(JsonNode body, TimeSpan old = default)
    {
        var text = body.ToJsonString();
        var at = (TimeProvider.System.GetUtcNow() - old).ToUnixTimeSeconds();
        return Post("/api/v1/payments/stripe/events", Encoding.UTF8.GetBytes(text), ("Stripe-Signature", $"t={at},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Hush), Encoding.UTF8.GetBytes($"{at}.{text}")))}"));
    }

    /// <summary>CloudEvents or a body of any shape, signed by Standard Webhooks.</summary>
    public Task<HttpStatusCode> Signed(string source, string body, string contentType = "application/cloudevents+json", string? id = null, params (string Name, string Value)[] headers)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var signed = StandardWebhook.Sign(id ?? Guid.NewGuid().ToString(), TimeProvider.System.GetUtcNow(), bytes, [StandardSecret]).Select(h => (h.Key, h.Value));
        return Post("/api/v1/integrations/events?source=" + source, bytes, [.. signed, .. headers, ("Content-Type", contentType)]);
    }

    public async Task<HttpStatusCode> Post(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");

        // Who sends much asks first: a refusal comes before the body is read, and closes the connection.
        request.Headers.ExpectContinue = body.Length > 1_000_000;
        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
            {
                request.Content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var answer = await Http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>An operation of the API, as the command line would call it.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Answer)> Call(HttpMethod method, string path, object? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path) { Content = body is null ? null : new StringContent(JsonSerializer.Serialize(body, JsonSerializerOptions.Web), Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    /// <summary>An order that has left under a number of a carrier.</summary>
    public async Task<FulfilmentView> Shipped(string externalId, string number, string? carrier = null)
    {
        var order = (await Must(Testing.Shop.Order(externalId, ("LAMP", 1)))).Id;
        await Quiet();
        var fulfilment = (await Must(new GetOrder(order))).Fulfilments.Single();
        return await Must(new ShipFulfilment(fulfilment.Id, carrier, number));
    }
}
