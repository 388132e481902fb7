using System.Net;

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

    private async Task<Microsoft.AspNetCore.Builder.WebApplication> Here(string roles)
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
            ["RETAILOPS_OIDC_AUTHORITY"] = Provider.ToString(),
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
    private async Task<HttpResponseMessage> SignIn(Browser browser, string name)
    {
        (await browser.Http.GetStringAsync("/sign-in")).Should().Contain("/sign-in/with");
        using var away = await browser.Http.GetAsync("/sign-in/with?returnTo=%2Fdesigner");
        away.StatusCode.Should().Be(HttpStatusCode.Redirect, await away.Content.ReadAsStringAsync());
        using var there = new Browser(Provider);
        (await there.SignIn(name, provider.People.Single(p => p.Name == name).Password)).Dispose();
        using var allowed = await there.Http.GetAsync(away.Headers.Location);
        allowed.StatusCode.Should().Be(HttpStatusCode.Redirect, await allowed.Content.ReadAsStringAsync());
        return await browser.Http.GetAsync(allowed.Headers.Location);
    }
}
