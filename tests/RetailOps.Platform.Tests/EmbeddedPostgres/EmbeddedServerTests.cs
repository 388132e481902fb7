using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

using Npgsql;

namespace RetailOps.Platform.Tests;

/// <summary>What a host gets when all goes well.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class EmbeddedServerTests
{
    [Fact]
    public async Task A_first_start_makes_the_cluster_and_a_later_one_finds_its_rows_on_the_same_port()
    {
        await using var sandbox = new ServerSandbox();
        await using var first = await sandbox.Host(durable: true);
        await ServerSandbox.Do(first.ConnectionString, "create table kept as select 42 as answer");

        await first.Leave();
        await using var later = await sandbox.Host(durable: true);

        later.ConnectionString.Should().Be(first.ConnectionString);
        (await ServerSandbox.Ask<int>(later.ConnectionString, "select answer from kept")).Should().Be(42);
    }

    [Fact]
    public async Task The_server_is_stopped_when_the_last_host_has_left()
    {
        await using var sandbox = new ServerSandbox();
        var server = await sandbox.Join();

        await server.DisposeAsync();

        sandbox.ServerPids().Should().BeEmpty();
        File.Exists(sandbox.PidFile).Should().BeFalse();
    }

    [Fact]
    public async Task What_it_acknowledges_is_on_disk()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host(durable: true);

        var settings = await ServerSandbox.Ask<string>(host.ConnectionString,
            "select string_agg(setting, ' ' order by name) from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums')");

        settings.Should().Be("on on on on");
    }

    [Fact]
    public async Task A_durable_host_refuses_a_server_that_was_started_for_tests()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host(durable: false);

        var join = () => sandbox.Join(o => o with { Durable = true });

        (await join.Should().ThrowAsync<EmbeddedServerException>()).WithMessage("*started for tests*");
    }

    [Fact]
    public async Task The_server_never_runs_as_root_and_its_files_are_its_own()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host();

        var status = await File.ReadAllLinesAsync($"/proc/{sandbox.ServerPid()}/status");
        var ids = status.Where(line => line.StartsWith("Uid:", StringComparison.Ordinal) || line.StartsWith("Gid:", StringComparison.Ordinal) || line.StartsWith("Groups:", StringComparison.Ordinal))
            .SelectMany(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1..]);

        if (Environment.IsPrivilegedProcess)
        {
            ids.Should().NotContain("0");
        }

        File.GetUnixFileMode(Path.Combine(sandbox.Folder, "cluster")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Nobody_gets_in_without_the_password()
    {
        await using var sandbox = new ServerSandbox();
        await using var server = await sandbox.Join();
        var throughSocket = new NpgsqlConnectionStringBuilder(server.OwnerConnectionString) { Password = "guessed" };
        var throughPort = new NpgsqlConnectionStringBuilder(throughSocket.ConnectionString) { Host = "127.0.0.1" };

        var refusals = await Task.WhenAll(SqlStateOf(throughSocket.ConnectionString), SqlStateOf(throughPort.ConnectionString));

        throughSocket.Host.Should().StartWith("/");
        refusals.Should().AllBe("28P01");
        File.GetUnixFileMode(Path.Combine(sandbox.Folder, "password")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(sandbox.Folder, "password*").Should().ContainSingle();
        (await ServerSandbox.Ask<string>(server.OwnerConnectionString, "select left(rolpassword, 13) from pg_authid where rolname = 'retailops_admin'")).Should().Be("SCRAM-SHA-256");
    }

    [Fact]
    public async Task It_listens_on_this_machine_only()
    {
        await using var sandbox = new ServerSandbox();
        await using var server = await sandbox.Join();
        var port = server.Port.ToString("X4", CultureInfo.InvariantCulture);

        var listening = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words[3] == "0A" && words[1].EndsWith(":" + port, StringComparison.Ordinal))
            .Select(words => words[1]);

        listening.Should().Equal($"0100007F:{port}");
    }

    [Fact]
    public async Task A_host_without_privileges_runs_the_server_as_itself_and_makes_the_links_npm_left_out()
    {
        await using var sandbox = new ServerSandbox();
        using var host = Process.Start(Unprivileged(sandbox))!;

        var said = await host.StandardOutput.ReadLineAsync();
        var owners = sandbox.ServerPids().Append(host.Id).Select(OwnerOf).Distinct().ToList();
        host.StandardInput.Close();
        await host.WaitForExitAsync();

        said.Should().StartWith("Host=");
        owners.Should().ContainSingle().Which.Should().NotBe("0");
        Directory.EnumerateFiles(sandbox.Data, "lib*", SearchOption.AllDirectories).Should().Contain(file => new FileInfo(file).LinkTarget != null);
    }

    [Fact]
    public async Task Neither_supervisor_nor_server_carries_the_secrets_of_a_host()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host();

        var environments = new[] { sandbox.SupervisorPid()!.Value, sandbox.ServerPid() }.Select(pid => File.ReadAllText($"/proc/{pid}/environ"));

        environments.Should().OnlyContain(text => text.Length > 0 && !text.Contains("RETAILOPS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Settings_of_the_host_go_above_ours()
    {
        await using var sandbox = new ServerSandbox();
        await using var server = await sandbox.Join(o => o with { MaxConnections = 33, Settings = new Dictionary<string, string> { ["work_mem"] = "5MB", ["application_name"] = "it's = ours" } });

        var settings = await ServerSandbox.Ask<string>(server.OwnerConnectionString,
            "select string_agg(reset_val, ' ' order by name) from pg_settings where name in ('max_connections', 'work_mem', 'application_name')");

        settings.Should().Be("it's = ours 33 5120");
    }

    [Fact]
    public async Task A_data_folder_too_deep_for_a_socket_is_served_through_the_port()
    {
        await using var sandbox = new ServerSandbox(Path.Combine(Path.GetTempPath(), "retailops-pg-" + new string('x', 90) + Guid.NewGuid().ToString("N")[..12]));
        await using var server = await sandbox.Join();

        var answer = await ServerSandbox.Ask<int>(server.OwnerConnectionString, "select 1");

        answer.Should().Be(1);
        server.OwnerConnectionString.Should().Contain("Host=127.0.0.1;");
    }

    [Fact]
    public async Task Missing_programs_are_named_with_the_command_that_fetches_them()
    {
        await using var sandbox = new ServerSandbox();

        var join = () => sandbox.Join(o => o with { BinariesFolder = Path.Combine(sandbox.Data, "nothing") });

        (await join.Should().ThrowAsync<EmbeddedServerException>()).WithMessage("*npm ci --prefix tools/postgres*");
    }

    [Fact]
    public async Task A_supervisor_that_cannot_start_the_server_says_why()
    {
        await using var sandbox = new ServerSandbox();

        var join = () => sandbox.Join(o => o with { Settings = new Dictionary<string, string> { ["no_such_setting"] = "1" } });

        (await join.Should().ThrowAsync<EmbeddedServerException>()).WithMessage("*no_such_setting*");
        await ServerSandbox.Until(() => sandbox.SupervisorPids().Count == 0, "a supervisor without a server ends");
    }

    private static async Task<string> SqlStateOf(string connectionString)
    {
        try
        {
            await ServerSandbox.Ask<int>(connectionString, "select 1");
            return "let in";
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
    }

    /// <summary>A set-up of its own in the sandbox, without symbolic links; as root its host steps down to nobody.</summary>
    private static ProcessStartInfo Unprivileged(ServerSandbox sandbox)
    {
        var app = Path.Combine(sandbox.Data, "app");
        Copy(AppContext.BaseDirectory, app, SearchOption.TopDirectoryOnly);
        Copy(ServerSandbox.NodeModules, Path.Combine(sandbox.Data, "tools", "postgres", "node_modules"), SearchOption.AllDirectories);
        var command = new ProcessStartInfo(ServerSandbox.TestHost[0], [Path.Combine(app, "RetailOps.TestChild.dll"), "hold", sandbox.Data, "unsafe"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (Environment.IsPrivilegedProcess)
        {
            using var own = Process.Start("chown", ["-R", "nobody:", sandbox.Data]);
            own.WaitForExit();
            command.UserName = "nobody";
            command.Environment.Remove("HOME");
        }

        return command;
    }

    private static void Copy(string from, string to, SearchOption depth)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", depth).Where(f => new FileInfo(f).LinkTarget is null))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static string OwnerOf(int pid) => File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
}
