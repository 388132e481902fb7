using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

/// <summary>Whatever a definition says, the process that runs it lives, and soon does something else. Seen from outside, in a process with little memory.</summary>
public sealed class ContainmentTests
{
    /// <summary>Milliseconds of the processor. A script may take half a second, and a tenth more for a pattern; collecting what it leaves is the rest.</summary>
    private const long Soon = 5_000;

    /// <summary>
    /// What all that one script or template does may allocate, most of it thrown away at once: half a second of nothing else, on a fast machine. What is
    /// kept of it at any moment is bounded by the child's heap, of 384 MB.
    /// </summary>
    private const long Room = 700_000_000;

    private static readonly string Big = new('x', 60_000);

    [Fact]
    public async Task No_script_takes_the_process_its_memory_or_its_time()
    {
        string[] scripts = [.. HostileScripts.Attacks, .. HostileScripts.Contained, .. HostileScripts.Deep];

        var endings = await CellBlock.Run([.. scripts.Select(s => (s, new Drawing().Variable("out", "Object").Set("s", "out", "js:" + s).Json()))]);

        endings.Where(Broke).Should().BeEmpty();
    }

    [Fact]
    public async Task No_template_takes_the_process_its_memory_or_its_time()
    {
        var templates = HostileTemplates.Attacks.Concat(HostileTemplates.Deep).ToList();

        var endings = await CellBlock.Run([.. templates.Select(t => (t, new Drawing().Variable("Big", "String", Big).Add("a", "Elsa.WriteLine", ("text", Liquid(t))).Json()))]);

        endings.Where(Broke).Should().BeEmpty();
    }

    [Fact]
    public async Task No_shape_of_a_definition_takes_the_process_its_memory_or_its_time()
    {
        var endings = await CellBlock.Run([.. HostileShapes()]);

        endings.Where(Broke).Should().BeEmpty();
    }

    [Theory]
    [InlineData("let o = {}; o.toString = ''.trim; '' + o")]
    [InlineData("let e = new Error('a'); e.message = e; throw e")]
    [InlineData("JSON.stringify({ toJSON() { return Array(900).fill('x'.repeat(500000)) } })")]
    public async Task What_it_tried_is_an_incident_that_says_so(string script)
    {
        var bench = new Bench();

        var (state, _) = await bench.Start(new Drawing().Line("a", "js:" + script).Compile());

        state.Incidents.Should().ContainSingle().Which.Message.Should().StartWith("The script failed").And.Subject.Length.Should().BeLessThan(1_100);
    }

    /// <summary>What is walled in more thickly does what it did.</summary>
    [Theory]
    [InlineData("let items = [{ q: 1 }, { q: 2 }]; let n = 0; for (let i = 0; i < items.length; i++) n += items[i].q; n", "3")]
    [InlineData("['b', 'a'].map(String.prototype.toUpperCase.call, String.prototype.toUpperCase).sort().join('')", "AB")]
    [InlineData("Math.max.apply(null, [1, 5, 2])", "5")]
    [InlineData("new RegExp('a+').test('aaa') && /b/ instanceof RegExp && 'xbx'.replace(new RegExp('B', 'i'), '$&$&') === 'xbbx'", "true")]
    [InlineData("JSON.stringify({ b: 1, a: [1, { b: 2 }] }, ['a', 'b'], 1)", "{\n \"a\": [\n  1,\n  {\n   \"b\": 2\n  }\n ],\n \"b\": 1\n}")]
    [InlineData("JSON.stringify({ a: 1, at: new Date(0), f() {}, u: undefined }, (k, v) => k === 'a' ? 2 : v)", """{"a":2,"at":"1970-01-01T00:00:00.000Z"}""")]
    [InlineData("class A { constructor() { this.x = 1 } toJSON() { return { y: this.x } } } toJson(new A())", """{"y":1}""")]
    [InlineData("[...new Set([1, 2, 2])].length + Array.from('abc', c => c + c).join()", "2aa,bb,cc")]
    [InlineData("let e; try { null.x } catch (x) { e = x } String(e).startsWith('TypeError: ') && `${new Error('m')}` === 'Error: m'", "true")]
    [InlineData("'a-b'.split('-').length + 'abc'.match(/b/)[0] + [...'x1y2'.matchAll(/[0-9]/g)].length", "2b2")]
    public async Task Ordinary_scripts_go_on_as_before(string script, string expected)
    {
        var bench = new Bench();

        await bench.Start(new Drawing().Line("a", "js:" + script).Compile());

        bench.Lines.Should().Equal(expected);
    }

    /// <summary>Thick walls cost half a megabyte each time: what runs for every order does without.</summary>
    [Fact]
    public void No_script_of_our_own_workflows_needs_the_thickest_walls()
    {
        var scripts = Directory.EnumerateFiles(Path.Combine(RetailOps.Testing.RepositoryRoot.Find(), "workflows"), "*.json").SelectMany(f => Scripts(JsonNode.Parse(File.ReadAllText(f)))).ToList();

        scripts.Should().HaveCountGreaterThan(20);
        scripts.Where(s => ScriptNatures.Of(Jint.Engine.PrepareScript(s, options: new() { ParsingOptions = new() { AllowReturnOutsideFunction = true } }).Program!) is ScriptNature.Wild).Should().BeEmpty();
    }

    private static IEnumerable<string> Scripts(JsonNode? node) => node switch
    {
        JsonObject o when o["type"] is JsonValue type && type.TryGetValue<string>(out var kind) && kind == "JavaScript" && o["value"] is JsonValue value && value.TryGetValue<string>(out var text) => [text],
        JsonObject o => o.SelectMany(m => Scripts(m.Value)),
        JsonArray a => a.SelectMany(Scripts),
        _ => [],
    };

    private static bool Broke(Ending ending) =>
        ending.Incident is null || ending.Milliseconds > Soon || ending.Bytes > Room || ending.Incident.Contains("OutOfMemory", StringComparison.Ordinal);

    private static IEnumerable<(string, JsonObject)> HostileShapes()
    {
        JsonObject Root(params JsonNode[] activities) => new() { ["id"] = "v", ["root"] = new JsonObject { ["id"] = "f", ["type"] = "Elsa.Flowchart", ["activities"] = new JsonArray(activities), ["connections"] = new JsonArray() } };
        JsonObject inner = new() { ["id"] = "z", ["type"] = "Elsa.Start" };
        for (var i = 0; i < 200; i++)
        {
            inner = new() { ["id"] = $"n{i}", ["type"] = "Elsa.Sequence", ["activities"] = new JsonArray(inner) };
        }

        yield return ("two hundred levels", new JsonObject { ["root"] = inner });
        yield return ("many activities", Root([.. Enumerable.Range(0, 6_000).Select(i => new JsonObject { ["id"] = $"a{i}", ["type"] = "Elsa.Start" })]));
        yield return ("one id for all", Root([.. Enumerable.Range(0, 1_000).Select(_ => new JsonObject { ["id"] = "a", ["type"] = "Elsa.Start" })]));
        yield return ("unknown types", Root([.. Enumerable.Range(0, 500).Select(i => new JsonObject { ["id"] = $"a{i}", ["type"] = "System.Diagnostics.Process, System", ["$type"] = "System.Object" })]));
        yield return ("a script each", Root([.. Enumerable.Range(0, 300).Select(i => new JsonObject { ["id"] = $"a{i}", ["type"] = "Elsa.WriteLine", ["text"] = Expression("JavaScript", new string('(', 60) + "1" + new string(')', 60)) })]));
        var circle = Root([.. Enumerable.Range(0, 50).Select(i => new JsonObject { ["id"] = $"a{i}", ["type"] = "Elsa.Start" })]);
        circle["root"]!["connections"] = new JsonArray([.. Enumerable.Range(0, 50).Select(i => new JsonObject { ["source"] = new JsonObject { ["activity"] = $"a{i}" }, ["target"] = new JsonObject { ["activity"] = $"a{(i + 1) % 50}" } })]);
        yield return ("a circle without an end", circle);
        yield return ("a loop without an end", new Drawing().Add("while", "Elsa.While", ("condition", "js:true"), ("body", new JsonObject { ["id"] = "b", ["type"] = "Elsa.WriteLine", ["text"] = Expression("JavaScript", "'x'.repeat(1000)") })).Json());
        yield return ("a list of everything", new Drawing().Add("each", "Elsa.ForEach", ("items", "js:Array(40000).fill(1)"), ("body", new JsonObject { ["id"] = "b", ["type"] = "Elsa.Start" })).Json());
        yield return ("a parallel list of everything", new Drawing().Add("each", "Elsa.ParallelForEach", ("items", "js:Array(40000).fill('x')"), ("body", new JsonObject { ["id"] = "b", ["type"] = "Elsa.Start" })).Json());
    }

    private static JsonObject Liquid(string template) => Expression("Liquid", template);

    private static JsonObject Expression(string type, string text) => new() { ["typeName"] = "String", ["expression"] = new JsonObject { ["type"] = type, ["value"] = text } };
}
