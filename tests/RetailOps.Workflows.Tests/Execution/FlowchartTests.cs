namespace RetailOps.Workflows.Tests;

public sealed class FlowchartTests
{
    private readonly Bench bench = new();

    [Fact]
    public async Task Branches_run_in_the_order_of_the_file_and_join_once()
    {
        var workflow = new Drawing().Line("a", "A").Line("b", "B").Line("c", "C").Line("d", "D").Connect("a → b → d").Connect("a → c → d").Compile();

        var (state, result) = await bench.Start(workflow);

        bench.Lines.Should().Equal("A", "B", "C", "D");
        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
        state.Executions.Should().BeEmpty();
        result.Journal.Select(j => j.Sequence).Should().Equal(Enumerable.Range(0, 12).Select(i => (long)i));
    }

    [Fact]
    public async Task A_branch_not_taken_does_not_hold_up_the_join_behind_it()
    {
        var workflow = new Drawing()
            .Add("d", "Elsa.FlowDecision", ("condition", "js:1 > 2"))
            .Line("yes", "yes").Line("yes2", "yes2").Line("no", "no").Line("end", "end")
            .Connect("d:True → yes → yes2 → end").Connect("d:False → no → end")
            .Compile();

        var (_, result) = await bench.Start(workflow);

        bench.Lines.Should().Equal("no", "end");
        result.Status.Should().Be(InstanceStatus.Finished);
    }

    [Fact]
    public async Task A_loop_drawn_by_a_connection_back_runs_its_rounds_and_what_joins_inside_it()
    {
        var workflow = new Drawing().Variable("n", "Int32", 0)
            .Set("count", "n", "js:getN() + 1").Line("left", "l").Line("right", "r").Line("both", "js:'round ' + getN()")
            .Add("more", "Elsa.FlowDecision", ("condition", "js:getN() < 3")).Line("end", "end")
            .Connect("count → left → both → more").Connect("count → right → both").Connect("more:True → count").Connect("more:False → end")
            .Compile();

        await bench.Start(workflow);

        bench.Lines.Should().Equal("l", "r", "round 1", "l", "r", "round 2", "l", "r", "round 3", "end");
    }

    [Fact]
    public async Task A_loop_of_ten_thousand_rounds_with_waits_keeps_the_state_small()
    {
        var workflow = new Drawing().Variable("n", "Int32", 0)
            .Set("count", "n", "js:getN() + 1").Add("wait", "Elsa.Event", ("eventName", "tick"))
            .Connect("count → wait → count").Compile();
        var (state, _) = await bench.Start(workflow, "order-1");
        var early = StateSerializer.Write(state).Length;

        for (var round = 0; round < 10_000; round++)
        {
            var result = await bench.Runner.ResumeAsync(workflow, state, state.Bookmarks.Single().Id, null, bench, CancellationToken.None);
            result.BookmarksRemoved.Should().HaveCount(1);
        }

        StateSerializer.Write(state).Length.Should().BeLessThan(early + 64);
        state.Executions.Should().HaveCount(3);
    }

    [Fact]
    public async Task A_connection_back_that_a_way_from_the_start_goes_around_is_an_error()
    {
        var workflow = new Drawing().Line("a", "A").Line("b", "B").Line("c", "C").Connect("a → b → c → b").Connect("a → c").Compile();

        var (_, result) = await bench.Start(workflow);

        workflow.Problems.Should().ContainSingle(p => p.Code == "loop" && p.ActivityId == "c" && p.IsError);
        result.IncidentsOpened.Should().ContainSingle().Which.Message.Should().StartWith("Invalid backward connection");
    }

    [Fact]
    public async Task An_explicit_join_takes_the_first_arrival_and_cancels_the_other_wait()
    {
        var workflow = new Drawing().Line("start", "go")
            .Add("paid", "Elsa.Event", ("eventName", "paid")).Add("late", "Elsa.Delay", ("timeSpan", "01:00:00"))
            .Add("join", "Elsa.FlowJoin", ("mode", "WaitAny")).Line("end", "end")
            .Connect("start → paid → join → end").Connect("start → late → join").Compile();
        var (state, _) = await bench.Start(workflow, "order-1");

        var (after, result) = await bench.Resume(workflow, state, "paid");

        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
        result.BookmarksRemoved.Should().HaveCount(2);
        result.Journal.Should().Contain(j => j.ActivityId == "late" && j.EventName == "Canceled");
        after.Bookmarks.Should().BeEmpty();
    }

    [Fact]
    public async Task Finish_ends_what_still_waits_elsewhere()
    {
        var workflow = new Drawing().Line("start", "go").Add("wait", "Elsa.Event", ("eventName", "never")).Add("stop", "Elsa.Finish")
            .Connect("start → wait").Connect("start → stop").Compile();

        var (state, result) = await bench.Start(workflow);

        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
        result.BookmarksCreated.Should().BeEmpty();
        state.Executions.Should().BeEmpty();
        result.Journal.Select(j => (j.ActivityId, j.EventName)).Should().EndWith([("wait", "Canceled"), ("stop", "Completed"), ("Flowchart1", "Completed"), ("Workflow1", "Completed")]);
    }

    [Fact]
    public async Task A_join_that_waits_for_a_branch_that_never_comes_is_reported_as_stuck()
    {
        var workflow = new Drawing().Line("start", "go").Add("silent", "Test.Silent").Line("other", "other").Line("end", "end")
            .Connect("start → silent → end").Connect("start → other → end").Definition();

        var (_, result) = await bench.Start(WorkflowCompiler.Compile(workflow, new ActivityCatalogue([typeof(SilentActivity)])));

        bench.Lines.Should().Equal("go", "other");
        result.SubStatus.Should().Be(InstanceSubStatus.Suspended);
        result.IsStuck.Should().BeTrue();
    }

    [Fact]
    public async Task A_switch_goes_by_the_first_case_that_holds_and_a_fork_by_all_its_branches()
    {
        var cases = System.Text.Json.Nodes.JsonNode.Parse("""[{"label":"big","condition":{"type":"JavaScript","value":"2 > 1"}},{"label":"huge","condition":{"type":"JavaScript","value":"true"}}]""");
        var workflow = new Drawing().Add("switch", "Elsa.FlowSwitch", ("cases", cases)).Add("fork", "Elsa.FlowFork", ("branches", "[\"x\",\"y\"]"))
            .Line("huge", "huge").Line("x", "x").Line("y", "y")
            .Connect("switch:big → fork").Connect("switch:huge → huge").Connect("fork:x → x").Connect("fork:y → y").Compile();

        await bench.Start(workflow);

        bench.Lines.Should().Equal("x", "y");
    }

    [Activity("Test.Silent")]
    private sealed class SilentActivity : Activity
    {
        public override ValueTask ExecuteAsync(ActivityContext context) => ValueTask.CompletedTask;
    }
}
