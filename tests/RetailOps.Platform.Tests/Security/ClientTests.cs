using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using RetailOps.Host;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>What administrators do with clients, and when it takes effect.</summary>
[Collection(nameof(HostCollection))]
public sealed class ClientTests(HostFixture host)
{
    private readonly Grants grants = new(host);

    [Fact]
    public async Task A_secret_is_shown_once_and_stored_nowhere()
    {
        using var administrator = await grants.SignedIn("administrator");
        var (name, key) = (Grants.NewName(), Guid.NewGuid().ToString());
        var wanted = new { name, title = "Once", kind = "system", permissions = new[] { "orders.read" } };
        using var first = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/clients", wanted, key: key);
        using var again = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/clients", wanted, key: key);

        var secret = (await first.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
        again.StatusCode.Should().Be(HttpStatusCode.Created);
        (await again.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").ValueKind.Should().Be(JsonValueKind.Null);
        (await administrator.Http.GetStringAsync($"/api/v1/clients/{name}")).Should().NotContain(secret);
        (await Testing.Ask.One<long>(host.OwnerConnectionString, $"select (select count(*) from platform.idempotency i where i::text like '%{secret}%') + (select count(*) from platform.events e where e::text like '%{secret}%')"))
            .Should().Be(0);
        await grants.Token(new(name, secret));
    }

    [Fact]
    public async Task Two_secrets_are_live_and_a_third_ends_the_oldest()
    {
        var first = await grants.NewClient(["orders.read"]);
        var second = await Rotate(first);
        await grants.Token(first);
        var third = await Rotate(first);

        (await grants.Ask(first)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        await grants.Token(second);
        await grants.Token(third);
    }

    [Fact]
    public async Task A_secret_that_became_known_is_ended_with_all_tokens_at_once()
    {
        var client = await grants.NewClient(["orders.read"]);
        var token = await grants.Token(client);
        (await grants.Get("/api/v1/orders", token)).StatusCode.Should().Be(HttpStatusCode.OK);

        var next = await Rotate(client, endOthers: true);

        (await grants.Get("/api/v1/orders", token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await grants.Ask(client)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await grants.Get("/api/v1/orders", await grants.Token(next))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_disabled_client_is_out_at_once_here_and_within_seconds_on_other_hosts()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var other = await grants.Started(clock);
        var there = new Uri(other.Urls.Single());
        var client = await grants.NewClient(["orders.read"]);
        var token = await grants.Token(client);
        (await grants.Get("/api/v1/orders", token, there)).StatusCode.Should().Be(HttpStatusCode.OK);

        await Post($"/api/v1/clients/{client.Name}:disable");

        (await grants.Get("/api/v1/orders", token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await grants.Ask(client)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        clock.Advance(TimeSpan.FromSeconds(6));
        (await grants.Get("/api/v1/orders", token, there)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        await Post($"/api/v1/clients/{client.Name}:enable");
        (await grants.Get("/api/v1/orders", token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized, "it needs a new token");
        (await grants.Get("/api/v1/orders", await grants.Token(client))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_deleted_client_is_out_and_its_name_is_not_given_again()
    {
        using var administrator = await grants.SignedIn("administrator");
        var client = await grants.NewClient(["orders.read"]);
        var token = await grants.Token(client);

        (await administrator.Http.DeleteAsync($"/api/v1/clients/{client.Name}")).StatusCode.Should().Be(HttpStatusCode.NoContent);

        (await grants.Get("/api/v1/orders", token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await administrator.Http.GetAsync($"/api/v1/clients/{client.Name}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        using var again = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/clients", new { name = client.Name, title = "Again", kind = "system", permissions = new[] { "orders.read" } });
        again.StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task What_is_taken_from_a_client_is_taken_from_its_tokens()
    {
        using var administrator = await grants.SignedIn("administrator");
        var client = await grants.NewClient(["orders.read", "items.read"]);
        var token = await grants.Token(client);
        using var seen = await administrator.Http.GetAsync($"/api/v1/clients/{client.Name}");
        var change = new { title = "Less", permissions = new[] { "items.read" } };

        (await Grants.Send(administrator.Http, HttpMethod.Put, $"/api/v1/clients/{client.Name}", change)).StatusCode.Should().Be(HttpStatusCode.PreconditionRequired);
        (await Grants.Send(administrator.Http, HttpMethod.Put, $"/api/v1/clients/{client.Name}", change, "\"77\"")).StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
        (await Grants.Send(administrator.Http, HttpMethod.Put, $"/api/v1/clients/{client.Name}", change, seen.Headers.ETag!.Tag)).StatusCode.Should().Be(HttpStatusCode.OK);

        (await grants.Get("/api/v1/orders", token)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await grants.Get("/api/v1/items", token)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    public static TheoryData<string> Beyond => [.. Permissions.All.Concat(Permissions.EngineOnly).Where(p => !Permissions.Holds(Roles.Integrator, p))];

    [Theory]
    [MemberData(nameof(Beyond))]
    public async Task No_system_is_given_what_the_role_of_integrators_does_not_hold(string permission)
    {
        using var administrator = await grants.SignedIn("administrator");

        using var answer = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/clients", new { name = Grants.NewName(), title = "Too much", kind = "system", permissions = new[] { permission } });

        answer.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("clients.permission-out-of-bounds");
    }

    [Theory]
    [InlineData("refunds.approve")]
    [InlineData("documents.approve")]
    [InlineData("workflows.approve")]
    [InlineData("tasks.settle")]
    [InlineData("people.write")]
    [InlineData("clients.write")]
    [InlineData("system.jobs")]
    [InlineData("refunds.execute")]
    [InlineData("integration.post")]
    public async Task No_application_is_given_what_is_decided_in_person(string permission)
    {
        using var administrator = await grants.SignedIn("administrator");

        using var answer = await Grants.Send(
            administrator.Http, HttpMethod.Post, "/api/v1/clients",
            new { name = Grants.NewName(), title = "Too much", kind = "app", permissions = new[] { permission }, redirectUris = new[] { "https://app.example.org/back" } });

        answer.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    [Theory]
    [InlineData("""{"name":"a","title":"T","kind":"system","permissions":["orders.read"]}""")]
    [InlineData("""{"name":"Upper-Case","title":"T","kind":"system","permissions":["orders.read"]}""")]
    [InlineData("""{"name":"bad-kind","title":"T","kind":"robot","permissions":["orders.read"]}""")]
    [InlineData("""{"name":"no-permission","title":"T","kind":"system","permissions":[]}""")]
    [InlineData("""{"name":"public-system","title":"T","kind":"system","permissions":["orders.read"],"public":true}""")]
    [InlineData("""{"name":"app-without","title":"T","kind":"app","permissions":["orders.read"]}""")]
    [InlineData("""{"name":"app-http","title":"T","kind":"app","permissions":["orders.read"],"redirectUris":["http://app.example.org/back"]}""")]
    [InlineData("""{"name":"app-fragment","title":"T","kind":"app","permissions":["orders.read"],"redirectUris":["https://app.example.org/#back"]}""")]
    [InlineData("""{"name":"own-secret","title":"T","kind":"system","permissions":["orders.read"],"secret":"mine"}""")]
    public async Task What_makes_no_sense_is_refused(string body)
    {
        using var administrator = await grants.SignedIn("administrator");
        using var answer = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/clients", JsonSerializer.Deserialize<JsonElement>(body));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Each_change_is_a_fact_under_the_administrators_name()
    {
        var client = await grants.NewClient(["orders.read"]);
        await Rotate(client);
        await Post($"/api/v1/clients/{client.Name}:disable");
        await Post($"/api/v1/clients/{client.Name}:disable");

        var facts = await Testing.Ask.All<string>(
            host.OwnerConnectionString,
            $"select e.type || ' ' || e.revision || ' ' || split_part(e.actor, ':', 1) from platform.events e join platform.clients c on e.aggregate = 'client/' || c.id where c.name = '{client.Name}' order by e.revision");
        facts.Should().Equal("platform.client-created.v1 1 person", "platform.client-secret-rotated.v1 2 person", "platform.client-disabled.v1 3 person");
    }

    private async Task<TestClient> Rotate(TestClient client, bool endOthers = false) =>
        client with { Secret = (await Post($"/api/v1/clients/{client.Name}:rotate-secret", new { endOthers })).GetProperty("secret").GetString()! };

    private async Task<JsonElement> Post(string path, object? body = null)
    {
        using var administrator = await grants.SignedIn("administrator");
        using var answer = await Grants.Send(administrator.Http, HttpMethod.Post, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
