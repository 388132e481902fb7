using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows.Tests;

[Collection(nameof(StudioCollection))]
public sealed class ChangeTests(StudioFixture studio)
{
    /// <summary>A fact of a module: nobody says it by hand.</summary>
    private const string Fact = "returns.refund-granted.v1";

    private readonly string id = $"d-{Guid.NewGuid():N}";

    [Fact]
    public async Task An_event_by_hand_wakes_what_waits_for_it_with_what_it_says()
    {
        await studio.Publish(id, Waiting(id + "-came"));
        var instance = (await studio.Execute(id, new { correlationId = id })).GetProperty("id").GetString()!;

        await studio.Post($"/events/{id}-came/trigger", new { correlationId = id, input = new { by = "hand" } });
        await studio.Ended(instance);

        (await Said(instance)).Should().Be("hand");
        (await studio.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_event_by_hand_reaches_one_instance_or_all_and_starts_what_is_drawn_to_start_with_it()
    {
        await studio.Publish(id, Waiting(id + "-came"));
        await studio.Publish(id + "-starts", new Drawing().Add("start", "Elsa.Event", ("eventName", id + "-came"), ("canStartWorkflow", true)));
        var one = (await studio.Execute(id)).GetProperty("id").GetString()!;
        var two = (await studio.Execute(id)).GetProperty("id").GetString()!;

        await studio.Post($"/events/{id}-came/trigger", new { workflowInstanceId = one, input = new { by = "one" } });
        await studio.Ended(one);
        var afterOne = await studio.Ask<long>("select count(*) from workflows.instances where definition_id = $1", id + "-starts");
        var stillWaits = await studio.Ask<bool>("select finished is null from workflows.instances where id = $1", Guid.Parse(two));
        await studio.Post($"/events/{id}-came/trigger", new { input = new { by = "all" } });
        await studio.Ended(two);
        await studio.Quiet();

        (afterOne, stillWaits).Should().Be((0, true));
        (await studio.Ask<long>("select count(*) from workflows.instances where definition_id = $1 and finished is not null", id + "-starts")).Should().Be(1);
    }

    [Fact]
    public async Task An_event_before_its_wait_is_kept_for_it()
    {
        await studio.Publish(id, new Drawing().Add("wait", "Elsa.Delay", ("timeSpan", "00:00:01")).Add("e", "Elsa.Event", ("eventName", id + "-came")).Connect("wait → e"));
        var instance = (await studio.Execute(id, new { correlationId = id })).GetProperty("id").GetString()!;

        await studio.Post($"/events/{id}-came/trigger", new { correlationId = id });

        await studio.Ended(instance);
    }

    [Fact]
    public async Task A_fact_of_the_product_is_never_said_by_hand_to_what_is_under_change_control()
    {
        studio.Services.GetRequiredService<FactCatalogue>().Types.Should().ContainKey(Fact);
        await studio.Publish(id, Waiting(Fact), governed: true);
        await studio.Publish(id + "-own", Waiting(Fact));
        var governed = (await studio.Execute(id, new { correlationId = id })).GetProperty("id").GetString()!;

        await studio.Send(HttpMethod.Post, $"/events/{Fact}/trigger", new { workflowInstanceId = governed }, HttpStatusCode.UnprocessableEntity);
        await studio.Send(HttpMethod.Post, $"/events/{Fact}/trigger", new { correlationId = id }, HttpStatusCode.UnprocessableEntity);
        var own = (await studio.Execute(id + "-own", new { correlationId = id })).GetProperty("id").GetString()!;
        await studio.Post($"/events/{Fact}/trigger", new { correlationId = id, input = new { by = "hand" } });
        await studio.Ended(own);
        await studio.Quiet();

        (await studio.Ask<bool>("select finished is null from workflows.instances where id = $1", Guid.Parse(governed))).Should().BeTrue();
    }

    [Fact]
    public async Task Cancelling_ends_an_instance_and_a_second_call_finds_none()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id)).GetProperty("id").GetString()!;

        await studio.Post($"/cancel/workflow-instances/{instance}", new { });
        await studio.Ended(instance);

        (await studio.Get($"/workflow-instances/{instance}/execution-state")).GetProperty("subStatus").GetString().Should().Be("Cancelled");
        await studio.Send(HttpMethod.Post, $"/cancel/workflow-instances/{instance}", new { }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_was_dispatched_a_moment_ago_can_be_cancelled_before_it_has_begun()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instances = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            instances.Add((await studio.Post($"/workflow-definitions/{id}/dispatch", new { })).GetProperty("workflowInstanceId").GetString()!);
            await studio.Post($"/cancel/workflow-instances/{instances[i]}", new { });
        }

        foreach (var instance in instances)
        {
            await studio.Ended(instance);
        }

        (await studio.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Many_are_cancelled_by_their_ids_or_their_definition()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var first = (await studio.Execute(id)).GetProperty("id").GetString()!;
        await studio.Execute(id);
        await studio.Execute(id);

        (await studio.Post("/bulk-actions/cancel/workflow-instances/", new { ids = new[] { first, "none" } })).GetProperty("cancelledCount").GetInt32().Should().Be(1);
        await studio.Ended(first);
        (await studio.Post("/bulk-actions/cancel/workflow-instances/", new { definitionId = id, versionOptions = "Latest" })).GetProperty("cancelledCount").GetInt32().Should().Be(2);
        var refused = await studio.Send(HttpMethod.Post, "/bulk-actions/cancel/workflow-instances/", new { definitionId = id, versionOptions = (string?)null, ids = (string[]?)null }, HttpStatusCode.BadRequest);
        refused.GetProperty("errors").GetProperty("versionOptions").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task What_has_ended_and_is_free_can_be_deleted_with_all_that_belongs_to_it()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var living = (await studio.Execute(id)).GetProperty("id").GetString()!;

        await studio.Send(HttpMethod.Delete, $"/workflow-instances/{living}", null, HttpStatusCode.NoContent);

        (await studio.Ask<long>("select count(*) from workflows.journal where instance_id = $1", Guid.Parse(living))).Should().Be(0);
        await studio.Send(HttpMethod.Delete, $"/workflow-instances/{living}", null, HttpStatusCode.NotFound);
        (await studio.Post("/bulk-actions/delete/workflow-instances/by-id", new { ids = new[] { "none", living } })).GetProperty("deleted").GetInt32().Should().Be(0);
        (await studio.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task History_under_change_control_is_not_deleted_by_anybody()
    {
        await studio.Publish(id, new Drawing().Line("w", "text"), governed: true);
        var over = (await studio.Execute(id)).GetProperty("id").GetString()!;

        await studio.Send(HttpMethod.Delete, $"/workflow-instances/{over}", null, HttpStatusCode.Forbidden);
        (await studio.Post("/bulk-actions/delete/workflow-instances/by-id", new { ids = new[] { over } })).GetProperty("deleted").GetInt32().Should().Be(0);

        await studio.Get($"/workflow-instances/{over}");
    }

    [Fact]
    public async Task A_child_is_not_deleted_before_its_parent_has_heard_of_it()
    {
        await studio.Publish(id + "-child", StudioFixture.Approval());
        await studio.Publish(id, new Drawing().Add("c", "Elsa.DispatchWorkflow", ("workflowDefinitionId", id + "-child"), ("waitForCompletion", true)));
        var parent = (await studio.Execute(id)).GetProperty("id").GetString()!;
        await studio.Quiet();
        var child = await studio.Ask<Guid>("select id from workflows.instances where parent_id = $1", Guid.Parse(parent));

        await studio.Send(HttpMethod.Delete, $"/workflow-instances/{child}", null, HttpStatusCode.NoContent);
        await studio.Ended(parent);

        (await studio.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_task_is_answered_by_its_id_and_not_when_it_is_decided_elsewhere()
    {
        await studio.Publish(id, Asking("look"));
        await studio.Publish(id + "-refund", Asking("refund-approval"));
        var instance = (await studio.Execute(id)).GetProperty("id").GetString()!;
        var approval = (await studio.Execute(id + "-refund")).GetProperty("id").GetString()!;
        Task<Guid> TaskOf(string of) => studio.Ask<Guid>("select id from workflows.tasks where instance_id = $1", Guid.Parse(of));

        await studio.Send(HttpMethod.Post, $"/tasks/{await TaskOf(instance)}/complete", new { result = "Maybe" }, HttpStatusCode.UnprocessableEntity);
        await studio.Post($"/tasks/{await TaskOf(instance)}/complete", new { result = new { outcome = "Yes", answer = new { sure = true } } });
        await studio.Ended(instance);

        await studio.Send(HttpMethod.Post, $"/tasks/{await TaskOf(approval)}/complete", new { result = "Yes" }, HttpStatusCode.UnprocessableEntity);
        await studio.Send(HttpMethod.Post, $"/tasks/{Guid.NewGuid()}/complete", new { result = "Yes" }, HttpStatusCode.NotFound);
        await studio.Send(HttpMethod.Post, "/tasks/none/complete", new { result = 1 }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_signed_link_meets_its_wait_once_and_no_other()
    {
        await studio.Publish(id, Waiting(id + "-came"));
        var instance = (await studio.Execute(id)).GetProperty("id").GetString()!;
        var bookmark = await studio.Ask<Guid>("select id from workflows.bookmarks where instance_id = $1", Guid.Parse(instance));
        var token = (await Run(new MakeResumeLink(Guid.Parse(instance), bookmark, TimeSpan.FromHours(1)))).Value.Token;

        await studio.Send(HttpMethod.Get, $"/bookmarks/resume?t={token[..^4]}AAAA", null, HttpStatusCode.NotFound);
        await studio.Send(HttpMethod.Get, "/bookmarks/resume", null, HttpStatusCode.NotFound);
        await studio.Send(HttpMethod.Post, $"/bookmarks/resume?t={token}", new { input = new { by = "link" } }, HttpStatusCode.OK);
        await studio.Ended(instance);

        (await Said(instance)).Should().Be("link");
        await studio.Send(HttpMethod.Get, $"/bookmarks/resume?t={token}", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_link_ends_with_its_time_and_is_not_made_for_facts_of_the_product()
    {
        await studio.Publish(id, Waiting(id + "-came"));
        await studio.Publish(id + "-governed", Waiting(Fact), governed: true);
        async Task<(Guid, Guid)> Wait(string of)
        {
            var instance = Guid.Parse((await studio.Execute(of)).GetProperty("id").GetString()!);
            return (instance, await studio.Ask<Guid>("select id from workflows.bookmarks where instance_id = $1", instance));
        }

        var (_, wait) = await Wait(id);
        var (governed, fact) = await Wait(id + "-governed");
        var tokens = studio.Services.GetRequiredService<ResumeTokens>();

        tokens.Read(tokens.Of(wait, TimeProvider.System.GetUtcNow().AddMinutes(1)), TimeProvider.System.GetUtcNow()).Should().Be(wait);
        await studio.Send(HttpMethod.Get, $"/bookmarks/resume?t={tokens.Of(wait, TimeProvider.System.GetUtcNow().AddMinutes(-1))}", null, HttpStatusCode.NotFound);
        (await Run(new MakeResumeLink(governed, fact, TimeSpan.FromHours(1)))).Refusal!.Code.Should().Be("workflows.not-by-hand");
        await studio.Send(HttpMethod.Get, $"/bookmarks/resume?t={tokens.Of(fact, TimeProvider.System.GetUtcNow().AddMinutes(1))}", null, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Variables_are_set_between_two_bursts_of_a_free_instance()
    {
        await studio.Publish(id, StudioFixture.Approval());
        await studio.Publish(id + "-governed", StudioFixture.Approval(), governed: true);
        var instance = (await studio.Execute(id)).GetProperty("id").GetString()!;
        var governed = (await studio.Execute(id + "-governed")).GetProperty("id").GetString()!;

        var set = await studio.Post($"/workflow-instances/{instance}/variables", new { variables = new[] { new { id = "v-Amount", value = 7.5 } } });

        set.GetProperty("items")[0].GetProperty("value").GetDecimal().Should().Be(7.5m);
        await studio.Send(HttpMethod.Post, $"/workflow-instances/{instance}/variables", new { variables = new[] { new { id = "v-Amount", value = "seven" } } }, HttpStatusCode.UnprocessableEntity);
        await studio.Send(HttpMethod.Post, $"/workflow-instances/{instance}/variables", new { variables = new[] { new { id = "v-None", value = 1 } } }, HttpStatusCode.UnprocessableEntity);
        await studio.Send(HttpMethod.Post, $"/workflow-instances/{governed}/variables", new { variables = new[] { new { id = "v-Amount", value = 1 } } }, HttpStatusCode.Forbidden);
        (await studio.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_analyst_ends_an_own_instance_but_none_under_change_control()
    {
        await studio.Publish(id, StudioFixture.Approval());
        await studio.Publish(id + "-governed", StudioFixture.Approval(), governed: true);
        var analyst = new Caller.Person(Guid.NewGuid(), Permissions.Of([Roles.Analyst]));
        var own = Guid.Parse((await studio.Execute(id)).GetProperty("id").GetString()!);
        var governed = Guid.Parse((await studio.Execute(id + "-governed")).GetProperty("id").GetString()!);

        (await Run(new CancelInstance(own), analyst)).IsSuccess.Should().BeTrue();
        (await Run(new CancelInstance(governed), analyst)).Refusal!.Code.Should().Be("workflows.governed-instance");
        (await Run(new CancelInstance(governed), new Caller.Person(Guid.NewGuid(), Permissions.Of([Roles.Auditor])))).Refusal!.Code.Should().Be("security.forbidden");
    }

    private Task<Result<T>> Run<T>(MediatR.IRequest<Result<T>> request, Caller? by = null) =>
        studio.Services.GetRequiredService<RequestRunner>().Run(by ?? new Caller.System("test"), request);

    private async Task<string?> Said(string instance) => (await studio.Get($"/workflow-instances/{instance}")).GetProperty("workflowState").GetProperty("output").GetProperty("By").GetString();

    private static Drawing Waiting(string eventName) => new Drawing().Variable("Told", "Object").Output("By")
        .Add("e", "Elsa.Event", ("eventName", eventName), ("result", new JsonObject { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = "v-Told" } }))
        .Add("o", "Elsa.SetOutput", ("outputName", "By"), ("outputValue", "js:getTold()?.by")).Connect("e → o");

    private static Drawing Asking(string kind) => new Drawing().Add(
        "task", "RetailOps.Task", ("kind", kind), ("title", "Look at it"),
        ("outcomes", new JsonObject { ["typeName"] = "Object", ["expression"] = new JsonObject { ["type"] = "Literal", ["value"] = """["Yes","No"]""" } }));
}
