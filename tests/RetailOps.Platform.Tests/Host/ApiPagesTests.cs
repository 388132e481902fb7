using System.Net;
using System.Text.RegularExpressions;

namespace RetailOps.Platform.Tests;

/// <summary>The API for people who read.</summary>
[Collection(nameof(HostCollection))]
public sealed partial class ApiPagesTests(HostFixture host)
{
    [Fact]
    public async Task Who_has_not_signed_in_is_sent_to_do_so_on_this_machine_too()
    {
        using var browser = host.Open();

        using var answer = await browser.Http.GetAsync("/docs");

        answer.StatusCode.Should().Be(HttpStatusCode.Redirect);
        answer.Headers.Location!.ToString().Should().Contain("/sign-in");
    }

    [Fact]
    public async Task Every_operation_and_shape_has_a_page_that_runs_no_script_and_asks_nobody_else()
    {
        using var browser = host.Open();
        var auditor = host.People.Single(p => p.Name == Roles.Auditor);
        (await browser.SignIn(auditor.Name, auditor.Password)).Dispose();
        var (open, seen) = (new Queue<string>(["/docs"]), new HashSet<string> { "/docs" });

        while (open.TryDequeue(out var path))
        {
            using var answer = await browser.Http.GetAsync(path);
            var page = await answer.Content.ReadAsStringAsync();

            answer.StatusCode.Should().Be(HttpStatusCode.OK, path);
            answer.Headers.GetValues("Content-Security-Policy").Single().Should().StartWith("default-src 'none'").And.NotContain("unsafe").And.NotContain("script-src");
            page.Should().NotContain("<script").And.NotContain("http://").And.NotContain("https://");
            foreach (var link in Link().Matches(page).Select(m => m.Groups[1].Value).Where(seen.Add))
            {
                open.Enqueue(link);
            }
        }

        seen.Should().Contain(["/docs/PlaceOrder", "/docs/schemas/Money", "/docs/schemas/OrderView"]);
    }

    [GeneratedRegex("href=\"(/docs/[^\"]+)\"")]
    private static partial Regex Link();
}
