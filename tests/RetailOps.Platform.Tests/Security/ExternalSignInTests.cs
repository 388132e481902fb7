using System.Net;

using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

using RetailOps.Host;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>People from another OpenID Connect provider, which here is a second host of ours with a database of its own.</summary>
public sealed class ExternalSignInTests(HostFixture provider) : IClassFixture<HostFixture>, IAsyncLifetime
{
    private readonly Grants grants = new(provider);
    private TestDatabase database = null!;

    // Cookies know hosts and no ports: the two must not be called alike.
    private Uri Provider => new($"http://localhost:{provider.Address.Port}/");

    public async Task InitializeAsync() => database = await TestDatabase.CreateAsync();

    public Task DisposeAsync() => database.DisposeAsync().AsTask();

    [Fact]
    public async Task Somebody_of_the_provider_is_here_what_the_groups_say_there()
    {
        await using var here = await Here("operator=operator,finance=finance");
        using var browser = new Browser(new Uri(here.Urls.Single()));

        using var back = await SignIn(browser, "operator");

        back.StatusCode.Should().Be(HttpStatusCode.Redirect, await back.Content.ReadAsStringAsync());
        back.Headers.Location!.OriginalString.Should().Be("/designer");
        (await browser.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await browser.Http.GetAsync("/api/v1/people")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await Ask.All<string>(database.OwnerConnectionString, "select p.name || ' ' || array_to_string(p.roles, '+') from platform.people p where p.external is not null")).Should().Equal("operator operator");
    }

    [Fact]
    public async Task Who_signs_in_again_is_the_same_account_with_the_roles_of_now()
    {
        using var first = new Browser(await Once("planner=planner", "planner"));
        using var second = new Browser(await Once("planner=store", "planner"));

        (await Ask.All<string>(database.OwnerConnectionString, "select array_to_string(p.roles, '+') || ' ' || p.revision from platform.people p where p.external is not null")).Should().Equal("store 2");
    }

    [Fact]
    public async Task Who_is_nothing_here_does_not_get_in()
    {
        await using var here = await Here("finance=finance");
        using var browser = new Browser(new Uri(here.Urls.Single()));

        using var back = await SignIn(browser, "leader");

        back.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await browser.Http.GetAsync("/api/v1/orders")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await Ask.One<long>(database.OwnerConnectionString, "select count(*) from platform.people")).Should().Be(0);
    }

    [Fact]
    public async Task Nobody_is_led_to_the_provider_by_another_sites_page()
    {
        await using var here = await Here("operator=operator");
        using var browser = new Browser(new Uri(here.Urls.Single()));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in/with") { Headers = { { "Sec-Fetch-Site", "cross-site" } } };

        using var answer = await browser.Http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        answer.Headers.Location.Should().BeNull();
    }

    [Fact]
    public async Task A_provider_that_calls_itself_otherwise_than_it_is_set_up_is_not_believed()
    {
        await using var other = await grants.Started(settings: provider.Settings with { TrustsThisMachine = false, Issuer = "http://elsewhere.example/" });
        var at = new Uri($"http://localhost:{new Uri(other.Urls.Single()).Port}/");
        await using var here = await Here("operator=operator", at);
        using var browser = new Browser(new Uri(here.Urls.Single()));

        using var back = await SignIn(browser, "operator", at);

        back.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await Ask.One<long>(database.OwnerConnectionString, "select count(*) from platform.people")).Should().Be(0);
    }

    [Fact]
    public async Task How_fresh_a_sign_in_is_says_the_provider_and_it_is_asked_for_another_one()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(10));
        await using var earlier = await grants.Started(clock, provider.Settings with { TrustsThisMachine = false });
        var at = new Uri($"http://localhost:{new Uri(earlier.Urls.Single()).Port}/");
        await using var here = await Here("operator=operator", at);
        using var browser = new Browser(new Uri(here.Urls.Single()));
        using var there = new Browser(at);
        (await there.SignIn("operator", Password("operator"))).Dispose();
        clock.Advance(TimeSpan.FromMinutes(10));

        (await ComeBack(browser, there, "/sign-in/with")).Dispose();
        var old = SignedInAt(here, browser);
        var page = await browser.Http.GetStringAsync("/sign-in/again?returnTo=%2Fdesigner");
        using var asked = await browser.Http.GetAsync("/sign-in/with?again=true&returnTo=%2Fdesigner");
        using var sent = await there.Http.GetAsync(asked.Headers.Location);
        sent.Headers.Location!.OriginalString.Should().StartWith("/sign-in/again?returnTo=");
        (await there.SignInAgain(Password("operator"), "/")).Dispose();
        using var allowed = await there.Http.GetAsync(asked.Headers.Location);
        using var back = await browser.Http.GetAsync(allowed.Headers.Location);

        old.Should().BeBefore(TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(9), "the person came back without being asked for anything");
        page.Should().Contain("/sign-in/with?again=true").And.NotContain("type=\"password\"");
        asked.Headers.Location!.Query.Should().Contain("max_age=60");
        back.Headers.Location!.OriginalString.Should().Be("/designer", await back.Content.ReadAsStringAsync());
        SignedInAt(here, browser).Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task An_account_of_the_provider_gets_no_password_here_and_no_tries_at_one_lock_it()
    {
        await using var here = await Here("operator=operator,administrator=administrator");
        using var operators = new Browser(new Uri(here.Urls.Single()));
        using var administrator = new Browser(new Uri(here.Urls.Single()));
        (await SignIn(operators, "operator")).Dispose();
        (await SignIn(administrator, "administrator")).Dispose();
        var id = await Ask.One<Guid>(database.OwnerConnectionString, "select p.id from platform.people p where p.name = 'operator'");

        using var reset = await Grants.Send(administrator.Http, HttpMethod.Post, $"/api/v1/people/{id}:reset-password");
        using var guesser = new Browser(new Uri(here.Urls.Single()));
        for (var i = 0; i < 6; i++)
        {
            (await guesser.SignIn("operator", "any password at all")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        }

        reset.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await reset.Content.ReadAsStringAsync()).Should().Contain("people.external-account");
        (await Ask.One<bool>(database.OwnerConnectionString, "select p.failed_sign_ins = 0 and p.lockout_end is null and p.password_hash is null from platform.people p where p.name = 'operator'")).Should().BeTrue();
    }

    [Fact]
    public async Task Without_a_provider_nobody_is_sent_anywhere()
    {
        using var browser = provider.Open();

        (await browser.Http.GetAsync("/sign-in/with")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await browser.Http.GetStringAsync("/sign-in")).Should().NotContain("/sign-in/with");
    }

    private async Task<Uri> Once(string roles, string name)
    {
        await using var here = await Here(roles);
        var address = new Uri(here.Urls.Single());
        using var browser = new Browser(address);
        (await SignIn(browser, name)).StatusCode.Should().Be(HttpStatusCode.Redirect);
        return address;
    }

    private async Task<Microsoft.AspNetCore.Builder.WebApplication> Here(string roles, Uri? at = null)
    {
        var made = await grants.Make(new
        {
            name = Grants.NewName(),
            title = "The other system",
            kind = "app",
            @public = true,
            permissions = new[] { "orders.read" },
            redirectUris = new[] { "http://127.0.0.1/sign-in/external" },
        });
        var settings = new Dictionary<string, string>
        {
            ["RETAILOPS_OIDC_AUTHORITY"] = (at ?? Provider).ToString(),
            ["RETAILOPS_OIDC_CLIENT"] = made.GetProperty("client").GetProperty("name").GetString()!,
            ["RETAILOPS_OIDC_ROLES"] = roles,
        };
        var app = HostComposition.Build(
            [], HostSettings.Read(HostSettings.Test, settings.GetValueOrDefault) with { Urls = "http://127.0.0.1:0", DataFolder = provider.Settings.DataFolder, RunsJobs = false, TrustsThisMachine = false },
            database.AppConnectionString);
        await app.StartAsync();
        return app;
    }

    /// <summary>As a browser goes: here, to the provider, through its sign-in, and back.</summary>
    private async Task<HttpResponseMessage> SignIn(Browser browser, string name, Uri? at = null)
    {
        (await browser.Http.GetStringAsync("/sign-in")).Should().Contain("/sign-in/with");
        using var there = new Browser(at ?? Provider);
        (await there.SignIn(name, Password(name))).Dispose();
        return await ComeBack(browser, there, "/sign-in/with?returnTo=%2Fdesigner");
    }

    private static async Task<HttpResponseMessage> ComeBack(Browser browser, Browser there, string path)
    {
        using var away = await browser.Http.GetAsync(path);
        away.StatusCode.Should().Be(HttpStatusCode.Redirect, await away.Content.ReadAsStringAsync());
        using var allowed = await there.Http.GetAsync(away.Headers.Location);
        allowed.StatusCode.Should().Be(HttpStatusCode.Redirect, await allowed.Content.ReadAsStringAsync());
        return await browser.Http.GetAsync(allowed.Headers.Location);
    }

    private string Password(string name) => provider.People.Single(p => p.Name == name).Password;

    /// <summary>What the cookie says, as the host reads it.</summary>
    private static DateTimeOffset? SignedInAt(Microsoft.AspNetCore.Builder.WebApplication here, Browser browser)
    {
        var cookie = browser.Cookies.Split("; ").Single(c => c.StartsWith("retailops=", StringComparison.Ordinal))["retailops=".Length..];
        var format = here.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(IdentityConstants.ApplicationScheme).TicketDataFormat;
        return Sessions.SignedInAt(format.Unprotect(cookie)!.Principal);
    }
}
