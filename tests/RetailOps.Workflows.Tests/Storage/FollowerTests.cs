using Npgsql;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

/// <summary>Children that begin, and parents that hear of their end, in the commit of whoever caused it.</summary>
public sealed class FollowerTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Child_and_parent_go_on_in_the_commit_of_what_began_it()
    {
        await Publish(new Drawing().Line("only", "here"));
        await bench.Say(Began.Name, "k-1");

        await RunOnce();

        (await bench.Ask<string>("select string_agg(definition_id || ' ' || status || ' ' || revision || ' ' || bursts, ', ' order by definition_id) from workflows.instances")).Should().Be("child 1 1 1, flow 1 2 2");
        (await bench.Ask<long>("select count(distinct xmin::text) from workflows.instances")).Should().Be(1);
        (await bench.Count("stimuli")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Both_ends_of_two_children_reach_their_parent_in_one_commit_one_after_the_other()
    {
        await bench.Publish("child", new Drawing().Add("ear", "Elsa.Event", ("eventName", Told.Name)));
        await bench.Publish("flow", SignalTests.Start()
            .Add("one", "Elsa.ExecuteWorkflow", ("workflowDefinitionId", "child"), ("correlationId", "js:getCorrelationId() + '/one'"))
            .Add("two", "Elsa.ExecuteWorkflow", ("workflowDefinitionId", "child"), ("correlationId", "js:getCorrelationId() + '/two'"))
            .Add("both", "Elsa.FlowJoin", ("mode", "WaitAll")).Connect("start → one → both").Connect("start → two → both → end"));
        await bench.Say(Began.Name, "k-1");
        await RunOnce();
        await bench.Say(Told.Name, "k-1/one");
        await bench.Say(Told.Name, "k-1/two");

        await RunOnce();

        (await bench.Ask<string>("select string_agg(definition_id || ' ' || status || ' ' || revision, ', ' order by definition_id) from workflows.instances")).Should().Be("child 1 2, child 1 2, flow 1 3");
        (await bench.Count("stimuli")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("insert into workflows.stimuli (lane, key, kind, name, source_id, not_before) values (0, 'k-1/child', 0, 'test.other.v1', gen_random_uuid(), clock_timestamp() + interval '1 hour')")]
    [InlineData("insert into workflows.kept (id, key, kind, name, source_id, late) values (1000, 'k-1/child', 0, 'test.told.v1', gen_random_uuid(), false)")]
    public async Task What_stands_in_line_or_is_kept_for_the_childs_key_comes_before_its_start(string earlier)
    {
        await Publish(new Drawing().Add("ear", "Elsa.Event", ("eventName", Told.Name)));
        await bench.Ask<int>(earlier);
        await bench.Say(Began.Name, "k-1");

        await RunOnce();

        (await bench.Count("instances", "definition_id = 'child'")).Should().Be(0);
        (await bench.Count("stimuli", "kind = 5 and key = 'k-1/child'")).Should().Be(1);

        await bench.Ask<int>("update workflows.stimuli set not_before = '-infinity'");
        await bench.Run();

        (await bench.Count("instances", "definition_id = 'child' and created is not null")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Where_somebody_writes_for_the_childs_key_at_this_moment_its_start_stands_in_line()
    {
        await Publish(new Drawing().Add("ear", "Elsa.Event", ("eventName", Told.Name)));
        await bench.Say(Began.Name, "k-1");
        await using (var writer = await bench.Engine.OpenConnectionAsync())
        {
            await using var transaction = await writer.BeginTransactionAsync();
            await using var turn = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 13))", writer) { Parameters = { new() { Value = "k-1/child" } } };
            await turn.ExecuteNonQueryAsync();

            var running = RunOnce();
            await Eventually.Holds(async () => await bench.Ask<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted") == 1, TimeSpan.FromSeconds(20), "the start waits to be numbered");
            await transaction.CommitAsync();
            await running;
        }

        (await bench.Count("instances", "definition_id = 'child'")).Should().Be(0);
        (await bench.Count("stimuli", "kind = 5 and key = 'k-1/child'")).Should().Be(1);
    }

    [Fact]
    public async Task A_signal_that_comes_while_a_child_begins_reaches_it()
    {
        var count = Effort.Of(1_000, least: 40);
        await Publish(new Drawing().Add("ear", "Elsa.Event", ("eventName", Told.Name)), childKey: "js:getCorrelationId()");
        await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(5), GroupSize = 4 });
        await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(5), GroupSize = 3 });

        await System.Threading.Tasks.Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (n, _) =>
        {
            await bench.Say(Began.Name, $"k-{n}");
            await bench.Say(Told.Name, $"k-{n}");
        });
        await bench.Host.Quiet();

        (await bench.Count("instances", "definition_id = 'child' and status = 1")).Should().Be(count);
        (await bench.Count("instances", "definition_id = 'flow' and status = 1")).Should().Be(count);
        (await bench.Count("kept")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task More_children_than_a_group_holds_begin_in_bursts_of_their_own()
    {
        await bench.Publish("child", new Drawing().Line("only", "here"));
        await bench.Publish("flow", SignalTests.Start().Add("many", "Elsa.BulkDispatchWorkflows", ("workflowDefinitionId", "child"), ("items", "js:Array.from({ length: 300 }, (_, n) => n)"))
            .Connect("start → many").Connect("many:Completed → end"));
        await bench.Say(Began.Name, "k-1");

        await RunOnce();

        (await bench.Count("stimuli", "kind = 5")).Should().BeGreaterThan(150);

        await bench.Run();

        (await bench.Count("instances", "status = 1")).Should().Be(301);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    private async Task Publish(Drawing child, string childKey = "js:getCorrelationId() + '/child'")
    {
        await bench.Publish("child", child);
        await bench.Publish("flow", SignalTests.Start().Add("call", "Elsa.ExecuteWorkflow", ("workflowDefinitionId", "child"), ("correlationId", childKey)).Connect("start → call → end"));
    }

    private Task<int> RunOnce() => bench.Of<BurstExecutor>().RunGroup(Lane.People, default);
}
