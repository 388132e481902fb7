using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Integration;
using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Returns;
using RetailOps.Testing;
using RetailOps.Workflows;

using Serilog;
using Serilog.Formatting.Json;

namespace RetailOps.Host.Tests;

/// <summary>Where personal data goes, and that all of it goes when it is erased: markers are planted, a whole life is lived, and everything that is kept is searched.</summary>
public sealed class PersonalDataTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Channel = "web";

    private readonly HostSettings settings = new()
    {
        Environment = HostSettings.Test,
        Urls = "http://127.0.0.1:0",
        DataFolder = Directory.CreateTempSubdirectory("retailops-people-").FullName,
        RunsJobs = false,
    };

    private readonly HttpClient http = new();
    private TestDatabase database = null!;
    private WebApplication app = null!;
    private Serilog.Core.Logger log = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();

        // Everything that can be logged, more than a host writes.
        log = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.File(new JsonFormatter(), Path.Combine(settings.DataFolder, "logs", "all.json"), shared: true).CreateLogger();
        app = HostComposition.Build([], settings, database.AppConnectionString, log);
        await app.Services.ImportDocumentsAsync(WorkflowFiles.Folder);
        await app.Services.ImportWorkflowsAsync(WorkflowFiles.Folder);
        await app.StartAsync();
        http.BaseAddress = new Uri(app.Urls.Single());
        await Must(new PutItem(new("LAMP"), "Lamp", "each"));
        await Must(new PutNode("DC-1", "DC-1", "dc"));
        await Must(new RecordMovement("received", new("LAMP"), "DC-1", "sellable", 100));
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
        await log.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(settings.DataFolder, recursive: true);
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    [Fact]
    public async Task Of_every_text_that_the_api_takes_it_is_said_whether_it_is_personal()
    {
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "docs", "api", "openapi.v1.json")));

        var fields = TextFields.OfTheApi(document.RootElement);
        TextFields.Accept(fields);
        var said = TextFields.Classified();

        fields.Should().Equal(
            said.Keys.Order(StringComparer.Ordinal), "each text field of the API stands in docs/contracts/personal-data.txt with one of {0}", string.Join(", ", TextFields.Kinds));
        said.Values.Should().OnlyContain(v => TextFields.Kinds.Contains(v));
        said.Values.Count(v => v == "personal").Should().BeGreaterThan(3);
    }

    [Fact]
    public async Task A_marker_in_every_personal_field_stands_in_one_table_and_after_the_erasure_nowhere()
    {
        var markers = new Markers();
        var order = await WholeLife(markers, "W-1", "C-77");
        var others = await WholeLife(new Markers("zq8stays"), "W-2", "C-78");
        await Refused(markers);
        await TellInbox(markers, "6001", 77);
        (await Post("customers:export", markers.Body("ExportCustomer"))).Status.Should().Be(HttpStatusCode.OK);
        (await Tables(markers.Root)).Should().Be("orders.people", "before it is erased it stands in the one place for it, which the search finds");
        Files(markers.Root).Should().HaveCount(7).And.OnlyContain(f => Path.GetDirectoryName(f) == Path.Combine(settings.DataFolder, "notices"), "the Demo puts mails into a folder instead of sending them: five of a whole life, two of the order that came through the inbox");
        var told = await Must(new ListOrderNotices(order));
        told.Select(m => (m.Template, m.Status)).Should().BeEquivalentTo(
            [("order-confirmed", "sent"), ("order-shipped", "sent"), ("order-delivered", "sent"), ("return-received", "sent"), ("refund-paid", "sent")], "the flows tell of each once");

        var erased = await Post("customers:erase", new JsonObject { ["channel"] = Channel, ["customerId"] = "C-77" });
        var again = await Post("customers:erase", new JsonObject { ["channel"] = Channel, ["customerId"] = "C-77" });
        var sentAgain = await Post("orders", Order(markers, "W-1", "C-77"));

        erased.Status.Should().Be(HttpStatusCode.OK);
        erased.Answer.GetProperty("orders").GetInt32().Should().Be(1);
        (await Post("customers:erase", new JsonObject { ["channel"] = Channel, ["customerId"] = "77" })).Status.Should().Be(HttpStatusCode.OK);
        again.Text.Should().Be(erased.Text);
        sentAgain.Status.Should().Be(HttpStatusCode.Created, "a channel that sends the order once more gets the first answer, and nothing comes back");
        sentAgain.Answer.GetProperty("id").GetGuid().Should().Be(order.Value);
        await Quiet();
        (await Tables(markers.Root)).Should().BeEmpty("nothing of it is left in any row of any table");
        (await Ask.One<long>(database.OwnerConnectionString, "select count(*) from integration.inbox where payload is not null")).Should().Be(0, "what is sealed is not found by searching: it is gone as well");
        Files(markers.Root).Should().BeEmpty("nothing of it is left in the data folder");
        (await Must(new ReadNotice(told[0].Id))).Mail.Should().BeNull("what the customer was told goes with the customer");
        (await Tables("zq8stays")).Should().Be("orders.people", "others stay");
        (await Must(new GetOrder(others))).Status.Should().Be("closed");

        var chain = app.Services.GetRequiredService<AuditChain>();
        await Eventually.Holds(async () => await chain.LinkAll() == 0 && (await Must(new GetAuditChain())).Unlinked == 0, TimeSpan.FromSeconds(30), "all is linked");
        var report = await app.Services.GetRequiredService<AuditCheck>().Run(chain.HeadsIn(settings.DataFolder).Read());
        report.Broken.Should().Be(0, "the chain holds without the person");
        report.Checked.Should().BeGreaterThan(40);
        (await Broken()).Should().BeEmpty();
        (await Must(new ReadAudit(OrderKey.Of(order), null, null, null, null, 500))).Should().Contain(e => e.Type == "orders.customer-erased.v1" && e.Link != null);
    }

    [Fact]
    public async Task Who_waits_for_goods_or_money_is_not_erased_and_who_is_erased_can_still_be_found_by_number()
    {
        var markers = new Markers();
        await Post("orders", Order(markers, "W-9", "C-79"));
        var dear = Order(markers, "W-10", "C-80");
        dear["lines"]![0]!["unitPrice"]!["amount"] = "9000.00";
        await Post("orders", dear);
        await Quiet();
        (await Tables(markers.Root)).Should().Be("orders.people", "flows that wait, tasks and scores hold ids");
        var open = await Post("customers:erase", new JsonObject { ["channel"] = Channel, ["customerId"] = "C-79" });
        var order = (await Post("customers:export", new JsonObject { ["email"] = markers.Of("email").ToUpperInvariant() })).Answer.GetProperty("items").EnumerateArray()
            .Single(o => o.GetProperty("externalId").GetString() == "W-9");
        var nobody = await Post("customers:erase", new JsonObject { ["channel"] = Channel, ["customerId"] = "C-0" });
        var vague = await Post("customers:erase", new JsonObject { ["channel"] = Channel });

        open.Status.Should().Be(HttpStatusCode.Conflict);
        open.Answer.GetProperty("code").GetString().Should().Be("orders.customer-busy");
        order.GetProperty("name").GetString().Should().Be(markers.Of("name"));
        order.GetProperty("shipTo").GetString().Should().Be(markers.Of("shipTo"));
        nobody.Answer.GetProperty("code").GetString().Should().Be("orders.customer-unknown");
        vague.Answer.GetProperty("code").GetString().Should().Be("request.invalid");

        await Must(new CancelOrder(new(order.GetProperty("orderId").GetGuid()), "not wanted"));
        await Quiet();
        (await Post("customers:erase", new JsonObject { ["orderId"] = order.GetProperty("orderId").GetString() })).Status.Should().Be(HttpStatusCode.OK);
        var left = (await Post("customers:export", new JsonObject { ["channel"] = Channel, ["customerId"] = "C-79" })).Answer.GetProperty("items")[0];
        left.GetProperty("name").ValueKind.Should().Be(JsonValueKind.Null);
        left.GetProperty("erasedAt").ValueKind.Should().Be(JsonValueKind.String);
    }

    /// <summary>Sold, shipped, delivered, one unit sent back and refunded, all of it in the books.</summary>
    private async Task<OrderId> WholeLife(Markers markers, string number, string customer)
    {
        var placed = await Post("orders", Order(markers, number, customer));
        placed.Status.Should().Be(HttpStatusCode.Created, placed.Text);
        var id = new OrderId(placed.Answer.GetProperty("id").GetGuid());
        await Quiet();
        await Must(new ShipOrder(id));
        await Quiet();
        foreach (var fulfilment in (await Must(new GetOrder(id))).Fulfilments)
        {
            await Must(new DeliverFulfilment(fulfilment.Id));
        }

        await Quiet();
        var back = await Must(new RequestReturn(id, [new(1, null, 1, "too small")]));
        await Must(new ReceiveReturn(back.Id, Guid.CreateVersion7(), "DC-1"));
        await Must(new InspectReturnLine(back.Id, 1, "new"));
        await Must(new DisposeReturnLine(back.Id, 1, "restock"));
        await Quiet();
        (await Must(new GetOrder(id))).Payments.Sum(p => p.Refunded.MinorUnits).Should().BePositive();
        (await Ask.One<long>(database.OwnerConnectionString, "select count(*) from sandbox_erp.documents where state = 'posted'")).Should().BePositive();
        return id;
    }

    /// <summary>The same person's order as a channel sends it, and a message about it that nobody can map.</summary>
    private async Task TellInbox(Markers markers, string number, int customer)
    {
        const string Hush = "hush-hush-hush";
        (await Post("integrations/sources", new JsonObject { ["name"] = "shop", ["adapter"] = "shopify", ["channel"] = Channel, ["secret"] = Hush })).Status.Should().Be(HttpStatusCode.Created);
        async Task Tell(string topic, JsonObject message)
        {
            var body = Encoding.UTF8.GetBytes(message.ToJsonString());
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/channels/shop/" + topic) { Content = new ByteArrayContent(body) };
            request.Headers.Add("X-Shopify-Hmac-SHA256", Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(Hush), body)));
            using var answer = await http.SendAsync(request);
            answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
        }

        var order = new JsonObject
        {
            ["id"] = number,
            ["currency"] = "GBP",
            ["email"] = markers.Of("email"),
            ["customer"] = new JsonObject { ["id"] = customer, ["first_name"] = markers.Of("first") },
            ["shipping_address"] = new JsonObject { ["name"] = markers.Of("name"), ["address1"] = markers.Of("shipTo"), ["phone"] = markers.Of("phone") },
            ["note"] = markers.Of("note"),
            ["line_items"] = new JsonArray(new JsonObject { ["sku"] = "LAMP", ["quantity"] = 1, ["price"] = "2.50" }),
        };
        await Tell("orders/create", order);
        order["line_items"]![0]!["sku"] = markers.Root;
        order["total_price"] = markers.Of("total");
        await Tell("orders/updated", order);
        await Eventually.Holds(
            async () => await Ask.One<long>(database.OwnerConnectionString, "select count(*) from integration.inbox where state = 'received'") == 0, TimeSpan.FromSeconds(30), "the inbox rests");
        await Quiet();
        var placed = (await Must(new ListOrders(null, 1, Channel, number))).Single();
        await Must(new CancelOrder(placed.Id, "not wanted"));
        await Quiet();
    }

    /// <summary>Requests that come to nothing leave nothing either.</summary>
    private async Task Refused(Markers markers)
    {
        var otherPayload = Order(markers, "W-1", "C-77");
        otherPayload["customer"]!["shipTo"] = markers.Root + " moved";
        var badEmail = Order(markers, "W-3", "C-77");
        badEmail["customer"]!["email"] = markers.Root + " without an at";
        var unknownItem = Order(markers, "W-4", "C-77");
        unknownItem["lines"]![0]!["sku"] = "NOTHING";
        var unknownMember = Order(markers, "W-5", "C-77");
        unknownMember["customer"]!["phone"] = markers.Root;

        (await Post("orders", otherPayload)).Status.Should().Be(HttpStatusCode.Conflict);
        (await Post("orders", badEmail)).Status.Should().Be(HttpStatusCode.BadRequest);
        (await Post("orders", unknownItem)).Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await Post("orders", unknownMember)).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    private static JsonObject Order(Markers markers, string number, string customer)
    {
        var order = markers.Body("PlaceOrder");
        order["channel"] = Channel;
        order["externalId"] = number;
        order["currency"] = "GBP";
        order["customer"]!["id"] = customer;
        order["lines"] = new JsonArray(new JsonObject { ["sku"] = "LAMP", ["quantity"] = 2, ["unitPrice"] = new JsonObject { ["amount"] = "2.50", ["currency"] = "GBP" } });
        return order;
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer, string Text)> Post(string operation, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/" + operation) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, JsonElement.Parse(text), text);
    }

    private async Task<T> Must<T>(MediatR.IRequest<Result<T>> request) => (await app.Services.GetRequiredService<RequestRunner>().Run(new Caller.System("test"), request)).Value;

    private Task Quiet()
    {
        var (engine, deliveries) = (app.Services.GetRequiredService<EngineWatch>(), app.Services.GetRequiredService<Deliveries>());
        async Task<bool> NothingWaits() => (await engine.Look()).IsQuiet && await deliveries.AreDone();
        return Eventually.Holds(async () => await NothingWaits() && await NothingWaits(), TimeSpan.FromSeconds(60), "nothing is left to do");
    }

    private async Task<List<string>> Broken()
    {
        var broken = new List<string>();
        await foreach (var result in app.Services.GetRequiredService<Verification>().Check(null, null))
        {
            broken.AddRange(result.Examples.Select(e => $"{result.Id}: {e}"));
        }

        return broken;
    }

    /// <summary>Every table of every schema, each row as text, also where its bytes would say it.</summary>
    private Task<string> Tables(string words) => Ask.One<string>(
        database.OwnerConnectionString,
        """
        select coalesce(string_agg(t.table_schema || '.' || t.table_name, ' ' order by t.table_schema, t.table_name), '')
        from information_schema.tables t
        where t.table_type = 'BASE TABLE' and t.table_schema not in ('pg_catalog', 'information_schema')
          and xpath_exists('/table/row', query_to_xml(format('select 1 from %I.%I r where r::text ~* %L', t.table_schema, t.table_name, $1 || '|' || encode(convert_to($1, 'UTF8'), 'hex')), false, false, ''))
        """, words);

    /// <summary>Files of the data folder that say it. The database's own cluster is not among them here; its tables are searched above.</summary>
    private List<string> Files(string words) =>
        [.. Directory.EnumerateFiles(settings.DataFolder, "*", SearchOption.AllDirectories).Where(f => Read(f).Contains(words, StringComparison.OrdinalIgnoreCase))];

    private static string Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    /// <summary>A word that stands nowhere else, in every personal field of an operation's body.</summary>
    private sealed class Markers(string root = "zq7marker")
    {
        public string Root => root;

        public string Of(string member) => member == "email" ? $"{root}.{member}@example.org" : $"{root} {member}";

        public JsonObject Body(string operation)
        {
            var body = new JsonObject();
            var fields = TextFields.Classified().Where(f => f.Value == "personal" && f.Key.StartsWith(operation + ".", StringComparison.Ordinal)).Select(f => f.Key).ToList();
            fields.Should().NotBeEmpty();
            foreach (var path in fields.Select(f => f.Split('.')[1..]))
            {
                path.Should().NotContain(p => p.Contains("[]", StringComparison.Ordinal), "lists of people are new here: teach this test to fill them");
                var at = body;
                foreach (var step in path[..^1])
                {
                    at = (JsonObject)(at[step] ??= new JsonObject());
                }

                at[path[^1]] = Of(path[^1]);
            }

            return body;
        }
    }

    [Fact]
    public void Each_operation_that_takes_personal_data_is_one_that_the_marker_test_sends() =>
        TextFields.Classified().Where(f => f.Value == "personal").Select(f => f.Key.Split('.')[0]).Distinct().Should().BeEquivalentTo(
            ["PlaceOrder", "ExportCustomer"], "a marker has to go through every one of them");
}
