using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Intelligence.Tests;

public sealed class ScoreTests : IAsyncLifetime
{
    private readonly string subject = OrderKey.Of(OrderId.New());
    private readonly Guid attempt = Guid.NewGuid();
    private TestDatabase database = null!;
    private TestHost host = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        host = await TestHost.StartAsync(database.AppConnectionString, new() { Workflows = false });
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task A_score_is_the_sum_of_its_reasons_and_is_recorded_with_what_went_in()
    {
        var result = await host.Must(Risky());

        result.Should().BeEquivalentTo(new { Points = 85m, Model = "order-risk:1" });
        result.Reasons.Select(r => (r.Reason, r.Points)).Should().StartWith([("a guest", 20m), ("a guest with a large total", 20m)]);
        result.Reasons.Sum(r => r.Points).Should().Be(85);
        var recorded = (await host.Must(new ListScoreDecisions(subject, null, null, 10))).Should().ContainSingle().Subject;
        recorded.Should().BeEquivalentTo(new { Model = "order-risk:1", Subject = subject, Attempt = attempt, Points = 85m, result.Reasons });
        recorded.Features.EnumerateObject().Select(f => f.Name).Should().BeEquivalentTo("total", "isGuest", "valuePerUnit");
        (await host.Must(new GetScoreDecision(recorded.Id))).Should().BeEquivalentTo(recorded, o => o.ComparingByMembers<ScoreDecision>().Excluding(d => d.Features));
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_second_call_answers_as_the_first_even_when_another_version_rules()
    {
        var first = await host.Must(Risky());
        await Publish("""{"features":[{"name":"total","type":"number","optional":true}],"rules":[{"reason":"any total","points":3,"when":{"total":"not(null)"}}]}""");

        var second = await host.Must(Risky());
        var next = await host.Must(Risky() with { Attempt = Guid.NewGuid() });

        second.Should().BeEquivalentTo(first);
        (next.Points, next.Model).Should().Be((3m, "order-risk:2"));
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Called_often_at_once_it_is_one_decision()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => host.Send(Risky())));

        answers.Should().OnlyContain(a => a.IsSuccess && a.Value.Points == 85);
        (await host.Must(new ListScoreDecisions(subject, "order-risk", null, 10))).Should().ContainSingle();
        (await Ask.One<long>(database.OwnerConnectionString, "select count(*) from platform.events where type = 'intelligence.subject-scored.v1'")).Should().Be(1);
    }

    [Fact]
    public async Task What_is_missing_or_unreadable_counts_as_unknown_and_an_unknown_model_is_refused()
    {
        var nothing = await host.Must(new Score("order-risk", subject, Guid.NewGuid(), Features("{}")));
        var rubbish = await host.Must(new Score("order-risk", subject, Guid.NewGuid(), Features("""{"total":"much","isGuest":"perhaps"}""")));
        var unknown = await host.Send(new Score("nobody", subject, attempt, Features("{}")));
        var missing = await host.Send(new GetScoreDecision(Guid.NewGuid()));

        nothing.Points.Should().Be(10);
        rubbish.Points.Should().Be(10);
        unknown.Refusal!.Code.Should().Be("intelligence.unknown-model");
        missing.Refusal!.Code.Should().Be("intelligence.unknown-decision");
    }

    [Fact]
    public async Task The_sum_stays_within_0_and_100()
    {
        await Publish("""{"features":[{"name":"n","type":"whole"}],"rules":[{"reason":"a","points":90,"when":{"n":"> 0"}},{"reason":"b","points":90,"when":{"n":"> 1"}},{"reason":"c","points":-50,"when":{"n":"< 0"}}]}""");

        (await host.Must(new Score("order-risk", subject, Guid.NewGuid(), Features("""{"n":2}""")))).Points.Should().Be(100);
        (await host.Must(new Score("order-risk", subject, Guid.NewGuid(), Features("""{"n":-1}""")))).Points.Should().Be(0);
    }

    [Theory]
    [InlineData("""{"features":[],"rules":[]}""", "features", "rules")]
    [InlineData("""{"features":[{"name":"n","type":"whole"}],"rules":[{"reason":"a","points":1,"when":{"m":"> 0"}},{"reason":"a","points":0,"when":{}}]}""", "rules[1].reason", "rules[1].points", "rules[1].when")]
    [InlineData("""{"features":[{"name":"n","type":"whole"}],"rules":[{"reason":"a","points":1,"when":{"m":"> 0"}},{"reason":"b","points":2,"when":{"n":"> x"}}]}""", "rules[0].when.m", "rules[1].when.n")]
    [InlineData("""{"features":[{"name":"n","type":"whole"}],"rules":[{"reason":"a","points":1,"when":{"n":"> 0"}}],"tests":[{"name":"t","features":{"n":1},"points":2}]}""", "tests[0]")]
    [InlineData("""{"features":[{"name":"n","type":"wide"}],"rules":[]}""", "features[0].type")]
    public async Task A_model_with_faults_cannot_be_proposed(string content, params string[] paths)
    {
        var proposed = await host.Send(new ProposeDocument("score-model", "other", JsonElement.Parse(content), "Why."));

        proposed.Refusal!.Code.Should().Be("documents.invalid");
        ((IReadOnlyList<RequestFault>)proposed.Refusal.Details!).Select(f => f.Field).Should().BeEquivalentTo(paths);
    }

    [Fact]
    public async Task Orders_that_are_placed_together_are_scored_in_their_flows()
    {
        await Flow.Publish(host.Services, new Flow("scored").StartsWith("orders.order-placed.v1")
            .Step("score", "RetailOps.Score", ("features", "js:({ total: getPlaced().total.amount, isGuest: getPlaced().customerId == null, secret: 'x' })")).Wait("ship", "orders.order-shipped.v1"));
        await host.Stock("LAMP", 0);
        var orders = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => host.Place($"S-{i}", ("LAMP", 1))));

        await host.Quiet();

        foreach (var order in orders)
        {
            var decision = (await host.Must(new ListScoreDecisions(OrderKey.Of(order), null, null, 10))).Should().ContainSingle().Subject;
            decision.Points.Should().Be(decision.Features.GetProperty("isGuest").GetBoolean() ? 20 : 0);
            decision.Features.TryGetProperty("secret", out _).Should().BeFalse();
        }

        (await host.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("update intelligence.decisions set points = points - 1")]
    [InlineData("update intelligence.decisions set version = 9")]
    [InlineData("delete from intelligence.decisions")]
    [InlineData("delete from platform.events where type = 'intelligence.subject-scored.v1'")]
    public async Task Damage_to_what_was_recorded_is_found(string damage)
    {
        await host.Must(Risky());
        (await host.Broken()).Should().BeEmpty();

        await Ask.Do(database.OwnerConnectionString, damage);

        (await host.Broken()).Should().Contain(b => b.StartsWith("I7f:", StringComparison.Ordinal));
    }

    private static Dictionary<string, JsonElement> Features(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;

    private Score Risky() => new("order-risk", subject, attempt, Features("""{"total":"5400.00","isGuest":true,"valuePerUnit":900,"email":"ada@example.org"}"""));

    private async Task Publish(string content)
    {
        var proposed = await host.Must(new ProposeDocument("score-model", "order-risk", JsonElement.Parse(content), "Why."));
        var other = new Caller.Person(Guid.NewGuid(), new HashSet<string> { "documents.approve" });
        (await host.Requests.Run(other, new DecideDocument("score-model", "order-risk", proposed.Version, Approve: true))).IsSuccess.Should().BeTrue();
    }
}
