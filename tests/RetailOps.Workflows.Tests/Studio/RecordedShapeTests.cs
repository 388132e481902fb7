using System.Text.Json;

namespace RetailOps.Workflows.Tests;

/// <summary>
/// Our answers beside what the real server answered: every member that is there is here, of the same kind. The recordings lie beside the repository and are not part of it.
/// </summary>
[Collection(nameof(StudioCollection))]
[Trait("needs", "shared")]
public sealed class RecordedShapeTests(StudioFixture studio)
{
    private readonly string id = $"d-{Guid.NewGuid():N}";

    /// <summary>Tokens, which only the other engine has, and names that the recorded definition gave its own things.</summary>
    private static readonly HashSet<string> Theirs = new(StringComparer.Ordinal) { "Flowchart.Tokens", "EventName", "ReturnId", "activityState", "v1" };

    [Fact]
    public async Task An_instance_looks_as_it_does_there()
    {
        var instance = await Waiting();

        Same("GET_workflow-instances.id.json", await studio.Get($"/workflow-instances/{instance}"));
        Same("GET_workflow-instances.execution-state.json", await studio.Get($"/workflow-instances/{instance}/execution-state"));
        Same("GET_workflow-instances.id.variables.json", await studio.Get($"/workflow-instances/{instance}/variables"));
        Same("GET_workflow-instances.export.json", await studio.Get($"/workflow-instances/{instance}/export"));
    }

    [Fact]
    public async Task A_start_is_answered_as_it_is_there()
    {
        await studio.Publish(id, StudioFixture.Approval());

        Same("POST_workflow-definitions.definitionId.execute.json", await studio.Post($"/workflow-definitions/{id}/execute", new { versionOptions = "Latest" }));
        Same("POST_workflow-definitions.dispatch.json", await studio.Post($"/workflow-definitions/{id}/dispatch", new { versionOptions = "Latest" }));
    }

    [Fact]
    public async Task Lists_look_as_they_do_there()
    {
        var instance = await Waiting();
        await studio.Publish(id + "-over", new Drawing().Line("w", "text"));
        await studio.Execute(id + "-over");

        Same("POST_workflow-instances.json", await studio.Post("/workflow-instances", new { definitionIds = new[] { id, id + "-over" } }));
        Same("POST_workflow-instances.filtered.json", await studio.Post("/workflow-instances", new { correlationId = id, statuses = new[] { "Running" } }));
        Same("GET_workflow-instances.journal.json", await studio.Get($"/workflow-instances/{instance}/journal?skip=0&take=5"));
        Same("POST_workflow-instances.id.journal.json", await studio.Post($"/workflow-instances/{instance}/journal", new { filter = new { activityIds = new[] { "w1" } } }));
    }

    [Fact]
    public async Task Executions_look_as_they_do_there()
    {
        var instance = await Waiting();
        var list = await studio.Get($"/activity-executions/list?WorkflowInstanceId={instance}&ActivityNodeId=Workflow1%3AFlowchart1");
        var flowchart = list.GetProperty("items")[0].GetProperty("id").GetString();
        var wait = (await studio.Get($"/activity-executions/list?WorkflowInstanceId={instance}&ActivityNodeId=Workflow1%3AFlowchart1%3Ae1")).GetProperty("items")[0].GetProperty("id").GetString();

        Same("GET_activity-executions.list.json", list);
        Same("GET_activity-executions.by-id.json", await studio.Get($"/activity-executions/by-id?id={flowchart}"));
        Same("GET_activity-executions.count.json", await studio.Get($"/activity-executions/count?WorkflowInstanceId={instance}"));

        // Theirs lists what ran before, too; ours what stands around.
        Same("GET_activity-executions.call-stack.json", await studio.Get($"/activity-executions/{wait}/call-stack"), "outputs", "completedAt", "payload");
        Same("POST_activity-executions.report.json", await studio.Post("/activity-executions/report", new { workflowInstanceId = instance }));
    }

    [Fact]
    public async Task A_summary_of_what_is_over_looks_as_it_does_there()
    {
        await studio.Publish(id, new Drawing().Line("w1", "text"));
        var instance = (await studio.Execute(id)).GetProperty("id").GetString();

        Same("GET_activity-execution-summaries.list.json", await studio.Get($"/activity-execution-summaries/list?WorkflowInstanceId={instance}"));
    }

    [Fact]
    public async Task A_tried_activity_is_answered_as_it_is_there()
    {
        var version = await studio.Publish(id, new Drawing().Line("w2", "Done"));

        var tried = await studio.Post("/tests/activities", new { workflowDefinitionHandle = new { definitionVersionId = version }, activityHandle = new { activityId = "w2" } });

        Same("POST_tests.activities.json", tried);
        tried.GetProperty("activityState").GetProperty("Text").GetString().Should().Be("Done");
    }

    private async Task<string> Waiting()
    {
        await studio.Publish(id, StudioFixture.Approval());
        return (await studio.Execute(id, new { correlationId = id, versionOptions = "Latest" })).GetProperty("id").GetString()!;
    }

    private static void Same(string recording, JsonElement ours, params string[] but)
    {
        using var recorded = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), recording)));
        Missing(recorded.RootElement.GetProperty("responseBody"), ours, "").Distinct().Where(m => !but.Contains(m.Split('.')[^1])).Should().BeEmpty("{0} has it", recording);
    }

    /// <summary>Of a list, what any of its items has must be had by one of ours: not every item has every member.</summary>
    private static IEnumerable<string> Missing(JsonElement theirs, JsonElement ours, string path)
    {
        if (theirs.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in theirs.EnumerateObject().Where(m => !Theirs.Contains(m.Name)))
            {
                var found = ours.ValueKind == JsonValueKind.Object && ours.TryGetProperty(member.Name, out var mine) ? mine : (JsonElement?)null;
                foreach (var missing in found is { } value ? Missing(member.Value, value, $"{path}.{member.Name}") : [$"{path}.{member.Name}"])
                {
                    yield return missing;
                }
            }
        }
        else if (theirs.ValueKind == JsonValueKind.Array)
        {
            if (ours.ValueKind != JsonValueKind.Array)
            {
                yield return $"{path} is no list";
            }
            else if (theirs.GetArrayLength() > 0)
            {
                if (ours.GetArrayLength() == 0)
                {
                    yield return $"{path} is empty";
                    yield break;
                }

                foreach (var item in theirs.EnumerateArray())
                {
                    // The item of ours that comes closest: a list of different things has different members.
                    foreach (var missing in ours.EnumerateArray().Select(o => Missing(item, o, path + "[]").ToList()).MinBy(m => m.Count)!)
                    {
                        yield return missing;
                    }
                }
            }
        }
        else if (Kind(theirs) != Kind(ours) && theirs.ValueKind != JsonValueKind.Null)
        {
            yield return $"{path} is {ours.ValueKind}, not {theirs.ValueKind}";
        }
    }

    private static JsonValueKind Kind(JsonElement value) => value.ValueKind == JsonValueKind.False ? JsonValueKind.True : value.ValueKind;

    private static string Folder()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "RetailOps.sln")))
        {
            at = at.Parent;
        }

        var folder = Path.Combine(at?.FullName ?? "", "..", "shared", "elsa", "recorded");
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException("The recordings are not there; run the tests without --all.");
    }
}
