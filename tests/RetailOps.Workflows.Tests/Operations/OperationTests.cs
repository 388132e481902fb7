using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

[Collection(nameof(StudioCollection))]
public sealed class OperationTests(StudioFixture studio)
{
    private const string Base = "/api/v1/workflows";

    private readonly string id = $"d-{Guid.NewGuid():N}";

    [Fact]
    public async Task Instances_are_listed_page_by_page_and_one_is_shown_with_what_it_waits_for()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var all = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            all.Add((await studio.Execute(id, new { correlationId = $"{id}-{i}" })).GetProperty("id").GetString()!);
        }

        var first = await studio.Get($"{Base}/instances?definition={id}&status=running&limit=2");
        var second = await studio.Get($"{Base}/instances?definition={id}&status=running&limit=2&after={first.GetProperty("next").GetString()}");
        var one = await studio.Get($"{Base}/instances/{all[0]}");

        first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(i => i.GetProperty("id").GetString()).Should().Equal(all.AsEnumerable().Reverse());
        second.GetProperty("next").ValueKind.Should().Be(JsonValueKind.Null);
        (await studio.Get($"{Base}/instances?correlationId={id}-1")).GetProperty("items").GetArrayLength().Should().Be(1);
        one.GetProperty("waits")[0].GetProperty("name").GetString().Should().Be("ReturnApprovedByManager");
        one.GetProperty("journal").EnumerateArray().Last().GetProperty("event").GetString().Should().Be("Suspended");
        await studio.Send(HttpMethod.Get, $"{Base}/instances/{Guid.NewGuid()}", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Failed_steps_are_listed_and_tried_again_one_by_one_or_many_at_once()
    {
        await studio.Publish(id, Brittle());
        var instances = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            instances.Add(await Failing());
        }

        var open = (await studio.Get($"{Base}/incidents?definition={id}")).GetProperty("items").EnumerateArray().ToList();
        var dry = await studio.Post($"{Base}/incidents:retry", new { definition = id, dryRun = true });
        var before = await Attempts();
        await Help(instances[0]);
        await studio.Send(HttpMethod.Post, $"{Base}/incidents/{IncidentOf(open, instances[0])}:retry", null, HttpStatusCode.NoContent);
        await studio.Ended(instances[0]);
        await Help(instances[1]);
        var many = await studio.Post($"{Base}/incidents:retry", new { definition = id });
        await studio.Ended(instances[1]);
        await Eventually.Holds(async () => await Attempts() == 4, TimeSpan.FromSeconds(20), "the third has failed a second time");

        open.Should().HaveCount(3).And.OnlyContain(i => i.GetProperty("status").GetString() == "retrying" && i.GetProperty("activityId").GetString() == "js");
        dry.GetProperty("count").GetInt32().Should().Be(3);
        before.Should().Be(3, "a dry run does nothing");
        many.GetProperty("count").GetInt32().Should().Be(2);
        await studio.Send(HttpMethod.Post, $"{Base}/incidents/{IncidentOf(open, instances[0])}:retry", null, HttpStatusCode.NotFound);
        (await studio.Broken()).Should().BeEmpty();
        Task<long> Attempts() => studio.Ask<long>("select count(*) from workflows.incidents c join workflows.instances i on i.id = c.instance_id where i.definition_id = $1", id);
    }

    [Fact]
    public async Task The_designers_way_to_retry_is_the_same_way()
    {
        await studio.Publish(id, Brittle());
        var instance = await Failing();
        await Help(instance);

        (await studio.Post("/alterations/workflows/retry", new { workflowInstanceIds = new[] { instance }, activityIds = new[] { "none" } })).GetProperty("retriedCount").GetInt32().Should().Be(0);
        (await studio.Post("/alterations/workflows/retry", new { workflowInstanceIds = new[] { instance } })).GetProperty("retriedCount").GetInt32().Should().Be(1);
        await studio.Ended(instance);

        await studio.Send(HttpMethod.Post, "/alterations/workflows/retry", new { }, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_failed_step_is_taken_for_done_with_a_value()
    {
        await studio.Publish(id, new Drawing().Variable("Sum", "Int32").Output("Sum")
            .Add("js", "Elsa.RunJavaScript", ("script", "nothing.there"), ("possibleOutcomes", """["Fine","Bad"]"""), ("result", new JsonObject { ["typeName"] = "Object", ["memoryReference"] = new JsonObject { ["id"] = "v-Sum" } }))
            .Add("o", "Elsa.SetOutput", ("outputName", "Sum"), ("outputValue", "js:getSum() * 2")).Line("w", "bad")
            .Connect("js:Fine → o").Connect("js:Bad → w"));
        var instance = (await studio.Execute(id)).GetProperty("id").GetString()!;
        var incident = IncidentOf((await studio.Get($"{Base}/incidents?definition={id}")).GetProperty("items").EnumerateArray().ToList(), instance);

        await studio.Send(HttpMethod.Post, $"{Base}/incidents/{incident}:skip", new { outcome = "Nonsense" }, HttpStatusCode.UnprocessableEntity);
        await studio.Send(HttpMethod.Post, $"{Base}/incidents/{incident}:skip", new { outcome = "Fine", outputs = new { none = 1 } }, HttpStatusCode.UnprocessableEntity);
        await studio.Send(HttpMethod.Post, $"{Base}/incidents/{incident}:skip", new { outcome = "Fine", outputs = new { result = 21 } }, HttpStatusCode.NoContent);
        await studio.Ended(instance);

        var shown = await studio.Get($"/workflow-instances/{instance}");
        shown.GetProperty("workflowState").GetProperty("output").GetProperty("Sum").GetInt32().Should().Be(42);
        (await studio.Ask<string>("select message from workflows.journal where instance_id = $1 and event = 'Skipped'", Guid.Parse(instance))).Should().Be("client:cli");
        await studio.Send(HttpMethod.Post, $"{Base}/incidents/{incident}:skip", new { outcome = "Fine" }, HttpStatusCode.NotFound);
        (await studio.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Cancelling_many_first_says_what_it_would_end()
    {
        await studio.Publish(id + "-child", StudioFixture.Approval());
        await studio.Publish(id, new Drawing()
            .Add("task", "RetailOps.Task", ("kind", "look"), ("title", "Look at it"))
            .Add("c", "Elsa.DispatchWorkflow", ("workflowDefinitionId", id + "-child"), ("waitForCompletion", true)).Line("w", "text").Connect("w → task").Connect("w → c"));
        var instance = (await studio.Execute(id, new { correlationId = id })).GetProperty("id").GetString()!;
        await studio.Quiet();

        var preview = await studio.Post($"{Base}/instances:cancel", new { ids = new[] { instance, Guid.NewGuid().ToString() }, dryRun = true });
        var lives = await studio.Ask<bool>("select finished is null from workflows.instances where id = $1", Guid.Parse(instance));
        await studio.Post($"{Base}/instances:cancel", new { ids = new[] { instance } });
        await studio.Ended(instance);
        await studio.Quiet();

        preview.GetProperty("count").GetInt32().Should().Be(1);
        var named = preview.GetProperty("instances")[0];
        named.GetProperty("tasks")[0].GetString().Should().Be("Look at it");
        named.GetProperty("children").GetArrayLength().Should().Be(1);
        named.GetProperty("correlationId").GetString().Should().Be(id);
        lives.Should().BeTrue();
        (await studio.Ask<long>("select count(*) from workflows.instances where definition_id like $1 and finished is null", id + "%")).Should().Be(0);
        await studio.Send(HttpMethod.Post, $"{Base}/instances:cancel", new { ids = Array.Empty<string>() }, HttpStatusCode.BadRequest);
        (await studio.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task One_is_cancelled_with_its_steps_undone_or_says_before_what_that_would_be()
    {
        await studio.Publish(id, new Drawing().Compensates().Add("hold", "RetailOps.HoldOrder").Add("ear", "Elsa.Event", ("eventName", "never.heard")).Line("log", "text").Connect("log → ear"));
        var instance = (await studio.Execute(id, new { correlationId = id })).GetProperty("id").GetString()!;

        var preview = await studio.Post($"{Base}/instances/{instance}:cancel", new { dryRun = true, compensate = true });
        var lives = await studio.Ask<bool>("select finished is null from workflows.instances where id = $1", Guid.Parse(instance));
        await studio.Send(HttpMethod.Post, $"{Base}/instances/{instance}:cancel", new { compensate = true }, HttpStatusCode.NoContent);
        await studio.Ended(instance);

        preview.GetProperty("id").GetString().Should().Be(instance);
        preview.GetProperty("undoes").GetArrayLength().Should().Be(0, "it has done nothing yet that could be undone");
        lives.Should().BeTrue();
        await studio.Send(HttpMethod.Post, $"{Base}/instances/{instance}:cancel", new { dryRun = true }, HttpStatusCode.NotFound);
        await studio.Send(HttpMethod.Post, $"{Base}/instances/{instance}:cancel", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_nothing_can_wake_is_listed_and_the_hourly_watch_says_so()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id)).GetProperty("id").GetString()!;
        await studio.Ask<object>("with b as (delete from workflows.bookmarks where instance_id = $1) select 1", Guid.Parse(instance));

        var stuck = (await studio.Get($"{Base}/stuck?limit=500")).GetProperty("items").EnumerateArray().Where(s => s.GetProperty("id").GetString() == instance).ToList();
        var said = new Heard();
        await new StuckWatch(studio.Services.GetRequiredService<Database>(), said).RunAsync(default);
        await studio.Ask<object>("update workflows.instances set finished = now(), status = 1 where id = $1", Guid.Parse(instance));

        stuck.Should().ContainSingle().Which.GetProperty("definition").GetString().Should().Be(id);
        said.Lines.Should().ContainSingle().Which.Should().Contain(instance);
    }

    [Fact]
    public async Task The_backlog_says_what_waits_in_each_lane()
    {
        var backlog = await studio.Get($"{Base}/backlog");

        backlog.GetProperty("lanes").EnumerateArray().Select(l => l.GetProperty("lane").GetString()).Should().Equal("people", "timers", "bulk");
        backlog.GetProperty("timersDue").GetInt64().Should().BeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public async Task A_link_is_made_for_a_wait_and_opens_it_without_an_account()
    {
        await studio.Publish(id, StudioFixture.Approval());
        var instance = (await studio.Execute(id)).GetProperty("id").GetString()!;
        var wait = (await studio.Get($"{Base}/instances/{instance}")).GetProperty("waits")[0].GetProperty("id").GetString();

        var link = await studio.Post($"{Base}/instances/{instance}/waits/{wait}:link", new { hours = 1 });
        using var response = await studio.Http.GetAsync(link.GetProperty("path").GetString());
        await studio.Ended(instance);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        await studio.Send(HttpMethod.Post, $"{Base}/instances/{instance}/waits/{wait}:link", new { hours = 1 }, HttpStatusCode.NotFound);
    }

    /// <summary>Fails until a variable says that it is helped.</summary>
    private static Drawing Brittle() => new Drawing().Variable("Helped", "Boolean", false).Add("js", "Elsa.RunJavaScript", ("script", "if (!getHelped()) { nothing.there; }"));

    /// <summary>Starts one that fails, and that the clock leaves alone.</summary>
    private async Task<string> Failing()
    {
        var instance = (await studio.Execute(id)).GetProperty("id").GetString()!;
        await studio.Ask<object>("update workflows.timers set due = due + interval '1 hour' where instance_id = $1", Guid.Parse(instance));
        return instance;
    }

    private async Task Help(string instance) =>
        await studio.Post($"/workflow-instances/{instance}/variables", new { variables = new[] { new { id = "v-Helped", value = true } } });

    private static string IncidentOf(List<JsonElement> incidents, string instance) =>
        incidents.Single(i => i.GetProperty("instanceId").GetString() == instance).GetProperty("id").GetString()!;

    private sealed class Heard : Microsoft.Extensions.Logging.ILogger<StuckWatch>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => NullLogger.Instance.BeginScope(state);

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(Microsoft.Extensions.Logging.LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
