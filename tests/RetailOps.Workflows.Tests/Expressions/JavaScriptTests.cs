using System.Text.Json;

namespace RetailOps.Workflows.Tests;

public sealed class JavaScriptTests
{
    private readonly Bench bench = new();

    [Theory]
    [InlineData("1 + 1", 2)]
    [InlineData("return 7", 7)]
    [InlineData("2 ** 40", 1099511627776L)]
    [InlineData("0.1 + 0.2", 0.1 + 0.2)]
    [InlineData("-5 / 2", -2.5)]
    [InlineData("'a' + 1", "a1")]
    [InlineData("1 > 0", true)]
    [InlineData("null", null)]
    [InlineData("undefined", null)]
    [InlineData("let x = [1,2,3]; return x.map(n => n * 2).reduce((a, b) => a + b)", 12)]
    public async Task A_script_gives_values_of_the_kind_they_are(string script, object? expected)
    {
        var value = await Evaluate(script);

        value.Should().Be(expected);
        value?.GetType().Should().Be(expected!.GetType());
    }

    [Fact]
    public async Task Objects_and_lists_come_out_as_json_with_whole_numbers_whole()
    {
        var value = await Evaluate("return { id: 5, price: 1.5, lines: [1, 2], none: null }");

        value.Should().BeOfType<JsonElement>().Which.GetRawText().Should().Be("""{"id":5,"price":1.5,"lines":[1,2],"none":null}""");
    }

    [Fact]
    public async Task Scripts_see_variables_inputs_and_the_instance_as_in_elsa()
    {
        var script = """
            setAmount(getAmount() * 2);
            variables.note = 'n' + getInput('sku');
            [getAmount(), variables.note, getSku(), getCorrelationId(), getWorkflowDefinitionId(), isNullOrEmpty(''), toJson({a: 1}), new Date().toISOString(), typeof getVariable('amount')].join('|')
            """;
        var workflow = new Drawing().Variable("amount", "Decimal", "12.50").Variable("note", "String").Input("sku").Line("l", "js:" + script).Compile();

        await bench.Start(workflow, "order-1", input: JsonElement.Parse("""{"sku":"LAMP"}"""));

        bench.Lines.Should().Equal("""25|nLAMP|LAMP|order-1|drawn|true|{"a":1}|2026-03-01T08:00:00.000Z|number""");
    }

    [Fact]
    public async Task Variables_keep_their_declared_type_whatever_a_script_puts_in()
    {
        var workflow = new Drawing().Variable("m", "Decimal").Variable("i", "Int32").Variable("t", "TimeSpan").Variable("o", "Object")
            .Set("a", "m", "js:1.5").Set("b", "i", "js:'42'").Set("c", "t", "00:01:30").Set("d", "o", "js:({x: 1})").Add("w", "Elsa.Event", ("eventName", "e"))
            .Connect("a → b → c → d → w").Compile();

        var (state, _) = await bench.Start(workflow);

        state.Executions[0].Variables!.Values.Take(3).Should().Equal(1.5m, 42, TimeSpan.FromSeconds(90));
        state.Executions[0].Variables!["v-o"].Should().BeOfType<JsonElement>();
    }

    [Fact]
    public async Task Names_like_proto_are_only_names()
    {
        var workflow = new Drawing().Variable("__proto__", "String", "own").Input("p")
            .Line("l", "js:let p = getP(); p.lines.polluted === undefined && ({}).polluted === undefined ? Object.keys(variables)[0] + variables.__proto__ : 'polluted'").Compile();

        await bench.Start(workflow, input: JsonElement.Parse("""{"p":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"lines":[]}}"""));

        bench.Lines.Should().Equal("__proto__own");
    }

    [Fact]
    public async Task Nothing_a_script_changes_is_there_for_the_next()
    {
        await Evaluate("globalThis.secret = 1; Object.prototype.leak = 1; Array.prototype.map = 1; JSON.parse = 1; x = 1; return 1");

        (await Evaluate("return [typeof secret, typeof ({}).leak, typeof [].map, typeof JSON.parse, typeof x].join()")).Should().Be("undefined,undefined,function,function,undefined");
    }

    [Fact]
    public async Task The_host_is_out_of_reach()
    {
        var value = await Evaluate("return [typeof System, typeof importNamespace, typeof require, typeof process, typeof clr, typeof getLastResult.GetType, typeof toJson.constructor('return 1')].join()");

        value.Should().BeOfType<Failed>().Which.Message.Should().Contain("String compilation has been disabled");
        (await Evaluate("return [typeof System, typeof importNamespace, typeof require, typeof process, typeof clr, typeof getLastResult.GetType].join()"))
            .Should().Be(string.Join(",", Enumerable.Repeat("undefined", 6)));
    }

    [Fact]
    public async Task Outputs_of_earlier_activities_are_kept_for_those_who_ask()
    {
        var workflow = new Drawing().Add("ask", "Test.Ask", ("question", "?")).Line("l", "js:getOutputFrom('ask', 'Answer') + 1").Connect("ask → l").Compile();

        await bench.Start(workflow);

        bench.Lines.Should().Equal("2");
    }

    [Fact]
    public async Task A_script_activity_chooses_its_outcomes()
    {
        var workflow = new Drawing().Add("s", "Elsa.RunJavaScript", ("script", "setOutcome('big'); 5")).Line("l", "js:'big ' + getLastResult()").Connect("s:big → l").Compile();

        await bench.Start(workflow);

        bench.Lines.Should().Equal("big 5");
    }

    [Theory, MemberData(nameof(HostileScripts.Contained), MemberType = typeof(HostileScripts))]
    public async Task A_hostile_script_is_an_incident_and_takes_little(string script)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var value = await Evaluate(script);

        value.Should().BeOfType<Failed>();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100_000_000);
    }

    [Theory, MemberData(nameof(HostileScripts.Deep), MemberType = typeof(HostileScripts))]
    public async Task A_script_nested_without_measure_is_refused_before_it_runs(string script)
    {
        (await Evaluate(script)).Should().Match(v => v is Failed || v == null || v is int);
    }

    private async Task<object?> Evaluate(string script)
    {
        var workflow = new Drawing().Variable("out", "Object").Set("s", "out", "js:" + script).Add("w", "Elsa.Event", ("eventName", "e")).Connect("s → w").Compile();
        var (state, result) = await bench.Start(workflow);
        return result.IncidentsOpened.Count > 0 ? new Failed(result.IncidentsOpened[0].Message) : state.Executions[0].Variables!["v-out"];
    }

    private sealed record Failed(string Message);
}
