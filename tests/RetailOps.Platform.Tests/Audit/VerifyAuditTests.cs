using System.Diagnostics;
using System.Text.Json;

using RetailOps.Host;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary><c>verify --audit</c> as a script meets it, on a database that somebody meddled with.</summary>
public sealed class VerifyAuditTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("retailops-verify-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_links_what_waits_names_the_row_that_was_changed_and_knows_the_heads_that_were_exported()
    {
        await using var ledger = await LedgerOfFacts.Open(3);
        var (code, report) = (0, default(JsonElement));
        await Eventually.Holds(
            async () =>
            {
                (code, report) = await Verify(ledger);
                return report.GetProperty("unlinked").GetInt64() == 0;
            },
            TimeSpan.FromSeconds(60), "no older transaction of this server is open");
        code.Should().Be(0);
        report.GetProperty("checked").GetInt64().Should().Be(3);
        report.GetProperty("broken").GetInt64().Should().Be(0);
        await ledger.Chain.HeadsIn(folder).Append((await ledger.Chain.Head())!, TimeProvider.System.GetUtcNow());
        (await Verify(ledger)).Report.GetProperty("exported").GetInt64().Should().Be(1);

        await ledger.Tamper("update platform.events set actor = 'client:else' where aggregate = 'thing/1'");
        var changed = await Verify(ledger);
        var plain = await Verify(ledger, "verify");
        await ledger.Tamper("delete from platform.chain");
        var rewritten = await Verify(ledger);

        changed.Code.Should().Be(1);
        var finding = changed.Report.GetProperty("findings").EnumerateArray().Should().ContainSingle().Subject;
        finding.GetProperty("kind").GetString().Should().Be("changed");
        finding.GetProperty("event").GetGuid().Should().Be(await Ask.One<Guid>(ledger.App, "select id from platform.events where aggregate = 'thing/1'"));
        plain.Code.Should().Be(1);
        plain.Report.GetProperty("invariants").EnumerateArray().Where(i => i.GetProperty("broken").GetInt64() > 0).Select(i => i.GetProperty("id").GetString()).Should().Equal("I14b");
        rewritten.Code.Should().Be(1);
        rewritten.Report.GetProperty("findings")[0].GetProperty("kind").GetString().Should().Be("head");
    }

    [Fact]
    public async Task A_file_of_heads_that_is_not_there_is_said()
    {
        await using var ledger = await LedgerOfFacts.Open();

        var (code, _, error) = await Run(ledger, "verify", "--audit", "--heads", Path.Combine(folder, "nowhere.txt"));

        code.Should().Be(1);
        error.Should().Contain("nowhere.txt");
    }

    private Task<(int Code, JsonElement Report)> Verify(LedgerOfFacts ledger) => Verify(ledger, "verify", "--audit");

    private async Task<(int Code, JsonElement Report)> Verify(LedgerOfFacts ledger, params string[] arguments)
    {
        var (code, output, error) = await Run(ledger, [.. arguments, "--json"]);
        output.Should().StartWith("{", error);
        return (code, JsonElement.Parse(output));
    }

    private async Task<(int Code, string Output, string Error)> Run(LedgerOfFacts ledger, params string[] arguments)
    {
        var command = SupervisorVerb.CommandOf(typeof(HostComposition).Assembly.Location);
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["RETAILOPS_DATA"] = folder;
        start.Environment["RETAILOPS_DB"] = ledger.App;
        start.Environment["RETAILOPS_DB_OWNER"] = ledger.Owner;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = HostSettings.Test;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
