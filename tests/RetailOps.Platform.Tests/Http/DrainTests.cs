using System.Net;

namespace RetailOps.Platform.Tests;

[Collection(nameof(ProbeCollection))]
public sealed class DrainTests(ProbeHost host)
{
    [Fact]
    public async Task On_the_way_down_what_was_let_in_is_finished_and_new_work_is_turned_away()
    {
        var (entered, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = host.Slow(entered, release.Task);
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        var inside = http.GetStringAsync("/slow-probes");
        await entered.Task;

        var stopping = app.StopAsync();
        using var late = await http.GetAsync("/api/v1/probes");
        release.SetResult();

        late.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        late.Headers.RetryAfter.Should().NotBeNull();
        (await inside).Should().Be("done");
        await stopping;
    }
}
