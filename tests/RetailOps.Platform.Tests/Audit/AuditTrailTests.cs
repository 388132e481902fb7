using System.Net;
using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>Who did what, as an auditor asks for it over HTTP.</summary>
[Collection(nameof(HostCollection))]
public sealed class AuditTrailTests(HostFixture host)
{
    private static readonly string[] Readers = [Roles.Auditor, Roles.Administrator];

    [Fact]
    public async Task Only_auditors_and_administrators_read_it()
    {
        foreach (var person in host.People)
        {
            using var browser = await SignedIn(person.Name);
            using var trail = await browser.Http.GetAsync("/api/v1/audit");
            using var chain = await browser.Http.GetAsync("/api/v1/audit/chain");

            var expected = Readers.Contains(person.Name) ? HttpStatusCode.OK : HttpStatusCode.Forbidden;
            trail.StatusCode.Should().Be(expected, person.Name);
            chain.StatusCode.Should().Be(expected, person.Name);
        }
    }

    [Fact]
    public async Task Sign_ins_refusals_and_sign_outs_stand_in_it_with_who_when_and_their_link()
    {
        using var wrong = host.Open();
        (await wrong.SignIn(Roles.Leader, "not the password")).Dispose();
        using var leader = await SignedIn(Roles.Leader);
        await leader.SignOut();
        using var auditor = await SignedIn(Roles.Auditor);
        var id = await Ask.One<Guid>(host.ConnectionString, "select id from platform.people where name = 'leader'");

        await Eventually.Holds(
            async () => (await Items(auditor, $"object=person/{id}&limit=500")).All(e => e.GetProperty("link").ValueKind is JsonValueKind.Object), TimeSpan.FromSeconds(30), "all is linked");
        var trail = await Items(auditor, $"object=person/{id}&limit=500");
        var own = await Items(auditor, $"actor=person:{id}&limit=500");

        trail.Select(Type).Should().Contain(["platform.sign-in-refused.v1", "platform.signed-in.v1", "platform.signed-out.v1"]);
        own.Select(Type).Should().Contain(["platform.signed-in.v1", "platform.signed-out.v1"]).And.NotContain("platform.sign-in-refused.v1", "nobody knows who that was");
        own.Should().OnlyContain(e => e.GetProperty("actorName").GetString() == "leader");
        var first = own[0];
        first.GetProperty("link").GetProperty("sequence").GetInt64().Should().BePositive();
        first.GetProperty("link").GetProperty("head").GetString().Should().MatchRegex("^[0-9a-f]{64}$");
        var recorded = first.GetProperty("recordedAt").GetDateTimeOffset();
        (await Items(auditor, $"object=person/{id}&from={Uri.EscapeDataString(recorded.ToString("O"))}&to={Uri.EscapeDataString(recorded.AddMilliseconds(0.001).ToString("O"))}"))
            .Select(e => e.GetProperty("id").GetGuid()).Should().Equal(first.GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task It_is_paged_by_key_without_leaving_anything_out()
    {
        using var auditor = await SignedIn(Roles.Auditor);
        var id = await Ask.One<Guid>(host.ConnectionString, "select id from platform.people where name = 'auditor'");
        (await SignedIn(Roles.Auditor)).Dispose();
        var all = await Items(auditor, $"object=person/{id}&limit=500");

        var paged = new List<Guid>();
        for (string? next = null; ;)
        {
            var page = JsonElement.Parse(await auditor.Http.GetStringAsync($"/api/v1/audit?object=person/{id}&limit=1{(next is null ? "" : "&after=" + next)}"));
            paged.AddRange(page.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("id").GetGuid()));
            if ((next = page.GetProperty("next").GetString()) is null)
            {
                break;
            }
        }

        all.Count.Should().BeGreaterThan(1);
        paged.Take(all.Count).Should().Equal(all.Select(e => e.GetProperty("id").GetGuid()));
    }

    [Theory]
    [InlineData("object=thing", "audit.object")]
    [InlineData("actor=somebody", "audit.actor")]
    [InlineData("actor=engine:order-fulfilment:1", "audit.actor-alone")]
    [InlineData("from=2026-03-02T09:00:00Z&to=2026-03-01T09:00:00Z", "audit.time")]
    public async Task What_cannot_be_answered_says_what_to_ask_instead(string query, string code)
    {
        using var auditor = await SignedIn(Roles.Auditor);

        using var answer = await auditor.Http.GetAsync("/api/v1/audit?" + query);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Should().Contain($"\"{code}\"");
    }

    private static string Type(JsonElement entry) => entry.GetProperty("type").GetString()!;

    private static async Task<List<JsonElement>> Items(Browser browser, string query) =>
        [.. JsonElement.Parse(await browser.Http.GetStringAsync("/api/v1/audit?" + query)).GetProperty("items").EnumerateArray()];

    private async Task<Browser> SignedIn(string name)
    {
        var browser = host.Open();
        (await browser.SignIn(name, host.People.Single(p => p.Name == name).Password)).Dispose();
        return browser;
    }
}

/// <summary>The door tells of what no module tells.</summary>
public sealed class UntoldChangeTests(RequestFixture fixture) : IClassFixture<RequestFixture>
{
    private readonly Caller.Person person = new(Guid.CreateVersion7(), new HashSet<string> { "integration.replay", "test.act" });

    [Fact]
    public async Task A_person_who_discards_a_dead_letter_leaves_a_row_and_one_who_is_refused_none()
    {
        await fixture.Host.Quiet();
        var id = await Ask.One<long>(
            fixture.Host.ConnectionString, "insert into platform.deliveries (event_id, subscriber, key, state, attempts) values (gen_random_uuid(), 'test.nobody', 'k', 2, 8) returning id");

        var discarded = await fixture.Host.Requests.Run(person, new DecideDeadLetter(id, DeadLetterDecision.Discard));
        var again = await fixture.Host.Requests.Run(person, new DecideDeadLetter(id, DeadLetterDecision.Discard));

        discarded.IsSuccess.Should().BeTrue();
        again.IsSuccess.Should().BeFalse();
        (await Ask.All<string>(fixture.Host.ConnectionString, "select type || ' ' || (data->>'request') || ' ' || (data->'ids'->>'Id') || ' ' || (data->'ids'->>'Decision') from platform.events where actor = $1", person.Actor))
            .Should().Equal($"platform.request-granted.v1 DecideDeadLetter {id} Discard");
        await Ask.Do(fixture.Host.ConnectionString, "delete from platform.deliveries where id = $1", id);
    }
}
