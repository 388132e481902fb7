using System.Net;
using System.Text;
using System.Text.Json;

using MediatR;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>The platform's web parts on a real port and database, with operations of the tests' own.</summary>
public sealed class ProbeHost : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("retailops-probe-").FullName;
    private TestDatabase database = null!;
    private WebApplication app = null!;

    public HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        app = Build(database.AppConnectionString, isDemo: true);
        await app.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The same on the same database, for strangers who are not at home here.</summary>
    public WebApplication Stranger() => Build(database.AppConnectionString, isDemo: false);

    /// <summary>Another host on the same database, with limits of its own.</summary>
    public WebApplication With(TrafficLimits limits, Action<IServiceCollection>? services = null, TimeProvider? clock = null) => Build(database.AppConnectionString, isDemo: true, limits, services, clock);

    /// <summary>Another host, whose <c>/slow-probes</c> answers when it is told to.</summary>
    public WebApplication Slow(TaskCompletionSource entered, Task release)
    {
        var slow = Build(database.AppConnectionString, isDemo: true);
        slow.MapGet("/slow-probes", async () =>
        {
            entered.SetResult();
            await release;
            return "done";
        });
        return slow;
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> Post(string body, string path = "/api/v1/probes", string? key = null, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, mediaType) };
        // As well-behaved clients do: a server that will not take so large a body says so before it is sent.
        request.Headers.ExpectContinue = body.Length > HttpModule.MaxBody;
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    private static async Task<Results<Created<ProbeAnswer>, ProblemHttpResult>> Create(Probe body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToCreated(a => $"/api/v1/probes/{a.Id}");

    private static readonly TrafficLimit Plenty = new(1000, 1000, 64);

    private WebApplication Build(string connectionString, bool isDemo, TrafficLimits? limits = null, Action<IServiceCollection>? services = null, TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(o => o.Limits.MaxRequestBodySize = HttpModule.MaxBody);

        // What is asked here is what operations answer, not how often, unless a test says so.
        builder.Services.AddHttp(limits ?? new TrafficLimits { Read = Plenty, Write = Plenty, Bulk = Plenty, Open = Plenty });
        builder.Services.AddSecurity(new SecurityPosture(isDemo) { TrustsThisMachine = isDemo }, () => RootKey.Load(null, folder, mayCreate: true));
        builder.Services.AddPlatform(new Database(connectionString, requestPool: 4), [typeof(ProbeHost).Assembly], []);
        builder.Services.AddSingleton<IEventSink, Silence>();
        if (clock is not null)
        {
            builder.Services.AddSingleton(clock);
        }

        services?.Invoke(builder.Services);
        var host = builder.Build();
        host.UseHttp();
        host.UseRouting();
        host.UseLimits();
        host.UseAuthentication();
        host.UseApiGate();
        var api = host.MapApi();
        api.MapPost("/probes", Create);
        api.MapPost("/keyed-probes", Create).TakesIdempotencyKey();
        api.MapPost("/maybe-keyed-probes", Create).TakesIdempotencyKey(required: false);
        api.MapPost("/forbidden-probes", async (Door door, CancellationToken ct) => (await door.Run(new ProbeNobodyMay(), ct)).ToOk());
        api.MapGet("/probes", ([AsParameters] Paging paging) => Page.Of([.. Enumerable.Range(1, paging.Size + 1)], paging.Size, n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        api.MapGet("/probes/{text}", async (string text, Door door, HttpResponse response, CancellationToken ct) => (await door.Run(new Probe(text), ct)).ToOk(response, a => a.Revision));
        api.MapPut("/probes/{text}", async Task<Results<Ok<ProbeAnswer>, ProblemHttpResult>> (string text, HttpRequest request, Door door, CancellationToken ct) =>
            Revision.TryReadIfMatch(request, out var revision, out var problem)
                ? (await door.Run(new Probe(text, revision == 3 ? ProbeMood.Granted : ProbeMood.Stale), ct)).ToOk()
                : problem).TakesIfMatch();
        return host;
    }

    private sealed class Silence : IEventSink
    {
        public void Accept(UnitOfWork work, EventRow raised)
        {
        }
    }
}

[CollectionDefinition(nameof(ProbeCollection))]
public sealed class ProbeCollection : ICollectionFixture<ProbeHost>;
