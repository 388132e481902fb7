namespace RetailOps.Workflows.Tests;

public sealed class IncidentTests
{
    private readonly Bench bench = new();

    [Fact]
    public async Task A_failure_waits_for_its_retry_while_other_branches_go_on()
    {
        var (state, result) = await bench.Start(Brittle().Compile());

        bench.Lines.Should().Equal("go", "other");
        result.SubStatus.Should().Be(InstanceSubStatus.Suspended);
        result.IsStuck.Should().BeFalse();
        var incident = result.IncidentsOpened.Should().ContainSingle().Subject;
        incident.Should().Match<Incident>(i => i.ActivityId == "brittle" && i.Message == "the line is dead" && i.ErrorClass == "TimeoutException" && i.Attempt == 1);
        incident.RetryAt.Should().Be(bench.Now.AddSeconds(5));
        state.Bookmarks.Should().BeEmpty("what the failed step began to wait for is undone");
        state.Executions.Single(e => e.ActivityId == "brittle").Properties.Should().BeEmpty();
    }

    [Fact]
    public async Task Retries_back_off_three_times_and_then_wait_for_a_person()
    {
        var workflow = Brittle().Compile();
        var (state, _) = await bench.Start(workflow);
        var waits = new List<TimeSpan?>();

        for (var retry = 0; retry < 4; retry++)
        {
            waits.Add(state.Incidents.Single().RetryAt - bench.Now);
            state = StateSerializer.Read(StateSerializer.Write(state));
            await bench.Runner.RetryAsync(workflow, state, state.Incidents.Single().Id, bench, CancellationToken.None);
        }

        waits.Should().Equal(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), null);
    }

    [Fact]
    public async Task A_retry_that_succeeds_closes_the_incident_and_goes_on()
    {
        var workflow = Brittle().Compile();
        var (state, _) = await bench.Start(workflow);
        state.Executions[0].Variables!["v-fails"] = false;
        var open = state.Incidents.Single().Id;

        var result = await bench.Runner.RetryAsync(workflow, state, open, bench, CancellationToken.None);

        result.IncidentsClosed.Should().Equal(open);
        result.Status.Should().Be(InstanceStatus.Finished);
        bench.Lines.Should().EndWith("end");
    }

    [Fact]
    public async Task A_failed_resumption_is_resumed_again_with_the_same_payload()
    {
        var workflow = new Drawing().Variable("n", "Int32")
            .Add("e", "Elsa.Event", ("eventName", "tick"), ("result", System.Text.Json.Nodes.JsonNode.Parse("""{"typeName":"Object","memoryReference":{"id":"v-n"}}"""))).Compile();
        var (state, _) = await bench.Start(workflow);
        var (failed, _) = await bench.Resume(workflow, state, "tick", System.Text.Json.JsonElement.Parse("\"no number\""));

        var loaded = StateSerializer.Read(StateSerializer.Write(failed));
        var again = await bench.Runner.RetryAsync(workflow, loaded, loaded.Incidents.Single().Id, bench, CancellationToken.None);

        again.Journal[0].EventName.Should().Be("Resumed");
        again.IncidentsOpened.Should().ContainSingle().Which.Message.Should().Contain("no number");
    }

    [Fact]
    public async Task When_the_caller_does_not_contain_it_the_exception_leaves_the_runner()
    {
        var strict = new Bench { Contains = false };

        var act = () => strict.Start(Brittle().Compile());

        await act.Should().ThrowAsync<TimeoutException>();
    }

    [Fact]
    public async Task A_drawn_fault_strategy_ends_the_instance_when_retrying_is_over()
    {
        var workflow = new Drawing().Strategy("FaultStrategy").Line("go", "go").Add("fault", "Elsa.Fault", ("message", "that went south"))
            .Add("wait", "Elsa.Event", ("eventName", "never")).Connect("go → wait").Connect("go → fault").Compile();

        var (state, result) = await bench.Start(workflow);

        result.SubStatus.Should().Be(InstanceSubStatus.Faulted);
        result.IncidentsOpened.Should().ContainSingle().Which.Message.Should().Be("that went south");
        state.Bookmarks.Should().BeEmpty();
    }

    [Fact]
    public async Task An_unknown_activity_type_is_kept_and_fails_when_it_is_reached()
    {
        var workflow = new Drawing().Line("a", "A").Add("x", "Acme.Teleport").Connect("a → x").Compile();

        var (_, result) = await bench.Start(workflow);

        workflow.Problems.Should().ContainSingle(p => p.Code == "unknown-activity" && p.ActivityId == "x");
        result.IncidentsOpened.Should().ContainSingle().Which.Should().Match<Incident>(i => i.Message == "Activity type 'Acme.Teleport' version '0' could not be found." && i.ActivityType == "Elsa.NotFoundActivity");
        bench.Lines.Should().Equal("A");
    }

    private static Drawing Brittle() => new Drawing().Variable("fails", "Boolean", true).Line("go", "go")
        .Add("brittle", "Test.Brittle", ("fails", "var:fails")).Line("other", "other").Line("end", "end")
        .Connect("go → brittle → end").Connect("go → other → end");
}
