using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Host.Tests;

/// <summary>What the host answered.</summary>
public sealed record Answer(int Status, JsonElement Body)
{
    /// <summary>A problem's; null for others.</summary>
    public string? Code => Body.ValueKind is JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;
}

/// <summary>The whole host with the product's workflows, asked over HTTP by the application <c>cli</c>, which may do everything that runs the business.</summary>
public sealed partial class FourEyesShop : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("retailops-eyes-").FullName;
    private TestDatabase database = null!;
    private WebApplication app = null!;
    private HttpClient Http { get; set; } = null!;
    private IReadOnlyList<DemoSignIn> people = [];
    private int count;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        app = HostComposition.Build([], new HostSettings { Environment = HostSettings.Test, Urls = "http://127.0.0.1:0", DataFolder = folder, RunsJobs = false }, database.AppConnectionString);
        await app.Services.ImportDocumentsAsync(WorkflowFiles.Folder);
        await app.Services.ImportWorkflowsAsync(WorkflowFiles.Folder);
        await using (var scope = app.Services.CreateAsyncScope())
        {
            people = await scope.ServiceProvider.GetRequiredService<DemoPeople>().Ensure(folder);
        }

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

    public Task<T> One<T>(string sql, params object[] values) => Ask.One<T>(database.OwnerConnectionString, sql, values);

    public Task<int> Do(string sql, params object[] values) => Ask.Do(database.OwnerConnectionString, sql, values);

    /// <summary>A credit of 500.00 whose workflow waits for its approval.</summary>
    public async Task<(Guid Refund, Guid Task)> Asked()
    {
        var number = Interlocked.Increment(ref count);
        var credit = await Post("/api/v1/refunds", new { key = $"CR-{number}", amount = new { amount = "500.00", currency = "GBP" }, reason = "Late", customerId = $"C-{number}" });
        credit.Status.Should().Be(201, credit.Body.ToString());
        var refund = credit.Body.GetProperty("id").GetGuid();
        var tasks = default(JsonElement);
        await Eventually.Holds(
            async () => (tasks = (await Send(HttpMethod.Get, $"/api/v1/tasks?kind=refund-approval&key=refund/{refund}")).Body.GetProperty("items")).GetArrayLength() > 0,
            TimeSpan.FromSeconds(30), "its workflow waits");
        return (refund, tasks[0].GetProperty("id").GetGuid());
    }

    public Task<Guid> ApprovalOf(Guid refund) => One<Guid>("select id from returns.approvals where refund_id = $1", refund);

    /// <summary>Once nothing moves any more, the money is where it was, nobody has answered, and every promise holds.</summary>
    public async Task StillWaits(Guid refund)
    {
        var (watch, deliveries) = (app.Services.GetRequiredService<EngineWatch>(), app.Services.GetRequiredService<Deliveries>());
        async Task<bool> Still() => (await watch.Look()).IsQuiet && await deliveries.AreDone();
        await Eventually.Holds(async () => await Still() && await Still(), TimeSpan.FromSeconds(30), "nothing is left to do");
        (await One<string>("select status from returns.refunds where id = $1", refund)).Should().NotBe("settled");
        (await One<string>("select status from returns.approvals where refund_id = $1", refund)).Should().Be("open");
        (await One<long>("select count(*) from returns.decisions d join returns.approvals a on a.id = d.approval_id where a.refund_id = $1", refund)).Should().Be(0);
        var broken = new List<string>();
        await foreach (var result in app.Services.GetRequiredService<Verification>().Check(null, null))
        {
            broken.AddRange(result.Examples.Where(_ => result.Id.StartsWith("I13", StringComparison.Ordinal)).Select(e => $"{result.Id}: {e}"));
        }

        broken.Should().BeEmpty();
    }

    /// <summary>Changes a definition as somebody who draws, and saves or publishes it.</summary>
    public async Task Save(string flow, Action<JsonNode> change, bool publish)
    {
        var model = (await Get($"/elsa/api/workflow-definitions/{flow}?versionOptions=Latest"))!;
        change(model);
        var saved = await Post("/elsa/api/workflow-definitions", new { model, publish });
        saved.Status.Should().Be(publish ? 400 : 200, "a wish to publish is not granted, and the draft is kept: {0}", saved.Body.ToString());
    }

    public async Task<JsonNode?> Get(string path) => JsonNode.Parse(await Http.GetStringAsync(path));

    /// <summary>The version of a workflow that is live, and what it says.</summary>
    public Task<string> Live(string flow) => One<string>("select version_id || md5(document::text) from workflows.definitions where definition_id = $1 and is_published", flow);

    /// <summary>Publishes one step as a file of the product.</summary>
    public async Task Import(string id, string step)
    {
        var drawn = Directory.CreateTempSubdirectory("drawn-");
        await File.WriteAllTextAsync(
            Path.Combine(drawn.FullName, id + ".json"),
            $$"""
            {"id":"{{id}}-1","definitionId":"{{id}}","version":1,"name":"{{id}}","variables":[],"inputs":[{"type":"Object","name":"RefundId"}],"outputs":[],"options":{},
             "root":{"id":"Flowchart1","type":"Elsa.Flowchart","version":1,"activities":[{{step}}],"connections":[]} }
            """);
        await app.Services.ImportWorkflowsAsync(drawn.FullName);
        drawn.Delete(recursive: true);
    }

    public Task<Answer> Post(string path, object body, HttpClient? by = null) => Send(HttpMethod.Post, path, body, by);

    public Task<Answer> Decide(Guid approval, string verb, HttpClient? by, string key) => Send(HttpMethod.Post, $"/api/v1/approvals/{approval}:{verb}", new { comment = "Fine" }, by, key, "\"1\"");

    public async Task<Answer> Send(HttpMethod method, string path, object? body = null, HttpClient? by = null, string? key = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (method == HttpMethod.Post)
        {
            request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using var answer = await (by ?? Http).SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new((int)answer.StatusCode, text.StartsWith('{') ? JsonElement.Parse(text) : default);
    }

    /// <summary>Somebody with roles, signed in, with finance's password.</summary>
    public async Task<HttpClient> SignedIn(string name, params string[] roles)
    {
        await Do(
            """
            insert into platform.people (id, name, normalized_name, password_hash, security_stamp, concurrency_stamp, roles, lockout_enabled, failed_sign_ins)
            select $1, $2, upper($2), f.password_hash, $1::text, $1::text, $3, true, 0 from platform.people f where f.name = 'finance'
            """,
            Guid.CreateVersion7(), name, roles);
        var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Http.BaseAddress };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Token().Match(await client.GetStringAsync("/sign-in")).Groups[1].Value,
            ["name"] = name,
            ["password"] = people.Single(p => p.Name == "finance").Password,
            ["returnTo"] = "",
        });
        (await client.PostAsync("/sign-in", form)).StatusCode.Should().Be(System.Net.HttpStatusCode.Redirect);
        return client;
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)")]
    private static partial Regex Token();
}
