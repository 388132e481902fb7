namespace RetailOps.Workflows.Tests;

public sealed class TokenFlowchartTests
{
    private readonly Bench bench = new();

    [Fact]
    public async Task A_stream_runs_once_for_what_was_still_on_its_way()
    {
        await bench.Start(Diamond().Compile());

        bench.Lines.Should().Equal("a", "b", "c", "d");
    }

    [Fact]
    public async Task A_stream_runs_again_for_what_comes_later()
    {
        var workflow = new Drawing().InTokenMode().Line("a", "a").Line("b", "b").Add("wait", "Elsa.Delay", ("timeSpan", "00:00:05")).Line("d", "d")
            .Connect("a → b → d").Connect("a → wait → d").Compile();
        var (state, first) = await bench.Start(workflow);
        bench.Lines.Should().Equal("a", "b");
        first.IsStuck.Should().BeFalse();

        (_, var second) = await bench.Resume(workflow, state, "Elsa.Delay");

        bench.Lines.Should().Equal("a", "b", "d");
        second.SubStatus.Should().Be(InstanceSubStatus.Finished);
    }

    [Fact]
    public async Task A_merge_waits_for_every_forward_connection_and_says_when_one_never_comes()
    {
        var workflow = Branching("Merge").Compile();

        var (_, result) = await bench.Start(workflow);

        bench.Lines.Should().Equal("a", "b");
        result.IsStuck.Should().BeTrue();
        result.SubStatus.Should().Be(InstanceSubStatus.Suspended);
    }

    [Fact]
    public async Task A_merge_goes_on_when_the_last_token_comes_in_a_later_burst()
    {
        var workflow = new Drawing().InTokenMode().Line("a", "a").Line("b", "b").Add("wait", "Elsa.Delay", ("timeSpan", "00:00:05")).Line("d", "d").Merges("d", "Merge")
            .Connect("a → b → d").Connect("a → wait → d").Compile();
        var (state, _) = await bench.Start(workflow);

        (_, var result) = await bench.Resume(workflow, state, "Elsa.Delay");

        bench.Lines.Should().Equal("a", "b", "d");
        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
    }

    [Fact]
    public async Task A_merge_in_a_loop_is_passed_in_every_round()
    {
        var workflow = new Drawing().InTokenMode().Variable("N", "Int32", 0).Line("in", "in").Line("m", "m").Merges("m", "Merge")
            .Add("count", "Elsa.RunJavaScript", ("script", "setN(getN() + 1)")).Add("more", "Elsa.FlowDecision", ("condition", "js:getN() < 3"))
            .Connect("in → m → count → more").Connect("more:True → m").Compile();

        var (_, result) = await bench.Start(workflow);

        bench.Lines.Should().Equal("in", "m", "m", "m");
        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
    }

    [Fact]
    public async Task A_converge_waits_for_the_connection_back_too()
    {
        var workflow = new Drawing().InTokenMode().Line("in", "in").Line("m", "m").Merges("m", "Converge").Line("next", "next")
            .Connect("in → m → next → m").Compile();

        var (_, result) = await bench.Start(workflow);

        bench.Lines.Should().Equal("in");
        result.IsStuck.Should().BeTrue();
    }

    [Fact]
    public async Task A_race_runs_for_the_first_and_cancels_the_others()
    {
        var workflow = new Drawing().InTokenMode().Line("a", "a").Line("b", "b").Add("wait", "Elsa.Delay", ("timeSpan", "00:00:05")).Line("d", "d").Merges("d", "Race")
            .Connect("a → wait → d").Connect("a → b → d").Compile();

        var (state, result) = await bench.Start(workflow);

        bench.Lines.Should().Equal("a", "b", "d");
        state.Bookmarks.Should().BeEmpty();
        result.Journal.Should().Contain(e => e.ActivityId == "wait" && e.EventName == "Canceled");
        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
    }

    [Fact]
    public async Task A_cascade_swallows_one_token_of_each_other_connection()
    {
        await bench.Start(Diamond().Merges("d", "Cascade").Compile());

        bench.Lines.Should().Equal("a", "b", "c", "d");
    }

    [Theory, InlineData("WaitAny", true), InlineData("WaitAll", false), InlineData("WaitAllActive", false)]
    public async Task A_join_says_by_its_mode_whether_it_races_or_merges(string mode, bool passes)
    {
        var workflow = new Drawing().InTokenMode().Line("a", "a").Add("no", "Elsa.FlowDecision", ("condition", "js:false")).Add("j", "Elsa.FlowJoin", ("mode", mode)).Line("d", "d")
            .Connect("a → no").Connect("a → j → d").Connect("no:True → j").Compile();

        var (_, result) = await bench.Start(workflow);

        bench.Lines.Should().Equal(passes ? ["a", "d"] : ["a"]);
        result.IsStuck.Should().Be(!passes);
    }

    [Fact]
    public void A_loop_that_counters_refuse_is_none_of_tokens_business()
    {
        Around().Compile().Problems.Should().Contain(p => p.Code == "loop");
        Around().InTokenMode().Compile().Problems.Should().NotContain(p => p.Code == "loop");

        static Drawing Around() => new Drawing().Line("a", "a").Line("b", "b").Line("c", "c").Connect("a → b → c → b").Connect("a → c");
    }

    private static Drawing Diamond() => new Drawing().InTokenMode().Line("a", "a").Line("b", "b").Line("c", "c").Line("d", "d").Connect("a → b → d").Connect("a → c → d");

    private static Drawing Branching(string merge) => new Drawing().InTokenMode().Line("a", "a").Line("b", "b").Add("no", "Elsa.FlowDecision", ("condition", "js:false")).Line("c", "c").Line("d", "d")
        .Merges("d", merge).Connect("a → b → d").Connect("a → no").Connect("no:True → c → d");
}
