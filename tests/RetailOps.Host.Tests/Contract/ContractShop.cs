using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace RetailOps.Host.Tests;

/// <summary>A host as it is shipped with the product's flows and policies, an order in it, and somebody of several roles signed in.</summary>
public sealed partial class ContractShop : IAsyncLifetime
{
    private static readonly string[] SignedInRoles = [Roles.Operator, Roles.Finance, Roles.Analyst, Roles.Auditor, Roles.Administrator];

    private static readonly TrafficLimit Plenty = new(1000, 1000, 64);

    private readonly HostSettings settings = new()
    {
        Environment = HostSettings.Test,
        Urls = "http://127.0.0.1:0",
        DataFolder = Directory.CreateTempSubdirectory("retailops-contract-").FullName,
        RunsJobs = false,

        // What is asked here is what operations answer, not how often.
        Limits = HostSettings.UsualLimits(isDemo: true) with { Read = Plenty, Write = Plenty, Bulk = Plenty, Open = Plenty },
    };

    private readonly Dictionary<string, HttpClient> people = [];
    private TestDatabase database = null!;
    private WebApplication app = null!;

    /// <summary>The Demo's command line.</summary>
    public HttpClient Http { get; } = Client();

    /// <summary>What the host says went wrong.</summary>
    internal ErrorSink Errors { get; } = new();

    /// <summary>Who may be asked for; null is the command line.</summary>
    public IReadOnlyList<string?> RolesThere { get; } = [null, null, null, .. SignedInRoles];

    public string OwnerConnection => database.OwnerConnectionString;

    public string DataFolder => settings.DataFolder;

    public IServiceProvider Services => app.Services;

    internal ApiSurface Surface { get; private set; } = null!;

    /// <summary>What exists, by the names of parameters.</summary>
    public Dictionary<string, IReadOnlyList<string>> Known { get; } = new(StringComparer.OrdinalIgnoreCase);

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        app = HostComposition.Build([], settings, database.AppConnectionString, new LoggerConfiguration().MinimumLevel.Error().WriteTo.Sink(Errors).CreateLogger());
        await app.Services.ImportDocumentsAsync(Path.Combine(RepositoryRoot.Find(), "workflows"));
        await app.Services.ImportWorkflowsAsync(Path.Combine(RepositoryRoot.Find(), "workflows"));
        IReadOnlyList<DemoSignIn> accounts;
        await using (var scope = app.Services.CreateAsyncScope())
        {
            accounts = await scope.ServiceProvider.GetRequiredService<DemoPeople>().Ensure(settings.DataFolder);
        }

        await app.StartAsync();
        Http.BaseAddress = new Uri(app.Urls.Single());
        foreach (var role in SignedInRoles)
        {
            people[role] = await SignIn(role, accounts.Single(a => a.Name == role).Password);
        }

        Surface = ApiSurface.Of(await Http.GetStringAsync("openapi/v1.json"), app.Services.GetRequiredService<EndpointDataSource>());
        await Fill();
    }

    /// <summary>Somebody of a role; null for the command line.</summary>
    public HttpClient By(string? role) => role is null ? Http : people[role];

    /// <summary>Sends it; within thirty seconds, on a machine that others use too.</summary>
    internal async Task<FuzzAnswer> Send(FuzzRequest request)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var message = request.Message(Http.BaseAddress!);
        using var response = await By(request.Role).SendAsync(message, limit.Token);
        return await FuzzAnswer.Of(response);
    }

    /// <summary>A JSON body with a key of its own, and a revision where one is given.</summary>
    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, object? body = null, string? key = null, string? ifMatch = null, string? role = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await By(role).SendAsync(request);
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        foreach (var client in people.Values)
        {
            client.Dispose();
        }

        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(settings.DataFolder, recursive: true);
    }

    private static HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };

    private async Task Fill()
    {
        (await Http.PutAsJsonAsync("api/v1/items/LAMP", new { name = "Lamp" })).EnsureSuccessStatusCode();
        (await Http.PutAsJsonAsync("api/v1/nodes/DC-1", new { name = "Distribution centre", kind = "dc" })).EnsureSuccessStatusCode();
        (await Send(HttpMethod.Post, "api/v1/inventory/movements", new { kind = "received", sku = "LAMP", node = "DC-1", condition = "sellable", quantity = 1000 })).EnsureSuccessStatusCode();
        var placed = await Send(HttpMethod.Post, "api/v1/orders", new
        {
            channel = "web",
            externalId = "W-1",
            currency = "GBP",
            customer = new { name = "Ada Byron", email = "ada@example.org", shipTo = "1 Mill Lane" },
            lines = new[] { new { sku = "LAMP", quantity = 2, unitPrice = new { amount = "2.50", currency = "GBP" } } },
        });
        placed.EnsureSuccessStatusCode();
        var order = (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        await Eventually.Holds(async () => (await Items("api/v1/fulfilments")).Count > 0, TimeSpan.FromSeconds(60), "the order has a fulfilment");
        var fulfilment = (await Items("api/v1/fulfilments"))[0].GetProperty("id").GetString()!;
        var instances = (await Items("api/v1/workflows/instances")).Select(i => i.GetProperty("id").GetString()!).ToList();
        Known["id"] = [order, fulfilment, .. instances];
        Known["sku"] = ["LAMP"];
        Known["code"] = Known["node"] = ["DC-1"];
        Known["name"] = [.. (await Items("api/v1/decisions")).Select(d => d.GetProperty("name").GetString()!), "returns"];
        Known["kind"] = ["returns", "sourcing", "received", "sales-invoice", "manual"];
        Known["number"] = Known["revision"] = Known["lineId"] = Known["version"] = ["1"];
        Known["definitionId"] = ["order-fulfilment", "fulfilment", "return-to-refund"];
        Known["subject"] = Known["orderId"] = [order];
        Known["typeName"] = ["Elsa.HttpEndpoint", "Elsa.SendHttpRequest"];
        Known["status"] = ["open", "placed", "allocated"];
    }

    private async Task<List<JsonElement>> Items(string path) => [.. (await Http.GetFromJsonAsync<JsonElement>(path)).GetProperty("items").EnumerateArray()];

    private async Task<HttpClient> SignIn(string name, string password)
    {
        var client = Client();
        client.BaseAddress = Http.BaseAddress;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Token().Match(await client.GetStringAsync("sign-in")).Groups[1].Value,
            ["name"] = name,
            ["password"] = password,
            ["returnTo"] = "",
        });
        (await client.PostAsync("sign-in", form)).StatusCode.Should().Be(HttpStatusCode.Redirect);

        // Within the session's own page the designer gets the token that its operations ask for.
        return client;
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)")]
    private static partial Regex Token();
}

[CollectionDefinition(nameof(ContractCollection))]
public sealed class ContractCollection : ICollectionFixture<ContractShop>;

/// <summary>Keeps the errors of a log, for the message of a test that fails.</summary>
internal sealed class ErrorSink : ILogEventSink
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> errors = new();

    public void Emit(LogEvent logEvent) => errors.Enqueue($"{logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture)} {logEvent.Exception}");

    /// <summary>All since it was asked last.</summary>
    public string Take()
    {
        var all = string.Join('\n', errors);
        errors.Clear();
        return all;
    }
}
