using System.Text.Json;

using Npgsql;

namespace RetailOps.Workflows.Tests;

public sealed class ClaimTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Rows_are_looked_up_by_their_keys_even_when_the_plan_is_made_while_all_tables_are_empty()
    {
        await bench.Ask<int>("analyze workflows.stimuli, workflows.bookmarks, workflows.instances, workflows.kept, workflows.in_flight, workflows.triggers, workflows.definitions");

        await using var command = bench.Engine.CreateCommand($"explain (generic_plan, format json) {Claims.GroupSql}");
        command.Parameters.AddRange(new NpgsqlParameter[] { new() { Value = Lane.People }, new() { Value = 32 }, new() { Value = Claims.AloneFrom } });
        var plan = (string)(await command.ExecuteScalarAsync())!;

        using var document = JsonDocument.Parse(plan);
        var scans = Nodes(document.RootElement[0].GetProperty("Plan")).Where(n => n.TryGetProperty("Relation Name", out var of) && of.GetString() is not ("definitions" or "triggers")).ToList();
        scans.Should().HaveCountGreaterThan(8).And.OnlyContain(n => HasIndexCondition(n), plan);
    }

    [Fact]
    public async Task What_is_known_of_others_is_not_read_though_all_tables_were_empty_when_they_were_analysed()
    {
        await bench.Ask<int>("analyze workflows.stimuli, workflows.instances, workflows.bookmarks, workflows.in_flight");
        await bench.Ask<int>(
            "insert into workflows.stimuli (lane, key, kind, name, source_id, dead) select 0, 'dead-' || n, 0, 'test.told.v1', gen_random_uuid(), clock_timestamp() from generate_series(1, 20000) as n");
        await bench.Ask<int>(
            """
            insert into workflows.instances (id, definition_id, version_id, key, start_key, status, revision, state, created, updated)
            select gen_random_uuid(), 'other', 'other:1', 'other-' || n, 'other:' || n, 0, 1, '', now(), now() from generate_series(1, 20000) as n
            """);
        await Queue([.. Enumerable.Range(0, 40).Select(n => (Lane.People, $"well-{n}"))]);

        var before = await Read();
        while (await bench.Of<BurstExecutor>().RunGroup(Lane.People, default) > 0)
        {
        }

        (await bench.Ask<int>("select count(*)::int from workflows.stimuli where dead is null")).Should().Be(0);
        (await Read() - before).Should().BeLessThan(4_000);

        async Task<long> Read()
        {
            await bench.Ask<string>("select pg_stat_force_next_flush()::text");
            return await bench.Ask<long>(
                """
                select (select sum(idx_tup_read) from pg_stat_user_indexes where schemaname = 'workflows' and relname in ('stimuli', 'instances'))::bigint
                  + (select sum(seq_tup_read) from pg_stat_user_tables where schemaname = 'workflows' and relname in ('stimuli', 'instances'))::bigint
                """);
        }
    }

    [Fact]
    public async Task One_of_each_key_is_claimed_in_order()
    {
        await Queue((Lane.People, "a"), (Lane.People, "a"), (Lane.People, "b"));

        var first = await ClaimAndFinish(Lane.People, 10);
        var second = await ClaimAndFinish(Lane.People, 10);
        var third = await ClaimAndFinish(Lane.People, 10);

        first.Should().Equal("1 a", "3 b");
        second.Should().Equal("2 a");
        third.Should().BeEmpty();
    }

    [Fact]
    public async Task What_one_has_in_hand_and_what_waits_behind_it_another_leaves_alone()
    {
        await Queue((Lane.People, "a"), (Lane.People, "b"), (Lane.People, "a"), (Lane.People, "c"));
        await using var holder = await bench.Engine.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();

        var held = await Claims.Group(holder, Lane.People, 1, default);
        var rest = await ClaimAndFinish(Lane.People, 10);

        held.Select(s => s.Key).Should().Equal("a");
        rest.Should().Equal("2 b", "4 c");
    }

    [Fact]
    public async Task A_dead_one_and_one_that_pauses_hold_up_their_key_and_no_other()
    {
        await Queue((Lane.People, "dead"), (Lane.People, "dead"), (Lane.People, "paused"), (Lane.People, "paused"), (Lane.People, "well"));
        await bench.Ask<int>("update workflows.stimuli set dead = clock_timestamp() where id = 1");
        await bench.Ask<int>("update workflows.stimuli set not_before = clock_timestamp() + interval '1 hour' where id = 3");

        var claimed = await ClaimAndFinish(Lane.People, 10);

        claimed.Should().Equal("5 well");
    }

    [Fact]
    public async Task When_all_lanes_are_full_they_are_served_8_to_4_to_1()
    {
        await Queue([.. Enumerable.Range(0, 20).SelectMany(n => new[] { (Lane.Bulk, $"bulk-{n}"), (Lane.Timers, $"timer-{n}"), (Lane.People, $"person-{n}") })]);

        var served = new List<string>();
        foreach (var lane in EngineHost.Lanes)
        {
            served.AddRange(await ClaimAndFinish(lane, 1));
        }

        served.GroupBy(s => s.Split(' ', '-')[1]).Select(g => $"{g.Count()} {g.Key}").Should().BeEquivalentTo("8 person", "4 timer", "1 bulk");
    }

    [Fact]
    public async Task A_lane_that_has_nothing_leaves_its_turn_to_the_others()
    {
        await Queue((Lane.People, "a"), (Lane.Timers, "b"));

        var claimed = await ClaimAndFinish(Lane.Bulk, 10);

        claimed.Should().Equal("1 a", "2 b");
    }

    [Fact]
    public async Task What_failed_before_is_left_out_of_groups_and_found_by_itself()
    {
        await Queue((Lane.People, "a"), (Lane.People, "b"));
        await bench.Ask<int>("update workflows.stimuli set attempts = 2 where id = 1");

        var group = await ClaimAndFinish(Lane.People, 10);
        var suspect = await Claims.Suspect(bench.Engine, default);

        group.Should().Equal("2 b");
        suspect.Should().Be(1);
    }

    [Fact]
    public async Task A_note_that_nobody_took_back_shows_that_a_process_ended()
    {
        await Queue((Lane.People, "a"), (Lane.People, "b"));
        await Claims.Note(bench.Engine, Guid.CreateVersion7(), [1], default);

        var ran = await bench.Of<BurstExecutor>().RunGroup(Lane.People, default);

        ran.Should().BePositive();
        (await bench.Ask<string>("select string_agg(attempts::text, ' ' order by id) from workflows.stimuli")).Should().Be("1 0");
        (await bench.Count("in_flight")).Should().Be(0);
    }

    private async Task Queue(params (short Lane, string Key)[] stimuli) => await bench.Ask<int>(
        "insert into workflows.stimuli (lane, key, kind, name, source_id) select l, k, 0, 'test.told.v1', gen_random_uuid() from unnest($1, $2) with ordinality as u (l, k, n) order by n",
        stimuli.Select(s => s.Lane).ToArray(), stimuli.Select(s => s.Key).ToArray());

    private async Task<List<string>> ClaimAndFinish(short lane, int most)
    {
        await using var connection = await bench.Engine.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var claimed = await Claims.Group(connection, lane, most, default);
        await using var done = new NpgsqlCommand("delete from workflows.stimuli where id = any($1)", connection) { Parameters = { new() { Value = claimed.Select(c => c.Id).ToArray() } } };
        await done.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return claimed.ConvertAll(c => $"{c.Id} {c.Key}");
    }

    private static bool HasIndexCondition(JsonElement scan) => scan.TryGetProperty("Index Cond", out _);

    private static IEnumerable<JsonElement> Nodes(JsonElement node) =>
        node.TryGetProperty("Plans", out var plans) ? plans.EnumerateArray().SelectMany(Nodes).Prepend(node) : [node];
}
