using System.Net;
using System.Text.Json;

namespace RetailOps.Workflows.Tests;

[Collection(nameof(StudioCollection))]
public sealed class InstanceReadTests(StudioFixture studio)
{
    private readonly string id = $"d-{Guid.NewGuid():N}";

    [Fact]
    public async Task An_instance_that_waits_is_shown_with_what_it_waits_for_and_where_it_stands()
    {
        await studio.Publish(id, StudioFixture.Approval());

        var started = await studio.Execute(id, new { correlationId = id, input = new { ReturnId = "R1" }, versionOptions = "Latest" });
        var shown = await studio.Get($"/workflow-instances/{started.GetProperty("id").GetString()}");

        shown.GetProperty("status").GetString().Should().Be("Running");
        shown.GetProperty("subStatus").GetString().Should().Be("Suspended");
        var state = shown.GetProperty("workflowState");
        JsonElement.DeepEquals(state, started).Should().BeTrue("execute answers the state that is shown later");
        state.GetProperty("correlationId").GetString().Should().Be(id);
        state.GetProperty("input").GetProperty("ReturnId").GetString().Should().Be("R1");
        var wait = state.GetProperty("bookmarks").EnumerateArray().Single();
        wait.GetProperty("name").GetString().Should().Be("Elsa.Event");
        wait.GetProperty("hash").GetString().Should().Be("581BB168D863193D27DC617ED5F6F12197C9F443A81315901DC5B327F3BBA2A0");
        wait.GetProperty("payload").GetProperty("eventName").GetString().Should().Be("ReturnApprovedByManager");
        wait.GetProperty("activityNodeId").GetString().Should().Be("Workflow1:Flowchart1:e1");
        state.GetProperty("activityExecutionContexts").EnumerateArray().Select(c => c.GetProperty("scheduledActivityNodeId").GetString())
            .Should().Equal("Workflow1:Flowchart1:e1", "Workflow1:Flowchart1", "Workflow1");
    }

    [Theory]
    [InlineData(false, "Elsa.Finish", "Finished", "the last word")]
    [InlineData(false, "Elsa.WriteLine", "Finished", "the last word")]
    [InlineData(true, "Elsa.WriteLine", "Finished", null)]
    public async Task What_the_variables_held_at_the_end_is_shown_where_values_are_written_down(bool isGoverned, string last, string ending, string? shown)
    {
        await studio.Publish(id, new Drawing().Variable("Word", "String", "the first word").Set("s", "Word", "the last word").Add("end", last).Connect("s → end"), isGoverned);

        var state = await studio.Execute(id);
        var variables = await studio.Get($"/workflow-instances/{state.GetProperty("id").GetString()}/variables");

        state.GetProperty("subStatus").GetString().Should().Be(ending);
        variables.GetProperty("items")[0].GetProperty("name").GetString().Should().Be("Word");
        (variables.GetProperty("items")[0].TryGetProperty("value", out var value) ? value.GetString() : null).Should().Be(shown);
    }

    [Fact]
    public async Task What_the_variables_held_when_it_was_cancelled_is_shown()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id)).GetProperty("id").GetString()!;

        await studio.Send(HttpMethod.Post, $"/cancel/workflow-instances/{instance}", null, HttpStatusCode.OK);
        await studio.Ended(instance);

        (await studio.Get($"/workflow-instances/{instance}/variables")).GetProperty("items")[0].GetProperty("value").ToString().Should().Be("120");
    }

    [Fact]
    public async Task The_journal_is_read_in_pieces_and_without_what_nobody_wants_to_see()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id)).GetProperty("id").GetString();

        var all = await studio.Get($"/workflow-instances/{instance}/journal?skip=0&take=3");
        var steps = await studio.Post(
            $"/workflow-instances/{instance}/journal?skip=0&take=100",
            new { filter = new { activityIds = (string[]?)null, activityNodeIds = new[] { "Workflow1:Flowchart1:w1", "Workflow1:Flowchart1:e1" }, excludedActivityTypes = new[] { "Elsa.Workflow", "Elsa.Flowchart" } } });

        all.GetProperty("totalCount").GetInt32().Should().Be(8);
        all.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("activityId").GetString()).Should().Equal("Workflow1", "Flowchart1", "w1");
        all.GetProperty("items")[2].GetProperty("parentActivityInstanceId").GetString().Should().Be(all.GetProperty("items")[1].GetProperty("activityInstanceId").GetString());
        steps.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("activityId").GetString() + " " + e.GetProperty("eventName").GetString())
            .Should().Equal("w1 Started", "w1 Completed", "e1 Started", "e1 Suspended");
        (await studio.Get($"/workflow-instances/{instance}/journal/w1")).GetProperty("eventName").GetString().Should().Be("Completed");
    }

    [Fact]
    public async Task Each_execution_is_found_by_its_own_id_with_what_it_was_given_and_those_around_it()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id)).GetProperty("id").GetString();

        var one = (await studio.Get($"/activity-executions/list?WorkflowInstanceId={instance}&ActivityNodeId=Workflow1%3AFlowchart1%3Aw1")).GetProperty("items").EnumerateArray().Single();
        var execution = one.GetProperty("id").GetString();
        var byQuery = await studio.Get($"/activity-executions/by-id?id={execution}");
        var stack = await studio.Get($"/activity-executions/{execution}/call-stack");

        JsonElement.DeepEquals(one, byQuery).Should().BeTrue();
        one.GetProperty("activityState").GetProperty("Text").GetString().Should().Be("Return of 120");
        one.GetProperty("status").GetString().Should().Be("Completed");
        stack.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("activityId").GetString()).Should().Equal("Workflow1", "Flowchart1", "w1");
        (await studio.Get($"/activity-executions/count?WorkflowInstanceId={instance}")).GetProperty("count").GetInt32().Should().Be(5);
        (await studio.Get($"/activity-execution-summaries/list?WorkflowInstanceId={instance}&Completed=False")).GetProperty("count").GetInt32().Should().Be(3);
    }

    [Fact]
    public async Task The_badges_say_where_it_waits()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id)).GetProperty("id").GetString();

        var stats = (await studio.Post("/activity-executions/report", new { workflowInstanceId = instance, activityNodeIds = new[] { "Workflow1:Flowchart1:w1", "Workflow1:Flowchart1:e1", "Workflow1:Flowchart1:w2" } }))
            .GetProperty("stats").EnumerateArray().ToDictionary(s => s.GetProperty("activityId").GetString()!);

        stats.Keys.Should().BeEquivalentTo("w1", "e1");
        stats["w1"].GetProperty("completedCount").GetInt32().Should().Be(1);
        stats["w1"].GetProperty("isBlocked").GetBoolean().Should().BeFalse();
        stats["e1"].GetProperty("uncompletedCount").GetInt32().Should().Be(1);
        stats["e1"].GetProperty("isBlocked").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task What_a_governed_definition_does_is_not_written_down_unless_it_asks_for_it()
    {
        await studio.Publish(id, StudioFixture.Approval(), governed: true);
        var instance = (await studio.Execute(id)).GetProperty("id").GetString();

        (await studio.Ask<long>("select count(*) from workflows.journal_data where instance_id = $1", Guid.Parse(instance!))).Should().Be(0);
        (await studio.Get($"/activity-executions/list?WorkflowInstanceId={instance}&ActivityNodeId=Workflow1:Flowchart1:w1"))
            .GetProperty("items")[0].TryGetProperty("activityState", out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_failure_is_shown_at_its_step_and_counts_for_those_around_it()
    {
        await studio.Publish(id, new Drawing().Add("f", "Elsa.Fault", ("message", "no more paper")));
        var state = await studio.Execute(id);
        var instance = state.GetProperty("id").GetString();

        var incident = state.GetProperty("incidents").EnumerateArray().Single();
        var record = (await studio.Get($"/activity-executions/list?WorkflowInstanceId={instance}&ActivityNodeId=Workflow1:Flowchart1:f")).GetProperty("items")[0];
        var around = (await studio.Get($"/activity-executions/list?WorkflowInstanceId={instance}&ActivityNodeId=Workflow1:Flowchart1")).GetProperty("items")[0];
        var listed = (await studio.Post("/workflow-instances", new { definitionId = id, hasIncidents = true })).GetProperty("items")[0];

        incident.GetProperty("message").GetString().Should().Be("no more paper");
        incident.GetProperty("activityNodeId").GetString().Should().Be("Workflow1:Flowchart1:f");
        record.GetProperty("status").GetString().Should().Be("Faulted");
        record.GetProperty("exception").GetProperty("message").GetString().Should().Be("no more paper");
        around.GetProperty("aggregateFaultCount").GetInt32().Should().Be(1);
        listed.GetProperty("incidentCount").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task Instances_are_listed_newest_first_by_every_filter_of_the_designer()
    {
        await studio.Publish(id, StudioFixture.Approval());
        await studio.Publish(id + "-quick", new Drawing().Add("n", "Elsa.SetName", ("value", "Ready " + id)));
        var waits = (await studio.Execute(id, new { correlationId = "c-" + id, versionOptions = "Latest" })).GetProperty("id").GetString();
        var second = (await studio.Execute(id)).GetProperty("id").GetString();
        var done = (await studio.Execute(id + "-quick")).GetProperty("id").GetString();

        async Task<IEnumerable<string?>> Found(object filter) => (await studio.Post("/workflow-instances", filter)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString());

        (await Found(new { definitionIds = new[] { id, id + "-quick" } })).Should().Equal(done, second, waits);
        (await Found(new { definitionIds = new[] { id, id + "-quick" }, orderDirection = "Ascending", pageSize = 1, page = 1 })).Should().Equal(second);
        (await Found(new { definitionIds = new[] { id, id + "-quick" }, statuses = new[] { "Finished" } })).Should().Equal(done);
        (await Found(new { definitionIds = new[] { id, id + "-quick" }, subStatus = "Suspended" })).Should().Equal(second, waits);
        (await Found(new { correlationId = "c-" + id })).Should().Equal(waits);
        (await Found(new { searchTerm = "ready " + id })).Should().Equal(done);
        (await Found(new { searchTerm = second })).Should().Equal(second);
        (await Found(new { definitionId = id, hasIncidents = true })).Should().BeEmpty();
        (await Found(new { definitionId = id, isSystem = true })).Should().BeEmpty();
        (await Found(new { definitionId = id, version = 2 })).Should().BeEmpty();
        (await Found(new { definitionId = id, timestampFilters = new[] { new { column = "CreatedAt", @operator = "LessThan", timestamp = "2020-01-01T00:00:00Z" } } })).Should().BeEmpty();
        (await studio.Get($"/workflow-instances?DefinitionId={id}&PageSize=1&Page=0")).GetProperty("totalCount").GetInt32().Should().Be(2);
        (await studio.Post("/workflow-instances", new { definitionId = id + "-quick" })).GetProperty("items")[0].GetProperty("name").GetString().Should().Be("Ready " + id);
    }

    [Fact]
    public async Task Variables_are_shown_with_their_values()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id)).GetProperty("id").GetString();

        var variable = (await studio.Get($"/workflow-instances/{instance}/variables")).GetProperty("items").EnumerateArray().Single();

        variable.GetProperty("name").GetString().Should().Be("Amount");
        variable.GetProperty("value").GetDecimal().Should().Be(120);
    }

    [Fact]
    public async Task Several_are_exported_in_one_archive()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id)).GetProperty("id").GetString()!;

        using var response = await studio.Answer(HttpMethod.Post, "/bulk-actions/export/workflow-instances", new { ids = new[] { instance, "none" }, includeWorkflowExecutionLog = true });
        using var zip = new System.IO.Compression.ZipArchive(await response.Content.ReadAsStreamAsync());
        using var file = await JsonDocument.ParseAsync(await zip.Entries.Single().OpenAsync());

        zip.Entries[0].Name.Should().Be($"workflow-instance-{instance}.json");
        file.RootElement.GetProperty("WorkflowState").GetProperty("id").GetString().Should().Be(instance);
        file.RootElement.GetProperty("WorkflowExecutionLogRecords").GetArrayLength().Should().Be(8);
    }

    [Theory]
    [InlineData("/workflow-instances/undefined")]
    [InlineData("/workflow-instances/0197a000-0000-7000-8000-000000000000")]
    [InlineData("/workflow-instances/0197a000-0000-7000-8000-000000000000/journal")]
    [InlineData("/activity-executions/0197a000-0000-7000-8000-000000000000")]
    public async Task What_is_not_there_is_answered_by_a_bare_404(string path)
    {
        using var response = await studio.Answer(HttpMethod.Get, path);

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync()).Should().BeEmpty();
    }
}
