using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

using RetailOps.Host;

namespace RetailOps.Platform.Tests;

/// <summary>Client credentials, from the secret to the answer of the API.</summary>
[Collection(nameof(HostCollection))]
public sealed class TokenTests(HostFixture host)
{
    private readonly Grants grants = new(host);

    [Fact]
    public async Task A_client_with_its_secret_gets_a_token_that_opens_what_it_may_and_nothing_else()
    {
        var client = await grants.NewClient(["orders.read", "items.read"]);
        var token = await grants.Token(client);

        (await grants.Get("/api/v1/orders", token)).StatusCode.Should().Be(HttpStatusCode.OK);
        using var refused = await grants.Get("/api/v1/nodes", token);

        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        refused.Headers.WwwAuthenticate.ToString().Should().Be("Bearer realm=\"RetailOps\", error=\"insufficient_scope\", scope=\"nodes.read\"");
    }

    [Fact]
    public async Task The_answer_is_what_rfc_6749_asks_for_and_the_token_names_its_audience_and_a_short_life()
    {
        var client = await grants.NewClient(["orders.read", "items.read"]);
        using var answer = await grants.Ask(client, scope: "orders.read");
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();

        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        body.GetProperty("token_type").GetString().Should().Be("Bearer");
        body.GetProperty("expires_in").GetInt32().Should().BeInRange(290, 900);
        var claims = Grants.Claims(body.GetProperty("access_token").GetString()!);
        claims.GetProperty("aud").GetString().Should().Be("retailops");
        claims.GetProperty("scope").GetString().Should().Be("orders.read");
        claims.GetProperty("client_id").GetString().Should().Be(client.Name);
    }

    [Theory]
    [InlineData("refunds.approve", "invalid_scope")]
    [InlineData("workflows.approve", "invalid_scope")]
    [InlineData("tasks.settle", "invalid_scope")]
    [InlineData("refunds.execute", "invalid_scope")]
    [InlineData("people.write", "invalid_scope")]
    [InlineData("nodes.read", "invalid_request")]
    [InlineData("nonsense", "invalid_scope")]
    public async Task No_scope_is_given_that_the_client_was_not_given(string scope, string error)
    {
        var client = await grants.NewClient(["orders.read"]);

        using var answer = await grants.Ask(client, scope: scope);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString().Should().Be(error);
    }

    [Theory]
    [InlineData("rops_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("password")]
    [InlineData("")]
    public async Task A_wrong_secret_gets_nothing(string secret)
    {
        var client = await grants.NewClient(["orders.read"]);

        using var answer = await grants.Ask(client with { Secret = secret });

        answer.StatusCode.Should().BeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString().Should().BeOneOf("invalid_client", "invalid_request");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJzdWIiOiJjbGkiLCJhdWQiOiJyZXRhaWxvcHMifQ.")]
    public async Task What_is_no_token_of_ours_opens_nothing_not_even_beside_a_cookie(string token)
    {
        using var browser = await grants.SignedIn("operator");
        browser.Http.DefaultRequestHeaders.Authorization = new("Bearer", token);

        using var answer = await browser.Http.GetAsync("/api/v1/orders");

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ToString().Should().Contain("error=\"invalid_token\"");
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("security.invalid-token");
    }

    [Fact]
    public async Task A_token_whose_end_was_changed_opens_nothing()
    {
        var parts = (await grants.Token(await grants.NewClient(["orders.read"]))).Split('.');
        var changed = Grants.Claims(string.Join('.', parts)).GetRawText().Replace("\"orders.read\"", "\"items.read\"", StringComparison.Ordinal);
        var forged = $"{parts[0]}.{System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(changed))}.{parts[2]}";

        (await grants.Get("/api/v1/items", forged)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_ends()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var later = await grants.Started(clock);
        var there = new Uri(later.Urls.Single());
        var token = await grants.Token(await grants.NewClient(["orders.read"]), at: there);
        (await grants.Get("/api/v1/orders", token, there)).StatusCode.Should().Be(HttpStatusCode.OK);

        clock.Advance(TimeSpan.FromMinutes(20));

        (await grants.Get("/api/v1/orders", token, there)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_of_one_host_opens_another_of_the_same_database_under_another_name()
    {
        await using var other = await grants.Started();
        var token = await grants.Token(await grants.NewClient(["orders.read"]));

        (await grants.Get("/api/v1/orders", token, new Uri(other.Urls.Single()))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await grants.Get("/api/v1/orders", token, new Uri($"http://localhost:{host.Address.Port}"))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_credential_this_machine_is_nobody_in_a_demo()
    {
        await using var demo = await grants.Started(settings: host.Settings with { Environment = HostSettings.Demo });
        using var http = new HttpClient { BaseAddress = new Uri(demo.Urls.Single()) };

        using var orders = await http.GetAsync("/api/v1/orders");
        using var designer = await http.GetAsync("/elsa/api/package/version");

        orders.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        orders.Headers.WwwAuthenticate.ToString().Should().Contain("Bearer").And.Contain("Cookie");
        designer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_command_line_of_a_demo_has_a_secret_in_the_data_folder_and_runs_the_business_with_it()
    {
        var cli = new TestClient(Callers.CommandLine, DemoPeople.SecretOfCommandLine(host.Settings.DataFolder)!);
        var token = await grants.Token(cli);

        foreach (var path in (string[])["/api/v1/orders", "/api/v1/workflows/instances", "/elsa/api/package/version"])
        {
            (await grants.Get(path, token)).StatusCode.Should().Be(HttpStatusCode.OK, path);
        }

        Grants.Claims(token).GetProperty("scope").GetString()!.Split(' ').Should().BeEquivalentTo(Permissions.Operational);
    }

    [Fact]
    public async Task The_first_token_of_a_host_is_there_within_two_seconds()
    {
        var client = await grants.NewClient(["orders.read"]);
        await using var fresh = await grants.Started();
        var watch = Stopwatch.StartNew();

        await grants.Token(client, at: new Uri(fresh.Urls.Single()));

        Console.WriteLine($"first token after {watch.ElapsedMilliseconds} ms");
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_token_is_taken_from_the_header_only()
    {
        var token = await grants.Token(await grants.NewClient(["orders.read"]));
        using var http = new HttpClient { BaseAddress = host.Address };
        await using var strict = await grants.Started(settings: host.Settings with { TrustsThisMachine = false });

        using var inAddress = await http.GetAsync(new Uri(strict.Urls.Single() + "/api/v1/orders?access_token=" + token));

        inAddress.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }
}
