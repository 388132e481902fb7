using System.Net;

using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

[Collection(nameof(HostCollection))]
public sealed class DesignerTests(HostFixture host)
{
    private static readonly string Package = Path.Combine(RepositoryRoot.Find(), "tools", "studio", "node_modules", "@elsa-workflows", "elsa-studio-wasm");

    public static TheoryData<string, string, string> Pages => new()
    {
        { "/designer/", "elsa-workflow-definition-list", "data-element" },
        { "/designer/definitions/order-fulfilment", "elsa-workflow-definition-editor", "data-attribute=\"definition-id\" data-value=\"order-fulfilment\"" },
        { "/designer/definitions/%22%3E%3Cscript%3E", "elsa-workflow-definition-editor", "data-value=\"&quot;&gt;&lt;script&gt;\"" },
        { "/designer/instances", "elsa-workflow-instance-list", "data-element" },
        { "/designer/instances/0192", "elsa-workflow-instance-viewer", "data-attribute=\"instance-id\" data-value=\"0192\"" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_shows_one_element_under_a_policy_without_eval_and_without_scripts_of_its_own(string path, string element, string asks)
    {
        using var browser = await SignedIn("analyst");

        using var answer = await browser.Http.GetAsync(path);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var page = await answer.Content.ReadAsStringAsync();
        page.Should().Contain($"data-element=\"{element}\"").And.Contain(asks).And.Contain("id=\"blazor-error-ui\"").And.Contain("<base href=\"/designer/\">")
            .And.Contain("analyst").And.NotContain("<script>");
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.Should().MatchRegex("script-src 'self' 'wasm-unsafe-eval'( 'sha256-[^ ']+')*;").And.NotContain("'unsafe-eval'").And.NotContain("http");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task It_is_for_people_who_may_read_workflows(string path, string element, string asks)
    {
        using var nobody = host.Open();
        using var service = await SignedIn("service");

        using var asked = await nobody.Http.GetAsync(path);
        using var refused = await service.Http.GetAsync(path);

        asked.Headers.Location!.OriginalString.Should().StartWith("/sign-in?returnTo=%2Fdesigner");
        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("Your roles do not open this page").And.NotContain(element);
        _ = asks;
    }

    [Fact]
    public async Task Every_file_of_the_package_is_served_as_it_is_and_packed_for_whoever_takes_it_packed()
    {
        using var handler = new HttpClientHandler { AutomaticDecompression = DecompressionMethods.None };
        using var http = new HttpClient(handler) { BaseAddress = host.Address };
        var names = Directory.EnumerateFiles(Package, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Package, f).Replace('\\', '/'))
            .Where(n => n is not ("index.html" or "package.json")).ToHashSet();
        names.Should().HaveCountGreaterThan(1_000);

        foreach (var name in names.Where(n => Path.GetExtension(n) is not (".br" or ".gz")))
        {
            await Check(http, name, null, name);
            await Check(http, name, "gzip, deflate, br", names.Contains(name + ".br") ? name + ".br" : names.Contains(name + ".gz") ? name + ".gz" : name);
        }
    }

    [Theory]
    [InlineData("_framework/dotnet.js", "text/javascript", "no-cache")]
    [InlineData("_framework/blazor.webassembly.js", "text/javascript", "no-cache")]
    [InlineData("_framework/icudt.oh1zvcfom8.dat", "application/octet-stream", "immutable")]
    [InlineData("_framework/System.Linq.zrgapkccbx.wasm", "application/wasm", "immutable")]
    [InlineData("_content/Elsa.Studio.Workflows/Elsa.Studio.Workflows.3ifuhex2gd.bundle.scp.css", "text/css", "immutable")]
    [InlineData("_content/Radzen.Blazor/fonts/RobotoFlex.woff2", "font/woff2", "no-cache")]
    [InlineData("_content/MudBlazor/MudBlazor.min.js.map", "application/json", "no-cache")]
    public async Task A_name_that_changes_with_its_content_is_kept_for_ever_and_the_others_are_asked_for(string name, string type, string caching)
    {
        using var http = new HttpClient { BaseAddress = host.Address };

        using var answer = await http.GetAsync("/designer/" + name);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/designer/" + name);
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var same = await http.SendAsync(again);

        answer.Content.Headers.ContentType!.MediaType.Should().Be(type);
        answer.Headers.GetValues("Cache-Control").Single().Should().Contain(caching);
        same.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData("%2e%2e/%2e%2e/package.json")]
    [InlineData("..%2f..%2f..%2fpackage.json")]
    [InlineData("_framework/..%2fpackage.json")]
    [InlineData("_framework/%2e%2e%5cpackage.json")]
    [InlineData("%2fetc%2fpasswd")]
    [InlineData("package.json")]
    [InlineData("index.html")]
    [InlineData("_framework")]
    public async Task Nothing_else_is_served(string name)
    {
        using var http = new HttpClient { BaseAddress = host.Address };

        using var answer = await http.GetAsync("/designer/" + name);

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_decision_without_the_token_of_the_page_is_not_taken()
    {
        using var publisher = await SignedIn("publisher");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["definitionId"] = "order-fulfilment", ["version"] = "1", ["decision"] = "approve" });

        using var answer = await publisher.Http.PostAsync("/designer/proposals", form);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("The page was too old");
    }

    [Fact]
    public async Task The_versions_of_what_is_not_there_are_not_there()
    {
        using var publisher = await SignedIn("publisher");

        using var answer = await publisher.Http.GetAsync("/designer/definitions/nothing/versions");

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private static async Task Check(HttpClient http, string name, string? taken, string file)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/designer/" + name);
        if (taken is not null)
        {
            request.Headers.Add("Accept-Encoding", taken);
        }

        using var answer = await http.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.OK, name);
        answer.Headers.Vary.Should().Equal(["Accept-Encoding"], name);
        answer.Content.Headers.ContentEncoding.SingleOrDefault().Should().Be(Path.GetExtension(file) switch { ".br" => "br", ".gz" => "gzip", _ => null }, name);
        var (served, there) = (await answer.Content.ReadAsByteArrayAsync(), await File.ReadAllBytesAsync(Path.Combine(Package, file)));
        served.AsSpan().SequenceEqual(there).Should().BeTrue(name);
    }

    private async Task<Browser> SignedIn(string name)
    {
        var browser = host.Open();
        (await browser.SignIn(name, host.People.Single(p => p.Name == name).Password)).Dispose();
        return browser;
    }
}
