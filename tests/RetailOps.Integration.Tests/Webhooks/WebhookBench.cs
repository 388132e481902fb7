using System.Collections.Concurrent;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>A message as a receiver got it.</summary>
internal sealed record Heard(string Path, string Id, string Type, string Subject, string? Sequence, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public JsonElement Json => JsonElement.Parse(System.Text.Encoding.UTF8.GetString(Body));
}

/// <summary>A real web server that says what a test wants it to say.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Heard> heard = new();

    private WebhookReceiver(WebApplication app) => this.app = app;

    public string Address => app.Urls.Single();

    public IReadOnlyList<Heard> All => [.. heard];

    /// <summary>What it answers; 204 when nobody says.</summary>
    public Func<Heard, HttpContext, Task<int>> Says { get; set; } = (_, _) => Task.FromResult(204);

    public IReadOnlyList<Heard> At(string path) => [.. heard.Where(h => h.Path == path)];

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new WebhookReceiver(builder.Build());
        receiver.app.Run(receiver.Hear);
        await receiver.app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task Hear(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var bytes = body.ToArray();
        var json = JsonElement.Parse(System.Text.Encoding.UTF8.GetString(bytes));
        var message = new Heard(
            http.Request.Path, http.Request.Headers[StandardWebhook.IdHeader].ToString(), json.GetProperty("type").GetString()!, json.GetProperty("subject").GetString()!,
            json.TryGetProperty("sequence", out var sequence) ? sequence.GetString() : null,
            http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), bytes);
        heard.Enqueue(message);
        http.Response.StatusCode = await Says(message, http);
    }
}

/// <summary>A database, a receiver, and hosts that are impatient.</summary>
internal sealed class WebhookBench : IAsyncDisposable
{
    /// <summary>Retries come at once.</summary>
    public static readonly WebhookOptions Quick = new()
    {
        Poll = TimeSpan.FromMilliseconds(20),
        Idle = TimeSpan.FromMilliseconds(20),
        Pauses = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(20), 9)],
        FirstRest = TimeSpan.FromMilliseconds(10),
        LongestRest = TimeSpan.FromMilliseconds(50),
        Patience = TimeSpan.FromSeconds(5),
    };

    /// <summary>Tells nobody anything, not even when its first look comes late.</summary>
    public static readonly WebhookOptions Asleep = Quick with { Poll = TimeSpan.FromHours(1), Idle = TimeSpan.FromHours(1), Calls = 0 };

    public static readonly Caller.Client Shop = new("shop", new HashSet<string> { "webhooks.read", "webhooks.manage", "webhooks.replay", "orders.read", "inventory.read", "items.read", "nodes.read" });

    private readonly List<TestHost> hosts = [];

    private WebhookBench(TestDatabase database, WebhookReceiver receiver) => (Database, Receiver) = (database, receiver);

    public TestDatabase Database { get; }

    public WebhookReceiver Receiver { get; }

    public TestHost Host => hosts[0];

    public static async Task<WebhookBench> StartAsync(WebhookOptions? options = null)
    {
        var bench = new WebhookBench(await TestDatabase.CreateAsync(), await WebhookReceiver.StartAsync());
        await bench.Another(options);
        return bench;
    }

    public async Task<TestHost> Another(WebhookOptions? options = null)
    {
        var host = await TestHost.StartAsync(Database.AppConnectionString, new()
        {
            Workflows = false,
            Documents = false,
            Engine = new() { Workers = 0 },
            Services = s => s.AddSingleton(new OutboundRules { Allowed = ["127.0.0.1"] }).AddSingleton(options ?? Quick),
        });
        hosts.Add(host);
        return host;
    }

    public async Task<(WebhookView Webhook, string Secret)> Register(string path, params string[] types) => await Register(Shop, path, types);

    public async Task<(WebhookView Webhook, string Secret)> Register(Caller caller, string path, params string[] types)
    {
        var secret = StandardWebhook.NewSecret();
        return ((await Try(caller, path, types, secret)).Value, secret);
    }

    public Task<Result<WebhookView>> Try(Caller caller, string path, string[] types, string? secret = null) =>
        Host.Requests.Run(caller, new RegisterWebhook(Receiver.Address + path, types, New(secret ?? StandardWebhook.NewSecret())));

    public WebhookSecret New(string secret) => new(Guid.CreateVersion7(), Host.Services.GetRequiredService<WebhookSecrets>().Close(secret));

    public async Task<WebhookView> Look(WebhookView webhook) => (await Host.Requests.Run(Shop with { Name = webhook.Owner.Split(':')[1] }, new GetWebhook(webhook.Id))).Value;

    public async Task<IReadOnlyList<WebhookDeliveryView>> Log(WebhookView webhook) => (await Host.Requests.Run(Shop, new ListWebhookDeliveries(webhook.Id, null, null, 501))).Value;

    /// <summary>An item's next change: events of one key, numbered from 1.</summary>
    public Task Change(string sku, int times = 1) => Repeat(times, i => Host.Must(new PutItem(new(sku), $"{sku} {Guid.NewGuid()}", "each")));

    public Task Hears(string path, int count) =>
        Eventually.Holds(() => Task.FromResult(Receiver.At(path).Count >= count), TimeSpan.FromMinutes(2), $"{count} messages at {path} (there are {Receiver.At(path).Count})");

    /// <summary>Until nothing waits for the webhook.</summary>
    public Task Done(WebhookView webhook) => Eventually.Holds(
        () => One<bool>(
            $"""
            select not exists (select from integration.webhook_deliveries where webhook = $1 and state = 0)
               and not exists (select from platform.events e, integration.webhook_progress p where p.webhook = $1 and e.xact > p.upto_xact)
            """, webhook.Id),
        TimeSpan.FromMinutes(2), "nothing waits");

    public Task<T> One<T>(string sql, params object[] values) => Ask.One<T>(Database.OwnerConnectionString, sql, values);

    public Task Do(string sql, params object[] values) => Ask.Do(Database.OwnerConnectionString, sql, values);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        await Receiver.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static async Task Repeat(int times, Func<int, Task> what)
    {
        for (var i = 0; i < times; i++)
        {
            await what(i);
        }
    }
}
