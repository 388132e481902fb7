using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

/// <summary>Nobody gets by drawing what he may not do himself: the steps of a workflow act with rights that no single person has.</summary>
public sealed class PowersTests(StudioHost studio) : IClassFixture<StudioHost>
{
    private readonly Caller.Person ann = Somebody(Roles.Analyst);
    private readonly Caller.Person eve = Somebody(Roles.Publisher);
    private readonly Caller.Client application = new("tool", Permissions.Operational);

    public static TheoryData<string> Ways => ["save", "publish", "bulk", "import", "import into", "file", "revert", "references", "propose", "application"];

    [Theory, MemberData(nameof(Ways))]
    public async Task What_pays_goes_live_by_no_single_person_whatever_the_way(string way)
    {
        var id = "pays-" + way.Replace(' ', '-');
        var notice = way switch
        {
            "save" => (await studio.As(ann, new SaveDefinition(Model(id, Pays()), Publish: true))).Value.Notice,
            "import" => (await studio.As(ann, new SaveDefinition(Model(id, Pays()), Publish: true, IsImport: true))).Value.Notice,
            "import into" => (await studio.As(ann, new SaveDefinition(Model("another", Pays()), Publish: true, IsImport: true, DefinitionId: id))).Value.Notice,
            "application" => (await studio.As(application, new SaveDefinition(Model(id, Pays()), Publish: true))).Value.Notice,
            "bulk" => await Bulk(id),
            "file" => await File(id),
            "revert" => await Reverted(id),
            "references" => await Referring(id),
            "propose" => await Proposed(id),
            _ => await Drawn(id),
        };

        notice.Should().Contain(way is "propose" or "file" ? "another person" : "uses RetailOps.ExecuteRefund: nobody does that alone");
        (await IsLive(id)).Should().BeFalse();
        if (way is not ("application" or "bulk"))
        {
            var approved = await studio.As(eve, new DecideWorkflow(id, await Latest(id), true));
            approved.Refusal?.Message.Should().BeNull("two people may let it go live");
            (await IsLive(id)).Should().BeTrue();
        }

        async Task<string?> Drawn(string drawn)
        {
            await studio.As(ann, new SaveDefinition(Model(drawn, Pays()), Publish: false));
            return (await studio.As(ann, new PublishDefinition(drawn))).Value.Notice;
        }

        async Task<string?> Proposed(string drawn)
        {
            await studio.As(ann, new SaveDefinition(Model(drawn, Pays()), Publish: false));
            (await studio.As(ann, new ProposeWorkflow(drawn, 1, "publish", "It pays"))).IsSuccess.Should().BeTrue();
            return (await studio.As(ann, new PublishDefinition(drawn))).Value.Notice;
        }
    }

    /// <summary>Ways round the step itself: others are asked to do it.</summary>
    public static TheoryData<string, string> Detours => new()
    {
        { "Elsa.DispatchWorkflow", "starts refund-approval" },
        { "Elsa.ExecuteWorkflow", "starts refund-approval" },
        { "Elsa.BulkDispatchWorkflows", "starts refund-approval" },
        { "Elsa.PublishEvent", "says returns.refund-granted.v1" },
        { "RetailOps.OpenException", "uses RetailOps.OpenException" },
        { "RetailOps.HoldOrder", "uses RetailOps.HoldOrder" },
    };

    [Theory, MemberData(nameof(Detours))]
    public async Task A_detour_is_seen(string type, string why)
    {
        var id = "detour-" + type;
        var drawing = new Drawing().Add("if", "Elsa.If", ("condition", "js:true"), ("then", Step(type)));

        var saved = (await studio.As(ann, new SaveDefinition(Model(id, drawing), Publish: true))).Value;

        saved.Notice.Should().Contain(why).And.Contain("another person");
        (await IsLive(id)).Should().BeFalse();
    }

    [Fact]
    public async Task Who_may_do_it_himself_draws_it_freely_and_another_does_not_use_it_to_do_what_he_may_not()
    {
        var both = Somebody(Roles.Analyst, Roles.Operator);
        var drawing = new Drawing().Add("hold", "RetailOps.HoldOrder").Add("r", "RetailOps.ReleaseHold").Connect("hold → r");

        (await studio.As(both, new SaveDefinition(Model("may-hold", drawing), Publish: true))).Value.Version.IsPublished.Should().BeTrue();

        (await studio.As(both, Start("may-hold"))).Value.IsDry.Should().BeFalse();
        (await studio.As(ann, Start("may-hold"))).Value.IsDry.Should().BeTrue();
    }

    [Fact]
    public async Task A_draft_that_does_more_than_who_runs_it_may_comes_to_nothing()
    {
        await studio.As(ann, new SaveDefinition(Model("dry-draft", new Drawing().Add("open", "RetailOps.OpenException", ("cause", "test.powers"), ("message", "Look at it."))), Publish: false));

        var started = (await studio.As(ann, Start("dry-draft", "dry-draft"))).Value;
        var dry = JsonNode.Parse((await studio.As(ann, new ReadInstance(started.Id))).Value.Dry!)!;

        started.IsDry.Should().BeTrue();
        dry["requests"]![0]!["request"]!.GetValue<string>().Should().Be("OpenException");
        dry["requests"]![0]!["refusal"].Should().BeNull("it shows what two people would let happen");
        (await studio.Look<long>("select count(*) from platform.exceptions where key = 'dry-draft'")).Should().Be(0);
        (await studio.As(ann, new SaveDefinition(Model("harmless", new Drawing().Line("w", "text")), Publish: true))).Value.Version.IsPublished.Should().BeTrue();
        (await studio.As(ann, Start("harmless"))).Value.IsDry.Should().BeFalse();
    }

    /// <summary>What only the run knows.</summary>
    public static TheoryData<string, string> Computed => new()
    {
        { "Elsa.DispatchWorkflow", "js:'refund-' + 'approval'" },
        { "Elsa.ExecuteWorkflow", "js:'refund-' + 'approval'" },
        { "Elsa.PublishEvent", "js:'returns.refund-' + 'granted.v1'" },
    };

    [Theory, MemberData(nameof(Computed))]
    public async Task What_a_script_hides_is_refused_when_it_is_run(string type, string hidden)
    {
        var id = "hides-" + type;
        var member = type == "Elsa.PublishEvent" ? "eventName" : "workflowDefinitionId";
        (await studio.As(ann, new SaveDefinition(Model(id, new Drawing().Add("step", type, (member, hidden))), Publish: true))).Value.Version.IsPublished.Should().BeTrue();

        var started = (await studio.As(ann, Start(id))).Value;

        started.IsDry.Should().BeFalse();
        await Eventually.Holds(
            async () => await studio.Look<long>($"select count(*) from workflows.incidents where instance_id = '{started.Id}' and activity_id = 'step'") == 1, TimeSpan.FromSeconds(30), "the step is an incident");
        (await studio.Look<long>($"select count(*) from workflows.instances where parent_id = '{started.Id}'")).Should().Be(0);
    }

    [Fact]
    public async Task What_went_live_by_one_person_all_the_same_moves_nothing()
    {
        var drawing = new Drawing().Add("knock", "Elsa.Event", ("eventName", "powers.knock"), ("canStartWorkflow", true)).Add("open", "RetailOps.OpenException", ("cause", "test.powers"), ("message", "Look.")).Connect("knock → open");
        var json = Json("smuggled", drawing);
        json["id"] = "smuggled-1";
        await studio.Of<DefinitionStore>().ImportFile("smuggled.json", json.ToJsonString(), default);
        await studio.Look<int>("with free as (delete from workflows.governed where definition_id = 'smuggled') update workflows.definitions set origin = 'studio' where definition_id = 'smuggled' returning 1");

        (await studio.As(ann, new TriggerEvent("powers.knock", "smuggled", null, null))).Value.Should().Be(1);

        await Eventually.Holds(async () => await studio.Look<long>("select count(*) from workflows.incidents where key = 'smuggled' and activity_id = 'open'") == 1, TimeSpan.FromSeconds(30), "the step is refused");
        (await studio.Look<string>("select message from workflows.incidents where key = 'smuggled'")).Should().StartWith("security.forbidden");
        (await studio.Look<long>("select count(*) from platform.exceptions where key = 'smuggled'")).Should().Be(0);
    }

    [Fact]
    public async Task What_became_governed_runs_for_real_once_it_is_approved_though_it_was_tried_before()
    {
        var drawing = new Drawing().Add("knock", "Elsa.Event", ("eventName", "powers.ring"), ("canStartWorkflow", true)).Add("open", "RetailOps.OpenException", ("cause", "test.powers"), ("message", "Look.")).Connect("knock → open");
        await studio.As(ann, new SaveDefinition(Model("tried", drawing), Publish: false));
        (await studio.As(ann, Start("tried", "tried", "knock"))).Value.IsDry.Should().BeTrue();
        await studio.As(ann, new PublishDefinition("tried"));
        (await studio.As(eve, new DecideWorkflow("tried", await Latest("tried"), true))).IsSuccess.Should().BeTrue();

        await studio.As(ann, new TriggerEvent("powers.ring", "tried", null, null));

        await Eventually.Holds(async () => await studio.Look<long>("select count(*) from platform.exceptions where key = 'tried'") == 1, TimeSpan.FromSeconds(30), "two people let it happen");
    }

    private static Caller.Person Somebody(params string[] roles) => new(Guid.CreateVersion7(), Permissions.Of(roles)) { Roles = roles.ToHashSet() };

    private static StartInstance Start(string id, string? correlation = null, string? trigger = null) => new(Guid.CreateVersion7(), id, "Latest", correlation, trigger, null);

    /// <summary>Pays a refund that somebody has looked at: nothing is wrong with it, but that one person drew it.</summary>
    private static Drawing Pays() => new Drawing().Add("start", "Elsa.Start").Add("ask", "RetailOps.Task", ("kind", "review"), ("title", "Look"), ("outcomes", "js:['Yes']")).Add("pay", "RetailOps.ExecuteRefund").Add("end", "Elsa.End")
        .Connect("start → ask").Connect("ask:Yes → pay").Connect("pay:Executed → end").Connect("pay:Refused → end");

    private static JsonObject Step(string type)
    {
        var step = new JsonObject { ["id"] = "step", ["type"] = type, ["version"] = 1 };
        var (member, value) = type switch
        {
            "Elsa.PublishEvent" => ("eventName", "returns.refund-granted.v1"),
            "RetailOps.OpenException" => ("cause", "test.powers"),
            "RetailOps.HoldOrder" => ("reason", "because"),
            _ => ("workflowDefinitionId", "refund-approval"),
        };
        step[member] = new JsonObject { ["typeName"] = "String", ["expression"] = new JsonObject { ["type"] = "Literal", ["value"] = value } };
        return step;
    }

    private static JsonObject Json(string id, Drawing drawing)
    {
        var json = drawing.Named(id).Json();
        json.Remove("version");
        (json["definitionId"], json["id"]) = (id, null);
        return json;
    }

    private static JsonElement Model(string id, Drawing drawing) => JsonSerializer.SerializeToElement(Json(id, drawing));

    private Task<int> Latest(string id) => studio.Look<int>($"select version from workflows.definitions where definition_id = '{id}' and is_latest");

    private Task<bool> IsLive(string id) => studio.Look<bool>($"select is_published from workflows.definitions where definition_id = '{id}' and is_latest");

    private async Task<string?> Bulk(string id)
    {
        await studio.As(ann, new SaveDefinition(Model(id, Pays()), Publish: false));
        var (_, body) = await studio.Post("/bulk-actions/publish/workflow-definitions/by-definition-ids", new JsonObject { ["definitionIds"] = new JsonArray(id) });
        body!["skipped"]![0]!.GetValue<string>().Should().Be(id);
        return body["warnings"]![id]![0]!.GetValue<string>();
    }

    /// <summary>Uploaded as the designer does it.</summary>
    private async Task<string?> File(string id)
    {
        var json = Json(id, Pays());
        json["isPublished"] = true;
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json.ToJsonString()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var form = new MultipartFormDataContent { { content, "files", "pays.json" } };
        using var answer = await studio.Http.PostAsync("/elsa/api/workflow-definitions/import-files", form);
        ((int)answer.StatusCode).Should().Be(200);
        return (await studio.As(ann, new PublishDefinition(id))).Value.Notice;
    }

    /// <summary>An old version that pays was never live; going back to it makes a draft of it.</summary>
    private async Task<string?> Reverted(string id)
    {
        await studio.As(ann, new SaveDefinition(Model(id, Pays()), Publish: false));
        await studio.As(ann, new SaveDefinition(Model(id, new Drawing().Line("w", "harmless")), Publish: true, IsImport: true));
        await studio.As(ann, new RevertDefinition(id, 1));
        var published = (await studio.As(ann, new PublishDefinition(id))).Value;
        (await studio.As(ann, new RetractDefinition(id))).Value.Notice.Should().Contain("retract", "from the proposal on it takes two people for everything");
        return published.Notice;
    }

    /// <summary>A live workflow uses one as an activity that learns to pay.</summary>
    private async Task<string?> Referring(string id)
    {
        JsonElement Inner(Drawing drawing)
        {
            var json = Json(id + "-inner", drawing);
            json["options"]!["usableAsActivity"] = true;
            return JsonSerializer.SerializeToElement(json);
        }

        await studio.As(ann, new SaveDefinition(Inner(new Drawing().Line("w", "harmless")), Publish: true));
        var uses = new Drawing().Add("inner", CompositeReference.TypeOf(id + "-inner"), ("workflowDefinitionId", JsonValue.Create(id + "-inner")), ("workflowDefinitionVersionId", JsonValue.Create("none")));
        (await studio.As(ann, new SaveDefinition(Model(id, uses), Publish: true))).Value.Version.IsPublished.Should().BeTrue();
        (await studio.As(ann, new SaveDefinition(Inner(Pays()), Publish: true, IsImport: true))).Value.Notice.Should().Contain("two people");
        (await studio.As(eve, new DecideWorkflow(id + "-inner", await Latest(id + "-inner"), true))).IsSuccess.Should().BeTrue();

        var renewed = (await studio.As(ann, new UpdateReferences(id, id + "-inner"))).Value;

        renewed.Version.IsPublished.Should().BeFalse();
        return renewed.Notice;
    }
}
