using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

public sealed class EngineRaceTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await EngineBench.StartAsync();
        await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(10), GroupSize = 5 });
        await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(10), GroupSize = 7 });
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Of_a_timer_and_a_signal_that_come_together_one_wins_each_time()
    {
        const int Many = 40;
        await bench.Publish("flow", SignalTests.Start().Add("timer", "Elsa.Delay", ("timeSpan", "00:01:00")).Add("ear", "Elsa.Event", ("eventName", Told.Name)).Add("join", "Elsa.FlowJoin", ("mode", "WaitAny")).Line("once", "once")
            .Connect("start → timer → join → once").Connect("start → ear → join"));
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => bench.Say(Began.Name, $"k-{i}")));
        await bench.Host.Quiet();

        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => bench.Say(Told.Name, $"k-{i}")));
        await bench.Host.Quiet();

        (await bench.Count("instances", "status = 1")).Should().Be(Many);
        (await bench.Count("journal", "activity_id = 'once' and event = 'Completed'")).Should().Be(Many);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Fifty_starts_at_once_with_one_correlation_leave_one_singleton()
    {
        await bench.PublishSingleton("flow", SignalTests.Start().Add("wait", "Elsa.Delay", ("timeSpan", "01:00:00")).Connect("start → wait"));

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => bench.Say(Began.Name, "k-1")));
        await bench.Host.Quiet();

        (await bench.Count("instances")).Should().Be(1);
        (await bench.Count("stimuli", "dead is not null")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Definitions_that_share_a_correlation_by_strategy_have_one_living_instance_of_all()
    {
        foreach (var name in (string[])["a", "b", "c"])
        {
            await bench.Definitions.ImportFile(name + ".json", EngineBench.Text(name, SignalTests.Start().Add("wait", "Elsa.Delay", ("timeSpan", "01:00:00")).Connect("start → wait"), "CorrelationStrategy"), default);
        }

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => bench.Say(Began.Name, $"k-{i % 2}")));
        await bench.Host.Quiet();

        (await bench.Ask<string>("select string_agg(key, ',' order by key) from workflows.instances")).Should().Be("k-0,k-1");
        (await bench.Count("stimuli")).Should().Be(0);
    }

    [Fact]
    public async Task A_parent_of_a_hundred_children_hears_of_each_once()
    {
        await bench.Publish("child", new Drawing().Output("N").Add("say", "Elsa.SetOutput", ("outputName", "N"), ("outputValue", "js:getInput('Item')")));
        await bench.Publish("flow", SignalTests.Start().Add("many", "Elsa.BulkDispatchWorkflows", ("workflowDefinitionId", "child"), ("items", "js:Array.from({ length: 100 }, (_, i) => i)"),
            ("childCompleted", new System.Text.Json.Nodes.JsonObject { ["id"] = "heard", ["type"] = "Elsa.Start", ["version"] = 1 })).Connect("start → many").Connect("many:Completed → end"));

        await bench.Say(Began.Name, "k-1");
        await bench.Host.Quiet();

        (await bench.Count("instances", "definition_id = 'child' and status = 1")).Should().Be(100);
        (await bench.Count("journal", "activity_id = 'heard' and event = 'Completed'")).Should().Be(100);
        (await bench.Count("instances", "definition_id = 'flow' and status = 1")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Whoever_cancels_while_a_burst_runs_comes_behind_it_and_ends_what_it_left()
    {
        var key = $"k-{Guid.NewGuid()}";
        var held = (Reached: new TaskCompletionSource(), Release: new TaskCompletionSource());
        await bench.Publish("flow", SignalTests.Start().Add("first", "Elsa.Event", ("eventName", Told.Name)).Add("hold", "Test.Hold").Add("more", "Elsa.Delay", ("timeSpan", "01:00:00")).Connect("start → first → hold → more"));
        await bench.Say(Began.Name, key);
        await bench.Host.Quiet();
        HoldActivity.Held[key] = held;
        await bench.Say(Told.Name, key);
        await held.Reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await bench.Host.Must(new CancelInstance((await bench.Ask<Guid?>("select id from workflows.instances"))!.Value));
        HoldActivity.Held.TryRemove(key, out _);
        held.Release.SetResult();
        await bench.Host.Quiet();

        (await bench.Ask<string>("select string_agg(event, ' ' order by sequence) from workflows.journal where activity_id = 'more'")).Should().Be("Started Suspended Canceled");
        (await bench.Count("timers")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_person_who_cancels_with_compensation_has_what_was_done_undone_in_the_same_line()
    {
        await bench.Publish("flow", SignalTests.Start().Compensates().Add("a", "Test.Make", ("name", "a")).Add("wait", "Elsa.Delay", ("timeSpan", "01:00:00")).Connect("start → a → wait"));
        await bench.Say(Began.Name, "k-1");
        await bench.Host.Quiet();

        await bench.Host.Must(new CancelInstance((await bench.Ask<Guid?>("select id from workflows.instances"))!.Value, Compensate: true));
        await bench.Host.Quiet();

        (await bench.Ask<string>("select string_agg(activity_type || ' ' || event, ', ' order by sequence) from workflows.journal where activity_id = 'a'"))
            .Should().Be("Test.Make Started, Test.Make Completed, Test.Unmake Started, Test.Unmake Completed");
        (await bench.Count("instances", "status = 1")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }
}
