using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace RetailOps.Platform.Tests;

[Collection(nameof(HostCollection))]
public sealed class DocumentHttpTests(HostFixture host)
{
    [Fact]
    public async Task Two_people_change_a_table_through_http_and_a_third_sees_the_exceptions()
    {
        using var analyst = await SignedIn(Roles.Analyst);
        using var publisher = await SignedIn(Roles.Publisher);
        using var operators = await SignedIn(Roles.Operator);
        var content = JsonElement.Parse("""
            {"hitPolicy":"first","inputs":[{"name":"n","type":"number"}],"outputs":[{"name":"outcome","type":"text","values":["Yes","No"]}],
             "rows":[{"when":{"n":"> 1"},"then":{"outcome":"Yes"}},{"then":{"outcome":"No"}}]}
            """);

        using var faulty = await analyst.Http.PostAsJsonAsync("/api/v1/decisions/by-http:propose", new { content = JsonElement.Parse("""{"hitPolicy":"first","inputs":[],"outputs":[],"rows":[]}"""), reason = "Why." });
        using var proposed = await analyst.Http.PostAsJsonAsync("/api/v1/decisions/by-http:propose", new { content, reason = "Why." });
        using var forbidden = await analyst.Http.PostAsJsonAsync("/api/v1/decisions/by-http/versions/1:approve", new { });
        using var approved = await publisher.Http.PostAsJsonAsync("/api/v1/decisions/by-http/versions/1:approve", new { });
        using var answer = await analyst.Http.PostAsJsonAsync("/api/v1/decisions/by-http:evaluate", new { inputs = new { n = 2 } });
        var live = await analyst.Http.GetFromJsonAsync<JsonElement>("/api/v1/policies/decision/by-http");
        var versions = await analyst.Http.GetFromJsonAsync<JsonElement>("/api/v1/decisions/by-http/versions");
        using var exceptions = await operators.Http.GetAsync("/api/v1/exceptions");

        faulty.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await faulty.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString()).Should().Contain("inputs");
        proposed.StatusCode.Should().Be(HttpStatusCode.Created);
        forbidden.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        approved.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("result").GetProperty("outcome").GetString().Should().Be("Yes");
        live.GetProperty("status").GetString().Should().Be("live");
        versions.GetProperty("items").GetArrayLength().Should().Be(1);
        exceptions.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private async Task<Browser> SignedIn(string role)
    {
        var person = host.People.Single(p => p.Name == role);
        var browser = host.Open();
        (await browser.SignIn(person.Name, person.Password)).Dispose();
        return browser;
    }
}
