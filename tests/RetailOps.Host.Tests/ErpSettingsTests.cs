using RetailOps.Platform;

namespace RetailOps.Host.Tests;

public sealed class ErpSettingsTests
{
    private static readonly Dictionary<string, string> Whole = new()
    {
        ["RETAILOPS_ERP"] = "tryton",
        ["RETAILOPS_ERP_URL"] = "https://erp.example.org/books",
        ["RETAILOPS_ERP_USER"] = "retailops",
        ["RETAILOPS_ERP_PASSWORD"] = "a secret of theirs",
    };

    [Fact]
    public void The_sandbox_serves_unless_another_is_named()
    {
        Read([]).Should().BeNull();
        Read(new() { ["RETAILOPS_ERP"] = "sandbox" }).Should().BeNull();
    }

    [Fact]
    public void What_is_told_of_it_holds_no_secret()
    {
        var erp = Read(Whole)!;

        erp.Address.AbsoluteUri.Should().Be("https://erp.example.org/books/");
        (erp.User, erp.Password).Should().Be(("retailops", "a secret of theirs"));
        erp.ToString().Should().NotContain("secret");
    }

    [Theory]
    [InlineData("RETAILOPS_ERP", "sap", "sandbox or tryton")]
    [InlineData("RETAILOPS_ERP_URL", null, "RETAILOPS_ERP_URL")]
    [InlineData("RETAILOPS_ERP_URL", "erp.example.org", "RETAILOPS_ERP_URL")]
    [InlineData("RETAILOPS_ERP_URL", "https://erp.example.org/", "name of its database")]
    [InlineData("RETAILOPS_ERP_USER", null, "RETAILOPS_ERP_USER")]
    [InlineData("RETAILOPS_ERP_PASSWORD", null, "RETAILOPS_ERP_PASSWORD")]
    public void What_is_missing_is_said_before_anything_starts(string name, string? value, string words)
    {
        var settings = new Dictionary<string, string>(Whole);
        settings.Remove(name);
        if (value is not null)
        {
            settings[name] = value;
        }

        var read = () => Read(settings);

        read.Should().Throw<SetupException>().WithMessage($"*{words}*");
    }

    [Theory]
    [InlineData]
    [InlineData("restart")]
    [InlineData("start", "--port", "many")]
    public async Task The_verb_says_what_it_takes(params string[] arguments)
    {
        using var folder = new Folder();
        VerbOptions.TryRead([.. arguments, "--data", folder.Path], ErpVerb.Verb.Options, out var options, out _).Should().BeTrue();

        var run = () => ErpVerb.Verb.Run(options, default);

        await run.Should().ThrowAsync<SetupException>().WithMessage("*takes*");
    }

    [Fact]
    public async Task Where_none_was_started_none_runs()
    {
        using var folder = new Folder();
        VerbOptions.TryRead(["status", "--data", folder.Path], ErpVerb.Verb.Options, out var options, out _).Should().BeTrue();

        (await ErpVerb.Verb.Run(options, default)).Should().Be(1);
    }

    private static ErpSettings? Read(Dictionary<string, string> settings) => ErpSettings.Read(settings.GetValueOrDefault);

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("erp-verb-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
