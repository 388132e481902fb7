using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

public sealed class LiquidTests
{
    private readonly Bench bench = new();

    [Fact]
    public async Task A_template_sees_variables_inputs_and_ids()
    {
        var (state, _) = await Say(
            "{{ Variables.Name | upcase }} {{ Variables.Order.lines[1].sku }} {{ Variables.Order.lines.size }} {{ Input.Amount | plus: 1 }} {{ CorrelationId }} {{ WorkflowInstanceId }} "
            + "{% for l in Variables.Order.lines %}{{ l.qty }};{% endfor %}{% if Input.Amount > 40 %} much{% endif %} {{ Variables.Missing }}",
            new Drawing().Variable("Name", "String", "lamp").Variable("Order", "JSON", new { lines = new[] { new { sku = "A", qty = 2 }, new { sku = "B", qty = 3 } } }).Input("Amount"), """{"Amount":41}""");

        state.Incidents.Select(i => i.Message).Should().BeEmpty();
        bench.Lines.Should().Equal($"LAMP B 2 42 k-1 {state.Id} 2;3; much ");
    }

    [Fact]
    public async Task A_template_is_converted_to_what_its_input_wants()
    {
        var workflow = new Drawing().Variable("N", "Int32", 20).Add("wait", "Elsa.Delay", ("timeSpan", Liquid("00:00:{{ Variables.N }}"))).Compile();

        var (state, _) = await bench.Start(workflow);

        workflow.Problems.Should().BeEmpty();
        state.Bookmarks.Single().Due.Should().Be(bench.Now.AddSeconds(20));
    }

    [Fact]
    public async Task Now_is_business_time()
    {
        await Say("{{ 'now' | date: '%Y-%m-%d %H:%M' }}", new Drawing());

        bench.Lines.Should().Equal("2026-03-01 08:00");
    }

    [Theory]
    [InlineData("{{ 'a' ")]
    [InlineData("{% for i in (1..1000000000) %}{% endfor %}")]
    [InlineData("{% for i in (1..Variables.N) %}{% endfor %}")]
    [InlineData("{% capture x %}a{% endcapture %}")]
    [InlineData("{% include 'x' %}")]
    [InlineData("{% render 'x' %}")]
    public void What_cannot_be_read_or_is_not_offered_stops_publishing(string template) =>
        new Drawing().Add("a", "Elsa.WriteLine", ("text", Liquid(template))).Compile().Problems.Should().Contain(p => p.Code == "expression" && p.IsError);

    [Fact]
    public void Templates_nested_without_end_are_refused_and_the_process_lives()
    {
        foreach (var part in new[] { "{% if true %}", "{% for i in a %}", "{{ a[" })
        {
            var hostile = string.Concat(Enumerable.Repeat(part, 1_100));

            new Drawing().Add("a", "Elsa.WriteLine", ("text", Liquid(hostile))).Compile().HasErrors.Should().BeTrue();
        }

        new Drawing().Add("a", "Elsa.WriteLine", ("text", Liquid(new string('x', LiquidExpression.MaxText + 1)))).Compile().HasErrors.Should().BeTrue();
    }

    [Theory]
    [InlineData("{% assign s = 'x' %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s | size }}")]
    [InlineData("{% assign s = Variables.Big | replace: 'x', Variables.Big %}{{ s | size }}")]
    [InlineData("{% assign s = Variables.Big | split: '' | join: Variables.Big %}{{ s | size }}")]
    [InlineData("{% for i in (1..10000) %}{% for j in (1..10000) %}{% for k in (1..10000) %}.{% endfor %}{% endfor %}{% endfor %}")]
    [InlineData("{% for i in (1..10000) %}{{ Variables.Big }}{% endfor %}")]
    [InlineData("{% assign a = (1..10000) %}{% for i in (1..50) %}{% assign a = a | concat: a %}{% endfor %}{{ a | size }}")]
    [InlineData("{% for i in (1..10000) %}{% assign b = Variables.Big | reverse | sort | upcase | downcase | escape | url_encode %}{% endfor %}")]
    [InlineData("{{ 1 | divided_by: 0 }}")]
    [InlineData("{{ 79228162514264337593543950335 | plus: 1 }}")]
    public async Task A_hostile_template_is_an_incident_within_a_second_or_so(string template)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();

        var (state, _) = await Say(template, new Drawing().Variable("Big", "String", new string('x', 60_000)));

        state.Incidents.Should().ContainSingle().Which.Message.Should().StartWith("The template failed");
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2_000_000_000);
    }

    [Theory]
    [InlineData("{{ Variables.__proto__ }}{{ Variables.GetType }}{{ Variables.Text.Length }}{{ Input.constructor }}{{ WorkflowInstanceId.Version }}")]
    public async Task Nothing_of_the_host_is_in_reach(string template)
    {
        await Say(template, new Drawing().Variable("Text", "String", "abc"));

        bench.Lines.Should().Equal("");
    }

    private Task<(InstanceState State, BurstResult Result)> Say(string template, Drawing drawing, string? input = null)
    {
        var workflow = drawing.Add("say", "Elsa.WriteLine", ("text", Liquid(template))).Compile();
        workflow.Problems.Should().BeEmpty();
        return bench.Start(workflow, "k-1", input: input is null ? null : JsonElement.Parse(input));
    }

    private static JsonObject Liquid(string template) => new() { ["typeName"] = "String", ["expression"] = new JsonObject { ["type"] = "Liquid", ["value"] = template } };
}
