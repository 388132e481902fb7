using Npgsql;

using RetailOps.Migrator;

namespace RetailOps.Platform.Tests;

public sealed class MigrateTests
{
    [Fact]
    public async Task A_fresh_server_gets_database_logins_and_every_file_in_order()
    {
        await using var shop = await Shop.Reserve();

        var report = await shop.Migrate(Shop.Scripts.With("archive/0001_boxes.sql", "create table archive.boxes (id int)").With("workflows/0001_engine.sql", "create table workflows.runs (id int)"));

        report.Applied.Should().Equal("platform/0000_logins.sql", "workflows/0001_engine.sql", "archive/0001_boxes.sql", "shop/0001_orders.sql", "shop/0002_ledger.sql");
        report.AlreadyApplied.Should().Be(0);
        (await Shop.Run(report.AppConnectionString, "insert into shop.orders (note) values ('first') returning id")).Should().Be(1);
        (await Shop.Run(report.OwnerConnectionString, "select count(*) from platform.schema_versions where length(checksum) = 64")).Should().Be(5L);
    }

    [Fact]
    public async Task All_files_of_this_build_apply()
    {
        await using var shop = await Shop.Reserve();

        var report = await shop.Migrate(MigrationScripts.Embedded);

        report.Applied.Should().Equal(MigrationScripts.Embedded.Select(s => s.Name));
    }

    [Fact]
    public async Task A_second_run_does_nothing()
    {
        await using var shop = await Shop.Migrated();

        var second = await shop.Migrate(Shop.Scripts);

        second.Applied.Should().BeEmpty();
        second.AlreadyApplied.Should().Be(3);
        second.Newer.Should().Be(0);
    }

    [Fact]
    public async Task Hosts_that_start_at_once_migrate_once()
    {
        await using var shop = await Shop.Reserve();
        var scripts = Shop.Scripts.With("shop/0003_slow.sql", "select pg_catalog.pg_sleep(0.3); create table shop.slow (id int)");

        var reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.Migrate(scripts)));

        reports.Count(r => r.Applied.Count == 4).Should().Be(1);
        reports.Count(r => r.Applied.Count == 0 && r.AlreadyApplied == 4).Should().Be(3);
    }

    [Fact]
    public async Task Only_what_is_new_is_applied()
    {
        await using var shop = await Shop.Migrated();

        var report = await shop.Migrate(Shop.Scripts.With("shop/0003_more.sql", "alter table shop.orders add column more text"));

        report.Applied.Should().Equal("shop/0003_more.sql");
        report.AlreadyApplied.Should().Be(3);
    }

    [Fact]
    public async Task A_changed_file_stops_the_run_and_is_named()
    {
        await using var shop = await Shop.Migrated();
        var changed = Shop.Scripts.With("shop/0001_orders.sql", "create table shop.orders (id int)").With("shop/0003_more.sql", "create table shop.more (id int)");

        var run = () => shop.Migrate(changed);

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage("*db/shop/0001_orders.sql was changed after it was applied here*next free number*");
        (await Shop.Run(shop.Owner, "select to_regclass('shop.more')::text")).Should().Be(DBNull.Value);
    }

    [Fact]
    public async Task Line_endings_are_no_change()
    {
        await using var shop = await Shop.Reserve();
        await shop.Migrate(Shop.Rights.With("shop/0001_lines.sql", "create table shop.lines (\n  id int\n);\n"));

        var report = await shop.Migrate(Shop.Rights.With("shop/0001_lines.sql", "create table shop.lines (\r\n  id int\r\n);\r\n"));

        report.Applied.Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_that_was_applied_and_is_lost_stops_the_run()
    {
        await using var shop = await Shop.Migrated();

        var run = () => shop.Migrate(Shop.Scripts.Without("shop/0001_orders.sql"));

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage("*db/shop/0001_orders.sql was applied here and is not in this build*");
    }

    [Fact]
    public async Task A_file_that_comes_late_with_a_lower_number_stops_the_run()
    {
        await using var shop = await Shop.Reserve();
        await shop.Migrate(Shop.Scripts.Without("shop/0001_orders.sql"));

        var run = () => shop.Migrate(Shop.Scripts);

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage("*db/shop/0001_orders.sql is new, but higher numbers*");
    }

    [Fact]
    public async Task An_older_build_works_on_a_newer_schema()
    {
        await using var shop = await Shop.Reserve();
        await shop.Migrate(Shop.Scripts.With("shop/0003_more.sql", "create table shop.more (id int)").With("annex/0001_new.sql", "create table annex.new (id int)"));

        var older = await shop.Migrate(Shop.Scripts);

        older.Applied.Should().BeEmpty();
        older.Newer.Should().Be(2);
    }

    [Fact]
    public async Task A_failing_file_is_undone_and_those_before_it_stay()
    {
        await using var shop = await Shop.Reserve();
        var scripts = Shop.Scripts.With("shop/0003_wrong.sql", "create table shop.half (id int); insert into shop.nowhere values (1);");

        var run = () => shop.Migrate(scripts);

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage("*db/shop/0003_wrong.sql failed and was undone*42P01*shop.nowhere*");
        (await Shop.Run(shop.Owner, "select to_regclass('shop.half')::text")).Should().Be(DBNull.Value);
        (await Shop.Run(shop.Owner, "select max(script) from platform.schema_versions")).Should().Be("shop/0002_ledger.sql");
    }

    [Fact]
    public async Task Functions_with_dollar_quotes_and_semicolons_pass_unharmed()
    {
        await using var shop = await Shop.Reserve();

        await shop.Migrate(Shop.Rights.With("shop/0001_words.sql",
            """
            create table shop.words (word text);
            create function shop.put(word text) returns text language plpgsql as $body$
            begin
              insert into shop.words values ($name$it's $this$; and @that :other$name$ || word);
              return (select max(w.word) from shop.words w);
            end
            $body$;
            do $$ begin perform shop.put('!'); end $$;
            create function shop.twice(n int) returns int language sql as 'select n * 2;';
            """));

        (await Shop.Run(shop.Owner, "select word from shop.words")).Should().Be("it's $this$; and @that :other!");
        (await Shop.Run(shop.Owner, "select shop.twice(21)")).Should().Be(42);
    }

    [Fact]
    public async Task A_table_without_a_schema_is_refused()
    {
        await using var shop = await Shop.Reserve();

        var run = () => shop.Migrate(Shop.Rights.With("shop/0001_astray.sql", "create table astray (id int)"));

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage("*db/shop/0001_astray.sql*no schema*");
    }

    [Fact]
    public async Task A_run_that_is_stopped_leaves_no_half_file()
    {
        await using var shop = await Shop.Migrated();
        using var stop = new CancellationTokenSource();
        var scripts = Shop.Scripts.With("shop/0003_long.sql", "create table shop.long (id int); select pg_catalog.pg_sleep(1);");

        var run = Migrations.MigrateAsync(shop.Options(scripts), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, stop.Token);
        await Testing.Eventually.Holds(
            async () => await Shop.Run(shop.Admin, "select count(*) from pg_stat_activity where datname = current_database() and query like '%pg_sleep%' and pid <> pg_backend_pid()") is 1L,
            TimeSpan.FromSeconds(20), "the script runs");
        await stop.CancelAsync();

        await run.Invoking(r => r).Should().ThrowAsync<OperationCanceledException>();
        (await Shop.Run(shop.Owner, "select to_regclass('shop.long')::text")).Should().Be(DBNull.Value);
    }

    [Fact]
    public async Task A_host_that_waits_too_long_for_another_says_so()
    {
        await using var shop = await Shop.Migrated();
        await using var other = new NpgsqlConnection(shop.Owner);
        await other.OpenAsync();
        await using var hold = new NpgsqlCommand($"select pg_advisory_lock({0x52657461696C4F70})", other);
        await hold.ExecuteNonQueryAsync();

        var run = () => Shop.Migrate(shop.Options(Shop.Scripts) with { Patience = TimeSpan.FromSeconds(1) });

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage("Another host has been migrating*");
    }

    [Fact]
    public void Two_files_with_one_number_are_refused()
    {
        var scripts = Shop.Scripts;

        var add = () => scripts.With("shop/0002_other.sql", "select 1");

        add.Should().Throw<MigrationException>().WithMessage("*db/shop/0002_ledger.sql and db/shop/0002_other.sql have the same number*");
    }

    [Theory]
    [InlineData("shop/1_short.sql")]
    [InlineData("shop/0001-dash.sql")]
    [InlineData("Shop/0001_case.sql")]
    [InlineData("0001_no_schema.sql")]
    public void A_file_with_another_form_of_name_is_refused(string name)
    {
        var scripts = MigrationScripts.None;

        var add = () => scripts.With(name, "select 1");

        add.Should().Throw<MigrationException>().WithMessage($"*{name}*NNNN_words.sql*");
    }
}
