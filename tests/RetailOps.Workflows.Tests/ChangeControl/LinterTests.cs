using System.Net.Http.Json;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

/// <summary>What the linter says of a drawing, each rule with a drawing that breaks it and one that keeps it.</summary>
public sealed class LinterTests
{
    private const string Began = "orders.order-placed.v1";

    private static readonly ActivityCatalogue Catalogue = new(TestHost.Modules.SelectMany(m => m.GetTypes()).Where(t => t.IsDefined(typeof(ActivityAttribute), inherit: false)));

    private static readonly Linter Linter = new(Catalogue, new FactCatalogue(TestHost.Modules.Select(m => Assembly.Load(m.GetName().Name + ".Contracts")).Append(typeof(GetTask).Assembly), []));

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "workflows"), "*.json").Select(f => Path.GetFileName(f))];

    [Theory, MemberData(nameof(Files))]
    public async Task Our_own_workflows_have_no_error(string file)
    {
        var text = await File.ReadAllBytesAsync(Path.Combine(RepositoryRoot.Find(), "workflows", file));

        Linter.Check(WorkflowCompiler.Compile(WorkflowDefinition.Read(text), Catalogue)).Where(p => p.IsError).Should().BeEmpty();
    }

    [Fact]
    public void A_join_that_waits_for_both_ways_of_a_decision_is_stuck()
    {
        Drawing Joined(string mode) => new Drawing().Add("start", "Elsa.Start").Add("big", "Elsa.FlowDecision", ("condition", "js:true")).Line("a", "a").Line("b", "b").Add("join", "Elsa.FlowJoin", ("mode", mode)).Add("end", "Elsa.End")
            .Connect("start → big").Connect("big:True → a → join → end").Connect("big:False → b → join");

        Errors(Joined("WaitAll")).Should().Equal("join-stuck join");
        Errors(Joined("WaitAny")).Should().BeEmpty();
        Errors(Joined("WaitAllActive")).Should().BeEmpty();
    }

    [Fact]
    public void What_a_drawing_opens_to_everybody_or_gives_away_is_said()
    {
        string[] Of(params (string, object?)[] call) => [.. Linter.Check(new Drawing().Add("in", "Elsa.HttpEndpoint", ("path", "x"), ("policy", "Anonymous"), ("canStartWorkflow", true))
            .Add("call", "Elsa.FlowSendHttpRequest", [("url", "https://example.com/"), .. call]).Connect("in → call").Compile()).Select(p => p.Code)];

        Of(("authorization", "Bearer abc")).Should().Contain(["endpoint-anonymous", "credential-written-out"]);
        Of(("authorization", "Bearer ${secret:x}")).Should().NotContain("credential-written-out");
    }

    [Fact]
    public void A_join_of_two_branches_that_both_run_is_sound()
    {
        var drawing = new Drawing().Add("start", "Elsa.Start").Line("a", "a").Add("big", "Elsa.FlowDecision", ("condition", "js:true")).Line("b", "b").Line("c", "c").Add("any", "Elsa.FlowJoin").Add("join", "Elsa.FlowJoin", ("mode", "WaitAll"))
            .Connect("start → a → join").Connect("start → big").Connect("big:True → b → any → join").Connect("big:False → c → any");

        Errors(drawing).Should().BeEmpty("both ways of the decision lead to the one connection that the join waits for");
    }

    [Fact]
    public void A_join_that_nothing_leads_to_is_an_error() =>
        Errors(new Drawing().Add("start", "Elsa.Start").Line("a", "a").Add("join", "Elsa.FlowJoin").Line("b", "b").Connect("start → a").Connect("join → b").Connect("b → join")).Should().Contain("join-unreachable join");

    [Fact]
    public void A_loop_without_an_end_or_a_wait_is_an_error_and_one_with_an_end_a_warning()
    {
        Errors(new Drawing().Add("start", "Elsa.Start").Line("a", "a").Line("b", "b").Connect("start → a → b → a")).Should().Equal("loop-without-bound b");
        var left = new Drawing().Add("start", "Elsa.Start").Line("a", "a").Add("again", "Elsa.FlowDecision", ("condition", "js:true")).Add("end", "Elsa.End").Connect("start → a → again").Connect("again:True → a").Connect("again:False → end");
        Said(left).Should().Equal("warning loop-without-wait again");
        All(new Drawing().Add("start", "Elsa.Start").Add("rest", "Elsa.Delay", ("timeSpan", "00:01:00")).Line("b", "b").Connect("start → rest → b → rest")).Should().NotContain(p => p.StartsWith("loop", StringComparison.Ordinal));
    }

    [Fact]
    public void An_answer_that_leads_nowhere_is_an_error()
    {
        Drawing Asked(params string[] drawn)
        {
            var drawing = new Drawing().Add("start", "Elsa.Start").Add("ask", "RetailOps.Task", ("kind", "review"), ("title", "Look"), ("outcomes", "js:['Yes', 'No']")).Add("end", "Elsa.End").Connect("start → ask");
            return drawn.Aggregate(drawing, (d, answer) => d.Connect($"ask:{answer} → end"));
        }

        Errors(Asked("Yes")).Should().Equal("wait-no-exit ask");
        Errors(Asked("Yes", "No")).Should().BeEmpty();
        Warnings(Asked("Yes", "No")).Should().Equal("wait-alone ask");
        Warnings(Asked("Yes", "No", "Overdue")).Should().BeEmpty();
    }

    [Fact]
    public void An_event_that_nothing_races_with_or_that_nobody_raises_is_a_warning()
    {
        var drawing = new Drawing().Add("start", "Elsa.Start").Add("ear", "Elsa.Event", ("eventName", "orders.never-heard.v1")).Connect("start → ear");
        var raced = new Drawing().Add("start", "Elsa.Start").Add("ear", "Elsa.Event", ("eventName", Began)).Add("late", "Elsa.Delay").Add("either", "Elsa.FlowJoin").Connect("start → ear → either").Connect("start → late → either");

        Warnings(drawing).Should().BeEquivalentTo("wait-alone ear", "unknown-event ear");
        Warnings(raced).Should().BeEmpty();
    }

    [Fact]
    public void Money_is_not_given_back_unseen()
    {
        var unseen = new Drawing().Add("start", "Elsa.Start").Add("small", "Elsa.FlowDecision", ("condition", "js:true")).Add("ask", "RetailOps.Task", ("outcomes", "js:['Yes']")).Add("pay", "RetailOps.ExecuteRefund").Add("end", "Elsa.End")
            .Connect("start → small").Connect("small:True → pay").Connect("small:False → ask").Connect("ask:Yes → pay").Connect("pay:Executed → end").Connect("pay:Refused → end");
        var seen = new Drawing().Add("start", "Elsa.Start").Add("ask", "RetailOps.Task", ("outcomes", "js:['Yes']")).Add("pay", "RetailOps.ExecuteRefund").Add("end", "Elsa.End")
            .Connect("start → ask").Connect("ask:Yes → pay").Connect("pay:Executed → end").Connect("pay:Refused → end");
        var hidden = new Drawing().Add("start", "Elsa.Start").Add("if", "Elsa.If", ("condition", "js:true"), ("then", JsonNode.Parse("""{"id":"pay","type":"RetailOps.ExecuteRefund","version":1}"""))).Connect("start → if");

        Errors(unseen).Should().Equal("refund-unchecked pay");
        Errors(seen).Should().BeEmpty();
        Errors(hidden).Should().Equal("refund-unchecked pay");
    }

    [Theory]
    [InlineData("Elsa.Event", "returns.return-inspected.v1", true)]
    [InlineData("Elsa.Event", "returns.approval-decided.v1", true)]
    [InlineData("Elsa.Event", "returns.return-requested.v1", false)]
    [InlineData("Elsa.Event", "mine.never-inspected.v1", false)]
    [InlineData("Elsa.PublishEvent", "returns.return-inspected.v1", false)]
    [InlineData("Elsa.ExecuteWorkflow", "my-approval", false)]
    public void Money_follows_from_what_a_fact_declares_and_not_from_what_anything_is_called(string type, string name, bool isSeen)
    {
        var drawing = new Drawing().Add("start", "Elsa.Start").Add("look", type, (type == "Elsa.ExecuteWorkflow" ? "workflowDefinitionId" : "eventName", name)).Add("pay", "RetailOps.ExecuteRefund").Add("end", "Elsa.End")
            .Connect("start → look → pay").Connect("pay:Executed → end").Connect("pay:Refused → end");

        Errors(drawing).Should().Equal(isSeen ? [] : ["refund-unchecked pay"]);
    }

    [Fact]
    public void What_is_allocated_is_taken_over_or_given_back_on_every_way()
    {
        Drawing Allocated(string? partly)
        {
            var drawing = new Drawing().Add("start", "Elsa.Start").Add("allocate", "RetailOps.AllocateOrder").Add("record", "RetailOps.RecordAllocation").Add("release", "RetailOps.ReleaseAllocation").Line("oops", "oops").Add("end", "Elsa.End")
                .Connect("start → allocate").Connect("allocate:Allocated → record").Connect("record:Allocated → end").Connect("record:Backordered → end").Connect("record:Cancelled → end")
                .Connect("allocate:Short → record").Connect("release:Released → end").Connect("release:NotAllocated → end").Connect("oops → end");
            return partly is null ? drawing : drawing.Connect($"allocate:Partly → {partly}");
        }

        Errors(Allocated("oops")).Should().Equal("allocation-unreleased allocate");
        Errors(Allocated("release")).Should().BeEmpty();
        Errors(Allocated("record")).Should().BeEmpty();
    }

    [Fact]
    public void A_posting_without_its_failures_is_an_error_and_one_undrawn_outcome_is_named()
    {
        Drawing Posting() => new Drawing().Add("start", "Elsa.Start").Add("post", "RetailOps.PostDocument").Add("end", "Elsa.End").Connect("start → post").Connect("post:Posted → end").Connect("post:Refused → end").Connect("post:GaveUp → end");

        Errors(Posting()).Should().Equal("posting-unreconciled post");
        Errors(Posting().Connect("post:Contradicted → end")).Should().BeEmpty();
    }

    [Fact]
    public void A_refund_that_is_granted_can_be_given_up()
    {
        var granted = new Drawing().Add("start", "Elsa.Start").Add("grant", "RetailOps.GrantRefund").Add("pay", "RetailOps.ExecuteRefund").Add("end", "Elsa.End")
            .Connect("start → grant").Connect("grant:Granted → pay").Connect("grant:NeedsApproval → end").Connect("grant:Refused → end").Connect("pay:Executed → end").Connect("pay:Refused → end");
        var hold = new Drawing().Add("start", "Elsa.Start").Add("hold", "RetailOps.HoldOrder").Connect("start → hold");

        Errors(granted).Should().Equal("undo-missing grant");
        Said(hold).Should().Equal("warning undo-missing hold");
    }

    [Fact]
    public void An_outcome_that_does_not_exist_is_never_followed() =>
        Warnings(new Drawing().Add("start", "Elsa.Start").Add("hold", "RetailOps.ReleaseHold").Add("end", "Elsa.End").Connect("start → hold").Connect("hold:Free → end").Connect("hold:StillHeld → end").Connect("hold:Vanished → end"))
            .Should().Contain("unknown-outcome hold");

    private static IEnumerable<string> Errors(Drawing drawing) => Check(drawing).Where(p => p.IsError).Select(p => $"{p.Code} {p.ActivityId}").Distinct();

    private static IEnumerable<string> Warnings(Drawing drawing) => Check(drawing).Where(p => !p.IsError).Select(p => $"{p.Code} {p.ActivityId}").Distinct();

    private static IEnumerable<string> All(Drawing drawing) => Check(drawing).Select(p => $"{p.Code} {p.ActivityId}");

    private static IEnumerable<string> Said(Drawing drawing) => Check(drawing).Select(p => $"{(p.IsError ? "error" : "warning")} {p.Code} {p.ActivityId}");

    private static IReadOnlyList<DefinitionProblem> Check(Drawing drawing) => Linter.Check(WorkflowCompiler.Compile(drawing.Definition(), Catalogue));
}

/// <summary>Where the linter speaks.</summary>
public sealed class LinterApiTests(StudioHost studio) : IClassFixture<StudioHost>
{
    private const string Endless = """
        {"definitionId":"endless","name":"Endless","root":{"id":"f","type":"Elsa.Flowchart","version":1,"activities":[{"id":"a","type":"Elsa.WriteLine","version":1},{"id":"b","type":"Elsa.WriteLine","version":1}],
        "connections":[{"source":{"activity":"a","port":"Done"},"target":{"activity":"b","port":"In"}},{"source":{"activity":"b","port":"Done"},"target":{"activity":"a","port":"In"}}]}}
        """;

    [Fact]
    public async Task It_speaks_at_save_and_stops_at_publish()
    {
        var (saved, body) = await studio.Post("/workflow-definitions", new JsonObject { ["model"] = JsonNode.Parse(Endless), ["publish"] = false });
        var (published, errors) = await studio.Post("/workflow-definitions/endless/publish");

        ((int)saved, (int)published).Should().Be((200, 400));
        body!["validationErrors"]!.AsArray().Select(e => e!["code"]!.GetValue<string>()).Should().Contain("loop-without-bound");
        errors!["errors"]!["generalErrors"]![0]!.GetValue<string>().Should().Contain("never left");
    }

    [Fact]
    public async Task It_can_be_asked_without_keeping_anything()
    {
        using var answer = await studio.Http.PostAsync("/api/v1/workflows:lint", new StringContent(Endless, Encoding.UTF8, "application/json"));
        using var nonsense = await studio.Http.PostAsync("/api/v1/workflows:lint", new StringContent("[1]", Encoding.UTF8, "application/json"));
        var problems = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["problems"]!.AsArray();

        problems[0]!.ToJsonString().Should().Contain("\"code\":\"loop-without-bound\"").And.Contain("\"severity\":\"error\"").And.Contain("\"activityId\":\"b\"");
        ((int)nonsense.StatusCode).Should().Be(400);
    }
}
