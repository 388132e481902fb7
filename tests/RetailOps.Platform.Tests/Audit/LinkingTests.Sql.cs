using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>What is linked, by whom, and who may undo it.</summary>
public sealed class LinkingTests
{
    [Fact]
    public async Task A_row_that_commits_later_than_rows_behind_it_is_linked_and_each_once()
    {
        await using var ledger = await LedgerOfFacts.Open();
        await using var slow = new NpgsqlConnection(ledger.App);
        await slow.OpenAsync();
        await using var late = await slow.BeginTransactionAsync();
        await Insert(slow, "thing/late");
        await ledger.Happen("thing/early");

        (await ledger.Chain.LinkAll()).Should().Be(0, "what stands behind an open transaction is not settled");
        (await ledger.Verify()).Unlinked.Should().Be(1);
        await late.CommitAsync();
        (await ledger.LinkAll()).Should().Be(2);
        (await ledger.LinkAll()).Should().Be(0, "there is nothing more");

        (await ledger.Linked()).Should().OnlyHaveUniqueItems().And.HaveCount(2);
        (await ledger.Verify()).Should().BeEquivalentTo(new { Checked = 2L, Broken = 0L, Unlinked = 0L });
    }

    [Fact]
    public async Task A_transaction_that_only_reads_holds_nobody_up_and_one_that_is_rolled_back_leaves_no_gap()
    {
        await using var ledger = await LedgerOfFacts.Open(1);
        await using var reader = new NpgsqlConnection(ledger.App);
        await reader.OpenAsync();
        await using var look = await reader.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using var command = new NpgsqlCommand("select count(*) from platform.events", reader, look);
        await command.ExecuteScalarAsync();
        await using (var undone = new NpgsqlConnection(ledger.App))
        {
            await undone.OpenAsync();
            await using var never = await undone.BeginTransactionAsync();
            await Insert(undone, "thing/never");
            await never.RollbackAsync();
        }

        await ledger.Happen("thing/2");

        (await ledger.LinkAll()).Should().Be(2);
        (await ledger.Verify()).Broken.Should().Be(0);
    }

    [Fact]
    public async Task Hosts_that_link_at_once_while_others_write_and_sessions_are_killed_link_every_row_once()
    {
        await using var ledger = await LedgerOfFacts.Open();
        using var end = new CancellationTokenSource();
        var hosts = Enumerable.Range(0, 3).Select(_ => ledger.Host()).Select(async host =>
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    await host.Link();
                    await Task.Yield();
                }
                catch (Exception e) when (DatabaseTrouble.IsUnavailable(e))
                {
                    // Its session was killed, before or behind its COMMIT.
                }
            }
        }).ToList();
        var killer = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await Ask.Do(ledger.App, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'retailops relay' and datname = current_database() and query like '%insert into platform.chain%' and state <> 'idle' limit 1");
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; i < 50; i++)
            {
                await ledger.Happen($"thing/{writer}-{i}");
            }
        }));
        await end.CancelAsync();
        await Task.WhenAll([.. hosts, killer]);

        await ledger.LinkAll();

        (await ledger.Linked()).Should().OnlyHaveUniqueItems().And.HaveCount(200);
        (await ledger.Verify()).Should().BeEquivalentTo(new { Checked = 200L, Broken = 0L, Unlinked = 0L });
    }

    [Fact]
    public async Task Rows_from_before_the_chain_and_a_transaction_of_more_rows_than_a_link_takes_are_linked()
    {
        await using var ledger = await LedgerOfFacts.Open(3);
        await ledger.Tamper("update platform.events set xact = 0");
        await Ask.Do(ledger.App, $"insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data) select gen_random_uuid(), 'x.y.v1', now(), 'client:test', 'bulk/' || g, 1, 'bulk', '{{}}' from generate_series(1, {AuditChain.Most + 10}) g");

        await Eventually.Holds(async () => await ledger.Chain.Link() is { Rows: AuditChain.Most }, TimeSpan.FromSeconds(30), "the first link is full");
        await ledger.LinkAll();

        (await ledger.Chain.Head())!.Total.Should().Be(AuditChain.Most + 13L);
        (await ledger.Verify()).Should().BeEquivalentTo(new { Checked = AuditChain.Most + 13L, Broken = 0L });
    }

    [Fact]
    public async Task A_history_restored_on_a_server_that_counts_from_below_goes_on()
    {
        await using var ledger = await LedgerOfFacts.Open(5);
        await ledger.LinkAll();
        await ledger.Happen("thing/unlinked");
        var exported = await ledger.Head();
        await ledger.Tamper("update platform.events set xact = xact + 1000000000; update platform.chain set upto_xact = upto_xact + 1000000000");
        await ledger.Happen("thing/after");

        (await ledger.LinkAll()).Should().Be(2);
        await ledger.Happen("thing/later");
        (await ledger.LinkAll()).Should().Be(1);

        (await ledger.Verify(exported)).Should().BeEquivalentTo(new { Checked = 8L, Broken = 0L, Unlinked = 0L, Exported = 1L });
    }

    [Theory]
    [InlineData("update platform.events set data = '{}'")]
    [InlineData("delete from platform.events")]
    [InlineData("truncate platform.events")]
    [InlineData("alter table platform.events add column x int")]
    [InlineData("update platform.chain set rows = rows")]
    [InlineData("delete from platform.chain")]
    [InlineData("truncate platform.chain")]
    [InlineData("update platform.chain_base set base = 1")]
    [InlineData("create or replace function platform.rebase_chain() returns boolean language sql as 'select true'")]
    public async Task The_application_adds_events_and_links_and_can_change_neither(string sql)
    {
        await using var ledger = await LedgerOfFacts.Open(2);
        await ledger.LinkAll();

        var change = () => Ask.Do(ledger.App, sql);

        (await change.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InsufficientPrivilege);
        (await ledger.Verify()).Should().BeEquivalentTo(new { Checked = 2L, Broken = 0L });
    }

    [Fact]
    public async Task A_host_links_what_happens_and_writes_its_heads_down()
    {
        var folder = Directory.CreateTempSubdirectory("retailops-heads-").FullName;
        await using var database = await TestDatabase.CreateAsync();
        await using var host = await TestHost.StartAsync(database.AppConnectionString, new()
        {
            Workflows = false,
            Services = s => s.AddSingleton(new AuditOptions { Pause = TimeSpan.FromMilliseconds(20), ExportEvery = TimeSpan.FromMilliseconds(20), Folder = folder }),
        });
        await Ask.Do(database.AppConnectionString, LedgerOfFacts.InsertSql, "thing/1");

        var heads = host.Services.GetRequiredService<AuditChain>().HeadsIn(folder);
        var total = await Ask.One<long>(database.AppConnectionString, "select count(*) from platform.events");
        await Eventually.Holds(() => Task.FromResult(heads.Read().LastOrDefault()?.Total == total), TimeSpan.FromSeconds(20), "the head of all rows is written down");

        (await host.Services.GetRequiredService<AuditCheck>().Run(heads.Read())).Should().BeEquivalentTo(new { Checked = total, Broken = 0L });
        Directory.Delete(folder, recursive: true);
    }

    private static async Task Insert(NpgsqlConnection connection, string subject)
    {
        await using var command = new NpgsqlCommand(LedgerOfFacts.InsertSql, connection) { Parameters = { new() { Value = subject } } };
        await command.ExecuteNonQueryAsync();
    }
}
