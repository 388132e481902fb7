using Microsoft.Extensions.DependencyInjection;

using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>What the owner of the database does to the log, and how it is found: nobody may do more than he.</summary>
public sealed class TamperingTests
{
    // Rows by the order in which they were linked.
    private const string Nth = "(select i from platform.chain c, unnest(c.ids) with ordinality u (i, n) order by c.sequence, n offset {0} limit 1)";

    public static TheoryData<string, string, int> Deeds => new()
    {
        { "changed", "update platform.events set data = '{\"said\":\"otherwise\"}' where id = {3}", 3 },
        { "changed", "update platform.events set actor = 'client:somebody-else' where id = {4}", 4 },
        { "changed", "update platform.events set recorded = recorded + interval '1 microsecond' where id = {0}", 0 },
        { "missing", "delete from platform.events where id = {5}", 5 },
        { "missing", "delete from platform.events where id = {9}", 9 },
        { "changed", "update platform.events e set data = jsonb_set(o.data, '{n}', '1') from platform.events o where e.id = {2} and o.id = {6}", 2 },
        { "reordered", "update platform.events e set xact = case e.id when {1} then b.xact else a.xact end from platform.events a, platform.events b where a.id = {1} and b.id = {2} and e.id in ({1}, {2})", 1 },
    };

    [Theory]
    [MemberData(nameof(Deeds))]
    public async Task The_first_row_that_is_not_as_it_was_linked_is_named(string kind, string deed, int row)
    {
        await using var ledger = await LedgerOfFacts.Open(4);
        await ledger.LinkAll();
        foreach (var later in Enumerable.Range(4, 6))
        {
            await ledger.Happen($"thing/{later}");
        }

        await ledger.LinkAll();
        var linked = await ledger.Linked();
        (await ledger.Verify()).Broken.Should().Be(0);

        await ledger.Tamper(Enumerable.Range(0, 10).Aggregate(deed, (sql, n) => sql.Replace($"{{{n}}}", Nth.Replace("{0}", n.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal), StringComparison.Ordinal)));

        var first = (await ledger.Verify()).Findings[0];
        first.Kind.Should().Be(kind);
        first.Event.Should().Be(linked[row]);
    }

    [Fact]
    public async Task A_row_that_was_put_between_others_is_named()
    {
        await using var ledger = await LedgerOfFacts.Open(3);
        await ledger.LinkAll();

        await ledger.Tamper("insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data, xact) select '01900000-0000-7000-8000-000000000001', 'x.y.v1', now(), 'client:test', 'thing/forged', 1, 'k', '{}', (select min(xact) from platform.events)");

        (await ledger.Verify()).Findings.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Kind = "inserted", Event = Guid.Parse("01900000-0000-7000-8000-000000000001") });
    }

    [Fact]
    public async Task A_row_from_a_transaction_that_is_still_to_come_is_named()
    {
        await using var ledger = await LedgerOfFacts.Open(3);
        await ledger.LinkAll();

        await ledger.Tamper("insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data, xact) select gen_random_uuid(), 'x.y.v1', now(), 'client:test', 'thing/forged', 1, 'k', '{}', (select max(xact) + 1000000 from platform.events)");

        (await ledger.Verify()).Findings.Should().ContainSingle().Which.Kind.Should().Be("inserted");
    }

    [Theory]
    [InlineData("update platform.chain set head = sha256('else') where sequence = 2", 2)]
    [InlineData("update platform.chain set hashes = set_byte(hashes, 5, (get_byte(hashes, 5) + 1) % 256) where sequence = 2", 2)]
    [InlineData("delete from platform.chain where sequence = 2", 2)]
    [InlineData("update platform.chain set total = total + 1 where sequence = 3", 3)]
    public async Task A_link_that_was_changed_or_taken_away_is_named(string deed, long link)
    {
        await using var ledger = await Links(3);

        await ledger.Tamper(deed);

        (await ledger.Verify()).Findings[0].Should().BeEquivalentTo(new { Kind = "link", Link = link });
    }

    [Fact]
    public async Task An_end_that_was_cut_off_is_told_by_the_exported_head()
    {
        await using var ledger = await Links(3);
        var exported = await ledger.Head();

        await ledger.Tamper("delete from platform.events where id = any (select unnest(ids) from platform.chain where sequence > 1); delete from platform.chain where sequence > 1");

        (await ledger.Verify()).Broken.Should().Be(0, "what is left holds together");
        (await ledger.Verify(exported)).Findings.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Kind = "head", Link = 3L });
    }

    [Fact]
    public async Task A_chain_that_was_rewritten_from_the_first_row_on_is_told_by_the_exported_heads()
    {
        await using var ledger = await LedgerOfFacts.Open();
        var exported = new List<ExportedHead>();
        for (var i = 0; i < 3; i++)
        {
            await ledger.Happen($"thing/{i}");
            await ledger.LinkAll();
            exported.Add(await ledger.Head());
        }

        // Whoever can do this recomputes everything as we do.
        await ledger.Tamper("update platform.events set data = '{}' where aggregate = 'thing/1'; delete from platform.chain");
        foreach (var _ in exported)
        {
            await ledger.LinkAll();
        }

        (await ledger.Verify()).Broken.Should().Be(0, "the new chain holds together");
        (await ledger.Verify([.. exported])).Findings[0].Kind.Should().Be("head");
    }

    [Theory]
    [InlineData("I14a", "update platform.chain set head = sha256('else')")]
    [InlineData("I14a", "update platform.chain set sequence = 2")]
    [InlineData("I14b", "update platform.events set actor = 'client:else' where aggregate = 'thing/1'")]
    [InlineData("I14b", "delete from platform.events where aggregate = 'thing/0'")]
    [InlineData("I14c", "delete from platform.chain")]
    public async Task Damage_is_found_by_the_invariant_that_is_there_for_it(string invariant, string damage)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var host = await TestHost.StartAsync(database.AppConnectionString, new() { Workflows = false, Documents = false, Services = s => s.AddSingleton(new AuditOptions { IsLinking = false }) });
        await Ask.Do(database.AppConnectionString, LedgerOfFacts.InsertSql, "thing/0");
        await Ask.Do(database.AppConnectionString, LedgerOfFacts.InsertSql, "thing/1");
        await Ask.Do(database.OwnerConnectionString, "update platform.events set recorded = recorded - interval '20 seconds'");
        await Eventually.Holds(async () => await host.Services.GetRequiredService<AuditChain>().LinkAll() == 2 || (await Broken()).Count == 0, TimeSpan.FromSeconds(30), "both are linked");
        (await Broken()).Should().BeEmpty();

        await Ask.Do(database.OwnerConnectionString, damage);

        (await Broken()).Should().Contain(invariant);

        async Task<List<string>> Broken()
        {
            var broken = new List<string>();
            await foreach (var result in host.Services.GetRequiredService<Verification>().Check(TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(5), null))
            {
                broken.AddRange(result.Examples.Select(_ => result.Id));
            }

            return broken;
        }
    }

    [Fact]
    public async Task A_head_is_written_down_once_and_a_line_that_was_torn_is_passed_over()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("retailops-heads-").FullName, HeadFile.NameFor("shop"));
        var file = new HeadFile(path);
        var now = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
        var head = new ChainHead(7, new byte[32], 3, 21);

        (await file.Append(head, now)).Should().BeTrue();
        (await file.Append(head, now.AddMinutes(1))).Should().BeFalse("nothing has changed");
        await File.AppendAllTextAsync(path, "2026-03-02T09:02:00.000Z 8 00");
        (await file.Append(head with { Sequence = 8, Total = 22 }, now.AddMinutes(2))).Should().BeTrue();
        (await file.Append(head with { Sequence = 8, Total = 22 }, now.AddMinutes(3))).Should().BeFalse();

        file.Read().Select(h => (h.Sequence, h.Total)).Should().Equal((7, 21), (8, 22));
        (await File.ReadAllLinesAsync(path))[0].Should().Be($"2026-03-02T09:00:00.000Z 7 {new string('0', 64)} 21");
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    private static async Task<LedgerOfFacts> Links(int count)
    {
        var ledger = await LedgerOfFacts.Open();
        for (var i = 0; i < count; i++)
        {
            await ledger.Happen($"thing/{i}");
            await ledger.LinkAll();
        }

        return ledger;
    }
}
