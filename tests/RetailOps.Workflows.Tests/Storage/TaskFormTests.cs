using System.Text.Json;

namespace RetailOps.Workflows.Tests;

/// <summary>A form is drawn by analysts and filled in by anybody: neither is believed.</summary>
public sealed class TaskFormTests
{
    private const string Form =
        """
        [{"name":"words","label":"Words","type":"string","required":true},{"name":"count","label":"Count","type":"number","min":1,"max":9},{"name":"sure","label":"Sure","type":"boolean"},
         {"name":"why","label":"Why","type":"choice","choices":["A","B"]},{"name":"day","label":"Day","type":"date"},{"name":"paid","label":"Paid","type":"money","currency":"GBP","min":1}]
        """;

    private readonly IReadOnlyList<TaskField> form = TaskForm.Read(TaskForm.Write(JsonElement.Parse(Form)))!;

    [Theory]
    [InlineData("""{"words":"x"}""")]
    [InlineData("""{"words":"x","count":9,"sure":false,"why":"B","day":"2028-02-29","paid":{"amount":"1.00","currency":"GBP"}}""")]
    [InlineData("""{"words":"<b>x</b>","count":null,"why":null}""")]
    public void What_fits_the_form_has_no_fault(string answer) => TaskForm.Faults(form, JsonElement.Parse(answer)).Should().BeEmpty();

    [Theory]
    [InlineData("""{}""", "answer.words")]
    [InlineData("""null""", "answer.words")]
    [InlineData("""[]""", "answer")]
    [InlineData("""{"words":"  "}""", "answer.words")]
    [InlineData("""{"words":7}""", "answer.words")]
    [InlineData("""{"words":"x","stranger":1}""", "answer.stranger")]
    [InlineData("""{"words":"x","count":"3"}""", "answer.count")]
    [InlineData("""{"words":"x","count":0.5}""", "answer.count")]
    [InlineData("""{"words":"x","count":1e40}""", "answer.count")]
    [InlineData("""{"words":"x","sure":"yes"}""", "answer.sure")]
    [InlineData("""{"words":"x","why":"C"}""", "answer.why")]
    [InlineData("""{"words":"x","day":"2027-02-29"}""", "answer.day")]
    [InlineData("""{"words":"x","day":"29.11.2026"}""", "answer.day")]
    [InlineData("""{"words":"x","paid":12}""", "answer.paid")]
    [InlineData("""{"words":"x","paid":{"amount":"12.00","currency":"EUR"}}""", "answer.paid")]
    [InlineData("""{"words":"x","paid":{"amount":"12.001","currency":"GBP"}}""", "answer.paid")]
    [InlineData("""{"words":"x","paid":{"amount":"0.50","currency":"GBP"}}""", "answer.paid")]
    public void What_does_not_is_named_by_its_place(string answer, string place) => TaskForm.Faults(form, JsonElement.Parse(answer)).Should().ContainSingle().Which.Field.Should().Be(place);

    [Fact]
    public void A_task_without_a_form_takes_any_answer() => TaskForm.Faults(null, JsonElement.Parse("""{"anything":[1]}""")).Should().BeEmpty();

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{}""")]
    [InlineData("""[null]""")]
    [InlineData("""[{"name":"a b","label":"x","type":"string"}]""")]
    [InlineData("""[{"name":"a\n","label":"x","type":"string"}]""")]
    [InlineData("""[{"name":"a","label":"","type":"string"}]""")]
    [InlineData("""[{"name":"a","label":"x","type":"file"}]""")]
    [InlineData("""[{"name":"a","label":"x","type":"choice"}]""")]
    [InlineData("""[{"name":"a","label":"x","type":"choice","choices":["A","A"]}]""")]
    [InlineData("""[{"name":"a","label":"x","type":"string","choices":["A"]}]""")]
    [InlineData("""[{"name":"a","label":"x","type":"money"}]""")]
    [InlineData("""[{"name":"a","label":"x","type":"number","min":2,"max":1}]""")]
    [InlineData("""[{"name":"a","label":"x","type":"string"},{"name":"a","label":"y","type":"string"}]""")]
    public void A_form_that_no_person_can_fill_in_is_an_incident_of_the_step(string drawn) =>
        FluentActions.Invoking(() => TaskForm.Write(JsonElement.Parse(drawn))).Should().Throw<FormatException>();
}
