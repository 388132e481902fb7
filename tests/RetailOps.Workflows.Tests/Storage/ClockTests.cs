namespace RetailOps.Workflows.Tests;

public sealed class ClockTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_timer_starts_an_instance_each_time_it_ticks_and_does_not_make_up_for_the_time_nobody_was_there()
    {
        await bench.Publish("flow", Clock("Elsa.Timer", ("interval", "00:10:00")));
        await bench.Run();
        (await Started()).Should().Be(0, "the first tick is an interval away");

        bench.Clock.Advance(TimeSpan.FromMinutes(10));
        await bench.Run();
        bench.Clock.Advance(TimeSpan.FromMinutes(10));
        await bench.Run();
        (await Started()).Should().Be(2);

        bench.Clock.Advance(TimeSpan.FromHours(5));
        await bench.Run();
        (await Started()).Should().Be(3);
        (await bench.Count("instances", "status = 1")).Should().Be(3);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_cron_starts_at_its_times()
    {
        await bench.Publish("flow", Clock("Elsa.Cron", ("cronExpression", "0 30 * * * *")));
        await bench.Run();

        bench.Clock.Advance(TimeSpan.FromMinutes(29));
        await bench.Run();
        var before = await Started();
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        await bench.Run();

        before.Should().Be(0);
        (await Started()).Should().Be(1);
        (await bench.Ask<string>("select (due at time zone 'UTC')::text from workflows.schedules")).Should().Be("2026-03-02 10:30:00");
    }

    [Fact]
    public async Task A_start_at_an_instant_happens_once_and_one_that_has_passed_never()
    {
        await bench.Publish("later", Clock("Elsa.StartAt", ("dateTime", "2026-03-02T09:05:00Z")));
        await bench.Publish("past", Clock("Elsa.StartAt", ("dateTime", "2026-03-01T09:05:00Z")));
        await bench.Run();

        for (var i = 0; i < 3; i++)
        {
            bench.Clock.Advance(TimeSpan.FromMinutes(6));
            await bench.Run();
        }

        (await bench.Ask<string>("select string_agg(definition_id, ',') from workflows.instances")).Should().Be("later");
    }

    [Fact]
    public async Task A_new_version_takes_the_clock_over()
    {
        await bench.Publish("flow", Clock("Elsa.Timer", ("interval", "00:10:00")));
        await bench.Run();
        await bench.Publish("flow", Clock("Elsa.Timer", ("interval", "01:00:00")));
        await bench.Run();

        bench.Clock.Advance(TimeSpan.FromMinutes(30));
        await bench.Run();
        var before = await Started();
        bench.Clock.Advance(TimeSpan.FromMinutes(31));
        await bench.Run();

        before.Should().Be(0);
        (await Started()).Should().Be(1);
    }

    [Fact]
    public async Task Hosts_that_race_for_a_tick_start_it_once()
    {
        await bench.Publish("flow", Clock("Elsa.Timer", ("interval", "00:10:00")));
        await ScheduleTable.Fire(bench.Engine, bench.Clock.GetUtcNow(), 500, default);

        for (var i = 0; i < 10; i++)
        {
            bench.Clock.Advance(TimeSpan.FromMinutes(10));
            await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ScheduleTable.Fire(bench.Engine, bench.Clock.GetUtcNow(), 500, default)));
        }

        await bench.Run();
        (await Started()).Should().Be(10);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_tick_whose_commit_was_lost_and_comes_again_starts_nothing_twice()
    {
        await bench.Publish("flow", Clock("Elsa.Timer", ("interval", "00:10:00")));
        await bench.Run();
        bench.Clock.Advance(TimeSpan.FromMinutes(10));
        var due = await bench.Ask<DateTime>("select due from workflows.schedules");
        await bench.Run();

        await bench.Ask<int>("update workflows.schedules set due = $1", due);
        await bench.Run();

        (await Started()).Should().Be(1);
        (await bench.Count("kept", "late")).Should().Be(1);
    }

    [Fact]
    public async Task Clocks_within_a_flow_wait_for_one_tick()
    {
        await bench.Publish("flow", SignalTests.Start().Add("timer", "Elsa.Timer", ("interval", "00:01:00")).Add("cron", "Elsa.Cron", ("cronExpression", "0 0 * * * *")).Add("at", "Elsa.StartAt", ("dateTime", "2026-03-02T11:00:00Z"))
            .Connect("start → timer → cron → at → end"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        foreach (var (minutes, where) in new[] { (1, "cron"), (59, "at"), (60, (string?)null) })
        {
            bench.Clock.Advance(TimeSpan.FromMinutes(minutes));
            await bench.Run();
            (await bench.Ask<string>("select activity_id from workflows.bookmarks where kind = 1")).Should().Be(where);
        }
    }

    [Fact]
    public async Task A_clock_that_cannot_be_read_or_must_be_computed_stops_publishing()
    {
        var nonsense = () => bench.Publish("a", Clock("Elsa.Cron", ("cronExpression", "every tuesday")));
        var computed = () => bench.Publish("b", Clock("Elsa.Timer", ("interval", "js:'00:0' + 1 + ':00'")));

        (await nonsense.Should().ThrowAsync<DefinitionFileException>()).WithMessage("*cron expression of six fields*");
        (await computed.Should().ThrowAsync<DefinitionFileException>()).WithMessage("*must be written out*");
    }

    private Task<long> Started() => bench.Count("instances", "definition_id = 'flow'");

    private static Drawing Clock(string type, (string, object?) input) => new Drawing().Add("start", type, input, ("canStartWorkflow", true)).Line("done", "done").Connect("start → done");
}
