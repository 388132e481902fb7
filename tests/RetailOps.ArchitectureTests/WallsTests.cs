namespace RetailOps.ArchitectureTests;

public sealed class WallsTests
{
    public static TheoryData<string> Modules => [.. World.OnDisk.ModuleNames];

    [Theory, MemberData(nameof(Modules))]
    public void A_module_exports_one_type_its_registration(string module)
    {
        var exported = ProductTypes.Assemblies.Single(a => a.GetName().Name == $"RetailOps.{module}").GetExportedTypes();

        exported.Select(t => t.Name).Should().Equal([$"{module}Module"]);
    }

    [Fact]
    public void Modules_are_found_on_disk() => World.OnDisk.ModuleNames.Should().Contain(["Inventory", "Orders"]);

    [Fact]
    public void Nobody_references_a_project_it_must_not_see() => Walls.ProjectReferences(World.OnDisk).Should().BeEmpty();

    [Fact]
    public void Nobody_was_compiled_against_an_assembly_it_must_not_see() => Walls.AssemblyReferences(World.OnDisk, ProductTypes.References).Should().BeEmpty();

    [Fact]
    public void Internals_are_visible_to_the_own_suite_only() => Walls.Friends(World.OnDisk).Should().BeEmpty();

    [Theory]
    [InlineData("modules/Orders/RetailOps.Orders", "ProjectReference", "../../Inventory/RetailOps.Inventory/RetailOps.Inventory.csproj", "*Orders must not see RetailOps.Inventory.")]
    [InlineData("modules/Orders/RetailOps.Orders", "ProjectReference", "../../../src/RetailOps.Workflows/RetailOps.Workflows.csproj", "*Orders must not see RetailOps.Workflows.")]
    [InlineData("modules/Orders/RetailOps.Orders.Contracts", "ProjectReference", "../../Inventory/RetailOps.Inventory.Contracts/RetailOps.Inventory.Contracts.csproj", "*must not see RetailOps.Inventory.Contracts.")]
    [InlineData("modules/Orders/RetailOps.Orders.Contracts", "PackageReference", "FluentValidation", "*base class library only, not FluentValidation.")]
    [InlineData("modules/Orders/RetailOps.Orders", "PackageReference", "Hangfire.Core", "*Hangfire.Core is Platform's*")]
    [InlineData("src/RetailOps.Workflows", "ProjectReference", "../../modules/Orders/RetailOps.Orders.Contracts/RetailOps.Orders.Contracts.csproj", "*Workflows must not see RetailOps.Orders.Contracts.")]
    [InlineData("src/RetailOps.Kernel", "FrameworkReference", "Microsoft.AspNetCore.App", "*base class library only, not Microsoft.AspNetCore.App.")]
    [InlineData("src/RetailOps.Something", "ProjectReference", "../RetailOps.Kernel/RetailOps.Kernel.csproj", "*no rule says what this project may see.")]
    [InlineData("tests/RetailOps.Orders.Tests", "ProjectReference", "../../modules/Inventory/RetailOps.Inventory/RetailOps.Inventory.csproj", "*must not see RetailOps.Inventory.")]
    [InlineData("src/RetailOps.Platform", "ProjectReference", "../RetailOps.Host/RetailOps.Host.csproj", "*Platform must not see RetailOps.Host.")]
    public void A_forbidden_reference_is_seen(string folder, string item, string target, string violation)
    {
        var world = Plant(folder, $"""<Project><ItemGroup><{item} Include="{target}" /></ItemGroup></Project>""");

        Walls.ProjectReferences(world).Should().ContainMatch(violation);
    }

    [Theory]
    [InlineData("RetailOps.Orders", "RetailOps.Inventory")]
    [InlineData("RetailOps.Orders.Contracts", "RetailOps.Platform")]
    [InlineData("RetailOps.Kernel", "Microsoft.EntityFrameworkCore")]
    [InlineData("RetailOps.Workflows", "RetailOps.Orders.Contracts")]
    public void A_forbidden_reference_that_came_through_another_project_is_seen(string from, string to) =>
        Walls.AssemblyReferences(World.OnDisk, [(from, to), (from, "System.Runtime")]).Should().Equal($"{from}.dll must not see {to}.");

    [Theory]
    [InlineData("""<Project><ItemGroup><InternalsVisibleTo Include="RetailOps.Inventory" /></ItemGroup></Project>""", "")]
    [InlineData("<Project />", """[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("RetailOps.Inventory")]""")]
    public void A_forbidden_friend_is_seen(string project, string source)
    {
        var world = World.Of(("modules/Orders/RetailOps.Orders/RetailOps.Orders.csproj", project), ("modules/Orders/RetailOps.Orders/Friends.cs", source));

        Walls.Friends(world).Should().ContainMatch("*internals are visible to RetailOps.Inventory*");
    }

    [Fact]
    public void The_own_suite_is_a_lawful_friend()
    {
        var world = World.Of(("modules/Orders/RetailOps.Orders/RetailOps.Orders.csproj", """<Project><ItemGroup><InternalsVisibleTo Include="RetailOps.Orders.Tests" /></ItemGroup></Project>"""));

        Walls.Friends(world).Should().BeEmpty();
    }

    /// <summary>The projects of the disk, one of them replaced or added.</summary>
    private static World Plant(string folder, string csproj)
    {
        var path = $"{folder}/{folder.Split('/')[^1]}.csproj";
        return World.Of([.. World.OnDisk.Files.Where(f => f.Key.EndsWith(".csproj", StringComparison.Ordinal) && f.Key != path).Select(f => (f.Key, f.Value)), (path, csproj)]);
    }
}
