using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Time.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>Applications that act for people: authorization code with a proof key, refresh tokens.</summary>
[Collection(nameof(HostCollection))]
public sealed class CodeFlowTests(HostFixture host)
{
    private const string Back = "https://app.example.org/back";
    private const string Bye = "https://app.example.org/bye";

    private readonly Grants grants = new(host);

    [Fact]
    public async Task Discovery_names_what_there_is()
    {
        using var http = host.Open();
        var document = await http.Http.GetFromJsonAsync<JsonElement>("/.well-known/openid-configuration");
        var keys = await http.Http.GetFromJsonAsync<JsonElement>(new Uri(document.GetProperty("jwks_uri").GetString()!).PathAndQuery);

        document.GetProperty("token_endpoint").GetString().Should().EndWith("/connect/token");
        document.GetProperty("grant_types_supported").EnumerateArray().Select(g => g.GetString()).Should().BeEquivalentTo("client_credentials", "authorization_code", "refresh_token");
        document.GetProperty("code_challenge_methods_supported").EnumerateArray().Select(g => g.GetString()).Should().Equal("S256");
        document.GetProperty("scopes_supported").EnumerateArray().Select(s => s.GetString()).Should().Contain("orders.place").And.NotContain("refunds.approve").And.NotContain("refunds.execute");
        keys.GetProperty("keys").EnumerateArray().Select(k => k.EnumerateObject().Select(m => m.Name)).Should().OnlyContain(members => members.Contains("n") && !members.Contains("d"), "the public part is enough");
        keys.GetProperty("keys").EnumerateArray().Select(k => System.Buffers.Text.Base64Url.DecodeFromChars(k.GetProperty("n").GetString()).Length).Should().OnlyContain(bytes => bytes == 3072 / 8);
    }

    [Fact]
    public async Task A_person_who_signs_in_lets_an_application_act_within_the_persons_roles()
    {
        var app = await NewApp(["exceptions.read", "exceptions.resolve", "orders.place", "workflows.read"]);
        using var browser = host.Open();
        var (code, verifier) = await Code(browser, app, "openid profile roles exceptions.read orders.place", signInAs: "operator");
        var tokens = await Redeem(app, code, verifier);
        var access = tokens.GetProperty("access_token").GetString()!;

        (await grants.Get("/api/v1/exceptions", access)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await grants.Get("/api/v1/orders", access)).StatusCode.Should().Be(HttpStatusCode.Forbidden, "it was not asked for");
        Grants.Claims(access).GetProperty("scope").GetString()!.Split(' ').Should().Contain("exceptions.read").And.NotContain("orders.place", "an operator does not hold it");
        var identity = Grants.Claims(tokens.GetProperty("id_token").GetString()!);
        identity.GetProperty("preferred_username").GetString().Should().Be("operator");
        identity.GetProperty("roles").GetString().Should().Be("operator");
        using var who = await grants.Get("/connect/userinfo", access);
        (await who.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("name").GetString().Should().Be("operator");
    }

    [Fact]
    public async Task A_code_is_good_once_and_with_its_proof_only()
    {
        var app = await NewApp(["exceptions.read"]);
        using var browser = host.Open();
        var (code, verifier) = await Code(browser, app, "exceptions.read", signInAs: "operator");

        (await Exchange(app, code, "another-verifier-of-at-least-forty-three-characters-0")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var (second, proof) = await Code(browser, app, "exceptions.read");
        (await Exchange(app, second, proof)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await Exchange(app, second, proof)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        verifier.Should().NotBe(proof);
    }

    [Fact]
    public async Task Without_a_proof_key_or_to_another_address_there_is_no_code()
    {
        var app = await NewApp(["exceptions.read"]);
        using var browser = await grants.SignedIn("operator");
        var plain = $"/connect/authorize?client_id={app.Name}&response_type=code&scope=exceptions.read&redirect_uri={Uri.EscapeDataString(Back)}";

        using var withoutProof = await browser.Http.GetAsync(plain);
        using var elsewhere = await browser.Http.GetAsync(Address(app, "exceptions.read", Proof().Challenge).Replace("app.example.org", "evil.example.org", StringComparison.Ordinal));

        QueryHelpers.ParseQuery(withoutProof.Headers.Location?.Query ?? "").Should().NotContainKey("code");
        elsewhere.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        elsewhere.Headers.Location.Should().BeNull();
    }

    [Fact]
    public async Task A_refresh_token_is_good_once_and_its_second_use_ends_the_family()
    {
        var app = await NewApp(["exceptions.read"]);
        using var browser = host.Open();
        var (code, verifier) = await Code(browser, app, "offline_access exceptions.read", signInAs: "operator");
        var first = (await Redeem(app, code, verifier)).GetProperty("refresh_token").GetString()!;
        var second = (await (await Refresh(app, first)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("refresh_token").GetString()!;

        second.Should().NotBe(first);
        await Testing.Ask.Do(host.OwnerConnectionString, "update platform.oauth_tokens set redeemed = redeemed - interval '1 minute' where redeemed is not null");
        (await Refresh(app, first)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Refresh(app, second)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Refresh_tokens_end_twelve_hours_after_the_sign_in_however_often_they_are_replaced()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var later = await grants.Started(clock, host.Settings with { TrustsThisMachine = false });
        var at = new Uri(later.Urls.Single());
        var app = await NewApp(["exceptions.read"]);
        using var browser = await grants.SignedIn("operator", at);
        var (code, verifier) = await Code(browser, app, "offline_access exceptions.read");
        var token = (await Redeem(app, code, verifier, at)).GetProperty("refresh_token").GetString()!;

        for (var hours = 0; hours < 10; hours += 5)
        {
            clock.Advance(TimeSpan.FromHours(5));
            token = (await (await Refresh(app, token, at)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("refresh_token").GetString()!;
        }

        clock.Advance(TimeSpan.FromHours(2) + TimeSpan.FromSeconds(2));
        (await Refresh(app, token, at)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Who_must_have_signed_in_lately_is_asked_again_and_the_identity_says_when_that_was()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var later = await grants.Started(clock, host.Settings with { TrustsThisMachine = false });
        var at = new Uri(later.Urls.Single());
        var app = await NewApp(["exceptions.read"]);
        using var browser = await grants.SignedIn("operator", at);
        var began = clock.GetUtcNow().ToUnixTimeSeconds();
        clock.Advance(TimeSpan.FromMinutes(2));

        using var asked = await browser.Http.GetAsync(Address(app, "openid exceptions.read", Proof().Challenge) + "&max_age=60");
        var (code, verifier) = await Code(browser, app, "openid exceptions.read");
        var identity = Grants.Claims((await Redeem(app, code, verifier, at)).GetProperty("id_token").GetString()!);

        asked.Headers.Location!.OriginalString.Should().StartWith("/sign-in/again?returnTo=");
        identity.GetProperty("auth_time").GetInt64().Should().Be(began);
    }

    [Fact]
    public async Task Ended_sessions_and_locks_end_the_tokens_of_applications()
    {
        using var administrator = await grants.SignedIn("administrator");
        var name = PeopleTests.NewName();
        using var made = await Grants.Send(administrator.Http, HttpMethod.Post, "/api/v1/people", new { name, roles = new[] { "operator" } });
        var person = await made.Content.ReadFromJsonAsync<JsonElement>();
        var id = person.GetProperty("person").GetProperty("id").GetString();
        var app = await NewApp(["exceptions.read"]);
        using var browser = host.Open();
        (await browser.SignInFirst(name, person.GetProperty("password").GetString()!)).Dispose();
        var (code, verifier) = await Code(browser, app, "offline_access exceptions.read");
        var tokens = await Redeem(app, code, verifier);
        (await grants.Get("/api/v1/exceptions", tokens.GetProperty("access_token").GetString()!)).StatusCode.Should().Be(HttpStatusCode.OK);

        (await Grants.Send(administrator.Http, HttpMethod.Post, $"/api/v1/people/{id}:end-sessions")).StatusCode.Should().Be(HttpStatusCode.OK);

        (await grants.Get("/api/v1/exceptions", tokens.GetProperty("access_token").GetString()!)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await Refresh(app, tokens.GetProperty("refresh_token").GetString()!)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_application_decides_no_approval_for_a_person_who_may()
    {
        var app = await NewApp(["refunds.read", "documents.read", "tasks.complete"]);
        using var browser = host.Open();
        var (code, verifier) = await Code(browser, app, "refunds.read documents.read tasks.complete", signInAs: "finance");
        var access = (await Redeem(app, code, verifier)).GetProperty("access_token").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, $"/api/v1/approvals/{Guid.NewGuid()}:approve")) { Content = JsonContent.Create(new { comment = "Yes" }) };
        request.Headers.Authorization = new("Bearer", access);
        request.Headers.Add("Idempotency-Key", "approve");
        request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");

        using var answer = await browser.Http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden, "the cookie of finance, which may, does not count beside a token");
        (await grants.Get("/api/v1/approvals", access)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Signing_out_through_an_application_needs_its_identity_token()
    {
        var app = await NewApp(["exceptions.read"]);
        using var browser = host.Open();
        var (code, verifier) = await Code(browser, app, "openid exceptions.read", signInAs: "operator");
        var identity = (await Redeem(app, code, verifier)).GetProperty("id_token").GetString()!;

        using var forged = await browser.Http.GetAsync($"/connect/logout?client_id={app.Name}&post_logout_redirect_uri={Uri.EscapeDataString(Bye)}");
        forged.Headers.Location!.OriginalString.Should().Be("/sign-out");
        using var meant = await browser.Http.GetAsync($"/connect/logout?id_token_hint={identity}&post_logout_redirect_uri={Uri.EscapeDataString(Bye)}");
        meant.StatusCode.Should().Be(HttpStatusCode.Redirect, await meant.Content.ReadAsStringAsync());
        meant.Headers.Location!.OriginalString.Should().StartWith(Bye);
        meant.Headers.GetValues("Clear-Site-Data").Should().Equal("\"cache\", \"storage\"");
        using var after = await browser.Http.GetAsync(Address(app, "exceptions.read", Proof().Challenge));
        after.Headers.Location!.OriginalString.Should().StartWith("/sign-in");
    }

    internal static (string Verifier, string Challenge) Proof()
    {
        var verifier = System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (verifier, System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))));
    }

    private static string Address(TestClient app, string scope, string challenge) =>
        $"/connect/authorize?client_id={app.Name}&response_type=code&scope={Uri.EscapeDataString(scope)}&redirect_uri={Uri.EscapeDataString(Back)}&state=s1&code_challenge={challenge}&code_challenge_method=S256";

    private async Task<TestClient> NewApp(string[] permissions)
    {
        var made = await grants.Make(new { name = Grants.NewName(), title = "An application", kind = "app", permissions, redirectUris = new[] { Back }, postLogoutRedirectUris = new[] { Bye } });
        return new(made.GetProperty("client").GetProperty("name").GetString()!, made.GetProperty("secret").GetString()!);
    }

    /// <summary>As a browser goes: to the server, to the sign-in where nobody is signed in, back, and on to the application.</summary>
    private async Task<(string Code, string Verifier)> Code(Browser browser, TestClient app, string scope, string? signInAs = null)
    {
        var (verifier, challenge) = Proof();
        var address = Address(app, scope, challenge);
        if (signInAs is not null)
        {
            using var sent = await browser.Http.GetAsync(address);
            var returnTo = QueryHelpers.ParseQuery(sent.Headers.Location!.OriginalString.Split('?', 2)[1])["returnTo"].ToString();
            using var signedIn = await browser.SignIn(signInAs, host.People.Single(p => p.Name == signInAs).Password, returnTo);
            using var between = await browser.Http.GetAsync(signedIn.Headers.Location);
            between.StatusCode.Should().Be(HttpStatusCode.OK);
            address = between.Headers.GetValues("Refresh").Single().Split("url=", 2)[1];
        }

        using var answer = await browser.Http.GetAsync(address);
        answer.StatusCode.Should().Be(HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
        answer.Headers.Location!.OriginalString.Should().StartWith(Back);
        var query = QueryHelpers.ParseQuery(answer.Headers.Location.Query);
        query["state"].ToString().Should().Be("s1");
        return (query["code"].ToString(), verifier);
    }

    private async Task<JsonElement> Redeem(TestClient app, string code, string verifier, Uri? at = null)
    {
        using var answer = await Exchange(app, code, verifier, at);
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, body);
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    private Task<HttpResponseMessage> Exchange(TestClient app, string code, string verifier, Uri? at = null) => Ask(app, new()
    {
        ["grant_type"] = "authorization_code",
        ["code"] = code,
        ["code_verifier"] = verifier,
        ["redirect_uri"] = Back,
    }, at);

    private Task<HttpResponseMessage> Refresh(TestClient app, string token, Uri? at = null) => Ask(app, new() { ["grant_type"] = "refresh_token", ["refresh_token"] = token }, at);

    private async Task<HttpResponseMessage> Ask(TestClient app, Dictionary<string, string> words, Uri? at = null)
    {
        words["client_id"] = app.Name;
        words["client_secret"] = app.Secret;
        using var browser = new Browser(at ?? host.Address);
        using var form = new FormUrlEncodedContent(words);
        return await browser.Http.PostAsync("/connect/token", form);
    }
}
