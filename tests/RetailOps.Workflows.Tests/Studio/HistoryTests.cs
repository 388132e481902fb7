using System.Text.Json.Nodes;

using CsCheck;

using RetailOps.Kernel;

namespace RetailOps.Workflows.Tests;

/// <summary>What is written down of an instance, and what goes.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public void An_execution_leads_to_its_number_and_to_no_other_instance() =>
        Gen.Select(Gen.Guid, Gen.Guid, Gen.Long[1, uint.MaxValue]).Sample((instance, other, number) =>
        {
            var execution = ExecutionId.Of(instance, number);
            var (from, to) = ExecutionId.InstancesOf(execution);
            ExecutionId.NumberOf(instance, execution).Should().Be(number);
            ExecutionId.NumberOf(other, execution).Should().BeNull();
            string.CompareOrdinal(from.ToString(), instance.ToString()).Should().BeLessThanOrEqualTo(0);
            string.CompareOrdinal(to.ToString(), instance.ToString()).Should().BeGreaterThanOrEqualTo(0);
        });

    [Fact]
    public async Task Each_pass_of_a_parallel_loop_has_its_own_surroundings()
    {
        await bench.Publish("loop", new Drawing().Add("each", "Elsa.ParallelForEach", ("items", "js:[1,2,3]"), ("body", Node("""
            {"id":"seq","type":"Elsa.Sequence","version":1,"activities":[{"id":"w","type":"Elsa.WriteLine","version":1,"text":{"typeName":"String","expression":{"type":"Literal","value":"x"}}}]}
            """))));
        var id = (await bench.Host.Must(new StartInstance(Guid.CreateVersion7(), "loop", null, null, null, null))).Id;
        await bench.Run();

        var journal = await bench.Host.Must(new ReadExecutions(id));
        var executions = ElsaExecutions.Of(journal);

        executions.Where(e => e.ActivityId == "w").Select(e => e.Parent!.Id).Should().OnlyHaveUniqueItems().And.BeEquivalentTo(executions.Where(e => e.ActivityId == "seq").Select(e => e.Id));
        executions.Where(e => e.ActivityId == "seq").Select(e => e.Parent!.ActivityId).Distinct().Should().Equal("each");
        executions.Single(e => e.ActivityId == "each").Depth.Should().Be(2);
    }

    [Fact]
    public async Task A_step_of_a_governed_definition_is_written_down_when_it_asks_for_it()
    {
        await bench.Publish("asks", new Drawing()
            .Add("loud", "Elsa.SetName", ("value", "heard"), ("customProperties", Node("""{"logPersistenceConfig":{"default":{"evaluationMode":"Strategy","strategyType":"Elsa.Workflows.LogPersistence.Strategies.Include, Elsa.Workflows.Core"}}}""")))
            .Add("half", "Elsa.SetOutput", ("outputName", "A"), ("outputValue", "secret"), ("customProperties", Node("""{"logPersistenceMode":{"inputs":{"outputName":"Include"}}}""")))
            .Add("still", "Elsa.SetName", ("value", "unheard")).Connect("loud → half → still"));
        await bench.Host.Must(new StartInstance(Guid.CreateVersion7(), "asks", null, null, null, null));
        await bench.Run();

        (await Written()).Should().Be("""{"state": {"Value": "heard"}, "outputs": {}} {"state": {"OutputName": "A"}, "outputs": {}}""");
    }

    [Fact]
    public async Task A_free_definition_may_ask_not_to_be_written_down_and_long_values_never_are()
    {
        await Free("quiet", new Drawing().Add("n", "Elsa.SetName", ("value", "x"), ("customProperties", Node("""{"logPersistenceMode":{"default":"Exclude"}}"""))));
        await Free("long", new Drawing().Add("js", "Elsa.WriteLine", ("text", "js:'x'.repeat(5000)")));

        (await Written()).Should().Be("""{"state": {"Text": "(5002 characters, not written down)"}, "outputs": {}}""");
    }

    [Fact]
    public async Task An_instance_that_is_deleted_leaves_the_event_that_started_it_accounted_for()
    {
        await Free("flow", SignalTests.Start().Connect("start → end"), run: false);
        await bench.Say(Began.Name, "k");
        await bench.Run();
        var id = await bench.Ask<Guid>("select id from workflows.instances");

        var deleted = await bench.Host.Must(new DeleteInstances([id]));

        deleted.Deleted.Should().Equal(id);
        (await bench.Count("instances")).Should().Be(0);
        (await bench.Count("journal")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_runs_at_this_moment_is_finished_before_it_is_cancelled_and_cannot_be_deleted()
    {
        var held = (Reached: new TaskCompletionSource(), Release: new TaskCompletionSource());
        HoldActivity.Held["held"] = held;
        await Free("flow", new Drawing().Add("hold", "Test.Hold").Add("e", "Elsa.Event", ("eventName", "never-comes")).Connect("hold → e"), run: false);
        var id = (await bench.Host.Must(new StartInstance(Guid.CreateVersion7(), "flow", null, "held", null, null))).Id;
        var running = bench.Run();
        await held.Reached.Task;

        var cancel = bench.Host.Must(new CancelInstance(id));
        var early = await bench.Host.Must(new DeleteInstances([id]));
        held.Release.SetResult();
        await running;
        await cancel;
        await bench.Run();
        var late = await bench.Host.Must(new DeleteInstances([id]));

        early.Deleted.Should().BeEmpty();
        late.Deleted.Should().Equal(id);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_was_written_down_goes_with_its_instance()
    {
        await Free("flow", new Drawing().Line("w", "text"));
        await bench.Ask<object>("delete from workflows.instances");

        await bench.Ask<object>("select count(*) from workflows.retire_runs('7 days')");

        (await bench.Count("journal_data")).Should().Be(0);
    }

    private async Task Free(string id, Drawing drawing, bool run = true)
    {
        await bench.Publish(id, drawing);
        await bench.Ask<object>("with free as (delete from workflows.governed) update workflows.definitions set origin = 'designer'");
        if (run)
        {
            await bench.Host.Must(new StartInstance(Guid.CreateVersion7(), id, null, null, null, null));
            await bench.Run();
        }
    }

    private Task<string?> Written() => bench.Ask<string>("select string_agg(data::text, ' ' order by instance_id, sequence) from workflows.journal_data");

    private static JsonNode Node(string json) => JsonNode.Parse(json)!;
}
