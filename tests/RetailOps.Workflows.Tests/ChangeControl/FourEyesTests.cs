using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

/// <summary>A governed workflow goes live by two people, whatever way one of them tries.</summary>
public sealed partial class FourEyesTests(StudioHost studio) : IClassFixture<StudioHost>
{
    private readonly Caller.Person ann = Somebody(Roles.Analyst, Roles.Publisher);
    private readonly Caller.Person bob = Somebody(Roles.Analyst, Roles.Publisher);
    private readonly Caller.Person eve = Somebody(Roles.Publisher);
    private readonly Caller.Client application = new("tool", Permissions.All.ToHashSet());

    [Fact]
    public async Task What_came_from_a_file_is_governed_and_what_somebody_draws_is_free()
    {
        var files = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "workflows"), "*.json").Select(Path.GetFileNameWithoutExtension);

        (await studio.Look<string[]>("select array_agg(definition_id) from workflows.governed")).Should().Contain(files).And.NotContain("free-one");
        (await Publish(ann, await Draft(ann, "free-one"))).IsPublished.Should().BeTrue();
    }

    [Fact]
    public async Task To_publish_is_to_propose_and_another_person_lets_it_go_live()
    {
        var (live, draft) = await Governed("by-two");
        var asked = (await studio.As(ann, new PublishDefinition("by-two"))).Value;
        var open = (await studio.As(eve, new ListWorkflowProposals("open", "by-two", null, 10))).Value.Single();
        var approved = (await studio.As(eve, new DecideWorkflow("by-two", draft.Version, true, "Looks right."))).Value;
        var versions = (await studio.As(eve, new ListWorkflowVersions("by-two"))).Value;

        asked.Version.IsPublished.Should().BeFalse();
        asked.Notice.Should().Contain("another person");
        (open.ProposedBy, open.Version).Should().Be((ann.Actor, draft.Version));
        (approved.Status, approved.DecidedBy).Should().Be(("approved", eve.Actor));
        versions[0].Should().BeEquivalentTo(new { IsPublished = true, ApprovedBy = eve.Actor, Authors = new[] { ann.Actor } }, o => o.ExcludingMissingMembers());
        versions[0].Proposal!.DecisionReason.Should().Be("Looks right.");
        versions.Single(v => v.VersionId == live).IsPublished.Should().BeFalse();
    }

    /// <summary>Every way to have a version go live, tried by its author alone.</summary>
    public static TheoryData<string> Ways => ["save", "publish", "bulk", "import", "import with the id of another", "revert and publish", "approve", "propose and approve", "publish twice", "application publishes", "application approves", "application imports"];

    [Theory, MemberData(nameof(Ways))]
    public async Task No_way_leads_live_for_one_person_alone(string way)
    {
        var id = "alone-" + way.Replace(' ', '-');
        var (live, draft) = await Governed(id);

        switch (way)
        {
            case "save":
                await Save(ann, Model(draft, "save"), publish: true);
                break;
            case "publish":
                await studio.As(ann, new PublishDefinition(id));
                break;
            case "bulk":
                foreach (var _ in Enumerable.Range(0, 2))
                {
                    await studio.As(ann, new PublishDefinition(id));
                }

                break;
            case "import":
                await studio.As(ann, new SaveDefinition(Element(Published(Model(draft, "import"))), Publish: true, IsImport: true));
                break;
            case "import with the id of another":
                await studio.As(ann, new SaveDefinition(Element(Published(StudioHost.Model("harmless", "Harmless", "not so"))), Publish: true, IsImport: true, DefinitionId: id));
                break;
            case "revert and publish":
                await studio.As(ann, new RevertDefinition(id, draft.Version));
                await studio.As(ann, new PublishDefinition(id));
                break;
            case "approve":
                (await studio.As(ann, new DecideWorkflow(id, draft.Version, true))).Refusal!.Code.Should().Be("workflows.not-proposed");
                break;
            case "propose and approve":
                await studio.As(ann, new ProposeWorkflow(id, draft.Version, "publish", "Mine"));
                (await studio.As(ann, new DecideWorkflow(id, draft.Version, true))).Refusal!.Code.Should().Be("workflows.own-proposal");
                break;
            case "publish twice":
                await studio.As(ann, new PublishDefinition(id));
                await Save(ann, Model(await Latest(id), "again"), publish: true);
                break;
            case "application publishes":
                (await studio.As(application, new PublishDefinition(id))).Value.Notice.Should().Contain("a person who has signed in must propose");
                (await studio.As(application, new ProposeWorkflow(id, draft.Version, "publish", "Mine"))).Refusal!.Code.Should().Be("workflows.proposer-not-a-person");
                break;
            case "application approves":
                await studio.As(ann, new PublishDefinition(id));
                (await studio.As(application, new DecideWorkflow(id, draft.Version, true))).Refusal!.Code.Should().Be("workflows.approver-not-a-person");
                break;
            case "application imports":
                await studio.As(application, new SaveDefinition(Element(Published(Model(draft, "import"))), Publish: true, IsImport: true));
                (await studio.As(ann, new PublishDefinition(id))).IsSuccess.Should().BeTrue();
                (await studio.As(ann, new DecideWorkflow(id, (await Latest(id)).Version, true))).Refusal!.Code.Should().Be("workflows.own-proposal");
                break;
        }

        (await studio.Look<string>($"select version_id from workflows.definitions where definition_id = '{id}' and is_published")).Should().Be(live);
        (await studio.Look<long>($"select count(*) from workflows.definitions where definition_id = '{id}' and approved is not null")).Should().Be(0);
    }

    [Fact]
    public async Task Who_drew_a_part_of_it_does_not_approve_it_either()
    {
        var (_, draft) = await Governed("both-drew");
        var more = await Save(bob, Model(draft, "Bob's part"));
        await studio.As(bob, new PublishDefinition("both-drew"));

        more.Version.Should().Be(draft.Version, "a draft is gone on with in place");
        (await studio.As(ann, new DecideWorkflow("both-drew", draft.Version, true))).Refusal!.Code.Should().Be("workflows.own-proposal");
        (await studio.As(bob, new DecideWorkflow("both-drew", draft.Version, true))).Refusal!.Code.Should().Be("workflows.own-proposal");
        (await studio.As(eve, new DecideWorkflow("both-drew", draft.Version, true))).IsSuccess.Should().BeTrue();
    }

    [Fact]
    public async Task Authors_go_with_their_work_into_later_versions_until_it_is_approved()
    {
        var (_, draft) = await Governed("goes-with");
        await studio.As(bob, new PublishDefinition("goes-with"));
        var next = await Save(bob, Model(draft, "Bob goes on with Ann's"));
        var dug = (await studio.As(bob, new RevertDefinition("goes-with", draft.Version))).Value;

        next.Version.Should().Be(draft.Version + 1, "what is proposed says for ever what it says");
        next.Authors.Should().BeEquivalentTo([ann.Actor, bob.Actor]);
        dug.Authors.Should().BeEquivalentTo([ann.Actor, bob.Actor]);
        await studio.As(eve, new DecideWorkflow("goes-with", draft.Version, true));
        await studio.As(bob, new PublishDefinition("goes-with"));
        await studio.As(eve, new DecideWorkflow("goes-with", dug.Version, true));
        (await Save(bob, Model(await Latest("goes-with"), "Bob's alone"))).Authors.Should().Equal(bob.Actor);
    }

    [Fact]
    public async Task A_version_that_changed_after_it_was_proposed_is_not_approved()
    {
        var (_, draft) = await Governed("changed");
        await studio.As(ann, new PublishDefinition("changed"));
        var second = await Save(ann, Model(draft, "Now something else"));
        await studio.Look<int>($"update workflows.definitions set document = (select document from workflows.definitions where version_id = '{second.VersionId}') where version_id = '{draft.VersionId}' returning 1");

        (await studio.As(eve, new DecideWorkflow("changed", draft.Version, true))).Refusal!.Code.Should().Be("workflows.proposal-changed");
        (await studio.As(eve, new DecideWorkflow("changed", second.Version, true))).Refusal!.Code.Should().Be("workflows.not-proposed");
    }

    [Fact]
    public async Task An_older_proposal_does_not_replace_what_went_live_meanwhile()
    {
        var (_, draft) = await Governed("older-proposal");
        await studio.As(ann, new PublishDefinition("older-proposal"));
        var second = await Save(ann, Model(draft, "Newer"), publish: true);
        await studio.As(eve, new DecideWorkflow("older-proposal", second.Version, true));

        (await studio.As(eve, new DecideWorkflow("older-proposal", draft.Version, true))).Refusal!.Code.Should().Be("workflows.superseded");
    }

    [Fact]
    public async Task Of_two_who_decide_at_once_one_does()
    {
        var (_, draft) = await Governed("at-once");
        await studio.As(ann, new PublishDefinition("at-once"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => studio.As(Somebody(Roles.Publisher), new DecideWorkflow("at-once", draft.Version, i % 2 == 0, "One of us"))));

        answers.Count(a => a.IsSuccess).Should().Be(1);
        answers.Where(a => !a.IsSuccess).Should().OnlyContain(a => a.Refusal!.Code == "workflows.proposal-decided");
        (await studio.Look<long>("select count(*) from workflows.definitions where definition_id = 'at-once' and is_published")).Should().Be(1);
    }

    [Fact]
    public async Task To_retract_and_to_delete_is_to_propose_too()
    {
        var (live, draft) = await Governed("to-go");
        var (retract, _) = await As(ann, new RetractDefinition("to-go"));
        var (delete, _) = await As(ann, new DeleteDefinition("to-go"));
        var version = await studio.As(ann, new DeleteVersion(live));

        (retract.Notice, delete.Notice).Should().Match<(string?, string?)>(n => n.Item1!.Contains("retract") && n.Item2!.Contains("delete"));
        version.Refusal!.Code.Should().Be("workflows.version-is-live");
        (await studio.Look<string>("select version_id from workflows.definitions where definition_id = 'to-go' and is_published")).Should().Be(live);
        (await studio.As(ann, new DecideWorkflow("to-go", 1, true))).Refusal!.Code.Should().Be("workflows.own-proposal");
        (await studio.As(eve, new DecideWorkflow("to-go", 1, true))).Value.Action.Should().Be("retract");
        (await studio.Look<long>("select count(*) from workflows.definitions where definition_id = 'to-go' and is_published")).Should().Be(0);
        (await studio.As(bob, new DecideWorkflow("to-go", draft.Version, true, Action: "delete"))).Value.Action.Should().Be("delete");
        (await studio.As(ann, new FindDefinition("to-go", VersionChoice.Latest))).IsSuccess.Should().BeFalse();
    }

    [Fact]
    public async Task The_name_of_a_deleted_workflow_is_governed_as_before()
    {
        var (_, draft) = await Governed("reborn");
        await studio.As(ann, new DeleteDefinition("reborn"));
        await studio.As(eve, new DecideWorkflow("reborn", draft.Version, true));

        var again = await Save(ann, StudioHost.Model("reborn", "Reborn", "Surprise"), publish: true);

        (again.IsPublished, again.Version).Should().Be((false, draft.Version + 1));
    }

    [Fact]
    public async Task A_changed_file_does_not_bring_back_what_people_took_away()
    {
        await Governed("taken-away");
        await studio.As(ann, new RetractDefinition("taken-away"));
        await studio.As(eve, new DecideWorkflow("taken-away", 1, true));

        await studio.Of<DefinitionStore>().ImportFile("taken-away.json", File("taken-away", "Changed"), default);

        (await studio.Look<long>("select count(*) from workflows.definitions where definition_id = 'taken-away' and is_published")).Should().Be(0);
        (await studio.As(eve, new ListWorkflowProposals("open", "taken-away", null, 10))).Value.Should().ContainSingle(p => p.ProposedBy == "file:taken-away.json");
    }

    [Fact]
    public async Task The_database_itself_knows_that_it_takes_two()
    {
        var (_, draft) = await Governed("by-sql");
        await studio.As(ann, new PublishDefinition("by-sql"));

        var forge = () => studio.Look<int>($"update workflows.proposals set status = 'approved', decided = now(), decided_by = proposed_by where version_id = '{draft.VersionId}' returning 1");

        (await forge.Should().ThrowAsync<Npgsql.PostgresException>()).Which.ConstraintName.Should().Be("ck_proposals_four_eyes");
    }

    [Theory]
    [InlineData("I17", "update workflows.definitions set authors = authors || approved_by where is_published and approved_by is not null")]
    [InlineData("I17", "delete from workflows.proposals where status = 'approved'")]
    [InlineData("I17", "update workflows.definitions set is_published = false where definition_id = 'damaged'; update workflows.definitions set is_published = true, created = clock_timestamp() where definition_id = 'damaged' and is_latest")]
    public async Task Damage_is_found_by_the_invariant_that_is_there_for_it(string invariant, string damage)
    {
        var (_, draft) = await Governed("damaged");
        await studio.As(ann, new PublishDefinition("damaged"));
        await studio.As(eve, new DecideWorkflow("damaged", draft.Version, true));
        await Save(ann, Model(await Latest("damaged"), "Draft " + damage.Length));
        var sound = studio.Of<Verification>().All.Single(i => i.Id == invariant);

        (await studio.Broken(sound, null)).Should().BeEmpty();
        (await studio.Broken(sound, damage)).Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_rejection_needs_a_reason_and_ends_the_proposal()
    {
        var (_, draft) = await Governed("rejected");
        await studio.As(ann, new PublishDefinition("rejected"));

        (await studio.As(eve, new DecideWorkflow("rejected", draft.Version, false))).Refusal!.Code.Should().Be("request.invalid");
        (await studio.As(eve, new DecideWorkflow("rejected", draft.Version, false, "Refunds too early."))).Value.Status.Should().Be("rejected");
        (await studio.As(eve, new DecideWorkflow("rejected", draft.Version, false, "Refunds too early."))).Value.Status.Should().Be("rejected", "a second time changes nothing");
        (await studio.As(bob, new DecideWorkflow("rejected", draft.Version, true))).Refusal!.Code.Should().Be("workflows.proposal-decided");
    }

    [Fact]
    public async Task Who_may_not_draw_or_approve_is_told()
    {
        var reader = Somebody(Roles.Auditor);

        (await studio.As(reader, new PublishDefinition("order-fulfilment"))).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);
        (await studio.As(Somebody(Roles.Analyst), new DecideWorkflow("order-fulfilment", 1, true))).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);
        (await studio.As(eve, new SaveDefinition(Element(StudioHost.Model("x", "X")), false))).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);
    }

    [Fact]
    public async Task Over_http_a_governed_workflow_stays_unpublished_with_a_notice()
    {
        await Governed("over-http");

        var (status, body) = await studio.Post("/workflow-definitions/over-http/publish");
        var (button, by) = await studio.Post("/workflow-definitions", new JsonObject { ["model"] = body!["workflowDefinition"]!.DeepClone(), ["publish"] = true });
        var (_, bulk) = await studio.Post("/bulk-actions/publish/workflow-definitions/by-definition-ids", new JsonObject { ["definitionIds"] = new JsonArray("over-http") });
        var (deleted, _) = await studio.Post("/workflow-definitions/over-http", method: HttpMethod.Delete);

        status.Should().Be(HttpStatusCode.OK);
        body!["validationErrors"]![0]!["message"]!.GetValue<string>().Should().Contain("two people");
        (button, by!["code"]!.GetValue<string>()).Should().Be((HttpStatusCode.BadRequest, "workflows.only-proposed"), "the designer says of everything else that it is published");
        by["errors"]!["generalErrors"]![0]!.GetValue<string>().Should().Contain("two people");
        by["workflowDefinition"]!["isPublished"]!.GetValue<bool>().Should().BeFalse();
        bulk!["skipped"]![0]!.GetValue<string>().Should().Be("over-http");
        deleted.Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_difference_names_what_is_drawn_otherwise()
    {
        var (_, draft) = await Governed("differs");
        var model = Model(draft, "Changed");
        model["variables"] = new JsonArray(new JsonObject { ["id"] = "v", ["name"] = "V", ["typeName"] = "String" });
        model["root"]!["activities"]!.AsArray().Add(new JsonObject { ["id"] = "end", ["type"] = "Elsa.End", ["version"] = 1, ["name"] = "The end" });
        model["root"]!["connections"] = new JsonArray(new JsonObject { ["source"] = new JsonObject { ["activity"] = "line", ["port"] = "Done" }, ["target"] = new JsonObject { ["activity"] = "end", ["port"] = "In" } });
        StudioHost.LineOf(model)["metadata"] = new JsonObject { ["designer"] = new JsonObject { ["position"] = new JsonObject { ["x"] = 5, ["y"] = 5 } } };
        await Save(ann, model);

        var difference = (await studio.As(eve, new CompareWorkflowVersions("differs", draft.Version, null))).Value;

        difference.Against.Should().Be(1);
        difference.Added.Select(a => a with { Says = null }).Should().Equal(new DrawnActivity("end", "Elsa.End", "The end"));
        difference.Added[0].Says.Should().NotBeNull("who decides sees what a new step does");
        difference.Removed.Should().BeEmpty();
        difference.Changed.Single().Changes.Select(c => c.Name).Should().Equal("text");
        difference.ConnectionsAdded.Should().Equal("line –Done→ end");
        difference.Members.Select(m => m.Name).Should().Contain("variables.V");
    }

    [Fact]
    public async Task What_is_exported_to_files_is_not_taken_over_again()
    {
        var (_, draft) = await Governed("exported");
        await studio.As(ann, new PublishDefinition("exported"));
        await studio.As(eve, new DecideWorkflow("exported", draft.Version, true));
        var folder = Directory.CreateTempSubdirectory("retailops-export-").FullName;

        var first = await studio.Of<DefinitionExport>().Write(folder, default);
        var second = await studio.Of<DefinitionExport>().Write(folder, default);
        var taken = await studio.Of<DefinitionStore>().ImportFile("exported.json", await System.IO.File.ReadAllTextAsync(Path.Combine(folder, "exported.json")), default);
        Directory.Delete(folder, recursive: true);

        first.Should().Contain(f => f.DefinitionId == "exported" && f.Version == draft.Version && f.IsWritten);
        second.Should().OnlyContain(f => !f.IsWritten);
        taken.Should().BeFalse();
    }

    [Fact]
    public async Task The_products_own_files_are_exported_as_they_are()
    {
        var source = Path.Combine(RepositoryRoot.Find(), "workflows");
        var folder = Directory.CreateTempSubdirectory("retailops-export-").FullName;
        foreach (var file in Directory.EnumerateFiles(source, "*.json"))
        {
            System.IO.File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var files = await studio.Of<DefinitionExport>().Write(folder, default);
        var same = Directory.EnumerateFiles(source, "*.json").All(f => System.IO.File.ReadAllBytes(f).AsSpan().SequenceEqual(System.IO.File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(f)))));
        Directory.Delete(folder, recursive: true);

        files.Where(f => System.IO.File.Exists(Path.Combine(source, f.File))).Should().HaveCount(9).And.OnlyContain(f => !f.IsWritten);
        same.Should().BeTrue();
    }

    private static Caller.Person Somebody(params string[] roles) => new(Guid.CreateVersion7(), Permissions.Of(roles)) { Roles = roles.ToHashSet() };

    /// <summary>A workflow that came from a file, and a draft upon it that Ann drew.</summary>
    private async Task<(string Live, StoredVersion Draft)> Governed(string id)
    {
        await studio.Of<DefinitionStore>().ImportFile(id + ".json", File(id, "From the file"), default);
        var live = await Latest(id);
        return (live.VersionId, await Save(ann, Model(live, "Drawn by Ann")));
    }

    private static string File(string id, string text)
    {
        var model = StudioHost.Model(id, id, text);
        model["id"] = id + "-1";
        return model.ToJsonString();
    }

    private async Task<StoredVersion> Latest(string id) => (await studio.As(ann, new FindDefinition(id, VersionChoice.Latest))).Value;

    private JsonObject Model(StoredVersion version, string text)
    {
        var model = ElsaDocument.Answer(version, studio.Of<ActivityCatalogue>());
        StudioHost.LineOf(model)["text"]!["expression"]!["value"] = text;
        return model;
    }

    private static JsonObject Published(JsonObject model)
    {
        model["isPublished"] = true;
        return model;
    }

    private static JsonElement Element(JsonNode node) => JsonSerializer.SerializeToElement(node);

    private Task<StoredVersion> Draft(Caller caller, string id) => Save(caller, StudioHost.Model(id, id));

    private async Task<StoredVersion> Publish(Caller caller, StoredVersion version) => (await studio.As(caller, new PublishDefinition(version.DefinitionId))).Value.Version;

    private async Task<StoredVersion> Save(Caller caller, JsonObject model, bool publish = false)
    {
        var saved = await studio.As(caller, new SaveDefinition(Element(model), publish));
        saved.IsSuccess.Should().BeTrue(saved.Refusal?.Message);
        return saved.Value.Version;
    }

    private async Task<(WishOutcome, Refusal?)> As(Caller caller, MediatR.IRequest<Result<WishOutcome>> request)
    {
        var answer = await studio.As(caller, request);
        return (answer.Value, answer.Refusal);
    }
}
