using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

public sealed class UndoTests : IDisposable
{
    private readonly Bench bench = new();

    public void Dispose() => UnmakeActivity.Stuck.Clear();

    [Fact]
    public async Task What_was_done_in_several_bursts_is_undone_newest_first_with_what_it_was_given_then()
    {
        var workflow = Makes().Compile();
        var (state, _) = await bench.Start(workflow);
        (state, _) = await bench.Resume(workflow, state, "Elsa.Delay");
        state = StateSerializer.Read(StateSerializer.Write(state));

        var result = await bench.Runner.CompensateAsync(workflow, state, bench, default);

        bench.Lines.Should().Equal("unmade c! of c", "unmade b! of b", "unmade a! of a");
        (result.Status, result.SubStatus).Should().Be((InstanceStatus.Finished, InstanceSubStatus.Cancelled));
        state.Bookmarks.Should().BeEmpty();
        result.Journal.Should().Contain(e => e.NodeId == "Workflow1:Flowchart1:b:undo" && e.EventName == "Completed" && e.ActivityType == "Test.Unmake");
    }

    [Fact]
    public async Task An_undo_that_fails_stops_there_and_goes_on_when_a_person_has_helped()
    {
        var workflow = Makes().Compile();
        var (state, _) = await bench.Start(workflow);
        UnmakeActivity.Stuck.Add("b!");

        var stopped = await bench.Runner.CompensateAsync(workflow, state, bench, default);
        var lines = bench.Lines.ToList();
        state = StateSerializer.Read(StateSerializer.Write(state));
        UnmakeActivity.Stuck.Clear();
        var result = await bench.Runner.RetryAsync(workflow, state, state.Incidents.Single().Id, bench, default);

        lines.Should().BeEmpty();
        stopped.SubStatus.Should().Be(InstanceSubStatus.Suspended);
        bench.Lines.Should().Equal("unmade b! of b", "unmade a! of a");
        result.SubStatus.Should().Be(InstanceSubStatus.Cancelled);
    }

    [Fact]
    public async Task A_fault_that_ends_the_instance_undoes_first()
    {
        var workflow = new Drawing().Compensates().Strategy("Elsa.Workflows.IncidentStrategies.FaultStrategy, Elsa.Workflows.Core").Add("a", "Test.Make", ("name", "a")).Add("no", "Elsa.Fault", ("message", "no"))
            .Add("side", "Elsa.Delay").Connect("a → no").Connect("a → side").Compile();

        var (state, result) = await bench.Start(workflow);

        bench.Lines.Should().Equal("unmade a! of a");
        (result.Status, result.SubStatus).Should().Be((InstanceStatus.Finished, InstanceSubStatus.Faulted));
        state.Executions.Should().BeEmpty();
        result.IncidentsOpened.Should().ContainSingle();
    }

    [Fact]
    public async Task Without_compensation_nothing_is_kept_and_nothing_undone()
    {
        var workflow = new Drawing().Add("a", "Test.Make", ("name", "a")).Add("wait", "Elsa.Delay").Connect("a → wait").Compile();
        var (state, _) = await bench.Start(workflow);

        var result = await bench.Runner.CompensateAsync(workflow, state, bench, default);

        state.Done.Should().BeEmpty();
        bench.Lines.Should().BeEmpty();
        result.SubStatus.Should().Be(InstanceSubStatus.Cancelled);
    }

    [Theory]
    [InlineData("""{"attempts":2,"delay":"00:00:10","factor":3}""", "10, 30, never")]
    [InlineData("""{"maxRetryAttempts":"3","delay":"00:00:01","backoffType":"Constant"}""", "1, 1, 1, never")]
    [InlineData("""{"attempts":4,"delay":"00:00:20","maxDelay":"00:01:00"}""", "20, 40, 60, 60, never")]
    [InlineData("""{"attempts":0}""", "never")]
    [InlineData("""{"mode":"Identifier","strategyId":"x"}""", "5, 30, 120, never")]
    [InlineData("""{"attempts":1000000}""", "5, 30, 120, never")]
    [InlineData("\"often\"", "5, 30, 120, never")]
    public async Task A_step_is_retried_as_its_policy_says_and_then_waits_for_a_person(string policy, string waits)
    {
        var workflow = new Drawing().Add("a", "Test.Brittle", ("fails", "true")).Custom("a", "retry", JsonNode.Parse(policy)).Compile();
        var (state, result) = await bench.Start(workflow);
        var seen = new List<string>();
        while (result.IncidentsOpened.Single().RetryAt is { } at)
        {
            seen.Add($"{(at - bench.Now).TotalSeconds}");
            bench.Now = at;
            state = StateSerializer.Read(StateSerializer.Write(state));
            result = await bench.Runner.RetryAsync(workflow, state, state.Incidents.Single().Id, bench, default);
        }

        string.Join(", ", seen.Append("never")).Should().Be(waits);
    }

    private static Drawing Makes() => new Drawing().Compensates().Add("a", "Test.Make", ("name", "a")).Add("b", "Test.Make", ("name", "b")).Add("wait", "Elsa.Delay").Add("c", "Test.Make", ("name", "c")).Add("more", "Elsa.Delay")
        .Connect("a → b → wait → c → more");
}
