using System.Globalization;
using System.Text.Json;

using CsCheck;

namespace RetailOps.Workflows.Tests;

public sealed class DecisionTableTests
{
    [Theory]
    [InlineData("unique", 5, """{"size":"small"}""", "1")]
    [InlineData("first", 50, """{"size":"middle"}""", "2")]
    [InlineData("first", 500, """{"size":"large"}""", "3")]
    public void The_row_that_hits_answers_and_is_named(string policy, int n, string result, string rows)
    {
        var table = Table(policy, """{"when":{"n":"< 10"},"then":{"size":"small"}},{"when":{"n":"[10..100)"},"then":{"size":"middle"}},{"when":{"n":">= 100"},"then":{"size":"large"}}""");

        var answer = DecisionTable.Compile(table).Evaluate(Json($$"""{"n":{{n}}}"""));

        answer.Result.GetRawText().Should().Be(result);
        string.Join(",", answer.Rows).Should().Be(rows);
    }

    [Fact]
    public void Of_rows_that_hit_together_the_first_or_the_most_important_answers()
    {
        const string Rows = """{"when":{"n":">= 10"},"then":{"size":"middle"}},{"when":{"n":">= 100"},"then":{"size":"small"}},{"then":{"size":"large"}}""";

        var first = DecisionTable.Faults(Table("first", Rows));
        var priority = DecisionTable.Compile(Table("priority", Rows)).Evaluate(Json("""{"n":200}"""));

        first.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Field = "rows[1]", Code = "decisions.never" });
        priority.Result.GetRawText().Should().Be("""{"size":"small"}""");
        priority.Rows.Should().Equal(2);
    }

    [Theory]
    [InlineData("list", 150, """{"fee":[1,2,4]}""")]
    [InlineData("sum", 150, """{"fee":7}""")]
    [InlineData("min", 150, """{"fee":1}""")]
    [InlineData("max", 50, """{"fee":2}""")]
    [InlineData("count", 150, """{"fee":3}""")]
    [InlineData("sum", 1, """{"fee":0}""")]
    [InlineData("min", 1, """{"fee":null}""")]
    [InlineData("list", 1, """{"fee":[]}""")]
    public void Collected_rows_are_listed_or_aggregated(string aggregate, int n, string result)
    {
        var table = Json($$"""
            {"hitPolicy":"collect","aggregate":"{{aggregate}}","inputs":[{"name":"n","type":"number"}],"outputs":[{"name":"fee","type":"number"}],
             "rows":[{"when":{"n":">= 10"},"then":{"fee":1} },{"when":{"n":">= 20"},"then":{"fee":2} },{"when":{"n":">= 100"},"then":{"fee":4} }]}
            """);

        DecisionTable.Compile(table).Evaluate(Json($$"""{"n":{{n}}}""")).Result.GetRawText().Should().Be(result);
    }

    [Fact]
    public async Task A_table_with_more_values_than_can_be_tried_holds_nobody_up()
    {
        var rows = string.Join(',', Enumerable.Range(0, 900).Select(r => $$"""{"when":{"n":"{{string.Join(',', Enumerable.Range(0, 200).Select(v => (r * 200) + v))}}"},"then":{"size":"small"} }"""));

        var faults = await Task.Run(() => DecisionTable.Faults(Table("first", rows, "\"otherwise\":{\"size\":\"large\"},"))).WaitAsync(TimeSpan.FromSeconds(60));

        faults.Should().BeEmpty();
    }

    [Theory, InlineData("1,1,1"), InlineData("not(not(not(")]
    public void A_condition_without_measure_is_a_fault_of_its_cell(string part)
    {
        var cell = string.Concat(Enumerable.Repeat(part + ",", 1_000)) + "1";

        DecisionTable.Faults(Table("first", $$"""{"when":{"n":"{{cell}}"},"then":{"size":"small"} }""")).Should().Contain(f => f.Field.StartsWith("rows[0]", StringComparison.Ordinal));
    }

    [Fact]
    public void Otherwise_answers_where_no_row_does()
    {
        var table = Table("first", """{"when":{"n":"> 10"},"then":{"size":"large"}}""", "\"otherwise\":{\"size\":\"small\"},");

        var (rows, result) = DecisionTable.Compile(table).Evaluate(Json("""{"n":3}"""));

        rows.Should().BeEmpty();
        result.GetRawText().Should().Be("""{"size":"small"}""");
    }

    [Theory]
    [InlineData("unique", """{"when":{"n":"< 10"},"then":{"size":"small"}},{"when":{"n":"> 10"},"then":{"size":"large"}}""", "rows", "decisions.gap", "*n = 10*")]
    [InlineData("unique", """{"when":{"n":"<= 10"},"then":{"size":"small"}},{"when":{"n":">= 10"},"then":{"size":"large"}}""", "rows[1]", "decisions.overlap", "*Rows 1 and 2*n = 10*")]
    [InlineData("first", """{"then":{"size":"small"}},{"when":{"n":"> 10"},"then":{"size":"large"}}""", "rows[1]", "decisions.never", "*Row 2*")]
    [InlineData("first", """{"then":{"size":"tiny"}}""", "rows[0].then.size", "decisions.output", "*small, middle, large*")]
    [InlineData("first", """{"then":{}}""", "rows[0].then.size", "decisions.output", "*")]
    [InlineData("first", """{"when":{"m":"> 1"},"then":{"size":"small"} }""", "rows[0].when.m", "decisions.unknown-input", "*'m'*")]
    [InlineData("first", """{"when":{"n":"> one"},"then":{"size":"small"} }""", "rows[0].when.n", "decisions.condition", "*'one'*")]
    [InlineData("first", """{"when":{"n":true},"then":{"size":"small"} }""", "rows[0].when.n", "decisions.condition", "*")]
    [InlineData("third", """{"then":{"size":"small"} }""", "hitPolicy", "documents.content", "*")]
    [InlineData("first", """{"than":{"size":"small"}}""", "rows[0]", "documents.content", "*")]
    public void A_fault_is_named_by_its_path(string policy, string rows, string path, string code, string message)
    {
        var faults = DecisionTable.Faults(Table(policy, rows));

        faults.Should().ContainSingle(f => f.Code == code).Which.Field.Should().StartWith(path);
        faults.Single(f => f.Code == code).Message.Should().Match(message);
    }

    [Fact]
    public void Two_inputs_are_looked_at_together()
    {
        var table = Json("""
            {"hitPolicy":"unique","inputs":[{"name":"vip","type":"flag"},{"name":"channel","type":"text","values":["web","store"]}],"outputs":[{"name":"x","type":"whole"}],
             "rows":[{"when":{"vip":true},"then":{"x":1}},{"when":{"vip":false,"channel":"web"},"then":{"x":2}}]}
            """);

        DecisionTable.Faults(table).Should().ContainSingle().Which.Message.Should().Be("No row answers vip = false and channel = store; add a row, or otherwise.");
    }

    [Fact]
    public void A_tie_of_priorities_with_different_answers_is_a_fault()
    {
        var table = Json("""
            {"hitPolicy":"priority","inputs":[{"name":"n","type":"whole"}],"outputs":[{"name":"size","type":"text","values":["small","large"]},{"name":"fee","type":"number"}],
             "rows":[{"when":{"n":"> 1"},"then":{"size":"small","fee":1}},{"when":{"n":"> 5"},"then":{"size":"small","fee":2}},{"then":{"size":"large","fee":3}}]}
            """);

        DecisionTable.Faults(table).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Field = "rows[1]", Code = "decisions.tie" });
    }

    [Fact]
    public void A_case_of_the_table_that_fails_is_a_fault()
    {
        var table = Table("first", """{"then":{"size":"small"} }""", """
            "tests":[{"name":"right","inputs":{"n":1},"expect":{"size":"small"}},{"name":"wrong","inputs":{"n":1},"expect":{"size":"large"}},{"name":"blind","inputs":{},"expect":{}}],
            """);

        DecisionTable.Faults(table).Select(f => f.Field).Should().Equal("tests[1]", "tests[2]");
    }

    [Fact]
    public void A_table_too_large_to_look_through_is_still_a_table()
    {
        var inputs = string.Join(',', Enumerable.Range(0, 12).Select(i => $$"""{"name":"i{{i}}","type":"number"}"""));
        var rows = string.Join(',', Enumerable.Range(0, 60).Select(r => $$"""{"when":{"i{{r % 12}}":"[{{r}}..{{r + 5}}]","i{{(r + 5) % 12}}":"> {{r}}"},"then":{"x":{{r}} } }"""));
        var table = Json($$"""{"hitPolicy":"collect","aggregate":"count","inputs":[{{inputs}}],"outputs":[{"name":"x","type":"whole"}],"rows":[{{rows}}]}""");

        DecisionTable.Faults(table).Should().BeEmpty();
    }

    [Fact]
    public void A_table_of_ranges_without_a_fault_answers_every_number_by_one_row() => Gen.Int[-50, 50].Array[1, 8].Sample(cuts =>
    {
        var at = cuts.Distinct().Order().ToArray();
        string[] ranges = [$"< {at[0]}", .. at.Zip(at.Skip(1), (a, b) => $"[{a}..{b})"), $">= {at[^1]}"];
        var rows = string.Join(',', ranges.Select((r, i) => $$"""{"when":{"n":"{{r}}"},"then":{"x":{{i}} } }"""));
        var json = Json($$"""{"hitPolicy":"unique","inputs":[{"name":"n","type":"number"}],"outputs":[{"name":"x","type":"whole"}],"rows":[{{rows}}]}""");

        var faults = DecisionTable.Faults(json);
        var table = DecisionTable.Compile(json);

        return faults.Count == 0 && Enumerable.Range(-110, 220).Select(i => i / 2m).All(n =>
            table.Evaluate(Json($$"""{"n":{{n.ToString(CultureInfo.InvariantCulture)}}}""")).Result.GetProperty("x").GetInt32() == at.Count(c => n >= c));
    });

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private static JsonElement Table(string policy, string rows, string more = "") => Json($$"""
        {"hitPolicy":"{{policy}}",{{more}}"inputs":[{"name":"n","type":"number"}],"outputs":[{"name":"size","type":"text","values":["small","middle","large"]}],"rows":[{{rows}}]}
        """);
}
