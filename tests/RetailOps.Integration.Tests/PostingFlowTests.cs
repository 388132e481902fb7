using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Integration.Tests;

/// <summary>workflows/erp-posting.json, as a parent would start it: here the first wish for the document is the parent.</summary>
public sealed class PostingFlowTests : IAsyncLifetime
{
    private Books books = null!;

    public async Task InitializeAsync() => books = await Books.OpenAsync();

    public async Task DisposeAsync() => await books.DisposeAsync();

    [Theory]
    [InlineData(null, "Posted")]
    [InlineData("refuse", "Refused")]
    [InlineData("lose", "GaveUp")]
    public async Task The_flow_waits_for_the_answer_and_says_what_it_was(string? lie, string outcome)
    {
        var invoice = Documents.Invoice();
        await using var engine = await books.Host(Books.Quick with { Calls = 0 }, workers: 1);
        await Publish(engine, invoice);
        await engine.Told(lie is null ? [] : [new Misbehaviour(lie, Words: "Missing cost centre.")]);

        await engine.Post(invoice);
        await Eventually.Holds(async () => await books.One<long>("select count(*) from workflows.bookmarks") == 3, TimeSpan.FromSeconds(30), "the flow waits for the answer");
        await using var erp = await books.Host(Books.Quick with { Attempts = 2, GiveUpAfter = TimeSpan.Zero });
        await engine.Quiet();

        (await Outputs()).Should().Equal(outcome switch
        {
            "Posted" => new Dictionary<string, string?> { ["Number"] = "INV-000001", ["Outcome"] = "Posted" },
            "Refused" => new() { ["Words"] = "Missing cost centre.", ["Outcome"] = "Refused" },
            _ => new() { ["Words"] = "No answer in 2 tries.", ["Outcome"] = "GaveUp" },
        });
        (await books.One<long>("select count(*) from workflows.bookmarks")).Should().Be(0);
        (await books.All<string>("select cause || ' ' || count || ' ' || at_stake_minor from platform.exceptions")).Should().Equal(outcome switch
        {
            "Posted" => [],
            "Refused" => ["integration.refused 1 6495"],
            _ => ["integration.no-answer 1 6495"],
        });
        (await engine.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_document_that_is_decided_already_needs_no_wait()
    {
        var invoice = Documents.Invoice();
        await using var engine = await books.Host(workers: 1);
        await Publish(engine, invoice, startsWith: "integration.document-posted.v1");

        await engine.Post(invoice);
        await engine.Quiet();

        (await Outputs())["Number"].Should().Be("INV-000001");
        (await books.All<string>("select event from workflows.journal where event = 'Suspended'")).Should().BeEmpty();
        (await engine.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_document_that_was_asked_for_with_another_content_is_put_before_a_person()
    {
        var invoice = Documents.Invoice();
        await using var engine = await books.Host(workers: 1);
        await Publish(engine, invoice with { Reference = "WEB-1002" });

        await engine.Post(invoice);
        await engine.Quiet();

        (await Outputs())["Outcome"].Should().Be("Refused");
        (await books.All<string>("select key || ' ' || cause || ' ' || count from platform.exceptions")).Should().Equal($"{invoice.Key} integration.other-document 1");
        (await books.All<string>("select number from integration.postings")).Should().Equal("INV-000001");
        (await engine.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_flow_under_another_key_would_not_hear_the_answer_and_stops_as_an_incident()
    {
        await using var engine = await books.Host(workers: 1);
        await Publish(engine, Documents.Invoice());

        var other = Documents.Invoice();
        await engine.Post(other);
        await engine.Quiet();

        (await books.One<string>("select message from workflows.incidents")).Should().Contain($"has the correlation id '{other.Key}'");
    }

    private static async Task Publish(TestHost host, ErpDocument document, string startsWith = "integration.posting-requested.v1")
    {
        var flow = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "workflows", "erp-posting.json")))!;
        var activities = flow["root"]!["activities"]!.AsArray();
        activities[0]!["type"] = "Elsa.Event";
        activities[0]!["customProperties"] = new JsonObject { ["canStartWorkflow"] = true };
        activities[0]!["eventName"] = Literal(startsWith);
        activities[1]!["document"] = Literal(JsonSerializer.Serialize(document, JsonSerializerOptions.Web));
        var folder = Directory.CreateTempSubdirectory("posting-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "erp-posting.json"), flow.ToJsonString());
            await Flow.Import(host.Services, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<Dictionary<string, string?>> Outputs()
    {
        var state = JsonNode.Parse(await books.One<string>("select convert_from(state, 'UTF8') from workflows.instances where status > 0"))!;
        return state["out"]!.AsObject().ToDictionary(o => o.Key, o => (string?)o.Value);
    }

    private static JsonObject Literal(string value) => new() { ["typeName"] = "Object", ["expression"] = new JsonObject { ["type"] = "Literal", ["value"] = value } };
}
