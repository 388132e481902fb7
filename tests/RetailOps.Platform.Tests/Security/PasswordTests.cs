using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.Extensions.Time.Testing;

using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>People choose their own passwords; those that an administrator has seen open nothing else.</summary>
[Collection(nameof(HostCollection))]
public sealed class PasswordTests(HostFixture host)
{
    private const string Good = "walnut ferry obelisk tundra";

    private readonly Grants grants = new(host);

    [Fact]
    public async Task A_first_password_opens_the_page_to_change_it_and_nothing_else()
    {
        var (_, name, password) = await NewPerson("operator");
        using var browser = host.Open();

        using var sent = await browser.SignIn(name, password, "/designer");
        using var api = await browser.Http.GetAsync("/api/v1/exceptions");
        using var page = await browser.Http.GetAsync("/designer");
        using var changed = await browser.ChangePassword(password, Good);

        sent.Headers.Location!.OriginalString.Should().Be("/account/password?returnTo=%2Fdesigner");
        api.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await api.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be("security.password-must-change");
        page.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        changed.StatusCode.Should().Be(HttpStatusCode.Redirect, await changed.Content.ReadAsStringAsync());
        (await browser.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.OK);
        using var later = await browser.SignIn(name, Good);
        later.Headers.Location!.OriginalString.Should().Be("/");
    }

    [Fact]
    public async Task A_first_password_ends_after_a_week_and_so_does_one_that_was_reset()
    {
        var (id, name, password) = await NewPerson("operator");
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(7) + TimeSpan.FromMinutes(1));
        await using var later = await grants.Started(clock, host.Settings with { TrustsThisMachine = false });
        using var browser = new Browser(new Uri(later.Urls.Single()));

        using var late = await browser.SignIn(name, password);
        using var administrator = await grants.SignedIn("administrator", new Uri(later.Urls.Single()));
        using var reset = await Grants.Send(administrator.Http, HttpMethod.Post, $"/api/v1/people/{id}:reset-password");
        var another = (await reset.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("password").GetString()!;
        using var again = await browser.SignIn(name, another);

        late.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await late.Content.ReadAsStringAsync()).Should().Contain("ask an administrator");
        again.Headers.Location!.OriginalString.Should().StartWith("/account/password");
        clock.Advance(TimeSpan.FromDays(8));
        (await browser.SignIn(name, another)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_change_ends_every_other_session_keeps_this_one_and_is_a_fact()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var later = await grants.Started(clock, host.Settings with { TrustsThisMachine = false });
        var at = new Uri(later.Urls.Single());
        var (id, name, password) = await NewPerson("operator");
        using var mine = new Browser(at);
        using var other = new Browser(at);
        (await mine.SignInFirst(name, password)).Dispose();
        (await other.SignIn(name, Browser.Chosen(name))).Dispose();
        (await other.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.OK);

        (await mine.ChangePassword(Browser.Chosen(name), Good)).StatusCode.Should().Be(HttpStatusCode.Redirect);
        clock.Advance(TimeSpan.FromSeconds(61));

        (await mine.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await other.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await Ask.One<long>(host.ConnectionString, $"select count(*) from platform.events where type = 'platform.password-changed.v1' and key = 'person/{id}'")).Should().Be(2);
    }

    [Fact]
    public async Task Without_the_old_password_nothing_changes_and_five_wrong_ones_lock()
    {
        var (_, name, password) = await NewPerson("operator");
        using var browser = host.Open();
        (await browser.SignInFirst(name, password)).Dispose();

        for (var i = 0; i < 5; i++)
        {
            (await browser.ChangePassword("not the old password", Good)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        }

        (await browser.ChangePassword(Browser.Chosen(name), Good)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Who_is_not_signed_in_or_has_no_token_of_the_page_changes_nothing()
    {
        var (_, name, password) = await NewPerson("operator");
        using var browser = host.Open();
        using var stranger = await browser.Http.GetAsync("/account/password");
        (await browser.SignInFirst(name, password)).Dispose();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["old"] = Browser.Chosen(name), ["password"] = Good, ["repeated"] = Good });

        using var forged = await browser.Http.PostAsync("/account/password", form);

        stranger.Headers.Location!.OriginalString.Should().StartWith("/sign-in?returnTo=");
        forged.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await browser.ChangePassword(Browser.Chosen(name), Good, "walnut ferry obelisk tundrb")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await browser.SignIn(name, Browser.Chosen(name))).StatusCode.Should().Be(HttpStatusCode.Redirect);
    }

    [Theory]
    [InlineData("short passw")]
    [InlineData("the old password of ada")]
    [InlineData("xk Ada.Byron 7q wn zt")]
    [InlineData("my own RetailOps tundra")]
    [InlineData("passwordpassword")]
    [InlineData("qwertyuiop123")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("123456789012")]
    public void What_a_guesser_tries_first_is_no_password(string chosen) => PasswordLaw.Fault("ada.byron", "the old password of ada", chosen).Should().NotBeNull();

    [Theory]
    [InlineData(Good)]
    [InlineData("kq7vn2xw9zrt")]
    [InlineData("Лодка плывёт над тихим лесом")]
    public void Length_is_enough_whichever_characters_it_has(string chosen) => PasswordLaw.Fault("ada.byron", "the old password of ada", chosen).Should().BeNull();

    [Fact]
    public void A_password_has_two_hundred_characters_at_most()
    {
        var long200 = string.Concat(Enumerable.Range(0, 50).Select(i => $"{(i * 7919) % 9973:0000}"));

        PasswordLaw.Fault("ada", "old", long200).Should().BeNull();
        PasswordLaw.Fault("ada", "old", long200 + "1").Should().NotBeNull();
    }

    private async Task<(string Id, string Name, string Password)> NewPerson(params string[] roles)
    {
        using var administrator = await grants.SignedIn("administrator");
        var name = PeopleTests.NewName();
        using var answer = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/people", new { name, roles });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.Created, body.GetRawText());
        return (body.GetProperty("person").GetProperty("id").GetString()!, name, body.GetProperty("password").GetString()!);
    }
}
