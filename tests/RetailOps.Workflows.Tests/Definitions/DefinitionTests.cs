using System.Text;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

public sealed class DefinitionTests
{
    [Fact]
    public void A_file_in_our_formatting_comes_back_byte_for_byte_with_everything_unknown_in_it()
    {
        var json = new Drawing().Line("a", "1 < 2 & 'Grüße' €").Json();
        json["futureMember"] = JsonNode.Parse("""{"deep":[1.10,1e3,{"x":null}]}""");
        var file = Read(json).Write();

        WorkflowDefinition.Read(file).Write().Should().Equal(file);

        var text = Encoding.UTF8.GetString(file);
        text.Should().EndWith("}\n").And.Contain("\n  \"futureMember\": {").And.Contain("1.10").And.Contain("1 < 2 & 'Grüße' €").And.NotContain("\r");
    }

    [Fact]
    public async Task The_old_form_of_connections_raw_inputs_and_pascal_case_are_read()
    {
        var bench = new Bench();
        var definition = Read("""
            {"Id":"v","DefinitionId":"d","Version":3,"Root":{"Type":"Elsa.Flowchart","Id":"F","Start":"a",
             "Activities":[{"Type":"Elsa.WriteLine","Version":1,"Id":"b","Text":"raw"},{"Type":"Elsa.WriteLine","Id":"a","Text":{"TypeName":"String","Expression":{"Type":"Literal","Value":"wrapped"}}}],
             "Connections":[{"source":"a","target":"b","sourcePort":"Done","targetPort":"In"}]}}
            """);

        await bench.Start(WorkflowCompiler.Compile(definition, Bench.Catalogue));

        definition.Version.Should().Be(3);
        bench.Lines.Should().Equal("wrapped", "raw");
    }

    [Theory]
    [InlineData("[]", "definition.shape")]
    [InlineData("{", "definition.json")]
    [InlineData("""{"id":"a","id":"b"}""", "definition.json")]
    public void What_is_no_definition_is_a_typed_error(string text, string code)
    {
        var act = () => Read(text);

        act.Should().Throw<DefinitionException>().Which.Code.Should().Be(code);
    }

    [Fact]
    public void Too_deep_too_many_and_too_large_are_typed_errors_and_no_crash()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"id":"x","type":"Elsa.FlowNode","body":""", 150)) + "null" + new string('}', 150);
        var abyss = new string('[', 100_000);
        var many = string.Join(",", Enumerable.Range(0, 5_001).Select(i => $$"""{"id":"a{{i}}","type":"Elsa.Start"}"""));

        Code("{\"root\":" + deep + "}").Should().Be("definition.depth");
        Code(abyss).Should().Be("definition.json");
        Code("{\"root\":{\"id\":\"f\",\"type\":\"Elsa.Flowchart\",\"activities\":[" + many + "]}}").Should().Be("definition.count");
        Code(new string(' ', DefinitionReader.MaxBytes + 1)).Should().Be("definition.size");

        static string Code(string text) => new Func<object>(() => Read(text)).Should().Throw<DefinitionException>().Which.Code;
    }

    [Fact]
    public async Task The_largest_flowchart_allowed_compiles_and_runs_in_bounds()
    {
        var activities = string.Join(",", Enumerable.Range(0, 4_900).Select(i => $$"""{"id":"a{{i}}","type":"Elsa.Start"}"""));
        var connections = string.Join(",", Enumerable.Range(0, 4_899).SelectMany(i => new[] { $$"""{"source":"a{{i}}","target":"a{{i + 1}}","sourcePort":"{{(i == 0 ? "Never" : "Done")}}"}""" }));

        var workflow = WorkflowCompiler.Compile(Read($$$"""{"id":"v","root":{"id":"f","type":"Elsa.Flowchart","activities":[{{{activities}}}],"connections":[{{{connections}}}]}}"""), Bench.Catalogue);
        var (_, result) = await new Bench().Start(workflow);

        workflow.HasErrors.Should().BeFalse();
        result.Status.Should().Be(InstanceStatus.Finished, "skipping thousands of dead activities must not overflow the stack");
    }

    [Theory]
    [InlineData("""{"id":"f","type":"Elsa.StateMachine"}""", "state-machine")]
    [InlineData("""{"id":"f","type":"Elsa.Flowchart","activities":[]}""", "no-start")]
    [InlineData("""{"id":"f","type":"Elsa.Flowchart","activities":[{"id":"a","type":"Elsa.Start"},{"id":"a","type":"Elsa.Start"}]}""", "duplicate-id")]
    [InlineData("""{"id":"f","type":"Elsa.Flowchart","activities":[{"id":"a","type":"Elsa.Start","version":9}]}""", "unknown-activity")]
    [InlineData("""{"id":"f","type":"Elsa.Flowchart","activities":[{"id":"a","type":"Elsa.Event","eventName":{"typeName":"String","expression":{"type":"JavaScript","value":"'x'"}}}]}""", "event-name")]
    [InlineData("""{"id":"f","type":"Elsa.Flowchart","activities":[{"id":"a","type":"Elsa.WriteLine","text":{"typeName":"String","expression":{"type":"CSharp","value":"1"}}}]}""", "expression")]
    [InlineData("""{"id":"f","type":"Elsa.Flowchart","activities":[{"id":"a","type":"Elsa.WriteLine","text":{"typeName":"String","expression":{"type":"JavaScript","value":"1 +"}}}]}""", "expression")]
    [InlineData("""{"id":"f","type":"Elsa.Flowchart","activities":[{"id":"a","type":"Elsa.Delay","timeSpan":"soon"}]}""", "literal")]
    public void What_stops_publishing_is_listed_with_its_place(string root, string code)
    {
        var workflow = WorkflowCompiler.Compile(Read("{\"id\":\"v\",\"root\":" + root + "}"), Bench.Catalogue);

        workflow.Problems.Should().Contain(p => p.Code == code && p.IsError && p.Message.Length > 10);
    }

    [Fact]
    public void A_dangling_connection_is_a_warning_and_left_out()
    {
        var workflow = new Drawing().Line("a", "A").Connect("a → ghost").Compile();

        workflow.HasErrors.Should().BeFalse();
        workflow.Problems.Should().ContainSingle(p => p.Code == "dangling-connection");
    }

    [Fact]
    public void A_former_name_finds_the_activity_of_today()
    {
        var catalogue = new ActivityCatalogue([], new Dictionary<string, string> { ["Old.Write"] = "Elsa.WriteLine" });

        catalogue.Find("Old.Write", 1)!.Type.Should().Be("Elsa.WriteLine");
        catalogue.Find("Elsa.WriteLine", 0).Should().NotBeNull();
        catalogue.Find("Elsa.WriteLine", 2).Should().BeNull();
    }

    private static WorkflowDefinition Read(JsonObject json) => Read(json.ToJsonString());

    private static WorkflowDefinition Read(string text) => WorkflowDefinition.Read(Encoding.UTF8.GetBytes(text));
}
