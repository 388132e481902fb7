using System.Net;

using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using RetailOps.Host;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

public sealed class JobTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("retailops-jobs-").FullName;
    private TestDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await JobTables.Prepare(database.OwnerConnectionString, database.AppConnectionString, default);
    }

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_tables_can_be_prepared_again() => await JobTables.Prepare(database.OwnerConnectionString, database.AppConnectionString, default);

    [Fact]
    public async Task The_watch_stores_what_it_found_and_health_can_read_it()
    {
        await using var app = HostComposition.Build([], Settings(), database.AppConnectionString);
        await using var scope = app.Services.CreateAsyncScope();
        await Execute("insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data) values (gen_random_uuid(), 'x', now(), 'system:test', 'order/1', 2, '1', '{}')");

        await scope.ServiceProvider.GetServices<IRecurringJob>().Single(j => j.Name == "watch").RunAsync(default);

        var findings = await app.Services.GetRequiredService<WatchTable>().Last(default);
        findings.Should().ContainSingle(f => f.Broken > 0).Which.Invariant.Should().Be("I7a");
        findings.Should().OnlyContain(f => f.Broken > 0 == f.Examples.Count > 0);
    }

    [Fact]
    public async Task Retention_deletes_what_is_done_and_old()
    {
        await using var app = HostComposition.Build([], Settings(), database.AppConnectionString);
        await using var scope = app.Services.CreateAsyncScope();
        await Execute("insert into platform.idempotency values ('client:cli', 'old', 'x', '', '{}', now() - interval '8 days'), ('client:cli', 'new', 'x', '', '{}', now())");

        await scope.ServiceProvider.GetServices<IRecurringJob>().Single(j => j.Name == "retention").RunAsync(default);

        (await Ask("select string_agg(key, ' ') from platform.idempotency")).Should().Be("new");
    }

    [Fact]
    public async Task A_started_host_schedules_its_jobs_and_shows_them_to_operators_only()
    {
        await using var app = HostComposition.Build([], Settings() with { RunsJobs = true }, database.AppConnectionString);
        IReadOnlyList<DemoSignIn> people;
        await using (var scope = app.Services.CreateAsyncScope())
        {
            people = await scope.ServiceProvider.GetRequiredService<DemoPeople>().Ensure(folder);
        }

        await app.StartAsync();
        var address = new Uri(app.Urls.Single());
        using var stranger = new Browser(address);
        using var leader = new Browser(address);
        using var operatorPerson = new Browser(address);
        (await leader.SignIn("leader", people.Single(p => p.Name == "leader").Password)).Dispose();
        (await operatorPerson.SignIn("operator", people.Single(p => p.Name == "operator").Password)).Dispose();

        (await stranger.Http.GetAsync("/jobs/recurring")).StatusCode.Should().Be(HttpStatusCode.Redirect);
        (await leader.Http.GetAsync("/jobs/recurring")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await operatorPerson.Http.GetStringAsync("/jobs/recurring")).Should().Contain("watch").And.Contain("retention");
        await app.StopAsync();
    }

    private HostSettings Settings() => new() { Environment = HostSettings.Test, Urls = "http://127.0.0.1:0", DataFolder = folder, RunsJobs = false };

    private async Task Execute(string sql)
    {
        await using var source = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<object?> Ask(string sql)
    {
        await using var source = NpgsqlDataSource.Create(database.AppConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
