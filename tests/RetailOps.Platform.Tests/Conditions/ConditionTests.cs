using System.Text.Json;

namespace RetailOps.Platform.Tests;

public sealed class ConditionTests
{
    [Theory]
    [InlineData("-", "7", true)]
    [InlineData("", "7", true)]
    [InlineData("70", "70.00", true)]
    [InlineData(">= 70", "70", true)]
    [InlineData("> 70", "70", false)]
    [InlineData("< -1.5", "-1.51", true)]
    [InlineData("<=2", "2.01", false)]
    [InlineData("[10..20)", "10", true)]
    [InlineData("[10..20)", "20", false)]
    [InlineData("]10..20]", "10", false)]
    [InlineData("(10..20]", "20", true)]
    [InlineData("[10..20[", "20", false)]
    [InlineData("1, 5, > 100", "5", true)]
    [InlineData("1, 5, > 100", "6", false)]
    [InlineData("not(1, [5..6])", "5.5", false)]
    [InlineData("not(1, [5..6])", "7", true)]
    [InlineData("-", null, true)]
    [InlineData("null", null, true)]
    [InlineData("> 5, null", null, true)]
    [InlineData("> 5", null, false)]
    [InlineData("not(> 5)", null, false)]
    [InlineData("not(null)", null, false)]
    [InlineData("not(null)", "3", true)]
    public void A_number_passes_where_it_should(string condition, string? value, bool passes) =>
        Condition.Parse(condition, ConditionType.Number).Holds(new(value is null ? null : Condition.Ordered(value, ConditionType.Number), null)).Should().Be(passes);

    [Theory]
    [InlineData("web", "web", true)]
    [InlineData("web", "Web", false)]
    [InlineData("\"web\", \"store\"", "store", true)]
    [InlineData("web, store", "phone", false)]
    [InlineData("not(web)", "phone", true)]
    [InlineData("\"a, b\"", "a, b", true)]
    [InlineData("\"say \\\"hi\\\"\"", "say \"hi\"", true)]
    public void A_text_passes_where_it_should(string condition, string value, bool passes) =>
        Condition.Parse(condition, ConditionType.Text).Holds(new(null, value)).Should().Be(passes);

    [Theory]
    [InlineData("> ten", ConditionType.Number)]
    [InlineData("1,,2", ConditionType.Number)]
    [InlineData("[5..1]", ConditionType.Number)]
    [InlineData("(5..5)", ConditionType.Number)]
    [InlineData("[1..2", ConditionType.Number)]
    [InlineData("1.5", ConditionType.Whole)]
    [InlineData("1e20", ConditionType.Number)]
    [InlineData("2026-02-30", ConditionType.Date)]
    [InlineData("yes", ConditionType.Flag)]
    [InlineData("\"open", ConditionType.Text)]
    public void What_is_no_condition_is_refused(string condition, ConditionType type)
    {
        var parse = () => Condition.Parse(condition, type);

        parse.Should().Throw<FormatException>();
    }

    [Fact]
    public void Inputs_are_read_as_they_are_declared()
    {
        var inputs = JsonElement.Parse("""{"a":"12.50","b":3,"c":true,"d":"2026-03-02","e":null}""");

        new ConditionInput("a", ConditionType.Number).Read(inputs).Number.Should().Be(12.5m);
        new ConditionInput("b", ConditionType.Whole).Read(inputs).Number.Should().Be(3);
        new ConditionInput("c", ConditionType.Flag).Read(inputs).Word.Should().Be("true");
        Condition.Parse("[2026-03-01..2026-03-31]", ConditionType.Date).Holds(new ConditionInput("d", ConditionType.Date).Read(inputs)).Should().BeTrue();
        new ConditionInput("e", ConditionType.Number, Optional: true).Read(inputs).IsMissing.Should().BeTrue();
    }

    [Theory]
    [InlineData("missing", ConditionType.Number, "*'missing' is missing*")]
    [InlineData("text", ConditionType.Number, "*'text' is a number, not \"x\"*")]
    [InlineData("half", ConditionType.Whole, "*'half' is a whole, not 0.5*")]
    [InlineData("half", ConditionType.Flag, "*flag*")]
    public void An_input_of_another_kind_is_named(string name, ConditionType type, string message)
    {
        var read = () => new ConditionInput(name, type).Read(JsonElement.Parse("""{"text":"x","half":0.5}"""));

        read.Should().Throw<FormatException>().WithMessage(message);
    }
}
