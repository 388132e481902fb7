using System.Net;

namespace RetailOps.Platform.Tests;

/// <summary>Drawn endpoints through the whole host: what stands around them.</summary>
[Collection(nameof(HostCollection))]
public sealed class DrawnEndpointTests(HostFixture host)
{
    [Fact]
    public async Task A_drawn_page_is_sandboxed_and_sets_no_cookie()
    {
        await host.Draw("page", Endpoint("page", "anonymous"));
        using var browser = host.Open();

        using var answer = await browser.Http.GetAsync(new Uri("/workflows/page", UriKind.Relative));

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).Should().Be("<script>alert(1)</script>");
        answer.Headers.GetValues("Content-Security-Policy").Should().Equal("sandbox; default-src 'none'; frame-ancestors 'none'");
        answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        answer.Headers.Contains("Set-Cookie").Should().BeFalse();
        answer.Headers.GetValues("X-Drawn").Should().Equal("yes");
    }

    [Fact]
    public async Task Who_is_signed_in_is_nobody_there()
    {
        await host.Draw("jobs", Endpoint("jobs", "system.jobs"));
        using var browser = host.Open();
        (await browser.SignIn("operator", host.People.Single(p => p.Name == "operator").Password)).Dispose();

        // The operator holds that permission; who has no cookie is the Demo's command line, which does not.
        using var answer = await browser.Http.GetAsync(new Uri("/workflows/jobs", UriKind.Relative));

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        answer.Headers.Contains("Set-Cookie").Should().BeFalse();
    }

    private static string Endpoint(string path, string policy) => $$$"""
        {"id":"{{{path}}}-1","definitionId":"{{{path}}}","version":1,"name":"{{{path}}}","isLatest":true,"isPublished":true,"root":{"id":"f","type":"Elsa.Flowchart","version":1,"activities":[
          {"id":"in","type":"Elsa.HttpEndpoint","version":1,"path":"{{{path}}}","supportedMethods":["GET"],"policy":"{{{policy}}}","customProperties":{"canStartWorkflow":true}},
          {"id":"out","type":"Elsa.WriteHttpResponse","version":1,"content":"<script>alert(1)</script>","contentType":"text/html",
           "responseHeaders":{"typeName":"Object","expression":{"type":"Object","value":"{\"Set-Cookie\":\"a=b\",\"Content-Security-Policy\":\"default-src *\",\"X-Drawn\":\"yes\"}"} } }],
         "connections":[{"source":{"activity":"in","port":"Done"},"target":{"activity":"out","port":"In"}}]}}
        """;
}
