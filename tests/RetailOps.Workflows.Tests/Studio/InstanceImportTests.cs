using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

/// <summary>What was exported, and has gone since, comes back; nothing else does.</summary>
[Collection(nameof(StudioCollection))]
public sealed class InstanceImportTests(StudioFixture studio)
{
    private readonly string id = $"d-{Guid.NewGuid():N}";

    [Fact]
    public async Task An_instance_that_waits_comes_back_and_goes_on_where_it_was()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var (instance, file) = await Exported();
        await Gone(instance);

        var (status, answer) = await Import(file);
        var again = await Import(file);

        (status, answer["imported"]!.GetValue<int>()).Should().Be((HttpStatusCode.OK, 1));
        again.Status.Should().Be(HttpStatusCode.BadRequest);
        again.Answer.ToJsonString().Should().Contain("here already");
        (await studio.Get($"/workflow-instances/{instance}")).GetProperty("subStatus").GetString().Should().Be("Suspended");
        (await studio.Get($"/workflow-instances/{instance}/variables")).GetProperty("items")[0].GetProperty("value").ToString().Should().Be("120");
        await studio.Send(HttpMethod.Post, "/events/ReturnApprovedByManager/trigger", new { workflowInstanceId = instance }, HttpStatusCode.OK);
        await studio.Ended(instance);
        (await studio.Get($"/workflow-instances/{instance}")).GetProperty("subStatus").GetString().Should().Be("Finished");
        (await studio.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_timer_comes_back_with_its_instance()
    {
        await studio.Publish(id, new Drawing().Add("wait", "Elsa.Delay", ("timeSpan", "00:00:02")).Line("w", "text").Connect("wait → w"));
        var (instance, file) = await Exported();
        await Gone(instance);

        (await Import(file)).Status.Should().Be(HttpStatusCode.OK);

        await studio.Ended(instance);
        (await studio.Get($"/workflow-instances/{instance}")).GetProperty("subStatus").GetString().Should().Be("Finished");
    }

    [Fact]
    public async Task What_was_changed_or_never_ours_or_is_governed_does_not_come_back()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var (instance, file) = await Exported();
        var taken = JsonNode.Parse(file)!;
        var sealedState = taken["RetailOpsState"]!.GetValue<string>();
        await Gone(instance);

        taken["RetailOpsState"] = (sealedState[0] == 'A' ? 'B' : 'A') + sealedState[1..];
        (await Import(taken.ToJsonString())).Answer.ToJsonString().Should().Contain("not exported by this system");
        taken.AsObject().Remove("RetailOpsState");
        (await Import(taken.ToJsonString())).Answer.ToJsonString().Should().Contain("not exported by this system");
        (await Import("no json")).Status.Should().Be(HttpStatusCode.BadRequest);
        await studio.Ask<object>("insert into workflows.governed (definition_id) values ($1)", id);
        (await Import(file)).Answer.ToJsonString().Should().Contain("under change control");
        (await studio.Ask<long>("select count(*) from workflows.instances where definition_id = $1", id)).Should().Be(0);
    }

    [Fact]
    public async Task What_waits_for_others_does_not_come_back()
    {
        await studio.Publish(id, new Drawing().Add("ask", "RetailOps.Task", ("kind", "look"), ("title", "Look at it")));
        var (instance, file) = await Exported();
        await Gone(instance);

        (await Import(file)).Answer.ToJsonString().Should().Contain("what it waits for is not in the file");
    }

    private async Task<(string Instance, string File)> Exported()
    {
        var instance = (await studio.Execute(id, new { versionOptions = "Latest" })).GetProperty("id").GetString()!;
        using var response = await studio.Answer(HttpMethod.Get, $"/workflow-instances/{instance}/export");
        return (instance, await response.Content.ReadAsStringAsync());
    }

    private async Task Gone(string instance)
    {
        await studio.Send(HttpMethod.Delete, $"/workflow-instances/{instance}", null, HttpStatusCode.NoContent);
        (await studio.Ask<long>("select count(*) from workflows.instances where id = $1", Guid.Parse(instance))).Should().Be(0);
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> Import(string file)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(file)), "files", "instance.json" } };
        using var answer = await studio.Http.PostAsync("/elsa/api/bulk-actions/import/workflow-instances", form);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }
}
