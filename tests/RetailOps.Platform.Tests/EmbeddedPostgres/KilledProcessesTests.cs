using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

using Npgsql;

namespace RetailOps.Platform.Tests;

/// <summary>Every process of the embedded server, killed at a bad moment.</summary>
public sealed class KilledProcessesTests
{
    [Fact]
    public async Task The_server_ends_with_the_last_host_although_that_was_killed()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host();

        host.Kill();

        await ServerSandbox.Until(() => sandbox.ServerPids().Count == 0 && sandbox.SupervisorPids().Count == 0, "nobody is left who needs the server");
        File.Exists(sandbox.PidFile).Should().BeFalse("the server was stopped, not killed");
    }

    [Fact]
    public async Task A_killed_host_leaves_no_channel_open_and_no_server_taken_from_the_second()
    {
        await using var sandbox = new ServerSandbox();
        await using var first = await sandbox.Host();
        await using var second = await sandbox.Host();
        await using var connection = new NpgsqlConnection(second.ConnectionString);
        await connection.OpenAsync();

        first.Kill();
        await first.UntilSilent(TimeSpan.FromSeconds(10));

        await using var command = new NpgsqlCommand("select pg_sleep(0.3)", connection);
        await command.ExecuteNonQueryAsync();
        sandbox.SupervisorPids().Should().ContainSingle();
    }

    [Fact]
    public async Task Hosts_that_start_together_share_one_server()
    {
        await using var sandbox = new ServerSandbox();

        var hosts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => sandbox.Host()));

        hosts.Select(h => h.ConnectionString).Distinct().Should().ContainSingle();
        sandbox.SupervisorPids().Should().ContainSingle();
    }

    [Fact]
    public async Task A_host_that_comes_while_the_server_closes_gets_a_new_one()
    {
        await using var sandbox = new ServerSandbox();
        var server = await sandbox.Join();

        for (var i = 0; i < 10; i++)
        {
            var leaving = server.DisposeAsync();
            server = await sandbox.Join();
            (await ServerSandbox.Ask<int>(server.OwnerConnectionString, "select 1")).Should().Be(1);
            await leaving;
        }

        await server.DisposeAsync();
        sandbox.ServerPids().Should().BeEmpty();
    }

    [Fact]
    public async Task Acknowledged_rows_survive_the_death_of_every_process()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host(durable: true);
        await ServerSandbox.Do(host.ConnectionString, "create table kept (n int)");
        var acknowledged = 0;
        var writing = Write(host.ConnectionString, n => Volatile.Write(ref acknowledged, n));
        await ServerSandbox.Until(() => Volatile.Read(ref acknowledged) > 50, "rows are written");

        host.Kill();
        ServerSandbox.Kill(sandbox.SupervisorPid()!.Value);
        ServerSandbox.Kill(sandbox.ServerPid());
        await writing;
        await using var later = await sandbox.Host(durable: true);

        later.ConnectionString.Should().Be(host.ConnectionString);
        (await ServerSandbox.Ask<int>(later.ConnectionString, "select max(n) from kept")).Should().BeGreaterOrEqualTo(acknowledged);
        (await ServerSandbox.Ask<bool>(later.ConnectionString, "select count(*) = max(n) from kept")).Should().BeTrue();
    }

    [Fact]
    public async Task A_killed_server_is_back_on_its_port_within_ten_seconds_even_with_a_busy_backend()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host();
        await using var busy = new NpgsqlConnection(host.ConnectionString + ";Pooling=false");
        await busy.OpenAsync();
        await using var command = new NpgsqlCommand("select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b", busy) { CommandTimeout = 0 };
        var forLong = command.ExecuteNonQueryAsync();
        var waited = Stopwatch.StartNew();

        ServerSandbox.Kill(sandbox.ServerPid());
        await forLong.ContinueWith(_ => { }, TaskScheduler.Default);
        var answer = await ServerSandbox.Eventually(() => ServerSandbox.Ask<int>(host.ConnectionString, "select 1"));

        answer.Should().Be(1);
        waited.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_server_that_dies_again_and_again_comes_back_every_time()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host();

        for (var i = 0; i < 4; i++)
        {
            var killed = sandbox.ServerPid();
            ServerSandbox.Kill(killed);
            await ServerSandbox.Until(() => sandbox.HasServerBesides(killed), "another server starts");
        }

        (await ServerSandbox.Eventually(() => ServerSandbox.Ask<int>(host.ConnectionString, "select 1"))).Should().Be(1);
    }

    [Fact]
    public async Task A_killed_supervisor_is_replaced_by_a_host_that_lives()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host();
        await using var other = await sandbox.Host();
        var (supervisor, server) = (sandbox.SupervisorPid()!.Value, sandbox.ServerPid());

        ServerSandbox.Kill(supervisor);

        await ServerSandbox.Until(() => sandbox.SupervisorPid() is { } pid && pid != supervisor && sandbox.HasServerBesides(server), "the server has an owner again");
        (await ServerSandbox.Eventually(() => ServerSandbox.Ask<int>(host.ConnectionString, "select 1"))).Should().Be(1);
        host.Kill();
        await other.Leave();
        await ServerSandbox.Until(() => sandbox.ServerPids().Count == 0, "the new supervisor counts both hosts");
    }

    [Fact]
    public async Task A_signal_to_the_supervisor_does_not_take_the_server_from_its_hosts()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host();
        var supervisor = sandbox.SupervisorPid()!.Value;

        foreach (var signal in new[] { "-HUP", "-INT", "-TERM" })
        {
            using var kill = Process.Start("kill", [signal, supervisor.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }

        (await ServerSandbox.Ask<double>(host.ConnectionString, "select extract(epoch from interval '1 second')::float8 from pg_sleep(0.5)")).Should().Be(1);
        sandbox.SupervisorPid().Should().Be(supervisor);
        host.Kill();
        await ServerSandbox.Until(() => sandbox.SupervisorPids().Count == 0, "it still ends with its last host");
    }

    [Fact]
    public async Task An_orphaned_server_is_stopped_and_replaced()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host();
        await ServerSandbox.Do(host.ConnectionString, "create table kept as select 42 as answer");
        var supervisor = sandbox.SupervisorPid()!.Value;

        host.Kill();
        await ServerSandbox.Until(() => sandbox.SupervisorPids().Count == 0, "the supervisor stops the server");
        var orphan = await Orphan(sandbox);
        await using var later = await sandbox.Host();

        (await ServerSandbox.Ask<int>(later.ConnectionString, "select answer from kept")).Should().Be(42);
        sandbox.ServerPid().Should().NotBe(orphan).And.NotBe(supervisor);
    }

    [Fact]
    public async Task A_lock_file_whose_number_another_process_bears_now_does_not_stop_a_start()
    {
        await using var sandbox = new ServerSandbox();
        await using var host = await sandbox.Host();
        await host.Leave();
        using var stranger = Process.Start(Sleeper())!;

        await File.WriteAllTextAsync(sandbox.PidFile, $"{stranger.Id}\n{Path.Combine(sandbox.Folder, "cluster")}\n1\n5432\n\n127.0.0.1\n 0 0\nready   \n");
        await using var later = await sandbox.Host();

        (await ServerSandbox.Ask<int>(later.ConnectionString, "select 1")).Should().Be(1);
        stranger.HasExited.Should().BeFalse("it has nothing to do with us");
        stranger.Kill();
    }

    [Fact]
    public async Task A_half_made_cluster_is_removed_and_made_again()
    {
        await using var sandbox = new ServerSandbox();
        var half = Path.Combine(sandbox.Folder, "cluster.new-0123456789");
        Directory.CreateDirectory(Path.Combine(half, "base", "1"));
        await File.WriteAllTextAsync(Path.Combine(half, "PG_VERSION"), "18");

        await using var host = await sandbox.Host();

        (await ServerSandbox.Ask<int>(host.ConnectionString, "select 1")).Should().Be(1);
        Directory.Exists(half).Should().BeFalse();
    }

    [Fact]
    public async Task A_first_start_killed_in_the_middle_is_made_good_by_the_next()
    {
        await using var sandbox = new ServerSandbox();
        var starting = sandbox.Host(durable: true);
        await ServerSandbox.Until(() => Directory.Exists(sandbox.Folder) && Directory.GetDirectories(sandbox.Folder, "cluster.new-*").Length > 0, "initdb is at work");

        ServerSandbox.Kill(sandbox.SupervisorPid()!.Value);
        var host = await starting;

        (await ServerSandbox.Ask<int>(host.ConnectionString, "select 1")).Should().Be(1);
    }

    [Fact]
    public async Task A_port_that_another_program_took_meanwhile_is_given_up()
    {
        await using var sandbox = new ServerSandbox();
        var server = await sandbox.Join();
        var before = server.Port;
        await server.DisposeAsync();
        using var thief = new TcpListener(IPAddress.Loopback, before);
        thief.Start();

        await using var later = await sandbox.Join();

        later.Port.Should().NotBe(before);
        (await ServerSandbox.Ask<int>(later.OwnerConnectionString, "select 1")).Should().Be(1);
    }

    [Fact]
    public async Task A_host_whose_server_had_to_move_is_told()
    {
        await using var sandbox = new ServerSandbox();
        await using var server = await sandbox.Join();
        await using var nobodyStarts = new FileStream(Path.Combine(sandbox.Folder, "start.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        ServerSandbox.Kill(sandbox.SupervisorPid()!.Value);
        ServerSandbox.Kill(sandbox.ServerPid());
        using var thief = new TcpListener(IPAddress.Loopback, server.Port);
        await ServerSandbox.Until(() => Takes(thief), "the port is free");

        await nobodyStarts.DisposeAsync();

        await server.Lost.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static bool Takes(TcpListener thief)
    {
        try
        {
            thief.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task Write(string connectionString, Action<int> acknowledged)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
            await connection.OpenAsync();
            for (var n = 1; ; n++)
            {
                await using var command = new NpgsqlCommand($"insert into kept values ({n})", connection);
                await command.ExecuteNonQueryAsync();
                acknowledged(n);
            }
        }
        catch (NpgsqlException)
        {
            // Killed, as planned.
        }
    }

    /// <summary>Kills the supervisor and the host so close together that nobody stops the server.</summary>
    private static async Task<int> Orphan(ServerSandbox sandbox)
    {
        var host = await sandbox.Host();
        var (server, supervisor) = (sandbox.ServerPid(), sandbox.SupervisorPid()!.Value);
        using var both = Process.Start("kill", ["-STOP", supervisor.ToString(CultureInfo.InvariantCulture)]);
        await both.WaitForExitAsync();
        host.Kill();
        ServerSandbox.Kill(supervisor);
        await ServerSandbox.Until(() => sandbox.SupervisorPids().Count == 0, "the supervisor is dead");
        sandbox.ServerPids().Should().Contain(server, "nobody was left to stop it");
        return server;
    }

    private static ProcessStartInfo Sleeper() => Environment.IsPrivilegedProcess
        ? new ProcessStartInfo("sleep", ["600"]) { UserName = File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody" }
        : new ProcessStartInfo("sleep", ["600"]);
}
