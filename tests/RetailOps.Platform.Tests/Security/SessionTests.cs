using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;

using RetailOps.Host;

using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace RetailOps.Platform.Tests;

/// <summary>How sessions begin and end, what their cookies are called, and what is written down of who was denied.</summary>
[Collection(nameof(HostCollection))]
public sealed class SessionTests(HostFixture host)
{
    private readonly Grants grants = new(host);

    [Fact]
    public async Task Outside_demo_cookies_are_for_this_host_over_https_only()
    {
        await using var production = await grants.Started(settings: host.Settings with { Environment = HostSettings.Production, TrustsThisMachine = false });
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(production.Urls.Single()) };
        http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var page = await http.GetAsync("/sign-in");
        var form = page.Headers.GetValues("Set-Cookie").Single();
        var person = host.People.Single(p => p.Name == "planner");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["__RequestVerificationToken"] = Browser.TokenIn(await page.Content.ReadAsStringAsync()),
                ["name"] = person.Name,
                ["password"] = person.Password,
            }),
        };
        request.Headers.Add("Cookie", form.Split(';')[0]);

        using var answer = await http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.Redirect);
        var session = answer.Headers.GetValues("Set-Cookie").Single();
        session.Should().StartWith("__Host-retailops=").And.Contain("; path=/;").And.Contain("; secure").And.Contain("; httponly").And.NotContain("domain=");
        form.Should().StartWith("__Host-retailops-form=").And.Contain("; path=/;").And.Contain("; secure").And.Contain("; samesite=strict").And.NotContain("domain=");
    }

    [Fact]
    public async Task A_session_ends_twelve_hours_after_its_sign_in_however_much_it_is_used()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var later = await Started(clock);
        using var browser = await grants.SignedIn("operator", Address(later));

        for (var hours = 0; hours < 11; hours++)
        {
            clock.Advance(TimeSpan.FromHours(1));
            (await browser.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.OK, "it was used an hour ago");
        }

        clock.Advance(TimeSpan.FromHours(1));
        (await browser.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sign_in_over_a_session_and_a_password_given_again_end_the_session_of_before(bool again)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var later = await Started(clock);
        using var browser = await grants.SignedIn("operator", Address(later));
        var kept = browser.Cookies;
        var password = host.People.Single(p => p.Name == "operator").Password;

        (again ? await browser.SignInAgain(password, "/") : await browser.SignIn("operator", password)).StatusCode.Should().Be(HttpStatusCode.Redirect);
        clock.Advance(TimeSpan.FromSeconds(61));

        using var thief = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = Address(later) };
        thief.DefaultRequestHeaders.Add("Cookie", kept);
        (await thief.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await browser.Http.GetAsync("/api/v1/exceptions")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_signs_out_leaves_nothing_in_the_browser()
    {
        using var browser = await grants.SignedIn("operator");

        using var answer = await browser.SignOutAnswer();

        answer.Headers.GetValues("Clear-Site-Data").Should().Equal("\"cache\", \"storage\"");
    }

    [Fact]
    public async Task Who_was_denied_what_is_written_down_and_storms_once_a_minute()
    {
        var lines = new Lines();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var log = new LoggerConfiguration().MinimumLevel.Warning().WriteTo.Sink(lines).CreateLogger();
        await using var told = HostComposition.Build([], host.Settings with { TrustsThisMachine = false, Limits = new() { Read = new(0.1, 2, 10), Pause = TimeSpan.Zero } }, host.ConnectionString, log, clock);
        await told.StartAsync();
        using var leader = await grants.SignedIn("leader", Address(told));

        (await leader.Http.GetAsync("/api/v1/people")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        for (var i = 0; i < 2; i++)
        {
            using var forged = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Headers = { { "Sec-Fetch-Site", "cross-site" } } };
            (await leader.Http.SendAsync(forged)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        }

        while ((await leader.Http.GetAsync("/api/v1/people")).StatusCode != HttpStatusCode.TooManyRequests)
        {
        }

        (await leader.Http.GetAsync("/api/v1/people")).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);

        lines.Of(6321).Should().NotBeEmpty().And.OnlyContain(l => l.Contains("people.read", StringComparison.Ordinal) && l.Contains("ListPeople", StringComparison.Ordinal) && l.Contains("person:", StringComparison.Ordinal));
        lines.Of(6322).Should().ContainSingle().Which.Should().Contain("/api/v1/orders");
        lines.Of(6323).Should().ContainSingle().Which.Should().Contain("person:");
    }

    private static Uri Address(WebApplication app) => new(app.Urls.Single());

    private Task<WebApplication> Started(TimeProvider clock) => grants.Started(clock, host.Settings with { TrustsThisMachine = false });

    private sealed class Lines : ILogEventSink
    {
        private readonly List<(int Id, string Text)> all = [];

        public IReadOnlyList<string> Of(int id)
        {
            lock (all)
            {
                return [.. all.Where(l => l.Id == id).Select(l => l.Text)];
            }
        }

        public void Emit(LogEvent logEvent)
        {
            var id = logEvent.Properties.TryGetValue("EventId", out var value) && value is StructureValue parts && parts.Properties.FirstOrDefault(p => p.Name == "Id")?.Value is ScalarValue { Value: int number } ? number : 0;
            lock (all)
            {
                all.Add((id, logEvent.RenderMessage(null)));
            }
        }
    }
}
