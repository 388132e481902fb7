using RetailOps.Testing;

namespace RetailOps.Faults.Tests;

/// <summary>
/// December 2010 of a real shop while hosts and PostgreSQL are killed: whole and often at full effort, else its first week and once. It goes on, and comes
/// to what a calculation from the file says.
/// </summary>
[Trait("needs", "shared")]
public sealed class RecordedKillsTests : IAsyncLifetime
{
    private static readonly bool IsDeep = Effort.Share >= 1;

    private Scene scene = null!;

    public async Task InitializeAsync() => scene = await Scene.Open();

    public async Task DisposeAsync() => await scene.DisposeAsync();

    public static TheoryData<string, string, int> Kills => IsDeep
        ? new() { { "ample", "host", 10 }, { "ample", "server", 5 }, { "tight", "server", 2 } }
        : new() { { "ample", "host", 1 }, { "tight", "server", 1 } };

    [Theory, MemberData(nameof(Kills))]
    public async Task Killed_at_a_random_moment_December_goes_on_and_comes_to_the_same(string stock, string victim, int runs)
    {
        var campaign = await December(stock, IsDeep ? null : "2010-12-08", TimeSpan.FromSeconds(IsDeep ? 150 : 40));
        Fault fault = victim == "host" ? new KilledHost(times: 1) : new KilledServer(times: 1);

        for (var run = 1; run <= runs; run++)
        {
            var verdict = await campaign.Run(fault, Random.Shared.Next(), default);

            verdict.Violations.Should().BeEmpty();
            (verdict.Strokes, verdict.Restarts).Should().Be((1, 1));
            await Recordings.AreAccountedFor(campaign.Found, scene);
        }
    }

    [Fact]
    public async Task One_of_two_hosts_is_killed_again_and_again_and_the_figures_stay_the_same()
    {
        var campaign = await December("ample", IsDeep ? null : "2010-12-01", TimeSpan.FromSeconds(150));

        var verdict = await campaign.Run(new SecondHost(TimeSpan.FromSeconds(IsDeep ? 20 : 4)), Random.Shared.Next(), default);

        verdict.Violations.Should().BeEmpty();
        verdict.Strokes.Should().BeGreaterThanOrEqualTo(IsDeep ? 5 : 1);
        await Recordings.AreAccountedFor(campaign.Found, scene);
    }

    private async Task<Campaign> December(string stock, string? until, TimeSpan about)
    {
        string[] files = [.. Recordings.Files("2010-12"), .. until is null ? Array.Empty<string>() : ["--until", until]];
        var campaign = new Campaign(scene, [.. files, "--stock", stock], TimeSpan.FromMinutes(IsDeep ? 60 : 15), TextWriter.Null);
        campaign.Expect(await Recordings.Expected(files, stock), about);
        return campaign;
    }
}
