using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;

namespace RetailOps.Workflows.Tests;

public sealed class RetentionTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task What_ended_long_ago_goes_with_its_history_and_what_lives_stays()
    {
        await bench.Publish("flow", SignalTests.WaitsLate());
        await Finish("old");
        await bench.Say(Told.Name, "old");
        await bench.Run();
        await Age();
        await Finish("young");
        await bench.Say(Began.Name, "living");
        await bench.Run();
        await bench.Say(Told.Name, "living");
        await bench.Run();
        await bench.Ask<int>("update workflows.kept set kept = kept - interval '30 days'");

        await Retire();

        (await bench.Ask<string>("select string_agg(key, ' ' order by key) from workflows.instances")).Should().Be("living young");
        (await bench.Ask<string>("select string_agg(distinct i.key, ' ') from workflows.journal j left join workflows.instances i on i.id = j.instance_id")).Should().Be("living young");
        (await bench.Ask<string>("select string_agg(key || ' ' || late, ', ') from workflows.kept")).Should().Be("living false", "a living instance may still meet it");
        (await bench.Ask<bool>("select upto > clock_timestamp() - interval '8 days' from platform.retention where what = 'instances'")).Should().BeTrue();
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Healed_incidents_go_with_their_instance_and_open_ones_stay()
    {
        var (healed, open) = ($"healed-{Guid.NewGuid()}", $"open-{Guid.NewGuid()}");
        await bench.Publish("flow", SignalTests.Start().Add("fragile", "Test.Fragile").Connect("start → fragile → end"));
        (FragileActivity.Failing[healed], FragileActivity.Failing[open]) = (new InvalidOperationException("ill"), new InvalidOperationException("ill"));
        await bench.Say(Began.Name, healed);
        await bench.Say(Began.Name, open);
        await bench.Run();
        FragileActivity.Failing.TryRemove(healed, out _);
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        await bench.Run();
        await Age();

        await Retire();

        (await bench.Ask<string>("select string_agg(distinct key, ' ') from workflows.incidents")).Should().Be(open);
        (await bench.Count("instances")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
        FragileActivity.Failing.TryRemove(open, out _);
    }

    [Fact]
    public async Task Names_of_a_version_before_go_when_its_last_instance_has_ended()
    {
        await bench.Publish("flow", SignalTests.WaitsLate());
        await bench.Say(Began.Name, "k-1");
        await bench.Run();
        await bench.Publish("flow", SignalTests.Start().Connect("start → end"));
        await Age();
        await Retire();
        var whileItLives = await bench.Count("event_names", "version_id like 'flow-1-%'");
        bench.Clock.Advance(TimeSpan.FromHours(1));
        await bench.Run();
        await bench.Say(Told.Name, "k-1");
        await bench.Run();

        await Retire();

        whileItLives.Should().Be(2);
        (await bench.Count("event_names", "version_id like 'flow-1-%'")).Should().Be(0);
        (await bench.Ask<string>("select string_agg(name, ' ') from workflows.event_names")).Should().Be(Began.Name);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_app_cannot_talk_the_line_nearer_than_a_day()
    {
        await bench.Publish("flow", SignalTests.WaitsLate());
        await Finish("young");
        await bench.Ask<int>("update workflows.instances set finished = clock_timestamp()");

        await using var call = bench.Of<Database>().Requests.CreateCommand("select sum(deleted) from workflows.retire(interval '0')");
        var deleted = await call.ExecuteScalarAsync();

        deleted.Should().Be(0m);
    }

    private async Task Finish(string key)
    {
        await bench.Say(Began.Name, key);
        await bench.Run();
        bench.Clock.Advance(TimeSpan.FromHours(1));
        await bench.Run();
        await bench.Say(Told.Name, key);
        await bench.Run();
        await bench.Ask<int>("update workflows.instances set finished = clock_timestamp() where key = $1", key);
    }

    /// <summary>All of it happened a month before.</summary>
    private async Task Age()
    {
        // What is linked would tell; so it is linked anew, and nobody links meanwhile.
        await bench.Ask<int>("update platform.events set recorded = recorded - interval '30 days' where (select pg_advisory_xact_lock(hashtextextended('retailops audit chain', 0))) is not null; delete from platform.chain");
        await bench.Ask<int>("update workflows.instances set finished = clock_timestamp() - interval '30 days' where finished is not null");
        await bench.Ask<int>("update workflows.kept set kept = kept - interval '30 days'");
        await bench.Ask<int>("update workflows.definitions set created = created - interval '60 days'");
    }

    private async Task Retire()
    {
        await using var scope = bench.Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetServices<IRecurringJob>().Single(j => j.Name == "retention").RunAsync(default);
    }
}
