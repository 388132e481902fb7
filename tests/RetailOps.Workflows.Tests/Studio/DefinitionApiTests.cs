using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

/// <summary>Definitions as the designer reads and saves them, over HTTP.</summary>
public sealed class DefinitionApiTests(StudioHost studio) : IClassFixture<StudioHost>
{
    [Fact, Trait("needs", "shared")]
    public async Task Answers_have_the_shapes_of_the_originals()
    {
        var model = StudioHost.Model("shapes", "Shapes");
        model["description"] = "Looks alike";
        model["inputs"] = Recorded.Answer("GET_workflow-definitions.by-id.id.json")["inputs"]!.DeepClone();
        model["outputs"] = Recorded.Answer("GET_workflow-definitions.by-id.id.json")["outputs"]!.DeepClone();
        model["variables"] = Recorded.Answer("GET_workflow-definitions.by-id.id.json")["variables"]!.DeepClone();
        model["options"] = new JsonObject { ["usableAsActivity"] = false, ["autoUpdateConsumingWorkflows"] = false };
        model["root"] = Recorded.Answer("GET_workflow-definitions.by-id.id.json")["root"]!.DeepClone();
        model["customProperties"] = new JsonObject { ["VariableTestValues"] = new JsonObject() };
        var (_, created) = await studio.Post("/workflow-definitions", new JsonObject { ["model"] = model.DeepClone(), ["publish"] = null });
        var id = created!["workflowDefinition"]!["id"]!.GetValue<string>();

        Lacks(created, "POST_workflow-definitions.json").Should().BeEmpty();
        Lacks((await studio.Get("/workflow-definitions/by-definition-id/shapes?versionOptions=Latest")).Body, "GET_workflow-definitions.by-definition-id.definitionId.json").Should().BeEmpty();
        Lacks((await studio.Get($"/workflow-definitions/by-id/{id}")).Body, "GET_workflow-definitions.by-id.id.json").Should().BeEmpty();
        Lacks((await studio.Get($"/workflow-definitions/many-by-id?Ids={id}")).Body, "GET_workflow-definitions.many-by-id.json").Should().BeEmpty();
        Lacks((await studio.Get("/workflow-definitions?versionOptions=AllVersions&Page=0&PageSize=10&DefinitionIds=shapes&OrderBy=Version&OrderDirection=Descending")).Body, "GET_workflow-definitions.json").Should().BeEmpty();
        Lacks((await studio.Get("/workflow-definitions/shapes/versions")).Body, "GET_workflow-definitions.versions.json").Should().BeEmpty();
        Lacks((await studio.Get("/workflow-definitions/shapes/consumers")).Body, "GET_workflow-definitions.consumers.json").Should().BeEmpty();
        Lacks((await studio.Get("/workflow-definitions/query/count")).Body, "GET_workflow-definitions.query.count.json").Should().BeEmpty();
        Lacks((await studio.Get("/workflow-definitions/validation/is-name-unique?name=Other")).Body, "GET_workflow-definitions.validation.is-name-unique.json").Should().BeEmpty();
        Lacks((await studio.Get($"/workflow-definitions/subgraph/segments/{id}?childNodeId=Workflow1:Flowchart1")).Body, "GET_workflow-definitions.subgraph.segments.json").Should().BeEmpty();
        Lacks((await studio.Get("/workflow-definitions/shapes/export?versionOptions=Latest&includeConsumingWorkflows=false")).Body, "GET_workflow-definitions.export.json").Should().BeEmpty();
        Lacks((await studio.Post("/workflow-definitions/shapes/publish")).Body, "POST_workflow-definitions.publish.json").Should().BeEmpty();
        Lacks((await studio.Post("/workflow-definitions/shapes/revert/1")).Body, "POST_workflow-definitions.revert.json").Should().BeEmpty();
        Lacks((await studio.Post("/workflow-definitions/shapes/retract")).Body, "POST_workflow-definitions.retract.json").Should().BeEmpty();
        Lacks((await studio.Post("/bulk-actions/publish/workflow-definitions/by-definition-ids", Ids("shapes"))).Body, "POST_bulk.publish.json").Should().BeEmpty();
        Lacks((await studio.Post("/bulk-actions/retract/workflow-definitions/by-definition-ids", Ids("shapes"))).Body, "POST_bulk.retract.json").Should().BeEmpty();
        Lacks((await studio.Post("/bulk-actions/delete/workflow-definitions/by-definition-id", Ids("shapes"))).Body, "POST_bulk.delete.by-definition-id.json").Should().BeEmpty();
    }

    [Fact]
    public async Task The_designers_dialog_creates_a_draft_with_ids_of_our_own()
    {
        var made = await studio.Save(StudioHost.Model(null, "From the dialog"));

        made["id"]!.GetValue<string>().Should().MatchRegex("^[0-9a-f]{16}$");
        made["definitionId"]!.GetValue<string>().Should().MatchRegex("^[0-9a-f]{16}$");
        (made["version"]!.GetValue<int>(), made["isLatest"]!.GetValue<bool>(), made["isPublished"]!.GetValue<bool>()).Should().Be((1, true, false));
        StudioHost.LineOf(made)["nodeId"]!.GetValue<string>().Should().Be("Workflow1:Flowchart1:line");
    }

    [Theory]
    [InlineData("Elsa.Flowchart", "activities,connections,variables")]
    [InlineData("Elsa.Sequence", "activities,variables")]
    [InlineData(null, "activities,variables")]
    public async Task A_drawing_that_was_just_begun_has_what_the_designer_expects_of_it(string? root, string lists)
    {
        var model = StudioHost.Model(null, "Begun " + root);
        model["root"] = root is null ? null : new JsonObject { ["id"] = "r", ["type"] = root, ["version"] = 1, ["name"] = "R" };

        var made = await studio.Save(model);

        made["root"]!.AsObject().Where(m => m.Value is JsonArray { Count: 0 }).Select(m => m.Key).Order().Should().Equal(lists.Split(','));
    }

    [Fact]
    public async Task A_draft_is_saved_in_place_and_a_published_version_never()
    {
        var draft = await studio.Save(StudioHost.Model("in-place", "In place"));
        StudioHost.LineOf(draft)["text"]!["expression"]!["value"] = "Again";
        var again = await studio.Save(draft);
        var published = await studio.Save(again, publish: true);
        StudioHost.LineOf(published)["text"]!["expression"]!["value"] = "More";
        var next = await studio.Save(published);
        var (_, live) = await studio.Get("/workflow-definitions/by-definition-id/in-place?versionOptions=Published");

        Version(again).Should().Be(Version(draft));
        published["isPublished"]!.GetValue<bool>().Should().BeTrue();
        next["version"]!.GetValue<int>().Should().Be(2);
        next["id"]!.GetValue<string>().Should().NotBe(draft["id"]!.GetValue<string>());
        (next["isLatest"]!.GetValue<bool>(), next["isPublished"]!.GetValue<bool>()).Should().Be((true, false));
        StudioHost.LineOf(live!)["text"]!["expression"]!["value"]!.GetValue<string>().Should().Be("Again");
        (live!["isLatest"]!.GetValue<bool>(), live["isPublished"]!.GetValue<bool>()).Should().Be((false, true));
    }

    [Fact]
    public async Task Saving_what_is_there_changes_nothing()
    {
        var published = await studio.Save(StudioHost.Model("same", "Same"), publish: true);

        var (_, body) = await studio.Post("/workflow-definitions", new JsonObject { ["model"] = published.DeepClone(), ["publish"] = true });

        body!["alreadyPublished"]!.GetValue<bool>().Should().BeTrue();
        Version(body["workflowDefinition"]!).Should().Be(Version(published));
    }

    [Fact]
    public async Task Of_two_who_opened_the_same_draft_the_second_is_told()
    {
        var opened = await studio.Save(StudioHost.Model("two-analysts", "Two analysts"));
        var (mine, theirs) = (opened.DeepClone(), opened.DeepClone());
        StudioHost.LineOf(mine)["text"]!["expression"]!["value"] = "Mine";
        StudioHost.LineOf(theirs)["text"]!["expression"]!["value"] = "Theirs";
        await studio.Save(mine);

        var (status, body) = await studio.Post("/workflow-definitions", new JsonObject { ["model"] = theirs, ["publish"] = false });

        status.Should().Be(HttpStatusCode.Conflict);
        body!["errors"]!["generalErrors"]![0]!.GetValue<string>().Should().Contain("Somebody else has saved");
        StudioHost.LineOf((await studio.Get("/workflow-definitions/two-analysts")).Body!)["text"]!["expression"]!["value"]!.GetValue<string>().Should().Be("Mine");
    }

    [Fact]
    public async Task Of_many_who_save_at_once_one_does()
    {
        var opened = await studio.Save(StudioHost.Model("at-once", "At once"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
        {
            var mine = opened.DeepClone();
            StudioHost.LineOf(mine)["text"]!["expression"]!["value"] = $"Number {i}";
            return studio.Post("/workflow-definitions", new JsonObject { ["model"] = mine, ["publish"] = false });
        }));

        answers.Count(a => a.Status == HttpStatusCode.OK).Should().Be(1);
        answers.Count(a => a.Status == HttpStatusCode.Conflict).Should().Be(7);
    }

    [Fact]
    public async Task A_save_upon_an_older_version_or_upon_none_is_a_conflict()
    {
        var first = await studio.Save(StudioHost.Model("older", "Older"), publish: true);
        var second = first.DeepClone();
        StudioHost.LineOf(second)["text"]!["expression"]!["value"] = "Second";
        await studio.Save(second);
        StudioHost.LineOf(first)["text"]!["expression"]!["value"] = "Late";

        var late = await studio.Post("/workflow-definitions", new JsonObject { ["model"] = first.DeepClone(), ["publish"] = false });
        var blind = await studio.Post("/workflow-definitions", new JsonObject { ["model"] = StudioHost.Model("older", "Blind"), ["publish"] = true });

        (late.Status, blind.Status).Should().Be((HttpStatusCode.Conflict, HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_version_that_has_been_run_stays_as_it_is()
    {
        var draft = await studio.Save(StudioHost.Model("ran", "Ran"));
        await studio.Of<DefinitionStore>().Compiled(draft["id"]!.GetValue<string>(), default);
        StudioHost.LineOf(draft)["text"]!["expression"]!["value"] = "Changed";

        var next = await studio.Save(draft);

        next["version"]!.GetValue<int>().Should().Be(2);
        (await studio.Of<DefinitionStore>().Compiled(draft["id"]!.GetValue<string>(), default)).Workflow.Definition.Document.GetRawText().Should().Contain("Hello");
    }

    [Fact]
    public async Task What_nobody_knows_is_kept_members_and_activities()
    {
        var model = StudioHost.Model("unknown", "Unknown");
        model["somethingNew"] = new JsonObject { ["a"] = 1 };
        model["customProperties"] = new JsonObject { ["VariableTestValues"] = new JsonObject { ["x"] = "y" } };
        StudioHost.LineOf(model)["novelty"] = "kept";
        model["root"]!["activities"]!.AsArray().Add(new JsonObject { ["type"] = "Acme.Teleport", ["id"] = "jump", ["version"] = 3, ["where"] = "Mars", ["metadata"] = new JsonObject { ["designer"] = new JsonObject { ["position"] = new JsonObject { ["x"] = 1, ["y"] = 2 } } } });

        var shown = await studio.Save(model);
        shown["root"]!["activities"]![1]!["metadata"]!["designer"]!["position"]!["x"] = 99;
        var moved = await studio.Save(shown);
        var stored = JsonNode.Parse(await studio.Look<string>("select document::text from workflows.definitions where definition_id = 'unknown'"))!;

        var standIn = shown["root"]!["activities"]![1]!;
        standIn["type"]!.GetValue<string>().Should().Be("Elsa.NotFoundActivity");
        standIn["missingTypeName"]!.GetValue<string>().Should().Be("Acme.Teleport");
        (shown["somethingNew"]!["a"]!.GetValue<int>(), StudioHost.LineOf(shown)["novelty"]!.GetValue<string>()).Should().Be((1, "kept"));
        moved["customProperties"]!["VariableTestValues"]!["x"]!.GetValue<string>().Should().Be("y");
        var jump = stored["root"]!["activities"]![1]!;
        (jump["type"]!.GetValue<string>(), jump["version"]!.GetValue<int>(), jump["where"]!.GetValue<string>()).Should().Be(("Acme.Teleport", 3, "Mars"));
        jump["metadata"]!["designer"]!["position"]!["x"]!.GetValue<int>().Should().Be(99);
    }

    [Fact]
    public async Task What_cannot_run_can_be_saved_and_not_published()
    {
        var model = StudioHost.Model("broken", "Broken");
        model["root"]!["activities"]!.AsArray().Add(new JsonObject { ["type"] = "Acme.Teleport", ["id"] = "jump" });

        var (saved, draft) = await studio.Post("/workflow-definitions", new JsonObject { ["model"] = model, ["publish"] = false });
        var (refused, body) = await studio.Post("/workflow-definitions/broken/publish");

        saved.Should().Be(HttpStatusCode.OK);
        draft!["validationErrors"]!.AsArray().Select(e => e!["activityId"]?.GetValue<string>()).Should().Contain("jump");
        refused.Should().Be(HttpStatusCode.BadRequest);
        body!["errors"]!["generalErrors"]!.AsArray().Should().Contain(e => e!.GetValue<string>().Contains("Acme.Teleport"));
        (await studio.Get("/workflow-definitions/by-definition-id/broken?versionOptions=Published")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_published_workflow_starts_by_its_trigger_and_a_retracted_one_does_not()
    {
        var model = StudioHost.Model("starts", "Starts");
        model["root"]!["activities"]!.AsArray().Insert(0, new JsonObject { ["type"] = "Elsa.Event", ["id"] = "began", ["version"] = 1, ["eventName"] = "orders.order-placed.v1", ["customProperties"] = new JsonObject { ["canStartWorkflow"] = true } });

        await studio.Save(model, publish: true);
        var live = await studio.Look<string>("select string_agg(name || ' ' || activity_id, ',') from workflows.triggers where definition_id = 'starts'");
        await studio.Post("/workflow-definitions/starts/retract");
        var after = await studio.Look<long>("select count(*) from workflows.triggers where definition_id = 'starts'");
        await studio.Post("/workflow-definitions/starts/publish");

        live.Should().Be("orders.order-placed.v1 began");
        after.Should().Be(0);
        (await studio.Look<long>("select count(*) from workflows.triggers where definition_id = 'starts'")).Should().Be(1);
    }

    [Fact]
    public async Task A_large_drawing_is_saved_and_one_that_is_too_large_is_refused()
    {
        var large = await studio.Save(StudioHost.Model("large", "Large", new string('x', 1_800_000)));
        var (tooLarge, _) = await studio.Post("/workflow-definitions", new JsonObject { ["model"] = StudioHost.Model("too-large", "Too large", new string('x', 2_120_000)), ["publish"] = false });
        var (farTooLarge, _) = await studio.Post("/workflow-definitions", new JsonObject { ["model"] = StudioHost.Model("far", "Far too large", new string('x', 3_000_000)), ["publish"] = false });

        large["version"]!.GetValue<int>().Should().Be(1);
        (tooLarge, farTooLarge).Should().Be((HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge));
    }

    [Fact]
    public async Task A_drawing_nested_as_deep_as_may_be_is_saved_shown_and_compared()
    {
        var inner = new JsonObject { ["id"] = "line", ["type"] = "Elsa.WriteLine", ["version"] = 1 };
        for (var i = 0; i < 90; i++)
        {
            inner = new JsonObject { ["id"] = $"s{i}", ["type"] = "Elsa.Sequence", ["version"] = 1, ["activities"] = new JsonArray(inner) };
        }

        var model = StudioHost.Model("deep", "Deep");
        model["root"] = inner;
        var saved = await studio.Save(model, publish: true);
        using var difference = await studio.Http.GetAsync("/api/v1/workflows/definitions/deep/versions/1/difference");

        saved["isPublished"]!.GetValue<bool>().Should().BeTrue();
        (await studio.Get("/workflow-definitions/deep")).Status.Should().Be(HttpStatusCode.OK);
        difference.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Lists_are_searched_ordered_and_paged_as_the_designer_asks()
    {
        foreach (var name in new[] { "Pear one", "Pear two", "Pear three" })
        {
            await studio.Save(StudioHost.Model("list-" + name.Replace(' ', '-'), name));
        }

        var (_, page) = await studio.Get("/workflow-definitions?VersionOptions=Latest&Page=0&PageSize=2&SearchTerm=pear&IsSystem=False&OrderBy=Name&OrderDirection=Descending");
        var (_, two) = await studio.Get("/workflow-definitions?versionOptions=Latest&DefinitionIds=list-Pear-one&DefinitionIds=list-Pear-two&orderby=name");
        var (bad, _) = await studio.Get("/workflow-definitions?versionOptions=Newest");

        page!["totalCount"]!.GetValue<int>().Should().Be(3);
        Names(page).Should().Equal("Pear two", "Pear three");
        Names(two!).Should().Equal("Pear one", "Pear two");
        bad.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_name_is_unique_but_for_the_workflow_that_has_it()
    {
        await studio.Save(StudioHost.Model("named", "Only one"));

        (await studio.Get("/workflow-definitions/validation/is-name-unique?name=only%20ONE")).Body!["isUnique"]!.GetValue<bool>().Should().BeFalse();
        (await studio.Get("/workflow-definitions/validation/is-name-unique?name=Only%20one&definitionId=named")).Body!["isUnique"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_its_numbers_are_not_given_again()
    {
        var draft = await studio.Save(StudioHost.Model("deleted", "Deleted"));
        StudioHost.LineOf(await studio.Save(draft, publish: true))["text"]!["expression"]!["value"] = "x";
        var (gone, _) = await studio.Post("/workflow-definitions/deleted", method: HttpMethod.Delete);

        gone.Should().Be(HttpStatusCode.NoContent);
        (await studio.Get("/workflow-definitions/deleted")).Status.Should().Be(HttpStatusCode.NotFound);
        (await studio.Get($"/workflow-definitions/by-id/{draft["id"]}")).Status.Should().Be(HttpStatusCode.NotFound);
        (await studio.Save(StudioHost.Model("deleted", "Anew")))["version"]!.GetValue<int>().Should().Be(2);
    }

    [Fact]
    public async Task A_draft_that_is_deleted_leaves_the_version_before_it_and_the_live_one_stays()
    {
        var live = await studio.Save(StudioHost.Model("one-less", "One less"), publish: true);
        var changed = live.DeepClone();
        StudioHost.LineOf(changed)["text"]!["expression"]!["value"] = "x";
        var draft = await studio.Save(changed);

        var (refused, _) = await studio.Post($"/workflow-definition-versions/{live["id"]}", method: HttpMethod.Delete);
        var (gone, _) = await studio.Post($"/workflow-definition-versions/{draft["id"]}", method: HttpMethod.Delete);

        (refused, gone).Should().Be((HttpStatusCode.Conflict, HttpStatusCode.NoContent));
        Version((await studio.Get("/workflow-definitions/one-less?versionOptions=Latest")).Body!).Should().Be(Version(live));
    }

    [Fact]
    public async Task A_reverted_version_is_a_new_draft_that_says_what_the_old_one_said()
    {
        var first = await studio.Save(StudioHost.Model("back", "Back", "First"), publish: true);
        var second = first.DeepClone();
        StudioHost.LineOf(second)["text"]!["expression"]!["value"] = "Second";
        await studio.Save(second, publish: true);

        var (status, _) = await studio.Post("/workflow-definitions/back/revert/1");
        var (_, latest) = await studio.Get("/workflow-definitions/back?versionOptions=Latest");

        status.Should().Be(HttpStatusCode.Created);
        (latest!["version"]!.GetValue<int>(), latest["isPublished"]!.GetValue<bool>()).Should().Be((3, false));
        StudioHost.LineOf(latest)["text"]!["expression"]!["value"]!.GetValue<string>().Should().Be("First");
    }

    [Fact]
    public async Task Who_draws_a_workflow_as_an_activity_is_found_and_brought_to_its_live_version()
    {
        var inner = StudioHost.Model("inner", "Inner");
        inner["options"] = new JsonObject { ["usableAsActivity"] = true };
        var first = await studio.Save(inner, publish: true);
        var outer = StudioHost.Model("outer", "Outer");
        outer["root"]!["activities"]!.AsArray().Add(new JsonObject { ["id"] = "in", ["type"] = "Inner", ["version"] = 1, ["workflowDefinitionId"] = "inner", ["workflowDefinitionVersionId"] = first["id"]!.DeepClone() });
        await studio.Save(outer);
        StudioHost.LineOf(first)["text"]!["expression"]!["value"] = "Second";
        var second = await studio.Save(first, publish: true);

        var (_, consumers) = await studio.Get("/workflow-definitions/inner/consumers");
        var (_, renewed) = await studio.Post("/workflow-definitions/inner/update-references", new JsonObject { ["consumingWorkflowIds"] = new JsonArray("outer") });
        var (_, latest) = await studio.Get("/workflow-definitions/outer?versionOptions=Latest");

        consumers!["consumingWorkflowDefinitionIds"]!.AsArray().Single()!.GetValue<string>().Should().Be("outer");
        renewed!["affectedWorkflows"]!.AsArray().Single()!.GetValue<string>().Should().Be("outer");
        latest!["root"]!["activities"]![1]!["workflowDefinitionVersionId"]!.GetValue<string>().Should().Be(second["id"]!.GetValue<string>());
        latest["version"]!.GetValue<int>().Should().Be(2);
    }

    [Theory]
    [InlineData("""{"model":5}""")]
    [InlineData("""{"model":{"definitionId":"a/b","root":null}}""")]
    [InlineData("""{"model":{"definitionId":"dup","name":"a","name":"b"}}""")]
    [InlineData("""{"model":{"definitionId":"shape","root":{"type":"Elsa.Flowchart","id":"f","activities":{"a":1},"connections":7,"metadata":[]}}}""")]
    [InlineData("[1]")]
    [InlineData("not json")]
    public async Task Nonsense_is_refused_or_kept_but_never_an_error_of_ours(string body)
    {
        using var answer = await studio.Http.PostAsync("/elsa/api/workflow-definitions", new StringContent(body, Encoding.UTF8, "application/json"));

        ((int)answer.StatusCode).Should().BeLessThan(500);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]!["generalErrors"]!.AsArray().Should().NotBeEmpty();
        }
    }

    private static JsonObject Ids(string id) => new() { ["definitionIds"] = new JsonArray(id) };

    private static (string, int) Version(JsonNode definition) => (definition["id"]!.GetValue<string>(), definition["version"]!.GetValue<int>());

    private static IEnumerable<string> Names(JsonNode page) => page["items"]!.AsArray().Select(i => i!["name"]!.GetValue<string>());

    private static IEnumerable<string> Lacks(JsonNode? ours, string file) => Recorded.Lacks(ours, Recorded.Answer(file));
}
