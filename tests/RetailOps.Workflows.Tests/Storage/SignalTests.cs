namespace RetailOps.Workflows.Tests;

public sealed class SignalTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task What_nobody_waits_for_makes_no_stimulus()
    {
        await bench.Publish("flow", Start().Connect("start → end"));

        await bench.Say(Told.Name, "k-1");
        await bench.Say(Began.Name, "k-1");

        (await bench.Ask<string>("select string_agg(name, ' ') from workflows.stimuli")).Should().Be(Began.Name);
    }

    [Fact]
    public async Task A_signal_that_comes_before_its_wait_is_kept_and_met()
    {
        await bench.Publish("flow", WaitsLate());
        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        await bench.Say(Told.Name, "k-1");
        await bench.Run();
        var kept = await bench.Count("kept", "not late");
        bench.Clock.Advance(TimeSpan.FromHours(1));
        await bench.Run();

        kept.Should().Be(1);
        (await bench.Count("kept")).Should().Be(0);
        (await bench.Count("instances", "finished is not null")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_signal_that_comes_twice_is_met_once_and_the_second_is_late()
    {
        await bench.Publish("flow", WaitsLate());
        await bench.Say(Began.Name, "k-1");
        await bench.Run();
        bench.Clock.Advance(TimeSpan.FromHours(1));
        await bench.Run();

        await bench.Say(Told.Name, "k-1");
        await bench.Say(Told.Name, "k-1");
        await bench.Run();

        (await bench.Ask<string>("select string_agg(key || ' ' || name || ' ' || late, ', ') from workflows.kept")).Should().Be("k-1 test.told.v1 true");
        (await bench.Ask<int>("select bursts from workflows.instances")).Should().Be(3);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Of_a_timer_and_an_event_one_wins_and_the_other_is_late()
    {
        await bench.Publish("flow", Start().Add("ear", "Elsa.Event", ("eventName", Told.Name)).Add("pause", "Elsa.Delay", ("timeSpan", "01:00:00"))
            .Add("gave-up", "Elsa.Finish").Connect("start → ear → end").Connect("start → pause → gave-up"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        await bench.Say(Told.Name, "k-1");
        bench.Clock.Advance(TimeSpan.FromHours(1));
        await bench.Run();

        (await bench.Ask<string>("select string_agg(name || ' ' || late, ', ') from workflows.kept")).Should().Be("timer true");
        (await bench.Count("instances", "finished is not null")).Should().Be(1);
        (await bench.Count("bookmarks") + await bench.Count("timers") + await bench.Count("stimuli")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_event_that_starts_several_flows_starts_each_in_a_burst_of_its_own()
    {
        await bench.Publish("one", Start().Connect("start → end"));
        await bench.Publish("two", WaitsLate());

        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        (await bench.Ask<string>("select string_agg(definition_id || ' ' || status, ', ' order by definition_id) from workflows.instances")).Should().Be("one 1, two 0");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_burst_that_spends_its_steps_goes_on_behind_the_others()
    {
        await bench.Publish("flow", Start().Variable("n", "Int32", 0).Add("more", "Elsa.FlowDecision", ("condition", "js:getN() < 1200")).Set("count", "n", "js:getN() + 1")
            .Connect("start → more").Connect("more:True → count → more").Connect("more:False → end"));
        await bench.Say(Began.Name, "k-1");

        await bench.Of<BurstExecutor>().RunGroup(Lane.People, default);
        var between = await bench.Ask<string>("select string_agg(name || ' in lane ' || lane, ', ') from workflows.stimuli");
        await bench.Run();

        between.Should().Be("continue in lane 2");
        (await bench.Ask<string>("select bursts || ' ' || status from workflows.instances")).Should().Be("2 1");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_event_that_a_living_singleton_meets_need_not_start_another()
    {
        await bench.PublishSingleton("flow", Start().Add("ear", "Elsa.Event", ("eventName", Began.Name)).Connect("start → ear → end"));

        await bench.Say(Began.Name, "k-1");
        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        (await bench.Ask<string>("select string_agg(bursts || ' ' || status, ', ') from workflows.instances")).Should().Be("2 1");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_singleton_that_several_events_would_start_starts_once_and_nothing_dies_of_it()
    {
        await bench.PublishSingleton("one", Start().Add("ear", "Elsa.Event", ("eventName", Told.Name)).Connect("start → ear → end"));
        await bench.Publish("other", new Drawing().Add("start", "Elsa.Event", ("eventName", Told.Name), ("canStartWorkflow", true))
            .Add("ear", "Elsa.Event", ("eventName", Began.Name)).Add("end", "Elsa.Finish").Connect("start → ear → end"));
        await bench.Say(Told.Name, "k-1");
        await bench.Run();

        await bench.Say(Began.Name, "k-1");
        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        (await bench.Ask<string>("select string_agg(definition_id || ' ' || status, ', ' order by definition_id) from workflows.instances")).Should().Be("one 0, other 1");
        (await bench.Ask<string>("select string_agg(key || ' ' || attempts || ' ' || error, ', ') from workflows.stimuli")).Should().BeNull();
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    /// <summary>begins → pauses for an hour → waits to be told → ends.</summary>
    internal static Drawing WaitsLate() => Start().Add("pause", "Elsa.Delay", ("timeSpan", "01:00:00")).Add("ear", "Elsa.Event", ("eventName", Told.Name)).Connect("start → pause → ear → end");

    internal static Drawing Start() => new Drawing().Add("start", "Elsa.Event", ("eventName", Began.Name), ("canStartWorkflow", true)).Add("end", "Elsa.Finish");
}
