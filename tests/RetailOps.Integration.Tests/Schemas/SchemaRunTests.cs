using System.Text.Json;
using System.Text.Json.Nodes;

using Json.Schema;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>What a shop really says, from the order to the credit memo, held to the committed schemas by somebody else's validator.</summary>
public sealed class SchemaRunTests(BusyShop shop) : IClassFixture<BusyShop>
{
    private static readonly SchemaShelf Shelf = new();

    private static readonly Dictionary<string, JsonSchema> Read = Shelf.All.ToDictionary(s => s.Name, s => JsonSchema.FromText(Shelf.Find(s.Name)!.Schema.GetRawText()));

    [Fact]
    public void Every_kind_of_fact_that_the_host_knows_has_its_schema() =>
        Read.Keys.Should().BeEquivalentTo(DocumentKinds.All.Select(k => k + ".v1").Concat(shop.KindsOfFacts));

    [Fact]
    public void Every_event_of_a_run_is_as_its_schema_says()
    {
        shop.Events.Select(e => e.Name).Distinct().Should().HaveCountGreaterThan(20).And.Contain(["orders.invoice-issued.v1", "returns.refund-settled.v1", "integration.document-posted.v1"]);

        shop.Events.SelectMany(e => Faults(e.Name, e.Sent)).Should().BeEmpty();
    }

    [Fact]
    public void An_event_that_lacks_what_must_be_there_or_says_it_otherwise_is_refused()
    {
        foreach (var one in shop.Events.DistinctBy(e => e.Name))
        {
            foreach (var member in ((JsonArray)JsonNode.Parse(Shelf.Find(one.Name)!.Schema.GetRawText())!["required"]!).Select(m => (string)m!))
            {
                Faults(one.Name, Changed(one.Sent, e => e.Remove(member))).Should().NotBeEmpty("{0} has no {1}", one.Name, member);
            }

            foreach (var (member, _) in (JsonObject)JsonNode.Parse(one.Sent)!["data"]!)
            {
                Faults(one.Name, Changed(one.Sent, e => e["data"]![member] = new JsonObject { ["no"] = new JsonArray() }))
                    .Should().NotBeEmpty("{0} has another {1} than it may", one.Name, member);
            }

            Faults(one.Name, Changed(one.Sent, e => e["type"] = "retailops.orders.something-else.v1")).Should().NotBeEmpty();
        }
    }

    [Fact]
    public void Every_document_of_a_run_is_as_its_schema_says()
    {
        shop.Documents.Select(d => d.Kind).Distinct().Should().BeEquivalentTo(DocumentKinds.SalesInvoice, DocumentKinds.Shipment, DocumentKinds.CreditMemo);

        shop.Documents.SelectMany(d => Faults(d.Kind + ".v1", d.Text)).Should().BeEmpty();
    }

    [Fact]
    public void A_schema_takes_and_refuses_the_documents_that_the_rules_of_their_kind_take_and_refuse()
    {
        var rules = new ErpDocumentValidator();
        foreach (var (document, isGood) in Examples())
        {
            var text = JsonSerializer.Serialize(document, JsonSerializerOptions.Web);

            rules.Validate(document).IsValid.Should().Be(isGood, text);
            (Faults(document.Kind + ".v1", text).Count == 0).Should().Be(isGood, text);
        }
    }

    [Fact]
    public void A_document_of_one_kind_is_none_of_another()
    {
        foreach (var document in shop.Documents.DistinctBy(d => d.Kind))
        {
            Read.Keys.Where(n => char.IsAsciiLetterUpper(n[0]) && Faults(n, document.Text).Count == 0).Should().Equal(document.Kind + ".v1");
        }
    }

    private static IEnumerable<(ErpDocument Document, bool IsGood)> Examples()
    {
        var (invoice, memo, shipment) = (Documents.Invoice(), Documents.Memo(), Documents.Shipment());
        ErpPayment[] paid = [new("card", new(100, "GBP"))];
        return
        [
            (invoice, true),
            (memo with { Payments = paid }, true),
            (invoice with { Kind = DocumentKinds.Payment, Lines = [], Payments = paid }, true),
            (shipment with { Kind = DocumentKinds.GoodsReceipt, Node = "DC-1" }, true),
            (shipment with { Kind = DocumentKinds.Transfer, Node = "DC-1", ToNode = "S-1" }, true),
            (invoice with { Reference = "" }, false),
            (invoice with { Lines = [] }, false),
            (invoice with { Revision = 0 }, false),
            (invoice with { Payments = paid }, false),
            (invoice with { ToNode = "S-1" }, false),
            (invoice with { Lines = shipment.Lines }, false),
            (invoice with { Lines = [invoice.Lines[0] with { Description = new string('x', 201) }] }, false),
            (memo with { Payments = [] }, true),
            (invoice with { Kind = DocumentKinds.Payment, Lines = [], Payments = [] }, false),
            (memo with { Payments = [new("", new(100, "GBP"))] }, false),
            (invoice with { Kind = DocumentKinds.PaymentRefund, Lines = [] }, false),
            (invoice with { Kind = DocumentKinds.Payment, Payments = paid }, false),
            (shipment with { Kind = DocumentKinds.GoodsReceipt }, false),
            (shipment with { Kind = DocumentKinds.Transfer, Node = "DC-1" }, false),
            (shipment with { Lines = invoice.Lines }, false),
        ];
    }

    private static string Changed(string text, Action<JsonObject> change)
    {
        var changed = (JsonObject)JsonNode.Parse(text)!;
        change(changed);
        return changed.ToJsonString();
    }

    private static List<string> Faults(string schema, string text)
    {
        var result = Read[schema].Evaluate(JsonElement.Parse(text), new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        return result.IsValid ? [] : [.. (result.Details ?? []).SelectMany(d => (d.Errors ?? new Dictionary<string, string>()).Select(e => $"{schema} {d.InstanceLocation} {e.Key}: {e.Value}")).Append($"{schema}: {text}")];
    }
}

/// <summary>A shop in which something of everything has happened, from the order to the credit memo.</summary>
public sealed class BusyShop : IAsyncLifetime
{
    public IReadOnlyList<string> KindsOfFacts { get; private set; } = [];

    public IReadOnlyList<(string Name, string Sent)> Events { get; private set; } = [];

    public IReadOnlyList<(string Kind, string Text)> Documents { get; private set; } = [];

    public async Task InitializeAsync()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var host = await TestHost.StartAsync(database.AppConnectionString, WholeShop.Options))
        {
            KindsOfFacts = [.. ((FactCatalogue)host.Services.GetService(typeof(FactCatalogue))!).Types.Keys];
            await host.DrawWhole();
            await host.Stock("LAMP", 10);
            var kept = await host.Place("S-1", ("LAMP", 2));
            var returned = await host.Place("S-2", ("LAMP", 3));
            await host.Quiet();
            var missing = await host.Place("S-3", ("LAMP", 100));
            await host.Quiet();
            foreach (var order in new[] { kept, returned })
            {
                await host.Must(new ShipOrder(order));
                await host.Deliver(order);
            }

            await host.Must(new CancelOrder(missing, "Too many."));
            await host.Quiet();
            await host.SendBack(returned, 1);
            do
            {
                await host.Quiet();
            }
            while (await host.ApproveAll() > 0);
            (await host.Broken()).Should().BeEmpty();
        }

        var facts = await Ask.All<string>(
            database.OwnerConnectionString,
            "select jsonb_build_object('id', id, 'type', type, 'subject', aggregate, 'time', occurred, 'sequence', revision, 'trace', trace, 'data', data)::text from platform.events");
        Events = [.. facts.Select(f => JsonElement.Parse(f)).Select(f => (f.GetProperty("type").GetString()!, Sent(f)))];
        var documents = await Ask.All<string>(database.OwnerConnectionString, "select document::text from integration.postings");
        Documents = [.. documents.Select(d => (JsonElement.Parse(d).GetProperty("kind").GetString()!, d))];
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>As others are told.</summary>
    private static string Sent(JsonElement fact)
    {
        var subject = fact.GetProperty("subject").GetString()!;
        var told = new WebhookEvent(
            fact.GetProperty("time").GetDateTimeOffset(), subject, fact.GetProperty("sequence").GetInt32(), fact.GetProperty("trace").GetString(), fact.GetProperty("data").GetRawText());
        return System.Text.Encoding.UTF8.GetString(WebhookMessage.Write(new(0, Guid.Empty, 1, fact.GetProperty("id").GetGuid(), fact.GetProperty("type").GetString()!, subject, told.Occurred, told)));
    }
}
