using System.Net;

using Npgsql;

using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

[Collection(nameof(HostCollection))]
public sealed class SignInTests(HostFixture host)
{
    [Fact]
    public async Task Each_person_of_the_demo_signs_in_with_what_the_data_folder_keeps()
    {
        var kept = await File.ReadAllLinesAsync(Path.Combine(host.Settings.DataFolder, DemoPeople.FileName));

        kept.Should().Equal([.. host.People.Select(p => $"{p.Name} {p.Password}"), $"cli {DemoPeople.SecretOfCommandLine(host.Settings.DataFolder)}"]);
        foreach (var person in host.People)
        {
            using var browser = host.Open();
            using var answer = await browser.SignIn(person.Name, person.Password);

            answer.StatusCode.Should().Be(HttpStatusCode.Redirect, person.Name);
            var cookie = string.Join(';', answer.Headers.GetValues("Set-Cookie"));
            cookie.Should().Contain("httponly").And.Contain("samesite=lax");
        }
    }

    [Fact]
    public async Task A_second_start_changes_no_password() => (await host.EnsurePeople()).Should().Equal(host.People);

    [Fact]
    public void The_secrets_of_the_data_folder_are_for_its_account_only()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var name in new[] { DemoPeople.FileName, "key" })
        {
            File.GetUnixFileMode(Path.Combine(host.Settings.DataFolder, name)).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite, name);
        }
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_get_the_same_answer()
    {
        using var browser = host.Open();
        using var wrong = await browser.SignIn("leader", "not the password");
        using var unknown = await browser.SignIn("nobody-of-this-name", "not the password");

        wrong.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        unknown.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await wrong.Content.ReadAsStringAsync()).Should().Contain("do not open an account");
        (await unknown.Content.ReadAsStringAsync()).Should().Contain("do not open an account");
    }

    [Fact]
    public async Task Without_the_token_of_the_page_nobody_signs_in()
    {
        var person = host.People.Single(p => p.Name == "planner");
        using var browser = host.Open();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["name"] = person.Name, ["password"] = person.Password });

        using var answer = await browser.Http.PostAsync("/sign-in", form);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("/jobs", "/jobs")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    public async Task A_sign_in_leads_back_to_our_own_pages_only(string returnTo, string location)
    {
        var person = host.People.Single(p => p.Name == "operator");
        using var browser = host.Open();

        using var answer = await browser.SignIn(person.Name, person.Password, returnTo);

        answer.Headers.Location!.OriginalString.Should().Be(location);
    }

    [Theory]
    [InlineData("/jobs", "/jobs")]
    [InlineData("//evil.example", "/")]
    public async Task The_password_is_given_again_by_the_same_person_who_is_led_back_to_our_own_pages_only(string returnTo, string location)
    {
        var person = host.People.Single(p => p.Name == "planner");
        using var browser = host.Open();
        using var stranger = await browser.Http.GetAsync("/sign-in/again");
        (await browser.SignIn(person.Name, person.Password)).Dispose();

        using var wrong = await browser.SignInAgain("not the password", returnTo);
        using var other = await browser.SignInAgain(host.People.Single(p => p.Name == "leader").Password, returnTo);
        using var right = await browser.SignInAgain(person.Password, returnTo);

        stranger.Headers.Location!.OriginalString.Should().StartWith("/sign-in?returnTo=");
        (wrong.StatusCode, other.StatusCode).Should().Be((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized));
        right.Headers.Location!.OriginalString.Should().Be(location);
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere_and_runs_no_script()
    {
        using var browser = host.Open();

        using var page = await browser.Http.GetAsync("/sign-in?returnTo=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");

        page.Headers.GetValues("Content-Security-Policy").Single().Should().StartWith("default-src 'none'").And.NotContain("unsafe").And.NotContain("http");
        (await page.Content.ReadAsStringAsync()).Should().NotContain("<script").And.NotContain("http:").And.NotContain("https:");
    }

    [Fact]
    public async Task A_key_that_signs_cookies_lies_encrypted_in_the_database()
    {
        using (var browser = host.Open())
        {
            await browser.Http.GetStringAsync("/sign-in");
        }

        await using var source = NpgsqlDataSource.Create(host.ConnectionString);
        await using var ask = source.CreateCommand("select string_agg(document, ' ') from platform.keys");
        var documents = (string?)await ask.ExecuteScalarAsync();

        documents.Should().Contain("<encryptedSecret").And.NotContain("<masterKey");
    }

    [Fact]
    public async Task Health_tells_details_to_those_who_may_see_them()
    {
        using var anyone = host.Open();
        using var auditor = host.Open();
        (await auditor.SignIn("auditor", host.People.Single(p => p.Name == "auditor").Password)).Dispose();

        (await anyone.Http.GetStringAsync("/health/ready")).Should().Be("""{"status":"ready"}""");
        (await auditor.Http.GetStringAsync("/health/ready")).Should().Contain("\"database\"");
    }

    [Fact]
    public async Task Figures_are_for_those_who_may_read_them()
    {
        using var anyone = host.Open();
        using var auditor = host.Open();
        using var agent = host.Open();
        (await auditor.SignIn("auditor", host.People.Single(p => p.Name == "auditor").Password)).Dispose();
        (await agent.SignIn("returns-agent", host.People.Single(p => p.Name == "returns-agent").Password)).Dispose();

        // Without any credential it would be this machine's command line, which tests trust.
        anyone.Http.DefaultRequestHeaders.Authorization = new("Bearer", "nobody's");
        using var stranger = await anyone.Http.GetAsync("/metrics");
        using var denied = await agent.Http.GetAsync("/metrics");
        var figures = "";
        await Eventually.Holds(async () => (figures = await auditor.Http.GetStringAsync("/metrics")).Contains("retailops_lane_backlog", StringComparison.Ordinal), TimeSpan.FromSeconds(30), "the gauges have looked");

        stranger.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        denied.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        figures.Should().Contain("retailops_lane_breaker{").And.Contain("lane=\"integration.erp\"").And.Contain("http_server_request_duration_seconds");
    }
}
