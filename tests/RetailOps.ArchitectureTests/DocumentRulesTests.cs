using System.Diagnostics;

namespace RetailOps.ArchitectureTests;

public sealed class DocumentRulesTests
{
    public static TheoryData<string> Documents => ["README.md", "CONTRIBUTING.md", .. World.OnDisk.Files.Keys.Where(p => p.StartsWith("docs/", StringComparison.Ordinal) && p.EndsWith(".md", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Documents))]
    public void Commands_of_a_document_exist(string document) => DocumentRules.CommandsExist(World.OnDisk.Files[document], Help).Should().BeEmpty();

    [Theory, MemberData(nameof(Documents))]
    public void Paths_of_a_document_exist(string document)
    {
        var folder = Path.GetDirectoryName(document)!;

        DocumentRules.PathsExist(World.OnDisk.Files[document], path => Exists(path) || Exists(Path.Combine(folder, path))).Should().BeEmpty();
    }

    [Theory, MemberData(nameof(Documents))]
    public void Settings_of_a_document_exist(string document) =>
        DocumentRules.SettingsExist(World.OnDisk.Files[document], Help("run") + Help("test")).Should().BeEmpty();

    [Fact]
    public void Each_package_is_explained() =>
        DocumentRules.PackagesAreExplained(World.OnDisk.Files["Directory.Packages.props"], World.OnDisk.Files["docs/decisions/0002-packages-and-licences.md"]).Should().BeEmpty();

    [Fact]
    public void Decisions_are_numbered() => DocumentRules.DecisionsAreNumbered(World.OnDisk).Should().BeEmpty();

    [Theory]
    [InlineData("```sh\n./run conquer\n```", "*does not know conquer.")]
    [InlineData("```sh\nRETAILOPS_DB=x ./run conquer\n```", "*does not know conquer.")]
    [InlineData("```sh\n./test --sloppily\n```", "*does not know --sloppily.")]
    [InlineData("```sh\n./walk\n```", "*there is no ./walk.")]
    public void A_command_that_does_not_exist_is_seen(string text, string violation) => DocumentRules.CommandsExist(text, Help).Should().ContainMatch(violation);

    [Fact]
    public void A_path_and_a_setting_that_do_not_exist_are_seen()
    {
        DocumentRules.PathsExist("See `src/Nowhere` and [this](nowhere.md), `README.md`, `modules/{Module}/…`.", Exists).Should().Equal("There is no src/Nowhere.", "There is no nowhere.md.");
        DocumentRules.SettingsExist("Set RETAILOPS_LUCK.", Help("run")!).Should().Equal("Nobody reads RETAILOPS_LUCK.");
    }

    [Fact]
    public void A_package_that_is_not_explained_is_seen() =>
        DocumentRules.PackagesAreExplained("""<PackageVersion Include="Left.Pad" Version="1.0.0" />""", "`Left`, `Left.Pad.More`").Should().ContainSingle();

    [Fact]
    public void A_gap_and_a_double_in_the_numbers_are_seen()
    {
        DocumentRules.DecisionsAreNumbered(World.Of(("docs/decisions/0001-a.md", ""), ("docs/decisions/0003-b.md", ""))).Should().ContainSingle();
        DocumentRules.DecisionsAreNumbered(World.Of(("docs/decisions/0001-a.md", ""), ("docs/decisions/0001-b.md", ""))).Should().ContainSingle();
    }

    private static bool Exists(string path) => Path.Exists(Path.Combine(World.Root, path));

    private static string? Help(string script)
    {
        if (!File.Exists(Path.Combine(World.Root, script)))
        {
            return null;
        }

        using var process = Process.Start(new ProcessStartInfo("bash", [Path.Combine(World.Root, script), "--help"]) { RedirectStandardOutput = true })!;
        var help = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
        return help;
    }
}
