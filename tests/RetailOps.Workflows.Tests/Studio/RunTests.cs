using System.Net;
using System.Text.Json;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows.Tests;

[Collection(nameof(StudioCollection))]
public sealed class RunTests(StudioFixture studio)
{
    private readonly string id = $"d-{Guid.NewGuid():N}";

    [Fact]
    public async Task Execute_answers_with_the_id_in_a_header_after_the_first_burst()
    {
        await studio.Publish(id, new Drawing().Output("Sum").Add("o", "Elsa.SetOutput", ("outputName", "Sum"), ("outputValue", "js:getInput('A') + 1")));

        using var response = await studio.Answer(HttpMethod.Post, $"/workflow-definitions/{id}/execute", new { correlationId = (string?)null, triggerActivityId = (string?)null, versionOptions = "Latest", input = new { A = 41 } });
        var state = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("workflowState");

        response.Headers.GetValues("x-elsa-workflow-instance-id").Should().Equal(state.GetProperty("id").GetString());
        state.GetProperty("subStatus").GetString().Should().Be("Finished");
        state.GetProperty("output").GetProperty("Sum").GetInt32().Should().Be(42);
    }

    [Fact]
    public async Task A_trigger_counts_as_met_with_the_input_as_what_it_was_told()
    {
        await studio.Publish(id, new Drawing().Variable("Told", "Object")
            .Add("start", "Elsa.Event", ("eventName", "it-began"), ("canStartWorkflow", true), ("result", new System.Text.Json.Nodes.JsonObject { ["typeName"] = "Object", ["memoryReference"] = new System.Text.Json.Nodes.JsonObject { ["id"] = "v-Told" } }))
            .Output("Who").Add("o", "Elsa.SetOutput", ("outputName", "Who"), ("outputValue", "js:getTold().who")).Connect("start → o"));

        var state = await studio.Execute(id, new { triggerActivityId = "start", versionOptions = "Published", input = new { who = "Anna" } });

        state.GetProperty("output").GetProperty("Who").GetString().Should().Be("Anna");
        await studio.Send(HttpMethod.Post, $"/workflow-definitions/{id}/execute", new { triggerActivityId = "o" }, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Only_what_is_asked_for_by_name_or_number_is_run()
    {
        await studio.Publish(id, new Drawing().Line("w", "one"), governed: true);
        await studio.Publish(id, new Drawing().Line("w", "two"), governed: true);

        (await studio.Execute(id, new { versionOptions = "1" })).GetProperty("definitionVersion").GetInt32().Should().Be(1);
        (await studio.Execute(id, new { versionOptions = "Latest" })).GetProperty("definitionVersion").GetInt32().Should().Be(2);
        (await studio.Execute(id, new { })).GetProperty("definitionVersion").GetInt32().Should().Be(2);
        await studio.Send(HttpMethod.Post, $"/workflow-definitions/{id}/execute", new { versionOptions = "3" }, HttpStatusCode.NotFound);
        await studio.Send(HttpMethod.Post, $"/workflow-definitions/none-{id}/execute", new { versionOptions = "Latest" }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_draft_of_somebodys_own_definition_runs_for_real_and_hears_its_events()
    {
        var version = await studio.Publish(id, StudioFixture.Approval(), draft: true);

        var state = await studio.Execute(id, new { correlationId = id, versionOptions = "Latest" });

        state.GetProperty("subStatus").GetString().Should().Be("Suspended");
        (await studio.Ask<long>("select count(*) from workflows.event_names where version_id = $1", version)).Should().Be(1);
        (await studio.Ask<bool>("select dry is null from workflows.instances where id = $1", Guid.Parse(state.GetProperty("id").GetString()!))).Should().BeTrue();
        (await studio.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Of_two_starts_of_a_singleton_one_lives()
    {
        await studio.Publish(id, StudioFixture.Approval(), activation: "CorrelatedSingletonStrategy");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => studio.Answer(HttpMethod.Post, $"/workflow-definitions/{id}/execute", new { correlationId = id })));

        answers.Count(a => a.StatusCode == HttpStatusCode.OK).Should().Be(1);
        answers.Count(a => a.StatusCode == HttpStatusCode.Conflict).Should().Be(5);
        (await studio.Ask<long>("select count(*) from workflows.instances where definition_id = $1", id)).Should().Be(1);
        (await studio.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Many_are_dispatched_at_once()
    {
        await studio.Publish(id, new Drawing().Line("w", "text"));

        var ids = (await studio.Post($"/workflow-definitions/{id}/bulk-dispatch", new { count = 5 })).GetProperty("workflowInstanceIds").EnumerateArray().Select(i => i.GetString()!).ToList();

        ids.Should().HaveCount(5).And.OnlyHaveUniqueItems();
        foreach (var instance in ids)
        {
            await studio.Ended(instance);
        }

        await studio.Send(HttpMethod.Post, $"/workflow-definitions/{id}/bulk-dispatch", new { count = 1001 }, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_nobody_approved_of_a_governed_definition_comes_to_nothing_and_is_told()
    {
        await studio.Publish(id, new Drawing()
            .Add("task", "RetailOps.Task", ("kind", "check"), ("title", "Look at it"), ("outcomes", new System.Text.Json.Nodes.JsonObject { ["typeName"] = "Object", ["expression"] = new System.Text.Json.Nodes.JsonObject { ["type"] = "Literal", ["value"] = "[\"Yes\"]" } }))
            .Add("wait", "Elsa.Delay", ("timeSpan", "01:00:00"))
            .Line("w", "text").Connect("w → wait").Connect("w → task"), governed: true, draft: true);

        var answer = await studio.Post($"/workflow-definitions/{id}/execute", new { correlationId = "order/1", versionOptions = "Latest" });
        var (state, dry) = (answer.GetProperty("workflowState"), answer.GetProperty("dryRun"));
        var instance = Guid.Parse(state.GetProperty("id").GetString()!);

        state.GetProperty("status").GetString().Should().Be("Finished");
        state.GetProperty("subStatus").GetString().Should().Be("Cancelled");
        dry.GetProperty("waits").EnumerateArray().Select(w => w.GetProperty("activityId").GetString()).Should().BeEquivalentTo("wait", "task");
        dry.GetProperty("tasks").EnumerateArray().Single().GetProperty("kind").GetString().Should().Be("check");
        (await studio.Get($"/workflow-instances/{instance}/journal")).GetProperty("totalCount").GetInt32().Should().BeGreaterThan(5);
        foreach (var table in new[] { "bookmarks", "timers", "tasks", "stimuli" })
        {
            (await studio.Ask<long>($"select count(*) from workflows.{table} where {(table == "stimuli" ? "source_id" : "instance_id")} = $1", instance)).Should().Be(0, table);
        }

        (await studio.Ask<long>("select count(*) from workflows.instances where key = 'order/1'")).Should().Be(0, "whoever looks for the order's flow must not find this");
        (await studio.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_modules_write_and_say_in_a_dry_run_is_listed_and_never_was()
    {
        var drawing = new Drawing().Add("open", "RetailOps.OpenException", ("cause", "test.dry"), ("message", "Look at it."));
        await studio.Publish(id, drawing, governed: true, draft: true);

        var dry = (await studio.Post($"/workflow-definitions/{id}/execute", new { correlationId = id, versionOptions = "Latest" })).GetProperty("dryRun");
        var afterDry = await Cases();
        await studio.Ask<object>("update workflows.definitions set is_published = true where definition_id = $1", id);
        await studio.Execute(id, new { correlationId = id });

        dry.GetProperty("requests")[0].GetProperty("request").GetString().Should().Be("OpenException");
        dry.GetProperty("requests")[0].GetProperty("activityId").GetString().Should().Be("open");
        dry.GetProperty("events").EnumerateArray().Should().ContainSingle().Which.GetProperty("key").GetString().Should().Be(id);
        afterDry.Should().Be((0, 0));
        (await Cases()).Should().Be((1, 1), "approved, the same version does it");
        (await studio.Broken()).Should().BeEmpty();

        async Task<(long Cases, long Events)> Cases() =>
            (await studio.Ask<long>("select count(*) from platform.exceptions where key = $1", id), await studio.Ask<long>("select count(*) from platform.events where key = $1", id));
    }

    [Fact]
    public async Task A_dry_run_lists_what_it_would_have_asked_of_others_and_asks_nobody()
    {
        await studio.Publish(id, new Drawing().Line("w", "for the log")
            .Add("say", "Elsa.PublishEvent", ("eventName", "dry.said"), ("correlationId", id))
            .Add("call", "Elsa.SendHttpRequest", ("url", "https://partner.example/orders?key=secret"), ("method", "POST"))
            .Add("ask", "Elsa.RunTask", ("taskName", "Pack it"))
            .Connect("w → say").Connect("w → call").Connect("w → ask"), governed: true, draft: true);

        var answer = await studio.Post($"/workflow-definitions/{id}/execute", new { correlationId = id, versionOptions = "Latest" });
        var (dry, instance) = (answer.GetProperty("dryRun"), answer.GetProperty("workflowState").GetProperty("id").GetString()!);

        Said("lines").Should().BeEquivalentTo(new Dictionary<string, string> { ["activityId"] = "w", ["line"] = "for the log" });
        dry.GetProperty("published")[0].GetProperty("name").GetString().Should().Be("dry.said");
        Said("calls").Should().BeEquivalentTo(new Dictionary<string, string> { ["activityId"] = "call", ["method"] = "POST", ["url"] = "https://partner.example/orders" });
        Said("runTasks").Should().BeEquivalentTo(new Dictionary<string, string> { ["activityId"] = "ask", ["taskName"] = "Pack it" });
        dry.GetProperty("leftOut").GetInt32().Should().Be(0);
        (await studio.Get($"/workflow-instances/{instance}")).GetProperty("dryRun").ToString().Should().Contain("Pack it");
        (await studio.Get($"/api/v1/workflows/instances/{instance}")).GetProperty("dryRun").ToString().Should().Contain("partner.example");
        (await studio.Ask<long>("select count(*) from workflows.stimuli where name = 'dry.said'")).Should().Be(0);
        (await studio.Ask<long>("select count(*) from platform.events where key = $1", id)).Should().Be(0);

        Dictionary<string, string> Said(string kind) => dry.GetProperty(kind)[0].Deserialize<Dictionary<string, string>>()!;
    }

    [Fact]
    public async Task What_is_live_under_change_control_is_run_for_real_by_operators_and_dry_by_who_draws()
    {
        await studio.Publish(id, new Drawing().Add("start", "Elsa.Event", ("eventName", "returns.refund-granted.v1"), ("canStartWorkflow", true)).Line("w", "text").Connect("start → w"), governed: true);
        var runner = studio.Services.GetRequiredService<RequestRunner>();
        Task<Result<StartedInstance>> Start(string role, string? trigger) =>
            runner.Run(new Caller.Person(Guid.NewGuid(), Permissions.Of([role])), new StartInstance(Guid.CreateVersion7(), id, "Published", null, trigger, null));

        (await Start(Roles.Analyst, null)).Value.IsDry.Should().BeTrue();
        (await Start(Roles.Operator, null)).Value.IsDry.Should().BeFalse();
        (await Start(Roles.Analyst, "start")).Value.IsDry.Should().BeTrue();
        (await Start(Roles.Operator, "start")).Refusal!.Code.Should().Be("workflows.not-by-hand");
        (await Start(Roles.Auditor, null)).Refusal!.Code.Should().Be("security.forbidden");
    }

    [Fact]
    public async Task A_failure_of_a_dry_run_ends_it_and_asks_nobody()
    {
        await studio.Publish(id, new Drawing().Add("f", "Elsa.Fault", ("message", "no")), governed: true, draft: true);

        var answer = await studio.Post($"/workflow-definitions/{id}/execute", new { versionOptions = "Latest" });

        answer.GetProperty("workflowState").GetProperty("subStatus").GetString().Should().Be("Faulted");
        answer.GetProperty("workflowState").GetProperty("incidents").GetArrayLength().Should().Be(1);
        (await studio.Ask<long>("select count(*) from workflows.incidents where status < 2 and instance_id = $1", Guid.Parse(answer.GetProperty("workflowState").GetProperty("id").GetString()!))).Should().Be(0);
    }

    [Fact]
    public async Task A_dry_run_is_gone_after_a_day()
    {
        await studio.Publish(id, StudioFixture.Approval(), governed: true, draft: true);
        var instance = Guid.Parse((await studio.Execute(id)).GetProperty("id").GetString()!);

        await studio.Ask<object>("select count(*) from workflows.retire_runs('7 days')");
        var early = await studio.Ask<long>("select count(*) from workflows.instances where id = $1", instance);
        await studio.Ask<object>("update workflows.instances set finished = finished - interval '25 hours' where id = $1", instance);
        await studio.Ask<object>("select count(*) from workflows.retire_runs('7 days')");

        early.Should().Be(1);
        (await studio.Ask<long>("select count(*) from workflows.instances where id = $1", instance)).Should().Be(0);
        (await studio.Ask<long>("select count(*) from workflows.journal where instance_id = $1", instance)).Should().Be(0);
    }

    [Fact]
    public async Task An_activity_is_tried_by_itself_with_the_test_values_of_the_variables()
    {
        var version = await studio.Publish(id, StudioFixture.Approval().Add("s", "Elsa.SetName", ("value", "js:'for ' + getAmount()")));

        var decision = await studio.Post("/tests/activities", new { workflowDefinitionHandle = new { definitionVersionId = version }, activityHandle = new { activityId = "d1" } });
        var name = await studio.Post("/tests/activities", new { workflowDefinitionHandle = new { definitionVersionId = version }, activityHandle = new { activityId = "s" } });
        var wait = await studio.Post("/tests/activities", new { workflowDefinitionHandle = new { definitionVersionId = version }, activityHandle = new { activityId = "e1" } });

        decision.GetProperty("payload").GetProperty("Outcomes")[0].GetString().Should().Be("True");
        name.GetProperty("activityState").GetProperty("Value").GetString().Should().Be("for 120");
        wait.GetProperty("status").GetString().Should().Be("Running");
        (await studio.Ask<long>("select count(*) from workflows.instances where definition_id = $1", id)).Should().Be(0);
        await studio.Send(HttpMethod.Post, "/tests/activities", new { workflowDefinitionHandle = new { definitionVersionId = version }, activityHandle = new { activityId = "none" } }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Nonsense_is_refused_and_starts_nothing()
    {
        await studio.Publish(id, StudioFixture.Approval());

        await studio.Send(HttpMethod.Post, $"/workflow-definitions/{id}/execute", "no object", HttpStatusCode.BadRequest);
        await studio.Send(HttpMethod.Post, $"/workflow-definitions/{id}/execute", new { input = new { text = new string('x', 300_000) } }, HttpStatusCode.BadRequest);
        await studio.Send(HttpMethod.Post, $"/workflow-definitions/{id}/execute", new { correlationId = new string('x', 201) }, HttpStatusCode.BadRequest);
        await studio.Send(HttpMethod.Post, "/tests/activities", new { }, HttpStatusCode.BadRequest);

        (await studio.Ask<long>("select count(*) from workflows.instances where definition_id = $1", id)).Should().Be(0);
    }
}
