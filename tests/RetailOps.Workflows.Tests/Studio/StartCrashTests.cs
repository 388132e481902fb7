using System.Text.Json;

using RetailOps.Platform;
using RetailOps.TestChild;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

/// <summary>What was started by hand survives whoever was about to run it.</summary>
public sealed class StartCrashTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public static TheoryData<FaultPoint> Points => [.. Effort.Some([FaultPoint.AfterClaim, FaultPoint.AfterNote, FaultPoint.AfterRun, FaultPoint.AfterFlush, FaultPoint.BeforeCommit, FaultPoint.AfterCommit])];

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_start_that_was_acknowledged_is_there_once_after_the_death_of_its_host(FaultPoint point)
    {
        await bench.Publish("by-hand", new Drawing().Line("w", "text").Add("o", "Elsa.SetOutput", ("outputName", "Sum"), ("outputValue", "js:getInput('A') + 1")).Output("Sum").Connect("w → o"));
        var started = await bench.Host.Must(Start("by-hand"));

        await using (var child = ChildHost.Start(typeof(Customers).Assembly.Location, $"{point}:1", "serve", bench.Host.ConnectionString))
        {
            await child.Ends(TimeSpan.FromSeconds(60));
            child.Complaints.Should().Contain($"Fault point {point} was armed", "the point must be reached, or it proves nothing");
        }

        // What the dead process had noted counts as an attempt, which brings it back after a moment.
        await Eventually.Holds(
            async () =>
            {
                await bench.Run();
                return await bench.Count("stimuli") == 0;
            }, TimeSpan.FromSeconds(30), "the start is done");

        (await bench.Count("instances", $"id = '{started.Id}' and finished is not null")).Should().Be(1);
        (await bench.Count("journal", $"instance_id = '{started.Id}' and activity_id = 'w' and event = 'Completed'")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Of_two_hosts_one_runs_a_start_that_neither_took_down()
    {
        await bench.Publish("by-hand", new Drawing().Line("w", "text"));
        var ids = new List<Guid>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add((await bench.Host.Must(Start("by-hand"))).Id);
        }

        var one = await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(50) });
        var two = await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(50) });
        await one.Quiet();
        await two.Quiet();

        (await bench.Ask<long>("select count(*) from workflows.instances where id = any($1) and finished is not null", ids.ToArray())).Should().Be(20);
        (await bench.Count("instances")).Should().Be(20);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_second_call_with_the_same_id_starts_nothing_more()
    {
        await bench.Publish("by-hand", new Drawing().Line("w", "text"));
        var start = Start("by-hand");

        await bench.Host.Must(start);
        await bench.Host.Must(start);
        await bench.Run();
        await bench.Host.Must(start);
        await bench.Run();

        (await bench.Count("instances")).Should().Be(1);
        (await bench.Count("journal", "activity_id = 'w' and event = 'Completed'")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    private static StartInstance Start(string definition) => new(Guid.CreateVersion7(), definition, null, null, null, JsonElement.Parse("""{"A":41}"""));
}
