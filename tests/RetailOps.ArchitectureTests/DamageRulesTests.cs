using Microsoft.Extensions.DependencyInjection;

using RetailOps.Host;
using RetailOps.Platform;

namespace RetailOps.ArchitectureTests;

public sealed class DamageRulesTests
{
    [Fact]
    public async Task Each_invariant_of_the_product_has_a_test_that_plants_its_damage()
    {
        // Nothing is asked of the database: the composition says what verify would check.
        var settings = new HostSettings { Environment = HostSettings.Demo, DataFolder = Path.GetTempPath(), RunsJobs = false };
        await using var app = HostComposition.Build([], settings, "Host=nowhere;Username=nobody");

        var ids = app.Services.GetRequiredService<Verification>().All.Select(i => i.Id).ToList();

        ids.Should().Contain(["I1", "I6h", "I7f", "I9c", "I15c"], "the whole product is composed");
        DamageRules.EachInvariantHasItsDamage(ids, World.OnDisk).Should().BeEmpty();
    }

    [Theory]
    [InlineData("""    { "I99", "delete from" },""", true)]
    [InlineData("""    [InlineData("I99", "delete from")]""", true)]
    [InlineData("""    // { "I99", "delete from" },""", false)]
    [InlineData("""    { "I98", "delete from" },""", false)]
    [InlineData("""    const string Id = "I99", Name = "";""", false)]
    public void An_invariant_without_damage_is_seen(string line, bool isPlanted)
    {
        const string Theory = "public async Task Damage_is_found_by_the_check_that_is_there_for_it() {}\n";

        DamageRules.EachInvariantHasItsDamage(["I99"], World.Of(("tests/A/B.cs", Theory + line))).Should().HaveCount(isPlanted ? 0 : 1);
        DamageRules.EachInvariantHasItsDamage(["I99"], World.Of(("tests/A/B.cs", line), ("src/A/B.cs", Theory + line))).Should().ContainSingle("elsewhere it is no test of damage");
    }
}
