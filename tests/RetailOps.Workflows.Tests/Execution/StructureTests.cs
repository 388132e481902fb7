using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

/// <summary>Activities that hold others. What the original does is written down in its contract; these drawings are ours.</summary>
public sealed class StructureTests
{
    private readonly Bench bench = new();

    [Theory]
    [InlineData("true", "yes")]
    [InlineData("false", "no")]
    public async Task An_if_runs_one_of_its_branches(string holds, string said)
    {
        await Run(new Drawing().Variable("Held", "Boolean").Add("if", "Elsa.If", ("condition", "js:" + holds), ("then", Says("yes")), ("else", Says("no")), ("result", Bound("v-Held")))
            .Line("after", "js:'held ' + getHeld()").Connect("if → after"));

        bench.Lines.Should().Equal(said, "held " + holds);
    }

    [Fact]
    public async Task An_if_without_the_branch_is_done()
    {
        await Run(new Drawing().Add("if", "Elsa.If", ("condition", "js:false"), ("then", Says("yes"))).Line("after", "after").Connect("if → after"));

        bench.Lines.Should().Equal("after");
    }

    [Theory]
    [InlineData("MatchFirst", 5, "large,after")]
    [InlineData("MatchAny", 5, "large,odd,after")]
    [InlineData("MatchAny", 2, "none,after")]
    public async Task A_switch_runs_the_activities_of_its_cases(string mode, int number, string said)
    {
        await Run(new Drawing().Add("switch", "Elsa.Switch", ("mode", mode), ("default", Says("none")), ("cases", new JsonArray(Case($"{number} > 3", "large"), Case($"{number} % 2 === 1", "odd"), Case("true === false", null))))
            .Line("after", "after").Connect("switch → after"));

        bench.Lines.Should().Equal(said.Split(','));
    }

    [Fact]
    public async Task A_while_asks_before_each_pass()
    {
        await Run(new Drawing().Variable("n", "Int32", 0).Add("while", "Elsa.While", ("condition", "js:getN() < 3"), ("body", Sequence("pass", Script("add", "setVariable('n', getN() + 1)"), Says("js:'n ' + getN()"))))
            .Line("after", "after").Connect("while → after"));

        bench.Lines.Should().Equal("n 1", "n 2", "n 3", "after");
    }

    [Theory]
    [InlineData(1, 3, 1, true, "1 2 3")]
    [InlineData(1, 3, 1, false, "1 2")]
    [InlineData(5, 1, -2, true, "5 3 1")]
    [InlineData(3, 1, 1, true, "")]
    public async Task A_for_counts(int start, int end, int step, bool inclusive, string said)
    {
        await Run(new Drawing().Add("for", "Elsa.For", ("start", start), ("end", end), ("step", step), ("outerBoundInclusive", inclusive), ("body", Says("js:'' + getCurrentValue()"))));

        string.Join(' ', bench.Lines).Should().Be(said);
    }

    [Fact]
    public async Task A_foreach_takes_its_items_one_after_the_other_and_keeps_its_place_over_waits()
    {
        var workflow = new Drawing().Variable("Item", "Object")
            .Add("each", "Elsa.ForEach", ("items", "js:[{ sku: 'A' }, { sku: 'B' }]"), ("currentValue", Bound("v-Item")),
                ("body", Sequence("pass", Activity("wait", "Elsa.Delay"), Says("js:getCurrentIndex() + getItem().sku + variables.CurrentValue.sku"))))
            .Line("after", "js:getItem().sku").Connect("each → after").Compile();
        var (state, _) = await bench.Start(workflow);
        var before = bench.Lines.Count;

        (state, _) = await bench.Resume(workflow, state, "Elsa.Delay");
        var between = bench.Lines.ToList();
        (_, var result) = await bench.Resume(workflow, state, "Elsa.Delay");

        before.Should().Be(0);
        between.Should().Equal("0AA");
        bench.Lines.Should().Equal("0AA", "1BB", "B");
        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
    }

    [Fact]
    public async Task A_parallel_foreach_runs_all_items_at_once_each_with_its_own()
    {
        var workflow = new Drawing().Add("each", "Elsa.ParallelForEach", ("items", "js:[10, 20, 30]"), ("body", Sequence("pass", Activity("wait", "Elsa.Delay"), Says("js:getCurrentIndex() + ':' + getCurrentValue()"))))
            .Line("after", "after").Connect("each → after").Compile();
        var (state, first) = await bench.Start(workflow);

        while (state.Bookmarks.Count > 0)
        {
            state = StateSerializer.Read(StateSerializer.Write(state));
            await bench.Runner.ResumeAsync(workflow, state, state.Bookmarks[^1].Id, null, bench, CancellationToken.None);
        }

        first.BookmarksCreated.Should().HaveCount(3);
        bench.Lines.Should().Equal("2:30", "1:20", "0:10", "after");
    }

    [Theory]
    [InlineData("WaitAll", "slow,after")]
    [InlineData("WaitAny", "after")]
    public async Task A_fork_waits_for_all_branches_or_for_one(string mode, string said)
    {
        var workflow = new Drawing().Add("fork", "Elsa.Fork", ("joinMode", JsonValue.Create(mode)),
                ("branches", new JsonArray(Says("fast"), Sequence("slowly", Activity("wait", "Elsa.Delay"), Says("slow")))))
            .Line("after", "after").Connect("fork → after").Compile();
        var (state, _) = await bench.Start(workflow);

        if (state.Bookmarks.Count > 0)
        {
            await bench.Resume(workflow, state, "Elsa.Delay");
        }

        bench.Lines.Should().Equal(["fast", .. said.Split(',')]);
    }

    [Fact]
    public async Task A_break_ends_the_nearest_loop_from_however_deep_and_nothing_around_it()
    {
        var (state, result) = await Run(new Drawing()
            .Add("outer", "Elsa.ForEach", ("items", "js:['a', 'b']"), ("body", Sequence(
                "round",
                Activity("inner", "Elsa.For", ("start", 1), ("end", 9), ("body", Sequence(
                    "pass",
                    Says("js:'' + getCurrentValue()"),
                    Activity("enough", "Elsa.If", ("condition", "js:getCurrentValue() >= 2"), ("then", Sequence("stop", Activity("break", "Elsa.Break"), Says("never")))),
                    Says("js:'on'")))),
                Says("js:'end of ' + getCurrentValue()"))))
            .Line("after", "after").Connect("outer → after"));

        bench.Lines.Should().Equal("1", "on", "2", "end of a", "1", "on", "2", "end of b", "after");
        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
        result.Journal.Where(j => j.ActivityId is "stop" or "enough" or "inner").Select(j => j.EventName).Should().NotContain("Canceled");
        result.Journal.Select(j => j.Sequence).Should().Equal(Enumerable.Range(0, result.Journal.Count).Select(n => (long)n));
    }

    [Fact]
    public async Task A_break_gives_up_what_waits_beside_it()
    {
        var (state, result) = await Run(new Drawing().Add("each", "Elsa.ForEach", ("items", "js:[1, 2, 3]"), ("body", Activity("fork", "Elsa.Fork", ("branches", new JsonArray(Activity("wait", "Elsa.Delay"), Activity("break", "Elsa.Break"))))))
            .Line("after", "after").Connect("each → after"));

        bench.Lines.Should().Equal("after");
        (state.Bookmarks.Count, result.BookmarksCreated.Count, result.SubStatus).Should().Be((0, 0, InstanceSubStatus.Finished));
    }

    [Fact]
    public async Task A_break_outside_a_loop_ends_where_it_stands()
    {
        var (_, result) = await Run(new Drawing().Add("pass", "Elsa.Sequence", ("activities", new JsonArray(Activity("break", "Elsa.Break"), Says("never")))).Line("after", "after").Connect("pass → after"));

        bench.Lines.Should().Equal("after");
        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
    }

    [Fact]
    public async Task Flowcharts_nest_and_a_failure_inside_a_loop_is_tried_again_in_its_pass()
    {
        var workflow = new Drawing().Variable("ill", "Boolean", true)
            .Add("each", "Elsa.ForEach", ("items", "js:[1, 2]"), ("body", Activity(
                "chart", "Elsa.Flowchart",
                ("activities", new JsonArray(Activity("try", "Test.Brittle", ("fails", "js:getIll() && getCurrentValue() === 2")), Says("js:'did ' + getCurrentValue()"))),
                ("connections", new JsonArray(new JsonObject { ["source"] = new JsonObject { ["activity"] = "try", ["port"] = "Done" }, ["target"] = new JsonObject { ["activity"] = "line-js:'did ' + getCurrentValue()" } })))))
            .Line("after", "after").Connect("each → after").Compile();
        var (state, first) = await bench.Start(workflow);
        var between = bench.Lines.ToList();

        state = StateSerializer.Read(StateSerializer.Write(state));
        state.Executions[0].Variables!["v-ill"] = false;
        var result = await bench.Runner.RetryAsync(workflow, state, first.IncidentsOpened.Single().Id, bench, CancellationToken.None);

        between.Should().Equal("did 1");
        bench.Lines.Should().Equal("did 1", "did 2", "after");
        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
    }

    [Fact]
    public async Task A_list_that_is_none_is_an_incident()
    {
        var (_, result) = await Run(new Drawing().Add("each", "Elsa.ForEach", ("items", "js:({ no: 'list' })"), ("body", Says("never"))));

        result.IncidentsOpened.Should().ContainSingle().Which.Message.Should().Be("A list of items is wanted.");
    }

    private ValueTask<(InstanceState State, BurstResult Result)> Run(Drawing drawing)
    {
        var workflow = drawing.Compile();
        workflow.Problems.Where(p => p.IsError).Should().BeEmpty();
        return new(bench.Start(workflow));
    }

    private static JsonObject Says(string text) => Activity("line-" + text, "Elsa.WriteLine", ("text", text));

    private static JsonObject Script(string id, string text) => Activity(id, "Elsa.RunJavaScript", ("script", JsonValue.Create(text)));

    private static JsonObject Sequence(string id, params JsonNode[] activities) => Activity(id, "Elsa.Sequence", ("activities", new JsonArray(activities)));

    private static JsonObject Activity(string id, string type, params (string Name, object? Value)[] members) =>
        (JsonObject)new Drawing().Add(id, type, members).Json()["root"]!["activities"]![0]!.DeepClone();

    private static JsonObject Bound(string variable) => new() { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = variable } };

    private static JsonObject Case(string condition, string? says) => new()
    {
        ["label"] = says,
        ["condition"] = new JsonObject { ["type"] = "JavaScript", ["value"] = condition },
        ["activity"] = says is null ? null : Says(says),
    };
}
