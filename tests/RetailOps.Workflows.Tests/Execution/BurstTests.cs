using System.Text.Json;

namespace RetailOps.Workflows.Tests;

public sealed class BurstTests
{
    private readonly Bench bench = new();

    [Fact]
    public async Task An_event_starts_an_instance_and_its_payload_is_the_result()
    {
        var workflow = new Drawing().Variable("Order", "Object")
            .Add("placed", "Elsa.Event", ("eventName", "orders.placed"), ("canStartWorkflow", true), ("result", JsonNodeOf("""{"typeName":"Object","memoryReference":{"id":"v-Order"}}""")))
            .Line("show", "js:variables.Order.lines.length + ' lines, last ' + getLastResult().id").Connect("placed → show").Compile();

        await bench.Start(workflow, "order-1", "placed", JsonElement.Parse("""{"id":"O-7","lines":[1,2]}"""));

        workflow.Triggers.Should().ContainSingle().Which.EventName.Should().Be("orders.placed");
        bench.Lines.Should().Equal("2 lines, last O-7");
    }

    [Fact]
    public async Task A_module_activity_sends_its_request_and_its_output_goes_into_the_variable()
    {
        var workflow = new Drawing().Variable("answer", "Int64")
            .Add("ask", "Test.Ask", ("question", "how many?"), ("answer", JsonNodeOf("""{"typeName":"Int32","memoryReference":{"id":"v-answer"}}""")))
            .Line("show", "js:'got ' + getAnswer()").Connect("ask → show").Compile();

        var (_, result) = await bench.Start(workflow);

        workflow.Requests.Should().Equal(typeof(Ask));
        bench.Sent.Should().Equal(new Ask("how many?"));
        bench.Lines.Should().Equal("got 1");
        result.Sent.Should().BeTrue();
    }

    [Fact]
    public async Task A_wait_is_reported_with_the_hash_that_elsa_computes()
    {
        var workflow = new Drawing().Add("e1", "Elsa.Event", ("eventName", "ReturnApprovedByManager")).Compile();

        var (_, result) = await bench.Start(workflow);

        var bookmark = result.BookmarksCreated.Should().ContainSingle().Subject;
        bookmark.Hash.Should().Be("581BB168D863193D27DC617ED5F6F12197C9F443A81315901DC5B327F3BBA2A0");
        bookmark.Kind.Should().Be(BookmarkKind.Event);
        workflow.EventNames.Should().Equal("ReturnApprovedByManager");
    }

    [Fact]
    public async Task A_delay_is_a_timer_in_business_time()
    {
        var workflow = new Drawing().Add("wait", "Elsa.Delay", ("timeSpan", "00:05:00")).Line("end", "end").Connect("wait → end").Compile();
        var (state, result) = await bench.Start(workflow);

        result.BookmarksCreated.Single().Due.Should().Be(bench.Now.AddMinutes(5));
        await bench.Resume(workflow, state, "Elsa.Delay");

        bench.Lines.Should().Equal("end");
    }

    [Fact]
    public async Task An_activity_that_waits_twice_keeps_its_properties_in_between()
    {
        var workflow = new Drawing().Add("two", "Test.TwoStep").Line("end", "end").Connect("two:blue → end").Compile();
        var (state, _) = await bench.Start(workflow);

        (state, _) = await bench.Resume(workflow, state, "test.first", JsonElement.Parse("\"blue\""));
        var (_, result) = await bench.Resume(workflow, state, "test.second", JsonElement.Parse("1"));

        bench.Lines.Should().Equal("end");
        result.Journal[0].EventName.Should().Be("Resumed");
    }

    [Fact]
    public async Task A_wait_for_an_event_that_nobody_declared_is_an_incident()
    {
        var (_, result) = await bench.Start(new Drawing().Add("u", "Test.Undeclared").Compile());

        result.IncidentsOpened.Should().ContainSingle().Which.Message.Should().Contain("nobody.sends-this");
    }

    [Fact]
    public async Task Executions_have_ids_that_a_burst_run_again_hands_out_again()
    {
        var workflow = new Drawing().Line("a", "A").Line("b", "B").Connect("a → b").Compile();
        var id = Guid.CreateVersion7();

        var first = await bench.Runner.StartAsync(workflow, InstanceState.New(id, workflow, null), null, null, bench, CancellationToken.None);
        var again = await bench.Runner.StartAsync(workflow, InstanceState.New(id, workflow, null), null, null, bench, CancellationToken.None);

        again.Journal.Select(j => j.ExecutionId).Should().Equal(first.Journal.Select(j => j.ExecutionId));
        first.Journal.Select(j => j.ExecutionId).Distinct().Should().HaveCount(4);
        first.Journal[2].ParentExecutionId.Should().Be(first.Journal[1].ExecutionId);
    }

    [Fact]
    public async Task A_loop_without_end_stops_as_an_incident_after_ten_budgets()
    {
        var small = new Bench { Runner = new WorkflowRunner(stepBudget: 50) };
        var workflow = new Drawing().Line("a", "A").Line("b", "B").Connect("a → b → a").Compile();
        var (state, result) = await small.Start(workflow);

        for (var burst = 1; burst < WorkflowRunner.MaxBudgetsInARow; burst++)
        {
            result.NeedsContinue.Should().BeTrue();
            state = StateSerializer.Read(StateSerializer.Write(state));
            result = await small.Runner.ContinueAsync(workflow, state, small, CancellationToken.None);
        }

        result.NeedsContinue.Should().BeFalse();
        result.IncidentsOpened.Should().ContainSingle().Which.Should().Match<Incident>(i => i.ErrorClass == "EndlessLoop" && i.RetryAt == null);
        small.Lines.Should().HaveCount(500 - 2);
    }

    [Fact]
    public async Task Cancelling_ends_everything_that_waits()
    {
        var workflow = new Drawing().Add("wait", "Elsa.Event", ("eventName", "never")).Compile();
        var (state, _) = await bench.Start(workflow);

        var result = WorkflowRunner.Cancel(workflow, state, bench);

        result.SubStatus.Should().Be(InstanceSubStatus.Cancelled);
        result.BookmarksRemoved.Should().HaveCount(1);
        result.Journal.Select(j => (j.ActivityId, j.EventName)).Should().Equal(("wait", "Canceled"), ("Flowchart1", "Canceled"), ("Workflow1", "Canceled"));
    }

    [Fact]
    public async Task Name_correlation_and_outputs_are_set_by_the_flow()
    {
        var workflow = new Drawing().Output("Total").Input("order")
            .Add("c", "Elsa.Correlate", ("correlationId", "js:'order-' + getOrder()")).Add("n", "Elsa.SetName", ("value", "in:order"))
            .Add("o", "Elsa.SetOutput", ("outputName", "Total"), ("outputValue", "js:40 + 2")).Connect("c → n → o").Compile();

        var (state, _) = await bench.Start(workflow, input: JsonElement.Parse("""{"order":7}"""));

        state.CorrelationId.Should().Be("order-7");
        state.Name.Should().Be("7");
        state.Output["Total"].Should().Be(42);
    }

    private static System.Text.Json.Nodes.JsonNode JsonNodeOf(string json) => System.Text.Json.Nodes.JsonNode.Parse(json)!;
}
