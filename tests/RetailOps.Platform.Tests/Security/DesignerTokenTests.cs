using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;

using RetailOps.Host;

using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace RetailOps.Platform.Tests;

[Collection(nameof(HostCollection))]
public sealed class DesignerTokenTests(HostFixture host)
{
    private const string Operation = "/elsa/api/package/version";

    [Fact]
    public async Task The_token_of_a_page_opens_the_designers_operations_beside_the_cookie_of_its_session()
    {
        using var analyst = await SignedIn("analyst");

        (await Call(analyst, await TokenOf(analyst))).Should().Be((HttpStatusCode.OK, null));
    }

    [Fact]
    public async Task The_cookie_alone_does_not()
    {
        using var analyst = await SignedIn("analyst");

        (await Call(analyst, null)).Should().Be((HttpStatusCode.Unauthorized, "security.designer-token"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("CfDJ8AAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Neither_does_what_we_never_gave_out(string token)
    {
        using var analyst = await SignedIn("analyst");

        (await Call(analyst, token)).Should().Be((HttpStatusCode.Unauthorized, "security.designer-token"));
    }

    [Theory]
    [InlineData("publisher")]
    [InlineData("analyst")]
    public async Task Neither_does_the_token_of_another_session_whosever_it_is(string other)
    {
        using var analyst = await SignedIn("analyst");
        using var another = await SignedIn(other);

        (await Call(analyst, await TokenOf(another))).Should().Be((HttpStatusCode.Unauthorized, "security.designer-token"));
    }

    [Fact]
    public async Task A_token_without_its_cookie_opens_nothing_not_even_from_this_machine()
    {
        using var analyst = await SignedIn("analyst");
        using var stranger = host.Open();

        (await Call(stranger, await TokenOf(analyst))).Should().Be((HttpStatusCode.Unauthorized, "security.designer-token"));
    }

    [Fact]
    public async Task The_demos_command_line_needs_none()
    {
        using var commandLine = host.Open();

        (await Call(commandLine, null)).Should().Be((HttpStatusCode.OK, null));
    }

    [Fact]
    public async Task A_token_is_no_credential_for_anything_else()
    {
        using var analyst = await SignedIn("analyst");
        var token = await TokenOf(analyst);
        await using var production = HostComposition.Build([], host.Settings with { Environment = HostSettings.Production }, host.ConnectionString);
        await production.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(production.Urls.Single()) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);

        foreach (var path in (string[])["/api/v1/orders", Operation])
        {
            using var answer = await http.GetAsync(path);

            answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized, path);
        }
    }

    [Fact]
    public async Task Signing_out_ends_the_token_on_every_host_though_somebody_kept_the_cookie()
    {
        using var analyst = await SignedIn("analyst");
        var token = await TokenOf(analyst);
        var kept = analyst.Cookies;
        await using var other = HostComposition.Build([], host.Settings, host.ConnectionString);
        await other.StartAsync();
        using var thief = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri(other.Urls.Single()) };
        thief.DefaultRequestHeaders.Add("Cookie", kept);
        thief.DefaultRequestHeaders.Authorization = new("Bearer", token);
        (await thief.GetAsync(Operation)).StatusCode.Should().Be(HttpStatusCode.OK, "the session lives, and hosts share what they know of it");

        await analyst.SignOut();

        (await thief.GetAsync(Operation)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await thief.GetAsync("/designer/session")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_kept_cookie_of_an_ended_session_opens_no_page_after_a_minute()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var later = await Started(clock);
        using var analyst = await SignedIn("analyst", later);
        var kept = analyst.Cookies;
        await analyst.SignOut();
        using var thief = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(later.Urls.Single()) };
        thief.DefaultRequestHeaders.Add("Cookie", kept);

        clock.Advance(TimeSpan.FromSeconds(61));

        using var page = await thief.GetAsync("/designer");
        page.Headers.Location?.OriginalString.Should().StartWith("/sign-in");
    }

    [Fact]
    public async Task Being_asked_by_a_page_keeps_no_session_alive_and_being_used_does_with_the_same_token()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var later = await Started(clock);
        using var analyst = await SignedIn("analyst", later);
        var token = await TokenOf(analyst);

        clock.Advance(TimeSpan.FromMinutes(477));
        (await Session(analyst)).GetProperty("secondsLeft").GetInt64().Should().BeInRange(170, 180);
        clock.Advance(TimeSpan.FromMinutes(1));
        (await Session(analyst)).GetProperty("secondsLeft").GetInt64().Should().BeInRange(110, 120);

        (await analyst.Http.PostAsync("/designer/session", null)).Dispose();
        (await Session(analyst)).GetProperty("secondsLeft").GetInt64().Should().BeInRange(14_400, 14_530, "no session lasts longer than twelve hours");
        (await Call(analyst, token)).Should().Be((HttpStatusCode.OK, null));

        clock.Advance(TimeSpan.FromMinutes(481));
        using var ended = await analyst.Http.GetAsync("/designer/session");
        ended.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_a_web_socket_says_in_its_address_is_in_no_log()
    {
        var lines = new Lines();
        using var log = new LoggerConfiguration().MinimumLevel.Verbose().MinimumLevel.Override("Microsoft", LogEventLevel.Warning).WriteTo.Sink(lines).CreateLogger();
        await using var told = HostComposition.Build([], host.Settings, host.ConnectionString, log);
        await told.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(told.Urls.Single()) };

        (await http.GetAsync("/elsa/hubs/nothing?id=7&access_token=very-secret")).Dispose();

        await told.StopAsync();
        lines.All.Should().Contain(l => l.Contains("/elsa/hubs/nothing", StringComparison.Ordinal)).And.NotContain(l => l.Contains("very-secret", StringComparison.Ordinal));
    }

    private static async Task<(HttpStatusCode Status, string? Code)> Call(Browser browser, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Operation);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var answer = await browser.Http.SendAsync(request);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.StatusCode, body.TryGetProperty("code", out var code) ? code.GetString() : null);
    }

    private static Task<JsonElement> Session(Browser browser) => browser.Http.GetFromJsonAsync<JsonElement>("/designer/session");

    private static async Task<string> TokenOf(Browser browser) => (await Session(browser)).GetProperty("token").GetString()!;

    private async Task<WebApplication> Started(TimeProvider clock)
    {
        var app = HostComposition.Build([], host.Settings, host.ConnectionString, clock: clock);
        await app.StartAsync();
        return app;
    }

    private async Task<Browser> SignedIn(string name, WebApplication? at = null)
    {
        var browser = at is null ? host.Open() : new Browser(new Uri(at.Urls.Single()));
        (await browser.SignIn(name, host.People.Single(p => p.Name == name).Password)).Dispose();
        return browser;
    }

    private sealed class Lines : ILogEventSink
    {
        private readonly List<string> all = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (all)
                {
                    return [.. all];
                }
            }
        }

        public void Emit(LogEvent logEvent)
        {
            lock (all)
            {
                all.Add($"{logEvent.RenderMessage(null)} {string.Join(' ', logEvent.Properties)} {logEvent.Exception}");
            }
        }
    }
}
