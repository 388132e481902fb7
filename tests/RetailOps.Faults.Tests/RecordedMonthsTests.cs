using RetailOps.Testing;

namespace RetailOps.Faults.Tests;

/// <summary>Seven months of a real shop in one run.</summary>
[Trait("needs", "shared")]
public sealed class RecordedMonthsTests : IAsyncLifetime
{
    private static readonly string[] Months = ["2010-12", "2011-01", "2011-02", "2011-03", "2011-04", "2011-05", "2011-06"];

    private Scene scene = null!;

    public async Task InitializeAsync() => scene = await Scene.Open();

    public async Task DisposeAsync() => await scene.DisposeAsync();

    [DeepTheory("a quarter of an hour and more each")]
    [InlineData("ample")]
    [InlineData("tight")]
    public async Task Seven_months_come_to_what_a_calculation_says_in_memory_that_does_not_grow(string stock)
    {
        var memory = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var campaign = new Campaign(scene, [.. Recordings.Files(Months), "--stock", stock], TimeSpan.FromHours(3), TextWriter.Null)
        {
            // A line of progress begins with its day.
            Heard = (process, line) =>
            {
                if (line.StartsWith("201", StringComparison.Ordinal))
                {
                    memory[line[..7]] = Math.Max(memory.GetValueOrDefault(line[..7]), process.Megabytes);
                }
            },
        };
        campaign.Expect(await Recordings.Expected(Recordings.Files(Months), stock), TimeSpan.FromMinutes(30));

        var verdict = await campaign.Run(new Untouched(), 1, default);

        verdict.Violations.Should().BeEmpty();
        await Recordings.AreAccountedFor(campaign.Found, scene);
        memory.Keys.Should().Contain(Months);
        memory["2011-06"].Should().BeInRange(50, memory["2010-12"] * 1.25, "what a month leaves behind is in the database: {0}", string.Join(", ", memory.Select(m => $"{m.Key} {m.Value:0} MB")));
        memory.Values.Max().Should().BeLessThan(800);
    }

    /// <summary>Nothing is done to it.</summary>
    private sealed class Untouched() : Fault("none", "nothing")
    {
        public override Task After(Playing playing)
        {
            playing.Strike();
            return Task.CompletedTask;
        }
    }
}
