namespace RetailOps.ArchitectureTests;

public sealed class RefusalRulesTests
{
    [Fact]
    public void Codes_are_well_formed() => RefusalRules.CodesAreWellFormed(World.OnDisk).Should().BeEmpty();

    [Fact]
    public void A_code_has_one_meaning() => RefusalRules.ACodeHasOneMeaning(World.OnDisk).Should().BeEmpty();

    [Fact]
    public void Codes_equal_the_committed_list() => CommittedList.ShouldBe("docs/contracts/refusals.txt", RefusalRules.List(World.OnDisk));

    [Theory]
    [InlineData("Refusal.Conflict(code, \"No.\")")]
    [InlineData("Refusal.Conflict(\"Short\", \"No.\")")]
    [InlineData("Refusal.Rule(\"inventory.short\", \"No.\")")]
    [InlineData("new Refusal(RefusalKind.Forbidden, \"orders\", \"No.\")")]
    [InlineData("RuleFor(r => r.Lines).NotEmpty().WithErrorCode(\"lines\")")]
    public void A_code_that_is_not_well_formed_is_seen(string expression) => RefusalRules.CodesAreWellFormed(Orders(expression)).Should().ContainSingle();

    [Fact]
    public void A_code_with_two_meanings_is_seen()
    {
        var world = Orders("Refusal.Conflict(\"orders.late\", \"No.\")", "new Refusal(RefusalKind.Rule, \"orders.late\", \"No.\")");

        RefusalRules.ACodeHasOneMeaning(world).Should().ContainMatch("orders.late is Conflict * and Rule *");
    }

    [Fact]
    public void Every_way_to_name_a_code_is_listed()
    {
        var world = Orders("Refusal\n.NotFound(\n\"orders.none\", \"No.\")", "WithErrorCode(\"orders.lines\")", "new Refusal(RefusalKind.Forbidden, \"orders.closed\", \"No.\")");

        RefusalRules.List(world).Should().Equal("orders.closed Forbidden", "orders.lines Malformed", "orders.none NotFound");
    }

    [Fact]
    public void A_difference_to_the_committed_list_is_shown() =>
        CommittedList.Differences(["orders.a Rule", "orders.b Rule"], ["orders.a Rule", "orders.c Rule"]).Should().Equal("- orders.b Rule", "+ orders.c Rule");

    private static World Orders(params string[] expressions) => World.Of(
        ("modules/Orders/RetailOps.Orders/RetailOps.Orders.csproj", "<Project />"),
        ("modules/Orders/RetailOps.Orders/A.cs", string.Join(";\n", expressions)));
}
