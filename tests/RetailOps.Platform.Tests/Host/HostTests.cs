using System.Net;

using RetailOps.Host;

namespace RetailOps.Platform.Tests;

[Collection(nameof(HostCollection))]
public sealed class HostTests(HostFixture host)
{
    private const string Path = "docs/api/openapi.v1.json";

    [Fact]
    public async Task The_openapi_document_equals_the_committed_one()
    {
        using var browser = host.Open();

        var document = (await browser.Http.GetStringAsync("/openapi/v1.json")).ReplaceLineEndings("\n").TrimEnd('\n') + "\n";

        if (Environment.GetEnvironmentVariable("RETAILOPS_ACCEPT") != "breaking")
        {
            OpenApiChanges.Between(Committed.Read(Path), document).Where(c => c.Breaks).Select(c => c.ToString())
                .Should().BeEmpty("a client that was right yesterday is right today; RETAILOPS_ACCEPT=breaking accepts it all the same, with a line in CHANGELOG.md");
        }

        Committed.ShouldBe(Path, document);
    }

    [Theory]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://*:5080")]
    [InlineData("http://127.0.0.1:5080;http://192.0.2.1:5080")]
    [InlineData("http://shop.example:5080")]
    public void The_demo_refuses_an_address_that_others_can_reach(string urls)
    {
        var check = () => (host.Settings with { Environment = HostSettings.Demo, Urls = urls }).Check();

        check.Should().Throw<SetupException>().Which.Message.Should().Contain("this machine only").And.NotContain("\n");
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://localhost:0;http://[::1]:0")]
    public void The_demo_takes_loopback(string urls) => (host.Settings with { Environment = HostSettings.Demo, Urls = urls }).Check();

    [Fact]
    public void Outside_demo_a_start_without_a_key_fails_with_one_line()
    {
        var folder = System.IO.Path.Combine(host.Settings.DataFolder, "nothing-here");
        var load = () => RootKey.Load(null, folder, mayCreate: false);

        load.Should().Throw<SetupException>().Which.Message.Should().Contain("RETAILOPS_KEY").And.NotContain("\n");
        Directory.Exists(folder).Should().BeFalse();
    }

    [Fact]
    public async Task A_name_that_points_here_from_elsewhere_is_not_answered()
    {
        using var browser = host.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/integrations/dead-letters");
        request.Headers.Host = "rebound.example";

        using var answer = await browser.Http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_dashboard_of_jobs_is_not_there_when_no_jobs_run()
    {
        using var browser = host.Open();

        using var answer = await browser.Http.GetAsync("/jobs");

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }
}
