using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

public sealed class ChildTests : IAsyncLifetime
{
    private readonly string key = $"k-{Guid.NewGuid()}";
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync()
    {
        FragileActivity.Failing.TryRemove(key, out _);
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task A_parent_branches_on_what_its_child_said()
    {
        await bench.Publish("erp-posting", new Drawing().Input("Amount").Output("Outcome").Add("big", "Elsa.FlowDecision", ("condition", "js:getAmount() > 100"))
            .Add("refused", "Elsa.SetOutput", ("outputName", "Outcome"), ("outputValue", "Refused")).Add("posted", "Elsa.SetOutput", ("outputName", "Outcome"), ("outputValue", "Posted"))
            .Connect("big:True → refused").Connect("big:False → posted"));
        await bench.Publish("flow", SignalTests.Start().Variable("Posting", "Object").Add("post", "Elsa.DispatchWorkflow", ("workflowDefinitionId", "erp-posting"),
                ("correlationId", "js:getCorrelationId()"), ("input", "js:({ Amount: getCorrelationId().length > 10 ? 500 : 5 })"), ("waitForCompletion", "true"), ("result", Bound("v-Posting")))
            .Add("how", "Elsa.FlowSwitch", ("cases", new JsonArray(Case("Posted"), Case("Refused")))).Add("refused", "Elsa.Finish").Add("ear", "Elsa.Event", ("eventName", Told.Name))
            .Connect("start → post → how").Connect("how:Posted → ear").Connect("how:Refused → refused"));

        await bench.Say(Began.Name, "small");
        await bench.Say(Began.Name, "much-too-large");
        await bench.Run();

        (await bench.Ask<string>("select string_agg(key || ' ' || status, ', ' order by key) from workflows.instances where definition_id = 'flow'")).Should().Be("much-too-large 1, small 0");
        (await bench.Ask<string>("select string_agg(key || ' ' || status, ', ' order by key) from workflows.instances where definition_id = 'erp-posting'")).Should().Be("much-too-large 1, small 1");
        (await bench.Count("instances", "parent_id is not null")).Should().Be(2);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_child_whose_burst_is_rolled_back_and_run_again_starts_once()
    {
        await bench.Publish("child", new Drawing().Line("only", "here"));
        await bench.Publish("flow", SignalTests.Start().Add("call", "Elsa.ExecuteWorkflow", ("workflowDefinitionId", "child")).Add("fragile", "Test.Fragile").Connect("start → call → fragile → end"));
        await bench.Publish("brittle", new Drawing().Add("start", "Elsa.Event", ("eventName", Told.Name), ("canStartWorkflow", true)).Add("fragile", "Test.Fragile").Connect("start → fragile"));
        FragileActivity.Failing[key] = new InvalidOperationException("not in company");

        await bench.Say(Began.Name, "k-1");
        await bench.Say(Told.Name, key);
        await bench.Run();

        (await bench.Ask<string>("select string_agg(definition_id || ' ' || status || ' ' || bursts, ', ' order by definition_id) from workflows.instances where key <> $1", key)).Should().Be("child 1 1, flow 1 2");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Hosts_that_race_start_each_child_once_and_wake_each_parent_once()
    {
        const int Parents = 40;
        await bench.Publish("child", new Drawing().Output("N").Add("say", "Elsa.SetOutput", ("outputName", "N"), ("outputValue", "js:getInput('n')")));
        await bench.Publish("flow", SignalTests.Start().Add("one", "Elsa.DispatchWorkflow", ("workflowDefinitionId", "child"), ("waitForCompletion", "true"))
            .Add("many", "Elsa.BulkDispatchWorkflows", ("workflowDefinitionId", "child"), ("items", "js:[1, 2, 3]"), ("defaultItemInputKey", "n")).Connect("start → one → many").Connect("many:Completed → end"));
        await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(20), GroupSize = 5 });
        await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(20), GroupSize = 7 });

        for (var i = 0; i < Parents; i++)
        {
            await bench.Say(Began.Name, $"k-{i}");
        }

        await bench.Host.Quiet();

        (await bench.Count("instances", "definition_id = 'child' and status = 1")).Should().Be(4 * Parents);
        (await bench.Count("instances", "definition_id = 'flow' and status = 1")).Should().Be(Parents);
        (await bench.Count("kept")).Should().Be(0, "nothing was told to a parent that no longer waited");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_start_that_comes_twice_is_late()
    {
        await bench.Publish("child", new Drawing().Add("ear", "Elsa.Event", ("eventName", Told.Name)));
        await bench.Publish("flow", Calls("child"));
        await bench.Say(Began.Name, "k-1");
        await bench.Of<BurstExecutor>().RunGroup(Lane.People, default);

        await bench.Ask<int>(
            """
            insert into workflows.stimuli (lane, key, kind, name, source_id, version_id, data)
            select 0, i.key, 5, 'child', i.id, i.version_id || '|', jsonb_build_object('parent', i.parent_id, 'parentKey', 'k-1', 'isAwaited', true, 'correlationId', null, 'input', jsonb_build_object())
            from workflows.instances i where i.definition_id = 'child'
            """);
        await bench.Run();

        (await bench.Count("instances", "definition_id = 'child'")).Should().Be(1);
        (await bench.Count("kept", "kind = 5 and late")).Should().Be(1);
        (await bench.Count("instances", "definition_id = 'flow' and finished is null")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_child_that_fails_keeps_its_parent_waiting_until_somebody_helped_it()
    {
        await bench.Publish("child", new Drawing().Add("fragile", "Test.Fragile").Add("ended", "Elsa.Finish").Connect("fragile → ended"));
        await bench.Publish("flow", Calls("child"));
        FragileActivity.Failing[key] = new InvalidOperationException("the ERP is away");
        await bench.Say(Began.Name, key);
        await bench.Run();
        var waiting = await bench.Count("instances", "finished is null");

        FragileActivity.Failing.TryRemove(key, out _);
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        await bench.Run();

        waiting.Should().Be(2);
        (await bench.Count("instances", "finished is null")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_definition_that_is_not_published_is_an_incident_of_the_parent_until_it_is()
    {
        await bench.Publish("flow", Calls("child"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();
        var incident = await bench.Ask<string>("select activity_id || ': ' || message from workflows.incidents");

        await bench.Publish("child", new Drawing().Line("only", "here"));
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        await bench.Run();

        incident.Should().Be("call: No published version of workflow definition 'child' was found; publish one and retry. A workflow that goes live by two people starts only such that do so too, and a free one only free ones.");
        (await bench.Count("instances", "finished is not null")).Should().Be(2);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_two_people_let_go_live_starts_nothing_that_one_person_can_change()
    {
        await bench.Publish("child", new Drawing().Line("only", "here"));
        await bench.Ask<object>("delete from workflows.governed where definition_id = 'child'");
        await bench.Publish("flow", Calls("child"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        (await bench.Count("instances", "definition_id = 'child'")).Should().Be(0);
        (await bench.Count("incidents", "activity_id = 'call' and status < 2")).Should().Be(1);
    }

    [Fact]
    public async Task A_child_that_may_live_once_and_does_is_an_incident_of_the_parent_and_starts_later()
    {
        await bench.PublishSingleton("child", new Drawing().Add("ear", "Elsa.Event", ("eventName", Told.Name)));
        await bench.Publish("flow", Calls("child"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();
        await bench.Say(Began.Name, "k-1");
        await bench.Run();
        var incidents = await bench.Ask<string>("select string_agg(message, '; ') from workflows.incidents");

        await bench.Say(Told.Name, "k-1");
        await bench.Run();
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        await bench.Run();
        var second = await bench.Count("instances", "definition_id = 'child'");
        await bench.Say(Told.Name, "k-1");
        await bench.Run();

        incidents.Should().Be("The child could not start: an instance of its definition lives for 'k-1', which permits one.");
        second.Should().Be(2);
        (await bench.Count("instances", "finished is null")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Children_that_nobody_waits_for_any_more_are_cancelled_and_their_children_too()
    {
        await bench.Publish("grandchild", new Drawing().Add("ear", "Elsa.Event", ("eventName", "test.never.v1")));
        await bench.Publish("child", new Drawing().Add("call", "Elsa.ExecuteWorkflow", ("workflowDefinitionId", "grandchild")));
        await bench.Publish("flow", SignalTests.Start().Add("call", "Elsa.ExecuteWorkflow", ("workflowDefinitionId", "child")).Add("ear", "Elsa.Event", ("eventName", Told.Name))
            .Add("stop", "Elsa.Finish").Connect("start → call → end").Connect("start → ear → stop"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();
        var living = await bench.Count("instances", "finished is null");

        await bench.Say(Told.Name, "k-1");
        await bench.Run();

        living.Should().Be(3);
        (await bench.Count("instances", "finished is null")).Should().Be(0);
        (await bench.Ask<string>("select string_agg(j.event, ' ' order by j.sequence) from workflows.journal j join workflows.instances i on i.id = j.instance_id where i.definition_id = 'grandchild'"))
            .Should().EndWith("Canceled Canceled Canceled");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_parent_that_a_person_cancels_takes_its_child_and_their_tasks_along()
    {
        await bench.Publish("child", new Drawing().Add("ask", "RetailOps.Task", ("kind", "check"), ("title", "Check")));
        await bench.Publish("flow", Calls("child"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();
        var parent = await bench.Ask<Guid>("select id from workflows.instances where definition_id = 'flow'");

        await bench.Host.Must(new CancelInstance(parent));
        await bench.Run();
        var again = await bench.Host.Send(new CancelInstance(parent));

        again.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.NotFound, Code = "workflows.no-living-instance" });
        (await bench.Count("instances", "finished is null") + await bench.Count("tasks", "status < 2") + await bench.Count("bookmarks")).Should().Be(0);
        (await bench.Host.Must(new ListTasks("cancelled", null, "k-1", null, 10))).Should().ContainSingle();
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_child_that_nobody_waits_for_lives_on_by_itself()
    {
        await bench.Publish("child", new Drawing().Add("ear", "Elsa.Event", ("eventName", Told.Name)));
        await bench.Publish("flow", SignalTests.Start().Add("call", "Elsa.DispatchWorkflow", ("workflowDefinitionId", "child"), ("correlationId", "k-child")).Connect("start → call → end"));

        await bench.Say(Began.Name, "k-1");
        await bench.Run();
        var living = await bench.Ask<string>("select string_agg(definition_id || ' ' || key, ', ') from workflows.instances where finished is null");
        await bench.Say(Told.Name, "k-child");
        await bench.Run();

        living.Should().Be("child k-child");
        (await bench.Count("instances", "finished is null") + await bench.Count("stimuli") + await bench.Count("kept")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_bulk_runs_one_child_for_each_item_under_a_key_of_its_own_and_a_port_for_each_that_ends()
    {
        await bench.Publish("child", new Drawing().Output("Twice").Add("ear", "Elsa.Event", ("eventName", Told.Name))
            .Add("twice", "Elsa.SetOutput", ("outputName", "Twice"), ("outputValue", "js:getInput('n') * 2 + getInput('Item').n")).Connect("ear → twice"));
        await bench.Publish("flow", SignalTests.Start().Variable("Sum", "Int32", 0).Output("Sum").Add("many", "Elsa.BulkDispatchWorkflows", ("workflowDefinitionId", "child"), ("items", "js:[{ n: 1 }, { n: 10 }]"),
                ("correlationIdFunction", "js:'item/' + Item.n"), ("childCompleted", new JsonObject
                {
                    ["id"] = "add",
                    ["type"] = "Elsa.RunJavaScript",
                    ["version"] = 1,
                    ["script"] = "setVariable('Sum', getSum() + getChildOutput().Twice)",
                }))
            .Add("total", "Elsa.SetOutput", ("outputName", "Sum"), ("outputValue", "js:getSum()")).Connect("start → many").Connect("many:Completed → total"));
        await bench.Publish("caller", new Drawing().Add("start", "Elsa.Event", ("eventName", Told.Name), ("canStartWorkflow", true)).Line("other", "not of this test"));

        await bench.Say(Began.Name, "k-1");
        await bench.Run();
        await bench.Say(Told.Name, "item/10");
        await bench.Run();
        var halfway = await bench.Count("instances", "definition_id = 'flow' and finished is null");
        await bench.Say(Told.Name, "item/1");
        await bench.Run();

        halfway.Should().Be(1);
        var flow = StateSerializer.Read((await bench.Ask<byte[]>("select state from workflows.instances where definition_id = 'flow'"))!);
        flow.Output.Should().Equal(new Dictionary<string, object?> { ["Sum"] = 33 });
        flow.SubStatus.Should().Be(InstanceSubStatus.Finished);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_bulk_of_which_a_child_was_cancelled_says_so_and_one_of_nothing_is_complete()
    {
        await bench.Publish("child", new Drawing().Add("ear", "Elsa.Event", ("eventName", Told.Name)));
        await bench.Publish("flow", SignalTests.Start().Add("none", "Elsa.BulkDispatchWorkflows", ("workflowDefinitionId", "child"), ("items", "js:[]"))
            .Add("two", "Elsa.BulkDispatchWorkflows", ("workflowDefinitionId", "child"), ("items", "js:[1, 2]")).Line("sad", "one was cancelled")
            .Connect("start → none").Connect("none:Completed → two").Connect("two:Completed → end").Connect("two:Canceled → sad"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        foreach (var child in await Ids())
        {
            await bench.Host.Must(new CancelInstance(child));
        }

        await bench.Run();

        (await bench.Count("journal", "activity_id = 'sad' and event = 'Completed'")).Should().Be(1);
        (await bench.Count("instances", "finished is null")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();

        async Task<Guid[]> Ids() => (await bench.Ask<Guid[]>("select array_agg(id) from workflows.instances where definition_id = 'child'"))!;
    }

    [Theory]
    [InlineData("delete from workflows.instances where definition_id = 'child'", "that never existed")]
    [InlineData("update workflows.instances set status = 1, finished = clock_timestamp() where definition_id = 'child'", "that ended at")]
    public async Task A_parent_that_waits_for_a_child_that_cannot_end_is_found(string damage, string said)
    {
        await bench.Publish("child", new Drawing().Add("pause", "Elsa.Delay", ("timeSpan", "01:00:00")));
        await bench.Publish("flow", Calls("child"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();
        var before = await bench.Host.Broken();

        await bench.Ask<int>(damage);

        before.Should().BeEmpty();
        (await bench.Host.Broken()).Should().Contain(b => b.StartsWith("I8c: instance ") && b.Contains(said));
    }

    private static Drawing Calls(string child) => SignalTests.Start()
        .Add("call", "Elsa.ExecuteWorkflow", ("workflowDefinitionId", child), ("correlationId", "js:getCorrelationId()")).Connect("start → call → end");

    private static JsonObject Bound(string variable) => new() { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = variable } };

    private static JsonObject Case(string outcome) => new()
    {
        ["label"] = outcome,
        ["condition"] = new JsonObject { ["type"] = "JavaScript", ["value"] = $"getPosting().Outcome === '{outcome}'" },
    };
}
