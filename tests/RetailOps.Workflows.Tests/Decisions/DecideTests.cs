using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

public sealed class DecideTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Theory]
    [InlineData("25000", 0, "review", 2)]
    [InlineData("19999.99", 70, "review", 1)]
    [InlineData("19999.99", 69, "accept", 3)]
    public async Task A_flow_leaves_by_the_outcome_of_the_product_s_table(string total, int points, string way, int row)
    {
        await bench.Publish("flow", Flow($"({{ total: '{total}', points: {points}, channel: 'web' }})"));

        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        (await bench.Ask<string>("select string_agg(activity_id, ' ') from workflows.journal where activity_id in ('review', 'accept') and event = 'Completed'")).Should().Be(way);
        (await bench.Ask<string>("select data::jsonb->>'table' || ' ' || (data->>'version') || ' ' || (data->>'rows') || ' ' || key from platform.events where type = 'workflows.decision-made.v1'"))
            .Should().Be($"order-review 1 [{row}] k-1");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Flows_that_share_a_commit_decide_each_for_itself()
    {
        await bench.Publish("flow", Flow("({ total: 1, points: 1, channel: 'web' })"));
        for (var i = 0; i < 20; i++)
        {
            await bench.Say(Began.Name, $"k-{i}");
        }

        await bench.Run();

        (await bench.Ask<long>("select count(distinct key) from platform.events where type = 'workflows.decision-made.v1'")).Should().Be(20);
        (await bench.Count("instances", "finished is not null")).Should().Be(20);
    }

    [Fact]
    public async Task What_the_table_cannot_read_is_an_incident()
    {
        await bench.Publish("flow", Flow("({ total: 'much' })"));

        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        (await bench.Ask<string>("select message from workflows.incidents")).Should().Contain("decisions.inputs-invalid").And.Contain("'total' is a number");
    }

    [Fact]
    public async Task Modules_ask_the_live_version_which_changes_without_a_restart()
    {
        var decisions = bench.Of<IDecisions>();
        var inputs = JsonElement.Parse("""{"total":50,"points":0,"channel":"web"}""");
        var before = decisions.Evaluate("order-review", inputs);
        var (ada, bob) = (Person(), Person());
        var strict = JsonElement.Parse("""
            {"hitPolicy":"first","inputs":[{"name":"total","type":"number"}],"outputs":[{"name":"outcome","type":"text","values":["Review","Accept"]}],
             "rows":[{"when":{"total":">= 50"},"then":{"outcome":"Review"}},{"then":{"outcome":"Accept"}}]}
            """);

        await bench.Host.Requests.Run(ada, new ProposeDocument("decision", "order-review", strict, "Christmas."));
        var proposed = decisions.Evaluate("order-review", inputs);
        await bench.Host.Requests.Run(bob, new DecideDocument("decision", "order-review", 2, Approve: true));
        var after = decisions.Evaluate("order-review", inputs);

        (before.Version, before.Result.GetProperty("outcome").GetString()).Should().Be((1, "Accept"));
        proposed.Version.Should().Be(1);
        (after.Version, after.Result.GetProperty("outcome").GetString()).Should().Be((2, "Review"));
        after.Rows.Should().Equal(1);
    }

    [Fact]
    public async Task A_table_is_tried_before_it_is_proposed_and_nothing_is_recorded()
    {
        var inputs = JsonElement.Parse("""{"total":20000,"points":0,"channel":"web"}""");

        var live = await bench.Host.Send(new EvaluateDecision("order-review", inputs, null, null));
        var content = await bench.Host.Send(new EvaluateDecision("order-review", inputs, null, JsonElement.Parse("""
            {"hitPolicy":"first","inputs":[{"name":"total","type":"number"}],"outputs":[{"name":"outcome","type":"text","values":["Review","Accept"]}],"rows":[{"then":{"outcome":"Accept"}}]}
            """)));
        var faulty = await bench.Host.Send(new EvaluateDecision("order-review", inputs, null, JsonElement.Parse("{}")));
        var blind = await bench.Host.Send(new EvaluateDecision("order-review", JsonElement.Parse("{}"), null, null));
        var unknown = await bench.Host.Send(new EvaluateDecision("nobody", inputs, null, null));

        live.Value.Result.GetProperty("outcome").GetString().Should().Be("Review");
        (content.Value.Version, content.Value.Result.GetProperty("outcome").GetString()).Should().Be((0, "Accept"));
        faulty.Refusal!.Code.Should().Be("decisions.invalid");
        blind.Refusal!.Code.Should().Be("decisions.inputs-invalid");
        unknown.Refusal!.Code.Should().Be("documents.unknown");
        (await bench.Ask<long>("select count(*) from platform.events where type = 'workflows.decision-made.v1'")).Should().Be(0);
    }

    private static Caller.Person Person() => new(Guid.NewGuid(), new HashSet<string> { "documents.propose", "documents.approve" });

    private static Drawing Flow(string inputs) => new Drawing()
        .Add("start", "Elsa.Event", ("eventName", Began.Name), ("canStartWorkflow", true))
        .Add("decide", "RetailOps.Decide", ("decision", "order-review"), ("inputs", "js:" + inputs))
        .Line("review", "A person looks.").Line("accept", "Straight on.")
        .Connect("start → decide").Connect("decide:Review → review").Connect("decide:Accept → accept");
}
