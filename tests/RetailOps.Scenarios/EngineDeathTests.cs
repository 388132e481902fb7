using Npgsql;

using RetailOps.Platform;
using RetailOps.TestChild;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>
/// Flows with all that an engine remembers between bursts: a fork and its join, a timer, a child that is waited for, children in bulk, a loop, a signal that came long before its wait.
/// Hosts are killed, commits are lost, the server dies: each step has its effect once, and every flow reaches its end.
/// </summary>
public sealed class EngineDeathTests : IAsyncLifetime
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "RetailOps.TestChild.dll");

    // Takes requests, and leaves all work to others.
    private static readonly TestHostOptions Asleep = Customers.Options with { Engine = new() { Workers = 0 } };

    private static readonly TestHostOptions Alive = Customers.Options with { Engine = new() { Workers = 2, GroupSize = 8, Poll = TimeSpan.FromMilliseconds(20) } };

    private TestDatabase database = null!;
    private int flows;

    // No row of these flows is preloaded, none is delivered, and nobody else is called.
    public static TheoryData<FaultPoint> Points => [.. Effort.Some(
    [
        FaultPoint.AfterClaim, FaultPoint.AfterNote, FaultPoint.AfterSend, FaultPoint.AfterRun, FaultPoint.BeforeFlush, FaultPoint.AfterFlush, FaultPoint.BeforeCommit, FaultPoint.AfterCommit,
        FaultPoint.AfterTimers,
    ])];

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await Draw(database.AppConnectionString);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Killed_at_any_point_of_a_burst_each_step_has_its_effect_once_and_every_flow_ends(FaultPoint point)
    {
        for (var round = 0; round < Effort.Of(200 / Points.Count); round++)
        {
            await Begin(database.AppConnectionString, 4);
            var nth = 1 + ((((int)point * 3) + (round * 5)) % 8);
            await using (var child = ChildHost.Start(Program, $"{point}:{nth}", "serve", database.AppConnectionString))
            {
                await child.Ends(TimeSpan.FromSeconds(60));
                child.Complaints.Should().Contain($"Fault point {point} was armed", "the point must be reached, or it proves nothing");
            }

            await GoOn(database.AppConnectionString);
            await EachStepOnce(database.AppConnectionString);
        }
    }

    [Theory]
    [InlineData(CommitFault.AnswerLost)]
    [InlineData(CommitFault.Swallowed)]
    [InlineData(CommitFault.HalfOpen)]
    public async Task Commits_that_are_lost_are_neither_missing_nor_made_twice(CommitFault fault)
    {
        await using var proxy = FaultProxy.To(database.AppConnectionString);
        await Begin(database.AppConnectionString, Effort.Of(fault is CommitFault.HalfOpen ? 100 : 400, least: 10));
        proxy.Plan = (name, n) => name is "retailops engine" && n % 3 == 1 ? fault : null;

        await GoOn(proxy.ConnectionString);

        proxy.Faults.Should().BeGreaterThan(3);
        await EachStepOnce(database.AppConnectionString);
    }

    [Fact]
    public async Task The_server_is_killed_under_flows_and_they_go_on()
    {
        await using var server = await PrivateServer.StartAsync(Program, ("wal_writer_delay", "10s"), ("autovacuum", "off"));
        await Draw(server.AppConnectionString);
        for (var round = 0; round < Effort.Of(20, least: 1); round++)
        {
            await Begin(server.AppConnectionString, 40);
            await using (await TestHost.StartAsync(server.AppConnectionString, Alive))
            {
                var some = flows - 40 + Random.Shared.Next(1, 20);
                await Eventually.Holds(async () => await Ended(server.AppConnectionString) >= some, TimeSpan.FromSeconds(60), "some flows have ended");
                server.Kill();
                await server.Back();
                await Eventually.Holds(async () => await Ended(server.AppConnectionString) == flows, TimeSpan.FromSeconds(90), "every flow reaches its end");
            }

            // Another one, since idle connections of the first may still not know that their server is dead.
            await using (var fresh = await TestHost.StartAsync(server.AppConnectionString, Alive))
            {
                await fresh.Quiet();
            }

            await EachStepOnce(server.AppConnectionString);
        }
    }

    private static async Task Draw(string connection)
    {
        await using var host = await TestHost.StartAsync(connection, Asleep);
        await Flow.Import(host.Services, Path.Combine(RepositoryRoot.Find(), "tests", "RetailOps.Scenarios", "Engine"));
    }

    private async Task Begin(string connection, int count)
    {
        await using var host = await TestHost.StartAsync(connection, Asleep);
        await host.Must(new BeginEngine([.. Enumerable.Range(0, count).Select(_ => $"engine/{++flows}")]));
    }

    private async Task GoOn(string connection)
    {
        await using var host = await TestHost.StartAsync(connection, Alive);
        await Eventually.Holds(async () => await Ended(database.AppConnectionString) == flows, TimeSpan.FromSeconds(90), "every flow reaches its end");
        await host.Quiet();
    }

    private static async Task<long> Ended(string connection)
    {
        try
        {
            return await Ask.One<long>(connection, "select count(*) from workflows.instances where definition_id = 'engine-whole' and finished is not null");
        }
        catch (Exception e) when (DatabaseTrouble.IsUnavailable(e) || e is NpgsqlException)
        {
            return -1;
        }
    }

    private async Task EachStepOnce(string connection)
    {
        (await Ask.All<string>(
            connection,
            """
            select key || ' has ' || string_agg(what || ' ' || times, ', ' order by what) from (
              select key, data->>'what' as what, count(*) as times from platform.events where type = 'test.engine-counted.v1' group by 1, 2) c
            group by key having string_agg(what || ' ' || times, ', ' order by what) <> 'child 1, end 1, heard 4, item 4, pass 3, timer 1'
            """)).Should().BeEmpty();
        (await Ask.One<long>(connection, "select count(distinct key) from platform.events where type = 'test.engine-counted.v1'")).Should().Be(flows);
        (await Ask.All<string>(
            connection,
            """
            select i.definition_id || ' ' || i.key || ' is not over' from workflows.instances i where i.finished is null
            union all select 'incident ' || message from workflows.incidents where status < 2
            union all select 'stimulus ' || key || ' ' || name from workflows.stimuli
            union all select 'timer ' || key from workflows.timers
            union all select 'bookmark ' || key || ' ' || name from workflows.bookmarks
            union all select 'kept ' || key || ' ' || name from workflows.kept where not late
            """)).Should().BeEmpty();
        (await Ask.One<long>(connection, "select count(*) from workflows.instances")).Should().Be(flows * 6, "each flow has a child and four items");
        await using var host = await TestHost.StartAsync(connection, Asleep);
        (await host.Broken()).Should().BeEmpty();
    }
}
