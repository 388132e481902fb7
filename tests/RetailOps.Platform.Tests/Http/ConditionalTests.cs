using System.Net;
using System.Text.Json;

namespace RetailOps.Platform.Tests;

[Collection(nameof(ProbeCollection))]
public sealed class ConditionalTests(ProbeHost host)
{
    [Fact]
    public async Task A_read_answers_the_revision_as_its_tag()
    {
        using var response = await host.Http.GetAsync("/api/v1/probes/x");

        response.Headers.ETag!.ToString().Should().Be("\"3\"");
    }

    [Theory]
    [InlineData(null, HttpStatusCode.PreconditionRequired)]
    [InlineData("\"3\"", HttpStatusCode.OK)]
    [InlineData("\"2\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("W/\"3\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("*", HttpStatusCode.PreconditionFailed)]
    public async Task A_change_insists_on_the_version_that_was_read(string? tag, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/probes/x");
        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }

        using var response = await host.Http.SendAsync(request);

        response.StatusCode.Should().Be(status);
    }

    [Theory]
    [InlineData("", 50)]
    [InlineData("?limit=3", 3)]
    [InlineData("?limit=0", 1)]
    [InlineData("?limit=100000", 500)]
    public async Task A_page_is_bounded_and_names_what_comes_after_it(string query, int size)
    {
        var page = JsonSerializer.Deserialize<JsonElement>(await host.Http.GetStringAsync("/api/v1/probes" + query));

        page.GetProperty("items").GetArrayLength().Should().Be(size);
        page.GetProperty("next").GetString().Should().Be(size.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_limit_that_is_no_number_is_refused_by_name()
    {
        using var response = await host.Http.GetAsync("/api/v1/probes?limit=many");

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).Should().Contain("\"limit\"");
    }
}
