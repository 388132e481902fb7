using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows.Tests;

public sealed class TaskTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_person_answers_and_the_workflow_goes_on_by_the_answer()
    {
        await bench.Publish("flow", Reviews());
        await bench.Say(Began.Name, "order/1");
        await bench.Run();
        var open = await bench.Host.Must(new ListTasks(null, "fraud-review", "order/1", null, 10));

        var done = await bench.Host.Must(new CompleteTask(open.Single().Id, "Reject", JsonElement.Parse("""{"why":"stolen card"}""")));
        await bench.Run();

        open.Single().Should().BeEquivalentTo(
            new { Kind = "fraud-review", Title = "Look at order/1", Key = "order/1", Status = "open", Candidates = new[] { "operator", "finance" }, Outcomes = new[] { "Accept", "Reject" }, Revision = 1 });
        open.Single().Facts!.Value.GetProperty("score").GetInt32().Should().Be(7);
        done.Should().BeEquivalentTo(new { Status = "completed", Outcome = "Reject", Revision = 2 });
        var state = await State();
        state.SubStatus.Should().Be(InstanceSubStatus.Finished);
        state.Output.Should().Equal(new Dictionary<string, object?> { ["Why"] = "stolen card" });
        (await bench.Ask<string>("select string_agg(data->>'status' || ' ' || key || ' ' || revision, ', ' order by revision) from platform.events where type = 'workflows.task-changed.v1'"))
            .Should().Be("open order/1 1, completed order/1 2");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Only_who_has_one_of_the_roles_may_take_it_and_only_who_took_it_may_answer()
    {
        var id = await OpenTask();
        var (ann, bob, eve) = (Person(Roles.Operator), Person(Roles.Finance), Person(Roles.Service));

        var stranger = await Run(eve, new ClaimTask(id));
        var strangersAnswer = await Run(eve, new CompleteTask(id, "Accept"));
        var first = await Run(ann, new ClaimTask(id));
        var again = await Run(ann, new ClaimTask(id));
        var late = await Run(bob, new ClaimTask(id));
        var answerOfAnother = await Run(bob, new CompleteTask(id, "Accept"));
        var unknown = await Run(ann, new CompleteTask(id, "Perhaps"));
        var answer = await Run(ann, new CompleteTask(id, "Accept"));

        stranger.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "workflows.not-a-candidate" });
        strangersAnswer.Refusal!.Code.Should().Be("workflows.not-a-candidate");
        first.Value.Should().BeEquivalentTo(new { Status = "claimed", ClaimedBy = ann.Actor, Revision = 2 });
        again.Value.Should().BeEquivalentTo(first.Value, o => o.Excluding(t => t!.Facts));
        late.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "workflows.task-taken" });
        answerOfAnother.Refusal!.Code.Should().Be("workflows.task-taken");
        unknown.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "workflows.unknown-outcome" });
        answer.Value.Should().BeEquivalentTo(new { Status = "completed", Outcome = "Accept", Revision = 3 });
    }

    [Fact]
    public async Task The_same_answer_again_changes_nothing_and_another_one_is_too_late()
    {
        var id = await OpenTask();
        var answer = JsonElement.Parse("""{"a":1,"b":[2]}""");
        var first = await bench.Host.Must(new CompleteTask(id, "Accept", answer));

        var again = await bench.Host.Must(new CompleteTask(id, "Accept", JsonElement.Parse("""{ "b": [2], "a": 1 }""")));
        var other = await bench.Host.Send(new CompleteTask(id, "Reject"));
        var claim = await bench.Host.Send(new ClaimTask(id));
        var unknown = await bench.Host.Send(new CompleteTask(Guid.NewGuid(), "Accept"));
        await bench.Run();

        again.Should().BeEquivalentTo(first, o => o.Excluding(t => t.Facts));
        other.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "workflows.task-done" });
        claim.Refusal!.Code.Should().Be("workflows.task-done");
        unknown.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.NotFound, Code = "workflows.unknown-task" });
        (await bench.Ask<int>("select bursts from workflows.instances")).Should().Be(2);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Of_many_who_answer_at_once_one_does()
    {
        var id = await OpenTask();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => bench.Host.Send(new CompleteTask(id, n % 2 == 0 ? "Accept" : "Reject", JsonElement.Parse($"{n}")))));
        await bench.Run();

        answers.Count(a => a.IsSuccess).Should().Be(1);
        answers.Where(a => !a.IsSuccess).Select(a => a.Refusal!.Code).Distinct().Should().BeSubsetOf(["workflows.task-done", "request.contended"]);
        (await bench.Ask<string>("select bursts || ' ' || status from workflows.instances")).Should().Be("2 1");
        (await bench.Count("kept")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_approval_is_answered_by_its_decision_and_by_nobody_else()
    {
        await bench.Publish("flow", SignalTests.Start().Add("ask", "RetailOps.Task", ("kind", "refund-approval"), ("title", "Approve"), ("outcomes", new JsonArray("Approved", "Declined")))
            .Connect("start → ask").Connect("ask:Approved → end"));
        await bench.Say(Began.Name, "refund/1");
        await bench.Run();
        var id = (await bench.Host.Must(new ListTasks("open", null, null, null, 10))).Single().Id;

        var direct = await bench.Host.Send(new CompleteTask(id, "Approved"));
        var wrong = await bench.Host.Send(new SettleTasks("refund-approval", "refund/1", "Maybe"));
        var elsewhere = await bench.Host.Must(new SettleTasks("refund-approval", "refund/2", "Approved"));
        var settled = await bench.Host.Must(new SettleTasks("refund-approval", "refund/1", "Approved"));
        var again = await bench.Host.Must(new SettleTasks("refund-approval", "refund/1", "Approved"));
        await bench.Run();

        direct.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "workflows.decided-elsewhere" });
        wrong.Refusal!.Code.Should().Be("workflows.unknown-outcome");
        (elsewhere.Count, settled.Count, again.Count).Should().Be((0, 1, 0));
        (await bench.Count("instances", "finished is not null")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_due_goes_on_by_overdue_where_that_is_drawn_and_the_task_is_cancelled()
    {
        await bench.Publish("flow", Reviews("1.00:00:00").Add("escalated", "Elsa.Finish").Connect("ask:Overdue → escalated"));
        await bench.Say(Began.Name, "order/1");
        await bench.Run();
        await bench.Host.Must(new ClaimTask((await bench.Host.Must(new ListTasks(null, null, null, null, 10))).Single().Id));

        bench.Clock.Advance(TimeSpan.FromDays(1));
        await bench.Run();

        (await bench.Host.Must(new ListTasks("cancelled", null, null, null, 10))).Should().ContainSingle().Which.Revision.Should().Be(3);
        (await State()).SubStatus.Should().Be(InstanceSubStatus.Finished);
        (await bench.Count("timers") + await bench.Count("bookmarks") + await bench.Count("stimuli")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_due_stays_open_where_nothing_is_drawn_for_it()
    {
        await bench.Publish("flow", Reviews("1.00:00:00"));
        await bench.Say(Began.Name, "order/1");
        await bench.Run();

        bench.Clock.Advance(TimeSpan.FromDays(2));
        await bench.Run();
        var task = (await bench.Host.Must(new ListTasks(null, null, null, null, 10))).Single();
        await bench.Host.Must(new CompleteTask(task.Id, "Accept"));
        await bench.Run();

        task.Should().BeEquivalentTo(new { Status = "open", DueAt = new DateTimeOffset(2026, 3, 3, 9, 0, 0, TimeSpan.Zero) });
        (await bench.Count("instances", "finished is not null")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_end_of_an_instance_cancels_its_tasks_and_an_answer_is_too_late()
    {
        await bench.Publish("flow", Reviews().Add("ear", "Elsa.Event", ("eventName", Told.Name)).Add("stop", "Elsa.Finish").Connect("start → ear → stop"));
        await bench.Say(Began.Name, "order/1");
        await bench.Run();
        var id = (await bench.Host.Must(new ListTasks(null, null, null, null, 10))).Single().Id;

        await bench.Say(Told.Name, "order/1");
        await bench.Run();
        var late = await bench.Host.Send(new CompleteTask(id, "Accept"));

        late.Refusal!.Code.Should().Be("workflows.task-done");
        (await bench.Host.Must(new GetTask(id))).Status.Should().Be("cancelled");
        (await bench.Ask<string>("select actor from platform.events where type = 'workflows.task-changed.v1' order by revision desc limit 1")).Should().Be("engine:flow:1");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_answer_that_the_end_of_its_instance_overtakes_is_kept_as_late()
    {
        await bench.Publish("flow", Reviews().Add("ear", "Elsa.Event", ("eventName", Told.Name)).Add("stop", "Elsa.Finish").Connect("start → ear → stop"));
        await bench.Say(Began.Name, "order/1");
        await bench.Run();
        var id = (await bench.Host.Must(new ListTasks(null, null, null, null, 10))).Single().Id;

        await bench.Say(Told.Name, "order/1");
        await bench.Host.Must(new CompleteTask(id, "Accept"));
        await bench.Run();

        (await bench.Host.Must(new GetTask(id))).Status.Should().Be("completed");
        (await bench.Count("kept", "kind = 8 and late")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Tasks_of_a_whole_group_are_opened_under_the_flow_that_asked_for_each()
    {
        await bench.Publish("one", Reviews());
        await bench.Publish("two", new Drawing().Add("start", "Elsa.Event", ("eventName", Told.Name), ("canStartWorkflow", true))
            .Add("ask", "RetailOps.Task", ("kind", "check"), ("title", "Check")).Connect("start → ask"));

        await bench.Say(Began.Name, "order/1");
        await bench.Say(Told.Name, "order/2");
        await bench.Run();

        (await bench.Ask<string>("select string_agg(key || ' ' || actor, ', ' order by key) from platform.events where type = 'workflows.task-changed.v1'")).Should().Be("order/1 engine:one:1, order/2 engine:two:1");
        (await bench.Ask<string>("select string_agg(candidates::text || outcomes::text, ', ' order by key) from workflows.tasks")).Should().Be("""["operator", "finance"]["Accept", "Reject"], []["Done"]""");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Tasks_are_listed_in_pages_oldest_first()
    {
        await bench.Publish("flow", Reviews());
        for (var i = 0; i < 5; i++)
        {
            await bench.Say(Began.Name, $"order/{i}");
            await bench.Run();
        }

        var first = await bench.Host.Must(new ListTasks(null, null, null, null, 2));
        var rest = await bench.Host.Must(new ListTasks(null, null, null, first[^1].Id, 10));
        var wrong = await bench.Host.Send(new ListTasks("lost", null, null, null, 0));

        first.Concat(rest).Select(t => t.Key).Should().Equal("order/0", "order/1", "order/2", "order/3", "order/4");
        wrong.Refusal!.Details.Should().BeAssignableTo<IReadOnlyList<RequestFault>>().Which.Select(f => f.Code).Should().Equal("workflows.task-status", "workflows.task-limit");
    }

    [Fact]
    public async Task A_task_that_nobody_could_do_is_an_incident()
    {
        await bench.Publish("flow", SignalTests.Start().Add("ask", "RetailOps.Task", ("kind", "check"), ("title", "Check"), ("outcomes", "[]")).Connect("start → ask"));

        await bench.Say(Began.Name, "order/1");
        await bench.Run();

        (await bench.Ask<string>("select message from workflows.incidents")).Should().Contain("needs outcomes");
        (await bench.Count("tasks")).Should().Be(0);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("delete from workflows.tasks", "that does not exist")]
    [InlineData("update workflows.tasks set status = 3, closed = clock_timestamp()", "that is closed")]
    [InlineData("delete from workflows.bookmarks", "is open and nobody waits")]
    [InlineData("update workflows.instances set status = 1, finished = clock_timestamp()", "is open and nobody waits")]
    public async Task A_task_and_a_wait_that_lost_each_other_are_found(string damage, string said)
    {
        await OpenTask();
        var before = await bench.Host.Broken();

        await bench.Ask<int>(damage);

        before.Should().BeEmpty();
        (await bench.Host.Broken()).Should().Contain(b => b.StartsWith("I8d: ") && b.Contains(said));
    }

    private static Drawing Reviews(string? dueIn = null) => SignalTests.Start().Variable("Answer", "Object").Output("Why")
        .Add("ask", "RetailOps.Task", ("kind", "fraud-review"), ("title", "js:'Look at ' + getCorrelationId()"), ("candidates", new JsonArray("operator", "finance")),
            ("outcomes", new JsonArray("Accept", "Reject")), ("facts", "js:({ score: 7 })"), ("dueIn", dueIn),
            ("answer", new JsonObject { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = "v-Answer" } }))
        .Add("why", "Elsa.SetOutput", ("outputName", "Why"), ("outputValue", "js:getAnswer().why"))
        .Connect("start → ask").Connect("ask:Accept → end").Connect("ask:Reject → why");

    private static Caller.Person Person(string role) => new(Guid.NewGuid(), Permissions.Of([role])) { Roles = new HashSet<string> { role } };

    private Task<Result<T>> Run<T>(Caller caller, MediatR.IRequest<Result<T>> request) => bench.Host.Requests.Run(caller, request);

    private async Task<Guid> OpenTask()
    {
        await bench.Publish("flow", Reviews());
        await bench.Say(Began.Name, "order/1");
        await bench.Run();
        return (await bench.Host.Must(new ListTasks(null, null, null, null, 10))).Single().Id;
    }

    private async Task<InstanceState> State() => StateSerializer.Read((await bench.Ask<byte[]>("select state from workflows.instances"))!);
}
