using System.Net;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>Who asks for more than his share hears so, and nobody else does.</summary>
[Collection(nameof(ProbeCollection))]
public sealed class TrafficTests(ProbeHost probe)
{
    // Nothing comes back in an hour: what is counted is what was sent.
    private static readonly TrafficLimits Small = new()
    {
        Read = new(1 / 3600.0, 3, 50),
        Write = new(1 / 3600.0, 2, 50),
        SignIn = new(1 / 3600.0, 2, 50),
        Pause = TimeSpan.Zero,
    };

    [Fact]
    public async Task Beyond_the_bucket_it_is_429_with_the_time_to_wait()
    {
        await using var host = probe.With(Small);
        using var http = await Open(host);

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 4; i++)
        {
            answers.Add(await http.GetAsync("/api/v1/probes"));
        }

        answers.Select(a => (int)a.StatusCode).Should().Equal(200, 200, 200, 429);
        answers.Select(a => a.Headers.GetValues("RateLimit").Single().Split(';')[1]).Should().Equal("r=2", "r=1", "r=0", "r=0");
        answers[0].Headers.GetValues("RateLimit-Policy").Single().Should().Be("\"read\";q=3;w=10800, \"read-at-once\";q=50;qu=\"concurrent-requests\"");
        answers[3].Headers.RetryAfter!.Delta.Should().BeGreaterThan(TimeSpan.Zero);
        JsonElement.Parse(await answers[3].Content.ReadAsStringAsync()).GetProperty("code").GetString().Should().Be("request.throttled");
    }

    [Fact]
    public async Task A_large_page_counts_as_many_of_the_usual_size()
    {
        await using var host = probe.With(Small with { Read = new(1 / 3600.0, 30, 50) });
        using var http = await Open(host);

        var left = new List<string>();
        foreach (var query in new[] { "", "?limit=50", "?limit=51", "?limit=500", "?limit=100000" })
        {
            left.Add((await http.GetAsync("/api/v1/probes" + query)).Headers.GetValues("RateLimit").Single().Split(';')[1]);
        }

        left.Should().Equal("r=29", "r=28", "r=26", "r=16", "r=6");
    }

    [Fact]
    public async Task Reading_and_writing_are_counted_apart_and_an_error_counts_too()
    {
        await using var host = probe.With(Small);
        using var http = await Open(host);
        using var broken = new StringContent("{", System.Text.Encoding.UTF8, "application/json");

        var first = await http.PostAsync("/api/v1/probes", broken);
        var second = await http.PostAsync("/api/v1/probes", broken);
        var third = await http.PostAsync("/api/v1/probes", broken);
        var read = await http.GetAsync("/api/v1/probes");

        new[] { first, second, third, read }.Select(a => (int)a.StatusCode).Should().Equal(400, 400, 429, 200);
        first.Headers.GetValues("RateLimit").Single().Should().StartWith("\"write\";r=1;");
    }

    [Fact]
    public async Task One_client_at_its_limit_takes_nothing_from_another()
    {
        await using var host = probe.With(Small);
        using var http = await Open(host);
        for (var i = 0; i < 5; i++)
        {
            await http.GetAsync("/api/v1/probes");
        }

        // Behind a proxy that nobody trusts the Demo's command line is a stranger with an address.
        using var other = new HttpRequestMessage(HttpMethod.Get, "/api/v1/probes") { Headers = { { "X-Forwarded-For", "192.0.2.7" } } };

        (await http.GetAsync("/api/v1/probes")).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await http.SendAsync(other)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Passwords_and_secrets_are_counted_by_address_before_anybody_looks_at_them()
    {
        await using var host = probe.With(Small);
        using var http = await Open(host);
        var statuses = new List<int>();
        foreach (var path in new[] { "/sign-in", "/connect/token", "/sign-in" })
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["name"] = "nobody", ["password"] = "wrong" });
            statuses.Add((int)(await http.PostAsync(path, form)).StatusCode);
        }

        statuses[2].Should().Be(429);
        statuses.Take(2).Should().NotContain(429);
    }

    [Fact]
    public async Task So_many_at_once_work_some_more_wait_and_the_next_is_told_to_come_again()
    {
        await using var host = probe.With(Small with { Read = new(1000, 1000, 2) });
        var release = new TaskCompletionSource();
        var inside = 0;
        host.MapGet("/slow", async () =>
        {
            Interlocked.Increment(ref inside);
            await release.Task;
        }).WithMetadata(new TrafficKind(TrafficClass.Read));
        using var http = await Open(host);

        var all = Enumerable.Range(0, 2 + TrafficLimit.Waiting + 1).Select(_ => http.GetAsync("/slow")).ToList();
        var refused = await await Task.WhenAny(all);
        var most = Volatile.Read(ref inside);
        release.SetResult();
        var statuses = (await Task.WhenAll(all)).Select(a => (int)a.StatusCode).ToList();

        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        most.Should().BeLessThanOrEqualTo(2);
        statuses.Count(s => s == 200).Should().Be(2 + TrafficLimit.Waiting);
    }

    [Fact]
    public async Task New_work_is_turned_away_while_the_house_is_behind_and_everything_else_goes_on()
    {
        var late = TimeSpan.FromSeconds(61);
        await using var host = probe.With(new(), s => s.AddSingleton(new PressureGauge("The engine", _ => Task.FromResult(late))));
        using var http = await Open(host);
        var pressure = host.Services.GetRequiredService<Pressure>();
        await pressure.Look(CancellationToken.None);

        using var work = Keyed();
        using var refused = await http.SendAsync(work);
        using var plain = new StringContent("""{"text":"x"}""", System.Text.Encoding.UTF8, "application/json");
        using var other = await http.PostAsync("/api/v1/probes", plain);
        late = TimeSpan.FromSeconds(3);
        await pressure.Look(CancellationToken.None);
        using var again = Keyed();
        using var taken = await http.SendAsync(again);

        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.Should().NotBeNull();
        (await refused.Content.ReadAsStringAsync()).Should().Contain("system.behind").And.Contain("The engine is 61 seconds behind.");
        other.StatusCode.Should().Be(HttpStatusCode.Created);
        taken.StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_given_up()
    {
        await using var host = probe.With(new() { MostPatience = TimeSpan.FromMilliseconds(100) });
        var ended = new TaskCompletionSource();
        host.MapGet("/endless", async (HttpContext http) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            }
            finally
            {
                ended.SetResult();
            }
        });
        using var http = await Open(host);

        using var answer = await http.GetAsync("/endless");

        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.Should().NotBeNull();
        JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("code").GetString().Should().Be("system.too-slow");
        await ended.Task;
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_behind()
    {
        using var pressure = new Pressure(new(), [new("The engine", _ => throw new Npgsql.NpgsqlException("gone", new TimeoutException()))], NullLogger<Pressure>.Instance);

        await pressure.Look(CancellationToken.None);

        pressure.Behind.Should().Be("The database does not answer in time.");
    }

    [Theory]
    [InlineData("read=5/10/2,behind=0", "client:shop=4", null)]
    [InlineData("", "", null)]
    [InlineData("read=5/10", "", "sets no limits")]
    [InlineData("speed=5/10/2", "", "sets no limits")]
    [InlineData("read=0/10/2", "", "sets no limits")]
    [InlineData("", "client:shop", "sets no limits")]
    public void Settings_are_read_or_refused_in_one_line(string limits, string weights, string? problem)
    {
        var read = () => new TrafficLimits().With(limits, weights);

        if (problem is not null)
        {
            read.Should().Throw<SetupException>().Which.Message.Should().Contain(problem).And.NotContain("\n");
            return;
        }

        var got = read();
        got.Read.Should().Be(limits.Length > 0 ? new TrafficLimit(5, 10, 2) : new TrafficLimits().Read);
        got.Write.Should().Be(new TrafficLimits().Write);
        got.Of("client:shop", false, TrafficClass.Read).Burst.Should().Be(weights.Length > 0 ? 40 : new TrafficLimits().Read.Burst);
    }

    [Fact]
    public async Task A_deprecated_operation_says_so_and_until_when_and_is_gone_then()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
        await using var host = probe.With(new(), clock: clock);
        var (since, sunset) = (new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero));
        host.MapGet("/old-probes", () => "still here").WithMetadata(new ApiOperation()).IsDeprecated(since, sunset, "/docs/versions");
        using var http = await Open(host);

        using var before = await http.GetAsync("/old-probes");
        clock.SetUtcNow(sunset);
        using var after = await http.GetAsync("/old-probes");

        before.StatusCode.Should().Be(HttpStatusCode.OK);
        after.StatusCode.Should().Be(HttpStatusCode.Gone);
        foreach (var answer in new[] { before, after })
        {
            // 1767225600 is that instant; RFC 9745 has it as a date of structured fields, RFC 8594 as an HTTP date.
            answer.Headers.GetValues("Deprecation").Single().Should().Be("@1767225600");
            answer.Headers.GetValues("Sunset").Single().Should().Be("Wed, 01 Jul 2026 00:00:00 GMT");
            answer.Headers.GetValues("Link").Should().BeEquivalentTo("</docs/versions>; rel=\"deprecation\"; type=\"text/html\"", "</docs/versions>; rel=\"sunset\"; type=\"text/html\"");
        }

        JsonElement.Parse(await after.Content.ReadAsStringAsync()).GetProperty("code").GetString().Should().Be("request.gone");
    }

    private static HttpRequestMessage Keyed() => new(HttpMethod.Post, "/api/v1/keyed-probes")
    {
        Content = new StringContent("""{"text":"x"}""", System.Text.Encoding.UTF8, "application/json"),
        Headers = { { "Idempotency-Key", Guid.NewGuid().ToString() } },
    };

    private static async Task<HttpClient> Open(WebApplication host)
    {
        await host.StartAsync();
        return new() { BaseAddress = new Uri(host.Urls.Single()) };
    }
}
