using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Host.Tests;

/// <summary>
/// Somebody with every right but finance's tries to have 500.00 paid that one person must approve, each way that is known, over HTTP. What answers is one thing;
/// that the refund waits afterwards as before is the other.
/// </summary>
public sealed class FourEyesTests(FourEyesShop shop) : IClassFixture<FourEyesShop>
{
    private const string Flow = "sundry-credit";

    [Fact]
    public async Task The_task_of_an_approval_is_completed_by_neither_of_its_doors()
    {
        var (refund, task) = await shop.Asked();

        var elsas = await shop.Post($"/elsa/api/tasks/{task}/complete", new { result = "Approved" });
        var ours = await shop.Post($"/api/v1/tasks/{task}:complete", new { outcome = "Approved" });

        elsas.Status.Should().Be(422);
        ours.Should().BeEquivalentTo(new { Status = 422, Code = "workflows.decided-elsewhere" });
        await shop.StillWaits(refund);
    }

    [Theory]
    [InlineData("returns.sundry-credit-granted.v1", 422)]
    [InlineData("returns.approval-decided.v1", 200)]
    [InlineData("returns.refund-granted.v1", 200)]
    public async Task A_fact_that_is_made_up_by_hand_reaches_no_governed_workflow(string fact, int status)
    {
        var (refund, _) = await shop.Asked();

        var answer = await shop.Post($"/elsa/api/events/{fact}/trigger", new { correlationId = $"refund/{refund}", input = new { refundId = refund, needsApproval = false, status = "approved" } });

        answer.Status.Should().Be(status, "only what a governed workflow listens for is kept from other hands");
        await shop.StillWaits(refund);
    }

    [Fact]
    public async Task No_link_meets_the_wait_for_an_approval_and_no_made_up_one_meets_anything()
    {
        var (refund, task) = await shop.Asked();
        var instance = await shop.One<Guid>("select instance_id from workflows.tasks where id = $1", task);

        var link = await shop.Post($"/api/v1/workflows/instances/{instance}/waits/{task}:link", new { hours = 1 });
        var forged = await shop.Post("/elsa/api/bookmarks/resume?t=CfDJ8made-up", new { input = new { outcome = "Approved" } });

        link.Should().BeEquivalentTo(new { Status = 404, Code = "workflows.no-wait" });
        forged.Status.Should().Be(404);
        await shop.StillWaits(refund);
    }

    [Theory]
    [InlineData("execute")]
    [InlineData("dispatch")]
    public async Task A_version_that_nobody_approved_runs_dry(string how)
    {
        var (refund, _) = await shop.Asked();
        await shop.Save(Flow, draft => Activity(draft, "needs-approval")["condition"]!["expression"]!["value"] = "false", publish: false);

        var answer = await shop.Post(
            $"/elsa/api/workflow-definitions/{Flow}/{how}", new { versionOptions = "Latest", triggerActivityId = "granted-event", correlationId = $"refund/{refund}", input = new { refundId = refund, needsApproval = false } });

        answer.Status.Should().Be(200);
        await shop.StillWaits(refund);
    }

    [Fact]
    public async Task A_lie_told_to_the_approved_version_is_refused_beneath_it()
    {
        var (refund, _) = await shop.Asked();

        var answer = await shop.Post(
            $"/elsa/api/workflow-definitions/{Flow}/execute",
            new { versionOptions = "Published", triggerActivityId = "granted-event", correlationId = $"lie/{refund}", input = new { refundId = refund, needsApproval = false } });

        answer.Status.Should().Be(422);
        await shop.StillWaits(refund);
    }

    [Fact]
    public async Task A_workflow_drawn_without_an_approval_is_not_let_live_even_as_a_file_of_the_product()
    {
        var (refund, _) = await shop.Asked();
        await shop.Import("pay-at-once", """{"id":"pay","type":"RetailOps.ExecuteRefund","version":1,"refundId":{"typeName":"Object","expression":{"type":"JavaScript","value":"getInput('RefundId')"}}}""");

        var answer = await shop.Post("/elsa/api/workflow-definitions/pay-at-once/execute", new { input = new { RefundId = refund } });

        answer.Status.Should().Be(404);
        await shop.StillWaits(refund);
        (await shop.One<long>("select count(*) from platform.events where type = 'returns.refund-settled.v1' and aggregate = $1", $"refund/{refund}")).Should().Be(0);
    }

    [Fact]
    public async Task Trying_the_payment_as_a_step_by_itself_is_dry()
    {
        var (refund, _) = await shop.Asked();
        var version = await shop.One<string>("select version_id from workflows.definitions where definition_id = $1 order by version limit 1", Flow);

        var answer = await shop.Post("/elsa/api/tests/activities", new { workflowDefinitionHandle = new { definitionVersionId = version }, activityHandle = new { activityId = "pay" } });

        answer.Status.Should().Be(200);
        await shop.StillWaits(refund);
    }

    [Fact]
    public async Task What_is_governed_is_not_published_imported_reverted_retracted_or_deleted_by_one()
    {
        const string flow = "refund-approval";
        var live = await shop.Live(flow);

        await shop.Save(flow, draft => Activity(draft, "ask")["candidates"]!["expression"]!["value"] = "['operator']", publish: true);
        var draft = (await shop.Get($"/elsa/api/workflow-definitions/{flow}?versionOptions=Latest"))!;
        draft["isPublished"] = true;
        (string Way, Answer Answer)[] tried =
        [
            ("publish", await shop.Post($"/elsa/api/workflow-definitions/{flow}/publish", new { })),
            ("approve", await shop.Post($"/api/v1/workflows/definitions/{flow}/versions/{draft["version"]}:approve", new { reason = "Fine", action = "publish" })),
            ("publish many", await shop.Post("/elsa/api/bulk-actions/publish/workflow-definitions/by-definition-ids", new { definitionIds = new[] { flow } })),
            ("import", await shop.Post("/elsa/api/workflow-definitions/import", draft)),
            ("revert", await shop.Post($"/elsa/api/workflow-definitions/{flow}/revert/1", new { })),
            ("retract", await shop.Post($"/elsa/api/workflow-definitions/{flow}/retract", new { })),
            ("retract many", await shop.Post("/elsa/api/bulk-actions/retract/workflow-definitions/by-definition-ids", new { definitionIds = new[] { flow } })),
            ("delete", await shop.Send(HttpMethod.Delete, $"/elsa/api/workflow-definitions/{flow}")),
            ("delete many", await shop.Post("/elsa/api/bulk-actions/delete/workflow-definitions/by-definition-id", new { definitionIds = new[] { flow } })),
        ];

        string.Join(", ", tried.Select(t => $"{t.Way} {t.Answer.Status}"))
            .Should().Be("publish 200, approve 403, publish many 200, import 200, revert 201, retract 400, retract many 200, delete 202, delete many 200", "an application draws; it does not even propose");
        (await shop.Live(flow)).Should().Be(live);
        (await shop.Asked()).Should().NotBeNull("new refunds are asked about as before");
    }

    [Fact]
    public async Task Higher_limits_are_let_live_by_nobody_who_proposed_them_under_another_name()
    {
        var content = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "workflows", "policies", "return-policy.standard.json")))!["content"]!;
        content["approvalLimit"]!["amount"] = "4000.00";

        var proposed = await shop.Post("/api/v1/policies/return-policy/standard:propose", new { content, reason = "Faster" });
        var version = proposed.Body.GetProperty("version").GetInt32();
        var byApplication = await shop.Post($"/api/v1/policies/return-policy/standard/versions/{version}:approve", new { });
        using var one = await shop.SignedIn("jack", "analyst", "publisher");
        content["approvalLimit"]!["amount"] = "4500.00";
        var own = await shop.Post("/api/v1/policies/return-policy/standard:propose", new { content, reason = "Faster" }, one);
        var byAuthor = await shop.Post($"/api/v1/policies/return-policy/standard/versions/{version + 1}:approve", new { }, one);

        byApplication.Should().BeEquivalentTo(new { Status = 403, Code = "security.forbidden" });
        own.Status.Should().Be(201);
        byAuthor.Should().BeEquivalentTo(new { Status = 422, Code = "documents.own-proposal" });
        (await shop.One<int>("select version from platform.documents where kind = 'return-policy' and status = 'live'")).Should().Be(1);
    }

    [Fact]
    public async Task A_stimulus_that_says_approved_wakes_a_workflow_that_is_paid_nothing()
    {
        var (refund, task) = await shop.Asked();

        await shop.Do(
            """
            insert into workflows.stimuli (lane, key, kind, name, source_id, instance_id, data)
            select b.lane, t.key, b.kind, 'task', t.id, t.instance_id, '{"outcome":"Approved","answer":null,"by":"person:nobody"}'
            from workflows.tasks t, (values (0::smallint, 8::smallint)) b (lane, kind) where t.id = $1
            """, task);

        await shop.StillWaits(refund);
    }

    [Fact]
    public async Task A_key_that_was_used_answers_again_and_decides_nothing_else()
    {
        var ((refund, _), (otherRefund, _)) = (await shop.Asked(), await shop.Asked());
        var (approval, other) = (await shop.ApprovalOf(refund), await shop.ApprovalOf(otherRefund));
        using var finance = await shop.SignedIn("finance-two", "finance");

        var first = await shop.Decide(approval, "approve", finance, "key-1");
        var again = await shop.Decide(approval, "approve", finance, "key-1");
        var elsewhere = await shop.Decide(other, "approve", finance, "key-1");
        var stolen = await shop.Decide(other, "approve", null, "key-1");

        (first.Status, again.Status).Should().Be((200, 200));
        again.Body.GetProperty("revision").GetInt32().Should().Be(first.Body.GetProperty("revision").GetInt32());
        elsewhere.Status.Should().Be(422);
        stolen.Should().BeEquivalentTo(new { Status = 403, Code = "security.forbidden" });
        (await shop.One<long>("select count(*) from returns.decisions where approval_id = $1", approval)).Should().Be(1);
        await shop.StillWaits(otherRefund);
    }

    private static JsonNode Activity(JsonNode definition, string id) => definition["root"]!["activities"]!.AsArray().Single(a => (string?)a!["id"] == id)!;
}
