using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

/// <summary>Definitions that nobody draws in good faith: refused, or contained, with a message; the process lives.</summary>
public sealed class HellTests
{
    private readonly Bench bench = new();

    [Fact]
    public async Task Five_thousand_activities_in_a_row_run_budget_by_budget()
    {
        const int Many = 4_990;
        var drawing = new Drawing();
        for (var i = 0; i < Many; i++)
        {
            drawing.Add($"a{i}", "Elsa.Start");
        }

        for (var i = 1; i < Many; i++)
        {
            drawing.Connect($"a{i - 1} → a{i}");
        }

        var workflow = drawing.Compile();
        var (state, result) = await bench.Start(workflow);
        while (result.NeedsContinue)
        {
            state = StateSerializer.Read(StateSerializer.Write(state));
            result = await bench.Runner.ContinueAsync(workflow, state, bench, default);
        }

        workflow.Problems.Should().BeEmpty();
        result.SubStatus.Should().Be(InstanceSubStatus.Finished);
    }

    [Fact]
    public void More_activities_than_permitted_are_refused_and_so_are_ten_megabytes()
    {
        var many = string.Join(',', Enumerable.Range(0, 5_001).Select(i => $$"""{"id":"a{{i}}","type":"Elsa.Start"}"""));
        var large = """{"root":{"id":"f","type":"Elsa.Flowchart"},"x":" """ + new string('x', 10_000_000) + "\"}";

        Refusal("""{"root":{"id":"f","type":"Elsa.Flowchart","activities":[""" + many + "]}}").Should().Contain("5000 activities");
        Refusal(large).Should().Contain("bytes");
    }

    [Theory, InlineData("activities"), InlineData("body")]
    public void A_thousand_levels_are_refused(string how)
    {
        var open = how == "body" ? """{"id":"a","type":"Elsa.FlowNode","body":""" : """{"id":"a","type":"Elsa.Sequence","activities":[""";
        var text = """{"root":""" + string.Concat(Enumerable.Repeat(open, 1_000)) + """{"id":"z","type":"Elsa.Start"}""" + string.Concat(Enumerable.Repeat(how == "body" ? "}" : "]}", 1_000)) + "}";

        Refusal(text).Should().NotBeEmpty();
    }

    [Fact]
    public async Task The_deepest_nesting_that_is_permitted_runs()
    {
        JsonObject inner = new() { ["id"] = "z", ["type"] = "Elsa.WriteLine", ["text"] = "deep" };
        for (var i = 0; i < 90; i++)
        {
            inner = new() { ["id"] = $"n{i}", ["type"] = "Elsa.FlowNode", ["body"] = inner };
        }

        var workflow = WorkflowCompiler.Compile(Read(new JsonObject { ["id"] = "v", ["root"] = inner }.ToJsonString()), Bench.Catalogue);
        await bench.Start(workflow);

        bench.Lines.Should().Equal("deep");
    }

    [Fact]
    public async Task Names_of_prototypes_and_of_nothing_are_names_like_others()
    {
        var workflow = new Drawing().Variable("__proto__", "String", "a").Variable("constructor", "String", "b").Variable("toString", "Object", new { x = 1 }).Input("__proto__")
            .Add("hasOwnProperty", "Elsa.WriteLine", ("text", "js:variables['__proto__'] + variables.constructor + typeof ({}).hasOwnProperty + (getInput('__proto__') === null)"))
            .Add("__proto__", "Elsa.WriteLine", ("text", "js:JSON.stringify(Object.keys(variables))")).Connect("hasOwnProperty → __proto__").Compile();

        await bench.Start(workflow);

        bench.Lines.Should().Equal("abfunctiontrue", """["__proto__","constructor","toString"]""");
    }

    [Fact]
    public async Task Unknown_types_members_and_modes_are_kept_and_stop_where_they_are_reached()
    {
        var text = """
            {"id":"v","customProperties":{"Flowchart:ExecutionMode":"QuantumBased"},"options":{"commitStrategyName":"Whenever","activationStrategyType":"Perhaps","incidentStrategyType":17},
             "root":{"id":"f","type":"Elsa.Flowchart","activities":[
              {"id":"a","type":"Elsa.Start","customProperties":{"mergeMode":"Psychic","retry":"often"}},
              {"id":"b","type":"Acme.Rocket","version":3,"fuel":{"typeName":"Object","expression":{"type":"Klingon","value":"Qapla'"}},"stage":{"id":"s","type":"Acme.Stage"}}],
             "connections":[{"source":{"activity":"a"},"target":{"activity":"b"}},{"source":7,"target":null},{}]}}
            """;
        var definition = Read(text);
        var workflow = WorkflowCompiler.Compile(definition, Bench.Catalogue);

        var (state, _) = await bench.Start(workflow);

        workflow.Problems.Should().Contain(p => p.Code == "unknown-activity" && p.IsError);
        state.Incidents.Should().ContainSingle().Which.Message.Should().Be("Activity type 'Acme.Rocket' version '0' could not be found.");
        JsonElement.DeepEquals(JsonElement.Parse(definition.Write()), JsonElement.Parse(text)).Should().BeTrue();
    }

    [Fact]
    public void A_thicket_of_connections_is_compiled_in_time()
    {
        var drawing = new Drawing();
        for (var i = 0; i < 150; i++)
        {
            drawing.Line($"a{i}", "x");
        }

        for (var i = 0; i < 150; i++)
        {
            for (var j = 0; j < 100; j++)
            {
                drawing.Connect($"a{i} → a{(i + j + 1) % 150}");
            }
        }

        var watch = System.Diagnostics.Stopwatch.StartNew();
        drawing.Compile();
        drawing = null!;

        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{")]
    [InlineData("""{"id":"a","id":"b"}""")]
    [InlineData("""{"root":{"id":"\ud800"}}""")]
    public void What_is_no_definition_is_refused_or_read_but_never_breaks(string text)
    {
        try
        {
            WorkflowCompiler.Compile(Read(text), Bench.Catalogue).Problems.Should().NotBeEmpty();
        }
        catch (DefinitionException refused)
        {
            refused.Message.Should().NotBeEmpty();
        }
    }

    private static WorkflowDefinition Read(string text) => WorkflowDefinition.Read(Encoding.UTF8.GetBytes(text));

    private static string Refusal(string text)
    {
        var read = () => Read(text);
        return read.Should().Throw<DefinitionException>().Which.Message;
    }
}
