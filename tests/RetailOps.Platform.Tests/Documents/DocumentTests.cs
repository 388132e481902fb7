using System.Text.Json;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

public sealed class DocumentTests(DocumentFixture fixture) : IClassFixture<DocumentFixture>
{
    private const string Kind = DocumentFixture.Kind;

    private readonly string name = fixture.NewName();

    [Fact]
    public async Task A_proposal_rules_when_another_person_has_approved_it()
    {
        var (ada, bob) = (DocumentFixture.Person(), DocumentFixture.Person());

        var proposed = await fixture.As(ada, new ProposeDocument(Kind, name, DocumentFixture.Content(10), "A limit at last."));
        var before = fixture.Documents.FindLive(Kind, name);
        var own = await fixture.As(ada, new DecideDocument(Kind, name, 1, Approve: true));
        var approved = await fixture.As(bob, new DecideDocument(Kind, name, 1, Approve: true, "Agreed."));
        var again = await fixture.As(bob, new DecideDocument(Kind, name, 1, Approve: true));

        proposed.Value.Should().BeEquivalentTo(new { Version = 1, Status = "proposed", Author = ada.Actor, Reason = "A limit at last.", Revision = 1 });
        before.Should().BeNull();
        own.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "documents.own-proposal" });
        approved.Value.Should().BeEquivalentTo(new { Status = "live", DecidedBy = bob.Actor, DecisionReason = "Agreed.", Revision = 2 });
        again.Value.Revision.Should().Be(2);
        fixture.Documents.Live(Kind, name).Should().BeEquivalentTo(new { Version = 1, Stamp = name + ":1" });
        (await Facts()).Should().Equal("platform.document-proposed.v1 1/1", "platform.document-approved.v1 1/2");
    }

    [Fact]
    public async Task The_next_version_retires_the_one_before_which_stays_readable()
    {
        await fixture.Publish(name, DocumentFixture.Content(10));

        await fixture.Publish(name, DocumentFixture.Content(20));

        Limit(fixture.Documents.Live(Kind, name)).Should().Be(20);
        Limit(fixture.Documents.Version(Kind, name, 1)).Should().Be(10);
        Limit(fixture.Other.Services.GetRequiredService<GovernedDocuments>().Version(Kind, name, 1)).Should().Be(10);
        var versions = await fixture.Host.Must(new ListDocumentVersions(Kind, name, null, 10));
        versions.Select(v => (v.Version, v.Status)).Should().Equal((2, "live"), (1, "retired"));
        (await fixture.Host.Must(new GetDocument(Kind, name, 1))).Content!.Value.GetProperty("limits")[0].GetInt32().Should().Be(10);
    }

    [Fact]
    public async Task Another_host_follows_within_a_second()
    {
        var theirs = fixture.Other.Services.GetRequiredService<GovernedDocuments>();
        await fixture.Publish(name, DocumentFixture.Content(10));
        await fixture.Publish(name, DocumentFixture.Content(20));

        await Eventually.Holds(() => Task.FromResult(theirs.FindLive(Kind, name)?.Version == 2), TimeSpan.FromSeconds(5), "the other host knows");

        await using var late = await fixture.Start();
        late.Services.GetRequiredService<GovernedDocuments>().Live(Kind, name).Version.Should().Be(2);
    }

    [Fact]
    public async Task What_has_faults_cannot_be_proposed_and_each_is_named_by_its_path()
    {
        var negative = await fixture.As(DocumentFixture.Person(), new ProposeDocument(Kind, name, DocumentFixture.Content(1, -1, -2), "Why."));
        var shape = await fixture.As(DocumentFixture.Person(), new ProposeDocument(Kind, name, JsonElement.Parse("""{"limits":[1,"x"]}"""), "Why."));
        var stranger = await fixture.As(DocumentFixture.Person(), new ProposeDocument("unheard-of", name, DocumentFixture.Content(1), "Why."));
        var nameless = await fixture.As(DocumentFixture.Person(), new ProposeDocument(Kind, "No Name", DocumentFixture.Content(1), ""));

        negative.Refusal!.Code.Should().Be("documents.invalid");
        ((IReadOnlyList<RequestFault>)negative.Refusal.Details!).Select(f => f.Field).Should().Equal("limits[1]", "limits[2]");
        ((IReadOnlyList<RequestFault>)shape.Refusal!.Details!).Select(f => f.Field).Should().Equal("limits[1]");
        stranger.Refusal!.Code.Should().Be("documents.unknown-kind");
        ((IReadOnlyList<RequestFault>)nameless.Refusal!.Details!).Select(f => f.Code).Should().BeEquivalentTo("documents.name", "documents.reason");
    }

    [Fact]
    public async Task A_rejected_proposal_never_rules_and_an_older_one_not_over_a_newer()
    {
        var (ada, bob) = (DocumentFixture.Person(), DocumentFixture.Person());
        foreach (var limit in (int[])[1, 2, 3])
        {
            await fixture.As(ada, new ProposeDocument(Kind, name, DocumentFixture.Content(limit), "Why."));
        }

        var silent = await fixture.As(bob, new DecideDocument(Kind, name, 3, Approve: false));
        var rejected = await fixture.As(bob, new DecideDocument(Kind, name, 3, Approve: false, "Too high."));
        var late = await fixture.As(bob, new DecideDocument(Kind, name, 3, Approve: true));
        await fixture.As(bob, new DecideDocument(Kind, name, 2, Approve: true));
        var older = await fixture.As(bob, new DecideDocument(Kind, name, 1, Approve: true));
        var same = await fixture.As(ada, new ProposeDocument(Kind, name, DocumentFixture.Content(3), "Why."));

        silent.Refusal!.Code.Should().Be("request.invalid");
        rejected.Value.Status.Should().Be("rejected");
        late.Refusal!.Code.Should().Be("documents.decided");
        older.Refusal!.Code.Should().Be("documents.superseded");
        same.Refusal!.Code.Should().Be("documents.unchanged");
        Limit(fixture.Documents.Live(Kind, name)).Should().Be(2);
        (await fixture.Host.Must(new ListDocuments(Kind, null, 500))).Single(d => d.Name == name).Should().BeEquivalentTo(new { Live = 2, Latest = 3, Proposed = new[] { 1 } });
    }

    [Fact]
    public async Task Proposals_at_once_get_versions_of_their_own_and_one_of_two_approvals_of_one_counts()
    {
        var proposals = await Task.WhenAll(Enumerable.Range(1, 6).Select(i => fixture.As(DocumentFixture.Person(), new ProposeDocument(Kind, name, DocumentFixture.Content(i), "Why."))));

        var approvals = await Task.WhenAll(Enumerable.Range(1, 4).Select(_ => fixture.As(DocumentFixture.Person(), new DecideDocument(Kind, name, 6, Approve: true))));

        proposals.Select(p => p.Value.Version).Order().Should().Equal(1, 2, 3, 4, 5, 6);
        approvals.Count(a => a.IsSuccess).Should().Be(1);
        approvals.Where(a => !a.IsSuccess).Should().OnlyContain(a => a.Refusal!.Code == "documents.decided");
        (await fixture.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_changed_file_is_a_new_version_and_rules_while_files_do()
    {
        var first = await DocumentFixture.Import(fixture.Host, name, """{"limits":[1]}""");
        var same = await DocumentFixture.Import(fixture.Host, name, """{ "limits" : [ 1 ] }""");
        var changed = await DocumentFixture.Import(fixture.Host, name, """{"limits":[2]}""");

        (first, same, changed).Should().Be((1, 0, 1));
        Limit(fixture.Documents.Live(Kind, name)).Should().Be(2);
        (await fixture.Host.Must(new GetDocument(Kind, name))).Should().BeEquivalentTo(new { Version = 2, IsFromFile = true, Author = "system:import" });
        (await Facts()).Should().HaveCount(4);
    }

    [Fact]
    public async Task A_changed_file_is_only_a_proposal_once_a_person_has_published()
    {
        await DocumentFixture.Import(fixture.Host, name, """{"limits":[1]}""");
        await fixture.Publish(name, DocumentFixture.Content(10));

        await DocumentFixture.Import(fixture.Host, name, """{"limits":[2]}""");
        var unchanged = await DocumentFixture.Import(fixture.Host, name, """{"limits":[2]}""");

        unchanged.Should().Be(0);
        Limit(fixture.Documents.Live(Kind, name)).Should().Be(10);
        (await fixture.As(DocumentFixture.Person(), new DecideDocument(Kind, name, 3, Approve: true))).Value.Status.Should().Be("live");
        Limit(fixture.Documents.Live(Kind, name)).Should().Be(2);
    }

    [Fact]
    public async Task Hosts_that_start_at_once_take_a_file_over_once()
    {
        var counts = await Task.WhenAll(
            DocumentFixture.Import(fixture.Host, name, """{"limits":[1]}"""), DocumentFixture.Import(fixture.Other, name, """{"limits":[1]}"""));

        counts.Sum().Should().Be(1);
    }

    [Theory]
    [InlineData("""{"limits":[-1]}""", "content.limits[0]: Not below zero. (test.negative)")]
    [InlineData("""{"limits":[1],"limits":[2]}""", "cannot be used")]
    [InlineData("[]", "A document is")]
    public async Task A_file_with_faults_stops_the_start_and_is_named(string content, string expected)
    {
        var import = () => DocumentFixture.Import(fixture.Host, name, content);

        (await import.Should().ThrowAsync<DocumentFileException>()).WithMessage($"*{name}.json*{expected}*");
    }

    [Fact]
    public async Task The_database_knows_four_eyes_and_one_live_version_too()
    {
        await fixture.Publish(name, DocumentFixture.Content(1));
        await fixture.As(DocumentFixture.Person(), new ProposeDocument(Kind, name, DocumentFixture.Content(2), "Why."));

        var own = () => Ask.Do(fixture.OwnerConnection, "update platform.documents set status = 'live', decided = now(), decided_by = author where name = $1 and version = 2", name);
        var second = () => Ask.Do(fixture.OwnerConnection, "update platform.documents set status = 'live', decided = now(), decided_by = 'person:x' where name = $1 and version = 2", name);

        (await own.Should().ThrowAsync<Npgsql.PostgresException>()).Which.ConstraintName.Should().Be("ck_documents_four_eyes");
        (await second.Should().ThrowAsync<Npgsql.PostgresException>()).Which.ConstraintName.Should().Be("ux_documents_live");
    }

    [Fact]
    public void What_nobody_published_rules_nothing()
    {
        var live = () => fixture.Documents.Live(Kind, name);
        var version = () => fixture.Documents.Version(Kind, name, 1);

        live.Should().Throw<InvalidOperationException>().WithMessage($"No {Kind} is called '{name}'*");
        version.Should().Throw<InvalidOperationException>();
    }

    private static int Limit(GovernedDocument document) => document.Content.GetProperty("limits")[0].GetInt32();

    private Task<List<string>> Facts() => Ask.All<string>(
        fixture.Host.ConnectionString,
        "select type || ' ' || (data->>'version') || '/' || revision from platform.events where key = $1 order by recorded", $"document/{Kind}/{name}");
}
