using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows.Tests;

public sealed class TroubleTests : IAsyncLifetime
{
    private readonly string key = $"k-{Guid.NewGuid()}";
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync()
    {
        FragileActivity.Failing.TryRemove(key, out _);
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task An_incident_is_tried_again_when_its_time_has_come()
    {
        await bench.Publish("flow", SignalTests.Start().Add("fragile", "Test.Fragile").Connect("start → fragile → end"));
        FragileActivity.Failing[key] = new InvalidOperationException("the line is dead");
        await bench.Say(Began.Name, key);
        await bench.Run();
        var open = await Incidents();

        FragileActivity.Failing.TryRemove(key, out _);
        bench.Clock.Advance(TimeSpan.FromSeconds(4));
        await bench.Run();
        var early = await Incidents();
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.Run();

        open.Should().Be("fragile InvalidOperationException the line is dead, try 1, status 0");
        early.Should().Be(open);
        (await Incidents()).Should().Be("fragile InvalidOperationException the line is dead, try 1, status 2");
        (await bench.Count("instances", "finished is not null")).Should().Be(1);
        (await bench.Count("timers")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task After_the_last_retry_a_person_is_asked_and_no_timer_is_left()
    {
        await bench.Publish("flow", SignalTests.Start().Add("fragile", "Test.Fragile").Connect("start → fragile → end"));
        FragileActivity.Failing[key] = new InvalidOperationException("the line is dead");
        await bench.Say(Began.Name, key);

        for (var retry = 0; retry < 5; retry++)
        {
            await bench.Run();
            bench.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        (await bench.Ask<string>("select string_agg(attempt || ':' || status, ' ' order by attempt) from workflows.incidents")).Should().Be("1:2 2:2 3:2 4:1");
        (await bench.Count("timers")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    public static TheoryData<Exception> NotTheDatabases => [new TimeoutException("too slow"), new IOException("no such disk"), new System.Net.Sockets.SocketException(111)];

    [Theory, MemberData(nameof(NotTheDatabases))]
    public async Task Trouble_of_an_activity_is_not_taken_for_trouble_with_the_database(Exception error)
    {
        await bench.Publish("flow", SignalTests.Start().Add("fragile", "Test.Fragile").Connect("start → fragile → end"));
        FragileActivity.Failing[key] = error;

        await bench.Say(Began.Name, key);
        await bench.Say(Began.Name, "k-well");
        await bench.Run();

        (await Incidents()).Should().StartWith($"fragile {error.GetType().Name}");
        (await bench.Count("instances", "key = 'k-well' and finished is not null")).Should().Be(1);
    }

    [Fact]
    public async Task An_incident_that_the_end_of_its_instance_overtakes_is_closed_and_asks_nobody()
    {
        await bench.Publish("flow", SignalTests.Start().Add("fragile", "Test.Fragile").Line("on", "on").Connect("start → fragile").Connect("start → on → end"));
        FragileActivity.Failing[key] = new InvalidOperationException("the line is dead");

        await bench.Say(Began.Name, key);
        await bench.Run();

        (await Incidents()).Should().EndWith("status 2");
        (await bench.Count("instances", "finished is not null")).Should().Be(1);
        (await bench.Count("timers")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_fault_that_ends_its_instance_leaves_nothing_open()
    {
        await bench.Publish("flow", SignalTests.Start().Strategy("FaultStrategy").Add("fault", "Elsa.Fault", ("message", "that went south")).Connect("start → fault"));

        await bench.Say(Began.Name, key);
        await bench.Run();

        (await bench.Count("incidents", "status = 2 and closed is not null")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_stimulus_that_nobody_can_run_is_listed_and_what_waits_behind_it_goes_on_after_its_replay()
    {
        await MakeDeadStimulus();

        var dead = (await bench.Host.Must(new ListDeadStimuli(0, 10))).Single();
        await Repair();
        await bench.Host.Must(new DecideDeadStimulus(dead.Id, DeadLetterDecision.Replay));
        await bench.Run();
        var again = await bench.Host.Send(new DecideDeadStimulus(dead.Id, DeadLetterDecision.Replay));

        dead.Should().BeEquivalentTo(new { Name = Told.Name, Key = key, Attempts = 5, Waiting = 1 });
        dead.Error.Should().Contain("no definition version");
        again.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "workflows.no-dead-stimulus" });
        (await bench.Count("instances", "finished is not null")).Should().Be(1);
        (await bench.Count("stimuli")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_stimulus_that_is_given_up_is_late_and_its_key_goes_on()
    {
        await MakeDeadStimulus();

        var dead = (await bench.Host.Must(new ListDeadStimuli(0, 10))).Single();
        await Repair();
        await bench.Host.Must(new DecideDeadStimulus(dead.Id, DeadLetterDecision.Discard));
        await bench.Run();

        (await bench.Host.Must(new ListDeadStimuli(0, 10))).Should().BeEmpty();
        (await bench.Ask<long>("select id from workflows.kept where late")).Should().Be(dead.Id);
        (await bench.Count("instances", "finished is not null")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    /// <summary>An instance whose version nobody knows gets two signals; the first is tried until it is dead.</summary>
    private async Task MakeDeadStimulus()
    {
        await bench.Publish("flow", SignalTests.Start().Add("ear", "Elsa.Event", ("eventName", Told.Name)).Connect("start → ear → end"));
        await bench.Say(Began.Name, key);
        await bench.Run();
        await bench.Ask<int>("update workflows.instances set version_id = 'lost-' || version_id");
        await bench.Say(Told.Name, key);
        await bench.Say(Told.Name, key);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await bench.Run();
            await bench.Ask<int>("update workflows.stimuli set not_before = '-infinity'");
        }
    }

    private Task<int> Repair() => bench.Ask<int>("update workflows.instances set version_id = substr(version_id, 6)")!;

    private Task<string?> Incidents() => bench.Ask<string>(
        "select string_agg(activity_id || ' ' || error || ' ' || message || ', try ' || attempt || ', status ' || status, '; ' order by opened) from workflows.incidents where key = $1", key);
}
