using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

public sealed class CompositeTests
{
    private readonly Bench bench = new();

    [Fact]
    public async Task A_workflow_used_as_an_activity_takes_inputs_gives_outputs_and_ends_by_its_outcomes()
    {
        var inner = new Drawing().Named("Add up").Input("A").Input("B").Output("Sum").Add("sum", "Elsa.SetOutput", ("outputName", "Sum"), ("outputValue", "js:getA() + getB()"))
            .Add("how", "Elsa.Complete", ("outcomes", "js:getA() > getB() ? 'More' : 'Less'")).Line("never", "never").Connect("sum → how → never").Definition("adder");
        var workflow = new Drawing().Variable("S", "Int32").Add("add", "AddUp", ("a", "js:5"), ("b", "js:4"), ("sum", Bound("v-S")))
            .Add("more", "Elsa.WriteLine", ("text", "js:'more ' + getS()")).Line("less", "less").Connect("add:More → more").Connect("add:Less → less").Compile(inner);

        var (_, result) = await bench.Start(workflow);

        workflow.Problems.Should().BeEmpty();
        bench.Lines.Should().Equal("more 9");
        result.Journal.Select(e => e.NodeId).Should().Contain("Workflow2:Flowchart1:add:Workflow1:Flowchart1:sum");
    }

    [Fact]
    public async Task It_waits_within_the_same_instance_and_two_uses_do_not_mix()
    {
        var inner = new Drawing().Named("Pause").Input("Text").Add("wait", "Elsa.Delay", ("timeSpan", "00:00:05")).Add("say", "Elsa.WriteLine", ("text", "in:Text")).Connect("wait → say").Definition("pause");
        var workflow = new Drawing().Add("one", "Pause", ("text", "one")).Add("two", "Pause", ("text", "two")).Line("end", "end").Connect("one → two → end").Compile(inner);
        var (state, _) = await bench.Start(workflow);

        (state, _) = await bench.Resume(workflow, state, "Elsa.Delay");
        (state, var result) = await bench.Resume(workflow, state, "Elsa.Delay");

        bench.Lines.Should().Equal("one", "two", "end");
        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
        state.Executions.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_given_to_the_inner_hides_what_the_outer_was_given()
    {
        var inner = new Drawing().Named("Inner").Input("X").Add("say", "Elsa.WriteLine", ("text", "js:'inner ' + getInput('X')")).Definition("inner");
        var workflow = new Drawing().Input("X").Add("in", "Inner", ("x", "js:getX() + 1")).Add("say", "Elsa.WriteLine", ("text", "js:'outer ' + getX()")).Connect("in → say").Compile(inner);

        await bench.Start(workflow, input: System.Text.Json.JsonElement.Parse("""{"X":1}"""));

        bench.Lines.Should().Equal("inner 2", "outer 1");
    }

    [Fact]
    public async Task Complete_ends_everything_between_itself_and_the_workflow_around_it()
    {
        var inner = new Drawing().Named("Inner").Add("each", "Elsa.ForEach", ("items", "js:[1, 2]"), ("body", Body("stop", "Elsa.Complete"))).Line("never", "never").Connect("each → never").Definition("inner");
        var workflow = new Drawing().Add("in", "Inner").Line("after", "after").Add("whole", "Elsa.Complete").Line("never", "never").Connect("in → after → whole → never").Compile(inner);

        var (state, _) = await bench.Start(workflow);

        bench.Lines.Should().Equal("after");
        state.SubStatus.Should().Be(InstanceSubStatus.Finished);
    }

    [Fact]
    public void A_workflow_that_would_run_within_itself_is_a_problem_of_the_definition()
    {
        var a = new Drawing().Named("A").Add("b", "B").Definition("a");
        var b = new Drawing().Named("B").Add("a", "A").Definition("b");

        var direct = new Drawing().Named("Drawn").Add("me", "Drawn").Compile(new Drawing().Named("Drawn").Add("me", "Drawn").Definition());
        var by = new Drawing().Add("a", "A").Compile(a, b);

        direct.Problems.Should().Contain(p => p.Code == "composite-cycle" && p.IsError);
        by.Problems.Should().Contain(p => p.Code == "composite-cycle" && p.IsError);
    }

    [Fact]
    public void Workflows_that_stand_too_deep_in_one_another_or_grow_too_many_are_problems()
    {
        var deep = Enumerable.Range(0, 40).Select(i => new Drawing().Named($"L{i}").Add("in", $"L{i + 1}").Definition($"l{i}")).ToArray();
        var wide = Enumerable.Range(0, 12).Select(i =>
        {
            var drawing = new Drawing().Named($"W{i}");
            for (var n = 0; n < 10; n++)
            {
                drawing.Add($"in{n}", $"W{i + 1}");
            }

            return drawing.Definition($"w{i}");
        }).ToArray();

        new Drawing().Add("in", "L0").Compile(deep).Problems.Should().Contain(p => p.Code == "composite-depth");
        var bomb = new Drawing().Add("in", "W0").Compile(wide);
        bomb.Problems.Should().Contain(p => p.Code == "composite-size");
        bomb.Nodes.Count.Should().BeLessThan(2 * WorkflowCompiler.MaxNodes);
    }

    private static JsonObject Bound(string id) => new() { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = id } };

    private static JsonObject Body(string id, string type) => new() { ["id"] = id, ["type"] = type, ["version"] = 1 };
}
