using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Host.Tests;

/// <summary>What the guides tell an integrator to type does what they say.</summary>
public sealed partial class GuideTests : IAsyncLifetime
{
    private readonly string data = Directory.CreateTempSubdirectory("retailops-guide-").FullName;
    private TestDatabase database = null!;

    public async Task InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    [Fact, Trait("needs", "curl")]
    public async Task The_first_order_goes_from_stock_to_the_credit_memo_as_the_guide_says()
    {
        using var host = Serve();
        var ready = JsonDocument.Parse((await host.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)))!);
        var secret = DemoPeople.SecretOfCommandLine(data)!;
        var password = (await File.ReadAllLinesAsync(Path.Combine(data, "sign-ins.txt"))).Single(l => l.StartsWith("finance ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1];
        var guide = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "docs", "guides", "first-order.md"));
        var commands = "set -euo pipefail\n" + string.Join('\n', Commands().Matches(guide).Select(m => m.Groups[1].Value));

        var (exitCode, output) = await Bash(commands, ("HOST_URL", ready.RootElement.GetProperty("urls")[0].GetString()!), ("FINANCE_PASSWORD", password), ("CLI_SECRET", secret));
        host.Kill(entireProcessTree: true);

        exitCode.Should().Be(0, output);
        output.Should().Contain("\"CRN-000001\"", "the credit memo stands in the books");
        (await Ask.One<long>(database.OwnerConnectionString, "select sum(debit - credit)::bigint from sandbox_erp.move_lines")).Should().Be(0);
    }

    [Fact, Trait("needs", "curl")]
    public async Task A_system_that_sends_is_connected_as_the_guide_says()
    {
        using var host = Serve();
        var ready = JsonDocument.Parse((await host.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)))!);
        var guide = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "docs", "guides", "inbound.md"));
        var commands = "set -euo pipefail\n" + string.Join('\n', Commands().Matches(guide).Select(m => m.Groups[1].Value));

        var (exitCode, output) = await Bash(commands, ("HOST_URL", ready.RootElement.GetProperty("urls")[0].GetString()!), ("CLI_SECRET", DemoPeople.SecretOfCommandLine(data)!));
        host.Kill(entireProcessTree: true);

        exitCode.Should().Be(0, output);
        output.Should().Contain("\"state\":\"Delivered\"").And.Contain("\"standard:1\"");
        (await Ask.One<long>(database.OwnerConnectionString, "select count(*) from integration.inbox where state = 'mapped'")).Should().Be(3);
    }

    [Fact, Trait("needs", "curl")]
    public async Task A_client_gets_its_token_and_loses_it_as_the_guide_says()
    {
        using var host = Serve();
        var ready = JsonDocument.Parse((await host.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)))!);
        var password = (await File.ReadAllLinesAsync(Path.Combine(data, "sign-ins.txt"))).Single(l => l.StartsWith("administrator ", StringComparison.Ordinal)).Split(' ')[^1];
        var guide = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "docs", "guides", "clients.md"));
        var commands = "set -euo pipefail\n" + string.Join('\n', Commands().Matches(guide).Select(m => m.Groups[1].Value));

        var (exitCode, output) = await Bash(commands, ("HOST_URL", ready.RootElement.GetProperty("urls")[0].GetString()!), ("ADMINISTRATOR_PASSWORD", password));
        host.Kill(entireProcessTree: true);

        exitCode.Should().Be(0, output);
        output.Should().Contain("\"items\":[]").And.Contain("403").And.Contain("401");
    }

    private static async Task<(int ExitCode, string Output)> Bash(string commands, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var bash = Process.Start(start)!;
        await bash.StandardInput.WriteAsync(commands);
        bash.StandardInput.Close();
        var (said, complained) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
        await bash.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        return (bash.ExitCode, await said + await complained);
    }

    private Process Serve()
    {
        var command = SupervisorVerb.CommandOf(typeof(HostComposition).Assembly.Location);
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), "demo", "--still", "--json", "--urls", "http://127.0.0.1:0", "--data", data]) { RedirectStandardOutput = true };
        start.Environment["RETAILOPS_DB"] = database.AppConnectionString;
        start.Environment["RETAILOPS_DB_OWNER"] = database.OwnerConnectionString;
        return Process.Start(start)!;
    }

    [GeneratedRegex("```sh\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Commands();
}
