using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Host;
using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Returns.Tests;

public sealed class HttpTests(ReturnsApi api) : IClassFixture<ReturnsApi>
{
    [Fact]
    public async Task A_blind_return_goes_its_way()
    {
        await api.Send(HttpMethod.Put, "items/kettle", new { name = "Kettle" });
        await api.Send(HttpMethod.Put, "nodes/DC-1", new { name = "DC", kind = "dc" });

        var asked = await api.Send(HttpMethod.Post, "returns", new { orderId = (string?)null, lines = new[] { new { orderLineId = (int?)null, sku = "kettle", quantity = 1, reason = "leaks" } } });
        var id = (await Body(asked)).GetProperty("id").GetString();
        HttpResponseMessage[] steps =
        [
            await api.Send(HttpMethod.Post, $"returns/{id}:authorise", new { permit = true, reason = "Known customer" }),
            await api.Send(HttpMethod.Post, $"returns/{id}:receive", new { receiptId = Guid.CreateVersion7(), node = "DC-1" }),
            await api.Send(HttpMethod.Post, $"returns/{id}/lines/1:inspect", new { grade = "damaged" }),
            await api.Send(HttpMethod.Post, $"returns/{id}/lines/1:dispose", new { disposition = "scrap" }),
        ];
        var cancelled = await api.Send(HttpMethod.Post, $"returns/{id}:cancel", null);
        var read = await api.Http.GetAsync(new Uri($"api/v1/returns/{id}", UriKind.Relative));
        var listed = await api.Http.GetFromJsonAsync<JsonElement>("api/v1/returns?status=inspected&limit=500");

        asked.StatusCode.Should().Be(HttpStatusCode.Created);
        asked.Headers.Location!.ToString().Should().Be($"/api/v1/returns/{id}");
        steps.Select(s => s.StatusCode).Should().AllBeEquivalentTo(HttpStatusCode.OK);
        cancelled.StatusCode.Should().Be(HttpStatusCode.Conflict);
        read.Headers.ETag!.Tag.Should().Be("\"6\"");
        (await Body(read)).GetProperty("status").GetString().Should().Be("inspected");
        listed.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("id").GetString()).Should().Contain(id);
    }

    [Fact]
    public async Task A_credit_needs_a_key_and_is_given_once_under_it()
    {
        var credit = new { key = "CR-http", amount = new { amount = "12.50", currency = "GBP" }, reason = "Late", customerId = "C-http" };

        var without = await api.Send(HttpMethod.Post, "refunds", credit);
        var first = await api.Send(HttpMethod.Post, "refunds", credit, key: "k-1");
        var again = await api.Send(HttpMethod.Post, "refunds", credit, key: "k-1");

        (await Body(without)).GetProperty("code").GetString().Should().Be("idempotency.missing");
        first.StatusCode.Should().Be(HttpStatusCode.Created);
        (await Body(again)).GetProperty("id").GetString().Should().Be((await Body(first)).GetProperty("id").GetString());
        (await api.Http.GetAsync(first.Headers.Location)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_person_decides_about_what_he_has_seen_and_the_command_line_never()
    {
        var credit = new { key = "CR-large", amount = new { amount = "500.00", currency = "GBP" }, reason = "Late", customerId = "C-large" };
        var refund = (await Body(await api.Send(HttpMethod.Post, "refunds", credit, key: "k-2"))).GetProperty("id").GetGuid();
        var approval = (await api.Requests.Run(new Caller.System("flow"), new OpenApproval(refund))).Value;
        using var finance = await api.SignIn(Roles.Finance);

        var open = await api.Http.GetFromJsonAsync<JsonElement>("api/v1/approvals?status=open&limit=500");
        var unseen = await api.Send(HttpMethod.Post, $"approvals/{approval.Id}:approve", new { }, by: finance);
        var stale = await api.Send(HttpMethod.Post, $"approvals/{approval.Id}:approve", new { }, ifMatch: "\"7\"", by: finance);
        var machine = await api.Send(HttpMethod.Post, $"approvals/{approval.Id}:reject", new { comment = "No" }, ifMatch: "\"1\"");
        var approved = await api.Send(HttpMethod.Post, $"approvals/{approval.Id}:approve", new { comment = "Fine" }, ifMatch: "\"1\"", by: finance);

        open.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("id").GetGuid()).Should().Contain(approval.Id);
        unseen.StatusCode.Should().Be(HttpStatusCode.PreconditionRequired);
        stale.StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
        machine.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await Body(machine)).GetProperty("code").GetString().Should().Be("security.forbidden");
        approved.StatusCode.Should().Be(HttpStatusCode.OK);
        approved.Headers.ETag!.Tag.Should().Be("\"2\"");
        (await Body(await api.Http.GetAsync(new Uri($"api/v1/approvals/{approval.Id}", UriKind.Relative)))).GetProperty("status").GetString().Should().Be("approved");
    }

    private static async Task<JsonElement> Body(HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>();
}

/// <summary>The whole host on a port of its own.</summary>
public sealed partial class ReturnsApi : IAsyncLifetime
{
    private readonly HostSettings settings = new()
    {
        Environment = HostSettings.Test,
        Urls = "http://127.0.0.1:0",
        DataFolder = Directory.CreateTempSubdirectory("retailops-returns-").FullName,
        RunsJobs = false,
    };

    private TestDatabase database = null!;
    private WebApplication app = null!;
    private IReadOnlyList<DemoSignIn> people = [];

    public HttpClient Http { get; } = new();

    public RequestRunner Requests => app.Services.GetRequiredService<RequestRunner>();

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        app = HostComposition.Build([], settings, database.AppConnectionString);
        await app.Services.ImportDocumentsAsync(Path.Combine(RepositoryRoot.Find(), "workflows"));
        await using (var scope = app.Services.CreateAsyncScope())
        {
            people = await scope.ServiceProvider.GetRequiredService<DemoPeople>().Ensure(settings.DataFolder);
        }

        await app.StartAsync();
        Http.BaseAddress = new Uri(app.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(settings.DataFolder, recursive: true);
    }

    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, object? body, string? key = null, string? ifMatch = null, HttpClient? by = null)
    {
        using var request = new HttpRequestMessage(method, "api/v1/" + path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await (by ?? Http).SendAsync(request);
    }

    /// <summary>Somebody of a role, with the cookie to prove it.</summary>
    public async Task<HttpClient> SignIn(string role)
    {
        var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Http.BaseAddress };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Token().Match(await client.GetStringAsync("sign-in")).Groups[1].Value,
            ["name"] = role,
            ["password"] = people.Single(p => p.Name == role).Password,
            ["returnTo"] = "",
        });
        (await client.PostAsync("sign-in", form)).StatusCode.Should().Be(HttpStatusCode.Redirect);
        return client;
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)")]
    private static partial Regex Token();
}
