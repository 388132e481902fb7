namespace RetailOps.ArchitectureTests;

public sealed class FloorRulesTests
{
    private const string Old = """{"version":2,"dependencies":{"net10.0":{"Npgsql":{"type":"Transitive","resolved":"8.0.2"},"Other":{"type":"Project"}}}}""";

    [Fact]
    public void No_package_is_older_than_is_known_to_be_good()
    {
        var locks = Directory.EnumerateFiles(World.Root, "packages.lock.json", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/node_modules/", StringComparison.Ordinal)).ToList();

        locks.Should().HaveCountGreaterThan(10);
        locks.SelectMany(f => FloorRules.TooOld(Path.GetRelativePath(World.Root, f), File.ReadAllText(f), Floors())).Should().BeEmpty();
    }

    [Fact]
    public void What_contains_scripts_and_templates_is_what_was_tried() => Floors().Select(f => f.Package).Should().Contain(["Jint", "Fluid.Core", "Npgsql"]).And.OnlyHaveUniqueItems();

    [Fact]
    public void One_that_is_too_old_is_seen_through_another_too() => FloorRules.TooOld("a.json", Old, Floors()).Should().ContainSingle().Which.Should().StartWith("a.json: Npgsql 8.0.2 is older than 8.0.3: CVE-");

    private static IReadOnlyList<(string Package, Version Floor, string Why)> Floors() => FloorRules.Read(World.OnDisk.Files["docs/contracts/package-floors.txt"]);
}
