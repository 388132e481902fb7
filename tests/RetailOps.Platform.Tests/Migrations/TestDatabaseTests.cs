using System.Diagnostics;

using Npgsql;

using RetailOps.Testing;

using Xunit.Abstractions;

namespace RetailOps.Platform.Tests;

public sealed class TestDatabaseTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_clone_has_the_schema_and_both_logins()
    {
        await using var database = await TestDatabase.CreateAsync();

        var applied = await Shop.Run(database.AppConnectionString, "select count(*) from platform.schema_versions");
        var temporary = await Shop.Refusal(database.AppConnectionString, "create temporary table mine (id int)");
        var owned = await Shop.Refusal(database.OwnerConnectionString, "create schema later; create table later.things (id int)");

        applied.Should().Be((long)Migrator.MigrationScripts.Embedded.Count);
        temporary.Should().Be(PostgresErrorCodes.InsufficientPrivilege);
        owned.Should().BeNull();
    }

    [Fact]
    public async Task Clones_know_nothing_of_each_other()
    {
        await using var one = await TestDatabase.CreateAsync();
        await using var two = await TestDatabase.CreateAsync();

        await Shop.Run(one.OwnerConnectionString, "create schema only_here");

        (await Shop.Run(two.OwnerConnectionString, "select count(*) from pg_namespace where nspname = 'only_here'")).Should().Be(0L);
    }

    [Fact]
    public async Task Eight_at_once_are_made_and_dropped()
    {
        await (await TestDatabase.CreateAsync()).DisposeAsync();
        var watch = Stopwatch.StartNew();

        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TestDatabase.CreateAsync()));
        var made = watch.Elapsed;
        await Task.WhenAll(databases.Select(d => d.DisposeAsync().AsTask()));

        output.WriteLine($"eight at once: made in {made.TotalMilliseconds:0} ms, dropped in {(watch.Elapsed - made).TotalMilliseconds:0} ms");
        var names = string.Join(',', databases.Select(d => $"'{d.Name}'"));
        (await Shop.Run(await TestServer.AdminConnectionString, $"select count(*) from pg_database where datname in ({names})")).Should().Be(0L);
    }

    [Fact]
    public async Task A_clone_is_dropped_although_somebody_is_connected()
    {
        var database = await TestDatabase.CreateAsync();
        await using var connected = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.AppConnectionString) { Pooling = false }.ConnectionString);
        await connected.OpenAsync();

        await database.DisposeAsync();

        (await Shop.Run(await TestServer.AdminConnectionString, $"select count(*) from pg_database where datname = '{database.Name}'")).Should().Be(0L);
    }

    [Fact]
    public async Task What_a_dead_run_left_behind_is_removed()
    {
        const string dead = "test_999999999_1";                       // no system gives a process that number
        var admin = await TestServer.AdminConnectionString;
        await Shop.Run(admin, $"drop database if exists {dead}");
        await Shop.Run(admin, $"create database {dead}");
        await using var alive = await TestDatabase.CreateAsync();

        await TestServer.RemoveLeftoversAsync();

        (await Shop.Run(admin, $"select count(*) from pg_database where datname = '{dead}'")).Should().Be(0L);
        (await Shop.Refusal(alive.AppConnectionString, "select 1")).Should().BeNull();
    }
}
