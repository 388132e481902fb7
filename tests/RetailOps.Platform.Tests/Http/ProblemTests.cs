using System.Net;
using System.Text.Json;

namespace RetailOps.Platform.Tests;

[Collection(nameof(ProbeCollection))]
public sealed class ProblemTests(ProbeHost host)
{
    [Theory]
    [InlineData("malformed", HttpStatusCode.BadRequest, "probe.malformed")]
    [InlineData("notFound", HttpStatusCode.NotFound, "probe.unknown")]
    [InlineData("conflict", HttpStatusCode.Conflict, "probe.taken")]
    [InlineData("rule", HttpStatusCode.UnprocessableEntity, "probe.rule")]
    [InlineData("stale", HttpStatusCode.PreconditionFailed, "request.stale-revision")]
    public async Task The_kind_of_a_refusal_decides_the_status(string mood, HttpStatusCode status, string code)
    {
        var (answered, problem) = await host.Post($$"""{"text":"x","mood":"{{mood}}"}""");

        answered.Should().Be(status);
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("status").GetInt32().Should().Be((int)status);
        problem.GetProperty("type").GetString().Should().Be("urn:retailops:problem:" + code);
        problem.GetProperty("traceId").GetString().Should().MatchRegex("^[0-9a-f]{32}$");
    }

    [Fact]
    public async Task The_details_of_a_refusal_are_sent_in_the_words_of_the_api()
    {
        var (_, problem) = await host.Post("""{"text":"x","mood":"conflict"}""");

        problem.GetProperty("details").GetRawText().Should().Be("""{"sku":"LAMP-01","missing":2}""");
    }

    [Fact]
    public async Task A_created_thing_says_where_it_is()
    {
        using var body = new StringContent("""{"text":"x"}""", System.Text.Encoding.UTF8, "application/json");

        using var response = await host.Http.PostAsync("/api/v1/probes", body);

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        var id = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("id").GetString();
        response.Headers.Location.Should().Be($"/api/v1/probes/{id}");
    }

    [Theory]
    [InlineData("""{"text":""", "json.syntax", "text")]
    [InlineData("""{"text":"x","colour":"red"}""", "json.unknown-member", "colour")]
    [InlineData("""{"text":"x","Number":2}""", "json.unknown-member", "Number")]
    [InlineData("""{"text":"x","text":"y"}""", "json.duplicate-member", "text")]
    [InlineData("""{"text":"x","number":"2"}""", "json.wrong-type", "number")]
    [InlineData("""{"text":"x","number":2.5}""", "json.wrong-type", "number")]
    [InlineData("""{"text":"x","mood":"sulky"}""", "json.wrong-type", "mood")]
    [InlineData("""{"text":"x","mood":1}""", "json.wrong-type", "mood")]
    [InlineData("""{"text":null}""", "json.wrong-type", "text")]
    [InlineData("""{"number":2}""", "json.missing-member", "text")]
    [InlineData("""{"text":"x","lines":[{"sku":"A","quantity":1},{"sku":"A"}]}""", "json.missing-member", "lines[1].quantity")]
    [InlineData("""{"text":"x","lines":[{"sku":"A","quantity":1},{"sku":"A","quantity":"?"}]}""", "json.wrong-type", "lines[1].quantity")]
    [InlineData("""{"text":"x","price":{"amount":"1.005","currency":"GBP"}}""", "json.value", "price")]
    public async Task What_cannot_be_read_is_refused_with_its_place(string body, string code, string field)
    {
        var (status, problem) = await host.Post(body);

        status.Should().Be(HttpStatusCode.BadRequest);
        problem.GetProperty("code").GetString().Should().Be("request.malformed");
        var fault = problem.GetProperty("errors").EnumerateArray().Should().ContainSingle().Subject;
        fault.GetProperty("code").GetString().Should().Be(code);
        fault.GetProperty("field").GetString().Should().Be(field);
        problem.GetRawText().Should().NotContain("RetailOps.").And.NotContain("System.");
    }

    [Theory]
    [InlineData("""{"text":7}""", "Expected a text.")]
    [InlineData("""{"text":null}""", "Expected a text.")]
    [InlineData("""{"text":"x","number":"2"}""", "Expected a whole number from -2147483648 to 2147483647.")]
    [InlineData("""{"text":"x","number":99999999999}""", "Expected a whole number from -2147483648 to 2147483647.")]
    [InlineData("""{"text":"x","mood":"sulky"}""", "Expected one of *conflict*, *.")]
    [InlineData("""{"text":"x","lines":{}}""", "Expected a list.")]
    [InlineData("""{"text":"x","lines":[{"sku":"A","quantity":1},7]}""", "Expected an object.")]
    [InlineData("""{"text":"x","lines":[{"sku":8,"quantity":1}]}""", "Expected an item's code as a text.")]
    [InlineData("7", "Expected an object.")]
    public async Task A_value_of_the_wrong_type_is_told_what_is_expected_in_its_place(string body, string expected)
    {
        var (_, problem) = await host.Post(body);

        problem.GetProperty("errors").EnumerateArray().Should().ContainSingle().Which.GetProperty("message").GetString().Should().Match(expected);
    }

    [Fact]
    public async Task Deep_nesting_is_refused()
    {
        var (status, problem) = await host.Post($$"""{"text":"x","price":{{string.Concat(Enumerable.Repeat("""{"amount":""", 40))}}1{{new string('}', 40)}}}""");

        status.Should().Be(HttpStatusCode.BadRequest);
        problem.GetProperty("code").GetString().Should().Be("request.malformed");
    }

    [Fact]
    public async Task A_validator_names_every_fault()
    {
        var (status, problem) = await host.Post("""{"text":"x","number":0}""");

        status.Should().Be(HttpStatusCode.BadRequest);
        problem.GetProperty("code").GetString().Should().Be("request.invalid");
        problem.GetProperty("errors")[0].GetProperty("field").GetString().Should().Be("number");
        problem.GetProperty("errors")[0].GetProperty("code").GetString().Should().Be("probe.number");
    }

    [Fact]
    public async Task Another_media_type_is_refused()
    {
        var (status, problem) = await host.Post("<text/>", mediaType: "application/xml");

        status.Should().Be(HttpStatusCode.UnsupportedMediaType);
        problem.GetProperty("code").GetString().Should().Be("request.media-type");
    }

    [Theory]
    [InlineData("/api/v1/probes", null)]
    [InlineData("/api/v1/keyed-probes", "large")]
    public async Task A_body_over_a_mebibyte_is_refused(string path, string? key)
    {
        var (status, problem) = await host.Post($$"""{"text":"{{new string('x', HttpModule.MaxBody)}}"}""", path, key);

        status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        problem.GetProperty("code").GetString().Should().Be("request.too-large");
    }

    [Theory]
    [InlineData("broken", HttpStatusCode.InternalServerError, "system.error")]
    [InlineData("unavailable", HttpStatusCode.ServiceUnavailable, "system.unavailable")]
    public async Task An_exception_tells_nothing_of_the_inside(string mood, HttpStatusCode status, string code)
    {
        var (answered, problem) = await host.Post($$"""{"text":"x","mood":"{{mood}}"}""");

        answered.Should().Be(status);
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetRawText().Should().NotContain(ProbeHandler.Secret).And.NotContain("Exception");
    }

    [Fact]
    public async Task When_we_cannot_serve_we_say_when_to_come_back()
    {
        using var body = new StringContent("""{"text":"x","mood":"unavailable"}""", System.Text.Encoding.UTF8, "application/json");

        using var response = await host.Http.PostAsync("/api/v1/probes", body);

        response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v2/probes")]
    [InlineData("/api/vX/probes")]
    public async Task An_unknown_path_or_version_is_a_problem_too(string path)
    {
        var (status, problem) = await host.Post("{}", path);

        status.Should().Be(HttpStatusCode.NotFound);
        problem.GetProperty("code").GetString().Should().Be("request.no-such-path");
    }

    [Fact]
    public async Task Nobody_may_what_no_role_holds()
    {
        var (status, problem) = await host.Post("", "/api/v1/forbidden-probes");

        status.Should().Be(HttpStatusCode.Forbidden);
        problem.GetProperty("code").GetString().Should().Be("security.forbidden");
    }

    [Fact]
    public async Task A_stranger_is_asked_to_sign_in_even_on_this_machine()
    {
        await using var stranger = host.Stranger();
        await stranger.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(stranger.Urls.Single()) };

        using var response = await http.GetAsync("/api/v1/probes/x");

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Headers.WwwAuthenticate.Should().NotBeEmpty();
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Origin", "https://elsewhere.example")]
    public async Task Another_sites_page_changes_nothing(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/forbidden-probes");
        request.Headers.Add(header, value);

        using var response = await host.Http.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await response.Content.ReadAsStringAsync()).Should().Contain("security.cross-site");
    }

    [Fact]
    public async Task A_request_that_came_through_a_proxy_is_not_at_home_here()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/probes/x");
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");

        using var response = await host.Http.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }
}
