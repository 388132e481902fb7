using System.Collections.Concurrent;
using System.Text.Json;

using RetailOps.Integration;
using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Returns.Tests;

/// <summary>The activities as a flow draws them, with the engine's own rights.</summary>
public sealed class RefundFlowTests(FlowShop flows) : IClassFixture<FlowShop>
{
    [Fact]
    public async Task A_small_refund_is_granted_and_paid_and_its_credit_memo_is_what_the_erp_reads()
    {
        var came = await flows.Shop.Inspected(await flows.Shop.Sold("C-small", ("LAMP", 3, 1_000)), (1, 2));
        await flows.Shop.Host.Quiet();

        var refund = (await flows.Shop.Must(flows.Shop.Agent, new GetReturn(came.Id))).Refunds.Single();
        var memo = Keep.Of("document", $"return/{came.Id}").Deserialize<ErpDocument>(ApiJson.Options)!;

        refund.Status.Should().Be("settled");
        memo.Should().BeEquivalentTo(new ErpDocument(
            "CreditMemo", refund.Id, $"return/{came.Id}", "C-small", new DateOnly(2026, 3, 2), "GBP", [new("goods", new("LAMP"), 2, new(2_000, "GBP"), new(0, "GBP"))],
            Payments: [new("account", new(2_000, "GBP"))]));
        memo.Key.Should().Be($"credit-memo/{refund.Id}/1");
    }

    [Fact]
    public async Task A_large_refund_asks_and_goes_on_under_its_own_key_when_it_was_answered()
    {
        var came = await flows.Shop.Inspected(await flows.Shop.Sold("C-large", ("SOFA", 1, 30_000)), (1, 1));
        await flows.Shop.Host.Quiet();
        var asked = Keep.Of("approval", $"return/{came.Id}");
        var due = Keep.Of("due", $"return/{came.Id}");

        var open = await flows.Shop.Must(flows.Shop.Agent, new ListTasks(null, "refund-approval", $"refund/{asked.GetProperty("refundId").GetGuid()}", null, 10));
        await flows.Shop.Must(ReturnsFixture.PersonOf(Roles.Finance), new DecideApproval(asked.GetProperty("id").GetGuid(), true));
        var done = await flows.Shop.Must(flows.Shop.Agent, new GetTask(open.Single().Id));
        await flows.Shop.Host.Quiet();

        done.Should().BeEquivalentTo(new { Status = "completed", Outcome = "Approved" });
        asked.GetProperty("tier").GetInt32().Should().Be(1);
        asked.GetProperty("amount").GetProperty("amount").GetString().Should().Be("300.00");
        due.GetDateTimeOffset().Should().Be(flows.Shop.Clock.GetUtcNow().AddHours(24));
        (await flows.Shop.Must(flows.Shop.Agent, new GetReturn(came.Id))).Status.Should().Be("refunded");
    }

    [Fact]
    public async Task A_refund_that_a_person_refused_is_not_paid_and_given_up()
    {
        var came = await flows.Shop.Inspected(await flows.Shop.Sold("C-refused", ("SOFA", 1, 30_000)), (1, 1));
        await flows.Shop.Host.Quiet();

        await flows.Shop.Must(ReturnsFixture.PersonOf(Roles.Finance), new DecideApproval(Keep.Of("approval", $"return/{came.Id}").GetProperty("id").GetGuid(), false, "Worn"));
        await flows.Shop.Host.Quiet();

        var closed = await flows.Shop.Must(flows.Shop.Agent, new GetReturn(came.Id));
        closed.Status.Should().Be("closed");
        Keep.Of("refusal", $"refund/{closed.Refunds.Single().Id}").GetString().Should().Be("returns.not-approved");
        (await flows.Shop.One<string>("select void_reason from returns.refunds where return_id = $1", came.Id)).Should().Be("Nobody agreed");
    }

    [Fact]
    public async Task A_return_without_worth_is_an_outcome_of_its_own()
    {
        var came = await flows.Shop.Inspected(await flows.Shop.Sold("C-free", ("GIFT", 1, 0)), (1, 1));

        await flows.Shop.Host.Quiet();

        Keep.Of("refusal", $"return/{came.Id}").GetString().Should().Be("returns.nothing-to-refund");
    }

    [Fact]
    public async Task A_sundry_credit_is_posted_to_the_sundry_account()
    {
        var refund = await flows.Shop.Must(ReturnsFixture.PersonOf(Roles.Finance), new GrantSundryCredit("CR-flow", new(1_500, "GBP"), "Late delivery"));

        await flows.Shop.Host.Quiet();

        Keep.Of("document", $"refund/{refund.Id}").Deserialize<ErpDocument>(ApiJson.Options).Should().BeEquivalentTo(new ErpDocument(
            "CreditMemo", refund.Id, "CR-flow", null, new DateOnly(2026, 3, 2), "GBP", [new("sundry", null, 1, new(1_500, "GBP"), new(0, "GBP"), "Late delivery")]));
    }
}

/// <summary>Remembers what a flow says, by word and key.</summary>
[Activity("Test.Keep")]
public sealed class Keep : Activity
{
    private static readonly ConcurrentDictionary<(string What, string Key), JsonElement> Kept = new();

    [Input]
    public Input<string> What { get; init; } = new();

    [Input]
    public Input<JsonElement> Value { get; init; } = new();

    public static JsonElement Of(string what, string key) => Kept[(what, key)];

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        Kept[(context.Get(What)!, context.CorrelationId!)] = context.Get(Value);
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The shop with an engine and the flows of these tests.</summary>
public sealed class FlowShop : IAsyncLifetime
{
    public ReturnsFixture Shop { get; } = new() { Engine = new() { Poll = TimeSpan.FromMilliseconds(50) } };

    public async Task InitializeAsync()
    {
        await Shop.InitializeAsync();
        var folder = Directory.CreateTempSubdirectory("flows-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "a.json"), Definition(
            "returned",
            "returns.return-inspected.v1",
            """
            {"id":"grant","type":"RetailOps.GrantRefund","version":1,"returnId":{"typeName":"Guid","expression":{"type":"JavaScript","value":"getData().returnId"}},
             "refundId":{"typeName":"Object","memoryReference":{"id":"v-Refund"}},"refusal":{"typeName":"Object","memoryReference":{"id":"v-Refusal"}}},
            {"id":"ask","type":"RetailOps.OpenApproval","version":1,"refundId":{"typeName":"Guid","expression":{"type":"JavaScript","value":"getRefund()"}},
             "approval":{"typeName":"Object","memoryReference":{"id":"v-Approval"}},"dueAt":{"typeName":"Object","memoryReference":{"id":"v-Due"}}},
            {"id":"pay","type":"RetailOps.ExecuteRefund","version":1,"refundId":{"typeName":"Guid","expression":{"type":"JavaScript","value":"getRefund()"}},
             "document":{"typeName":"Object","memoryReference":{"id":"v-Document"}}},
            {"id":"void","type":"RetailOps.VoidRefund","version":1,"refundId":{"typeName":"Guid","expression":{"type":"JavaScript","value":"getRefund()"}},
             "reason":{"typeName":"String","expression":{"type":"Literal","value":"It could not be paid"}}},
            """,
            [("begin", "Done", "grant"), ("pay", "Refused", "void"), ("grant", "Granted", "pay"), ("grant", "NeedsApproval", "ask"), ("grant", "Refused", "k-refusal"), ("pay", "Executed", "k-document"), ("ask", "Done", "k-approval"), ("k-approval", "Done", "k-due")]));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "b.json"), Definition(
            "asked",
            "returns.approval-opened.v1",
            """
            {"id":"task","type":"RetailOps.Task","version":1,"kind":{"typeName":"String","expression":{"type":"Literal","value":"refund-approval"}},
             "title":{"typeName":"String","expression":{"type":"Literal","value":"Approve a refund"}},"outcomes":{"typeName":"Object","expression":{"type":"Literal","value":"[\"Approved\",\"Rejected\"]"}}},
            {"id":"pay","type":"RetailOps.ExecuteRefund","version":1,"document":{"typeName":"Object","memoryReference":{"id":"v-Document"}}},
            {"id":"anyway","type":"RetailOps.ExecuteRefund","version":1,"refusal":{"typeName":"Object","memoryReference":{"id":"v-Refusal"}}},
            {"id":"void","type":"RetailOps.VoidRefund","version":1,"reason":{"typeName":"String","expression":{"type":"Literal","value":"Nobody agreed"}}},
            """,
            [("begin", "Done", "task"), ("task", "Approved", "pay"), ("pay", "Executed", "k-document"), ("task", "Rejected", "anyway"), ("anyway", "Refused", "k-refusal"), ("k-refusal", "Done", "void")]));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "c.json"), Definition(
            "credited",
            "returns.refund-granted.v1",
            """
            {"id":"sundry","type":"Elsa.FlowDecision","version":1,"condition":{"typeName":"Boolean","expression":{"type":"JavaScript","value":"getData().kind == 'sundry'"}}},
            {"id":"pay","type":"RetailOps.ExecuteRefund","version":1,"document":{"typeName":"Object","memoryReference":{"id":"v-Document"}}},
            """,
            [("begin", "Done", "sundry"), ("sundry", "True", "pay"), ("pay", "Executed", "k-document")]));
        await Flow.Import(Shop.Host.Services, folder.FullName);
        folder.Delete(recursive: true);
    }

    public Task DisposeAsync() => Shop.DisposeAsync();

    private static string Definition(string id, string startsWith, string steps, (string From, string Port, string To)[] lines)
    {
        string[] words = ["Data", "Refund", "Refusal", "Approval", "Due", "Document"];
        var variables = words.Select(w => """{"id":"v-@","name":"@","typeName":"Object"}""".Replace("@", w, StringComparison.Ordinal));
        var keeps = words.Where(w => lines.Any(l => l.To == "k-" + w.ToLowerInvariant())).Select(w =>
            """
            {"id":"k-#","type":"Test.Keep","version":1,"what":{"typeName":"String","expression":{"type":"Literal","value":"#"}},
             "value":{"typeName":"Object","expression":{"type":"Variable","value":{"id":"v-@","name":"@"}}}}
            """.Replace("@", w, StringComparison.Ordinal).Replace("#", w.ToLowerInvariant(), StringComparison.Ordinal));
        var connections = lines.Select(l => $$"""{"source":{"activity":"{{l.From}}","port":"{{l.Port}}"},"target":{"activity":"{{l.To}}","port":"In"} }""");
        return """
            {"id":"@id-1","definitionId":"@id","version":1,"name":"@id","variables":[@variables],"inputs":[],"outputs":[],"options":{},
             "root":{"id":"Flowchart1","type":"Elsa.Flowchart","version":1,"activities":[
               {"id":"begin","type":"Elsa.Event","version":1,"customProperties":{"canStartWorkflow":true},"eventName":{"typeName":"String","expression":{"type":"Literal","value":"@event"}},
                "result":{"typeName":"Object","memoryReference":{"id":"v-Data"}}},
               @steps
               @keeps],
              "connections":[@connections]}}
            """
            .Replace("@id", id, StringComparison.Ordinal)
            .Replace("@variables", string.Join(',', variables), StringComparison.Ordinal)
            .Replace("@event", startsWith, StringComparison.Ordinal)
            .Replace("@steps", steps, StringComparison.Ordinal)
            .Replace("@keeps", string.Join(',', keeps), StringComparison.Ordinal)
            .Replace("@connections", string.Join(',', connections), StringComparison.Ordinal);
    }
}
