using System.Diagnostics;

using RetailOps.Host;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>The program as a script meets it: exit codes, and what stands on stdout and stderr.</summary>
public sealed class VerbTests
{
    [Theory]
    [InlineData(2, "verb", "fly")]
    [InlineData(2, "--wings", "serve", "--wings")]
    [InlineData(2, "needs a value", "migrate", "--data")]
    [InlineData(2, "takes no value", "verify", "--json=yes")]
    [InlineData(1, "this machine only", "demo", "--urls", "http://0.0.0.0:5080")]
    [InlineData(1, "no address", "serve", "--urls", "5080")]
    [InlineData(1, "RETAILOPS_KEY", "serve")]
    public async Task What_is_not_understood_or_not_allowed_is_said_in_one_line(int exitCode, string says, params string[] args)
    {
        var (code, output, error) = await Run(args);

        code.Should().Be(exitCode);
        output.Should().BeEmpty();
        error.TrimEnd('\n').Should().Contain(says).And.NotContain("\n");
    }

    [Fact]
    public void A_time_zone_that_does_not_exist_is_refused_before_anything_starts()
    {
        var settings = HostSettings.Read(HostSettings.Demo, name => name == "RETAILOPS_TIME_ZONE" ? "Europe/Atlantis" : null);

        settings.Invoking(s => s.Check()).Should().Throw<SetupException>().WithMessage("*Europe/Atlantis*");
        HostSettings.Read(HostSettings.Demo, _ => null).TimeZone.Should().Be("Europe/London");
    }

    [Theory]
    [InlineData("demo", "--help")]
    [InlineData("demo", "demo", "--help")]
    [InlineData("RETAILOPS_DB_OWNER", "serve", "--help")]
    [InlineData("alreadyApplied", "migrate", "--help")]
    [InlineData("broken", "verify", "--help")]
    public async Task Each_verb_explains_itself(string says, params string[] args)
    {
        var (code, output, error) = await Run(args);

        code.Should().Be(0);
        output.Should().Contain(says).And.NotContain("test-server");
        error.Should().BeEmpty();
    }

    [Fact]
    public async Task Serve_wants_an_administrator_whom_a_verb_makes_once()
    {
        await using var database = await TestDatabase.CreateAsync();
        (string, string)[] there = [("RETAILOPS_DB", database.AppConnectionString), ("RETAILOPS_DB_OWNER", database.OwnerConnectionString), ("RETAILOPS_KEY", Convert.ToBase64String(new byte[32]))];

        var (code, _, error) = await Run(["serve", "--urls", "http://127.0.0.1:0"], there);
        var (made, said, _) = await Run(["administrator", "--name", "ada"], there);
        var (again, _, refused) = await Run(["administrator", "--name", "eve"], there);

        code.Should().Be(1);
        error.Trim().Split('\n').Where(line => !line.Contains(" INF ", StringComparison.Ordinal)).Should().ContainSingle().Which.Should().Contain("there is no administrator");
        made.Should().Be(0);
        said.Trim().Should().MatchRegex("^ada [a-z0-9]{20}$");
        again.Should().Be(1);
        refused.Should().Contain("already");
        (await Ask.All<string>(database.OwnerConnectionString, "select p.name || ' ' || array_to_string(p.roles, '+') from platform.people p")).Should().Equal("ada administrator");
    }

    private static async Task<(int Code, string Output, string Error)> Run(string[] args, params (string Name, string Value)[] variables)
    {
        var folder = Directory.CreateTempSubdirectory("retailops-verb-").FullName;
        try
        {
            var command = SupervisorVerb.CommandOf(typeof(HostComposition).Assembly.Location);
            var start = new ProcessStartInfo(command[0], [.. command.Skip(1), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["RETAILOPS_DATA"] = folder;
            start.Environment["RETAILOPS_KEY"] = "";
            start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
            foreach (var (name, value) in variables)
            {
                start.Environment[name] = value;
            }

            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
