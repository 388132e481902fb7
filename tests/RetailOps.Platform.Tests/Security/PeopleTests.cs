using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.Extensions.Time.Testing;

using RetailOps.Host;

namespace RetailOps.Platform.Tests;

/// <summary>What administrators do with accounts, and what they cannot.</summary>
[Collection(nameof(HostCollection))]
public sealed class PeopleTests(HostFixture host)
{
    private readonly Grants grants = new(host);

    [Fact]
    public async Task A_new_person_signs_in_with_the_password_of_the_answer_and_may_what_the_roles_say()
    {
        var (id, name, password) = await NewPerson("operator");
        using var browser = host.Open();
        (await browser.SignInFirst(name, password)).StatusCode.Should().Be(HttpStatusCode.Redirect);

        (await browser.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await browser.Http.GetAsync("/api/v1/people")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await browser.Http.GetAsync($"/api/v1/people/{id}")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Nobody_changes_the_own_roles_lock_or_password()
    {
        using var administrator = await grants.SignedIn("administrator");
        var mine = (await administrator.Http.GetFromJsonAsync<JsonElement>("/api/v1/people?limit=500")).GetProperty("items").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "administrator");
        var path = $"/api/v1/people/{mine.GetProperty("id").GetString()}";

        foreach (var answer in new[]
        {
            await Grants.Send(administrator.Http, HttpMethod.Put, path, new { roles = new[] { "administrator", "operator" } }, $"\"{mine.GetProperty("revision").GetInt32()}\""),
            await Grants.Send(administrator.Http, HttpMethod.Post, path + ":lock"),
            await Grants.Send(administrator.Http, HttpMethod.Post, path + ":unlock"),
            await Grants.Send(administrator.Http, HttpMethod.Post, path + ":reset-password"),
        })
        {
            answer.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("people.own-account");
        }
    }

    [Theory]
    [InlineData("finance")]
    [InlineData("publisher")]
    public async Task Who_gives_roles_decides_nothing_that_needs_two(string approving)
    {
        using var administrator = await grants.SignedIn("administrator");

        using var answer = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/people", new { name = NewName(), roles = new[] { "administrator", approving } });

        answer.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("people.administrator-approves");
    }

    [Theory]
    [InlineData("""{"name":"with space","roles":["operator"]}""")]
    [InlineData("""{"name":"","roles":["operator"]}""")]
    [InlineData("""{"name":"some-king","roles":["king"]}""")]
    [InlineData("""{"name":"some-system","roles":["integrator"]}""")]
    [InlineData("""{"name":"twice","roles":["operator","operator"]}""")]
    [InlineData("""{"name":"own-password","roles":["operator"],"password":"mine"}""")]
    public async Task What_makes_no_sense_is_refused(string body)
    {
        using var administrator = await grants.SignedIn("administrator");
        using var answer = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/people", JsonSerializer.Deserialize<JsonElement>(body));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task New_roles_end_the_sessions_of_before_within_a_minute()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var later = await grants.Started(clock, host.Settings with { TrustsThisMachine = false });
        var (id, name, password) = await NewPerson("operator");
        using var browser = new Browser(new Uri(later.Urls.Single()));
        (await browser.SignInFirst(name, password)).Dispose();
        (await browser.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.OK);

        using var administrator = await grants.SignedIn("administrator");
        (await Grants.Send(administrator.Http, HttpMethod.Put, $"/api/v1/people/{id}", new { roles = new[] { "leader" } }, "\"1\"")).StatusCode.Should().Be(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromSeconds(61));

        (await browser.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await browser.SignIn(name, Browser.Chosen(name))).Dispose();
        (await browser.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_locked_person_does_not_get_in_until_unlocked()
    {
        var (id, name, password) = await NewPerson("operator");
        using var administrator = await grants.SignedIn("administrator");
        using var browser = host.Open();

        (await Grants.Send(administrator.Http, HttpMethod.Post, $"/api/v1/people/{id}:lock")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await browser.SignIn(name, password)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await Grants.Send(administrator.Http, HttpMethod.Post, $"/api/v1/people/{id}:unlock")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await browser.SignIn(name, password)).StatusCode.Should().Be(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Another_password_is_shown_once_and_the_old_one_opens_nothing()
    {
        var (id, name, old) = await NewPerson("operator");
        using var administrator = await grants.SignedIn("administrator");
        var key = Guid.NewGuid().ToString();
        using var first = await Grants.Send(administrator.Http, HttpMethod.Post, $"/api/v1/people/{id}:reset-password", key: key);
        using var again = await Grants.Send(administrator.Http, HttpMethod.Post, $"/api/v1/people/{id}:reset-password", key: key);
        var password = (await first.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("password").GetString()!;
        using var browser = host.Open();

        (await again.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("password").ValueKind.Should().Be(JsonValueKind.Null);
        (await browser.SignIn(name, old)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await browser.SignIn(name, password)).StatusCode.Should().Be(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_name_is_one_persons_whatever_its_case()
    {
        var (_, name, _) = await NewPerson("operator");
        using var administrator = await grants.SignedIn("administrator");

        using var answer = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/people", new { name = name.ToUpperInvariant(), roles = new[] { "leader" } });

        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    internal static string NewName() => $"p{Guid.NewGuid():N}";

    private async Task<(string Id, string Name, string Password)> NewPerson(params string[] roles)
    {
        using var administrator = await grants.SignedIn("administrator");
        var name = NewName();
        using var answer = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/people", new { name, roles });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.Created, body.GetRawText());
        return (body.GetProperty("person").GetProperty("id").GetString()!, name, body.GetProperty("password").GetString()!);
    }
}
