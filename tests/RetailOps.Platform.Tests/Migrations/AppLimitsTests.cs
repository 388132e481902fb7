using Npgsql;

namespace RetailOps.Platform.Tests;

/// <summary>What the application's login must not be able to do, all on one database: nothing of it leaves a trace.</summary>
public sealed class AppLimitsTests(AppLimitsTests.Limits limits) : IClassFixture<AppLimitsTests.Limits>
{
    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;

    [Theory]
    [InlineData("create table shop.mine (id int)")]
    [InlineData("create temporary table mine (id int)")]
    [InlineData("create table public.mine (id int)")]
    [InlineData("create schema mine")]
    [InlineData("alter table shop.orders add column mine int")]
    [InlineData("drop table shop.orders")]
    [InlineData("truncate shop.orders")]
    [InlineData("update platform.schema_versions set checksum = ''")]
    [InlineData("delete from platform.table_limits")]
    [InlineData("insert into platform.app_functions values ('x')")]
    [InlineData("update platform.app_login set name = 'x'")]
    [InlineData("select platform.append_only('shop.orders')")]
    [InlineData("select platform.regrant()")]
    public async Task The_application_cannot_change_the_schema_or_its_own_rights(string sql)
    {
        var app = limits.Shop.App;

        var refusal = await Shop.Refusal(app, sql);

        refusal.Should().Be(Denied);
    }

    [Theory]
    [InlineData("update shop.ledger set amount = 2")]
    [InlineData("delete from shop.ledger")]
    [InlineData("truncate shop.ledger")]
    [InlineData("select * from shop.ledger for update")]
    [InlineData("insert into shop.ledger values (1, 2) on conflict (id) do update set amount = 2")]
    public async Task The_application_cannot_change_what_is_append_only(string sql)
    {
        var app = limits.Shop.App;
        await Shop.Run(app, "insert into shop.ledger values (1, 1) on conflict do nothing");

        var refusal = await Shop.Refusal(app, sql);

        refusal.Should().Be(Denied);
        (await Shop.Run(app, "select amount from shop.ledger")).Should().Be(1L);
        (await Shop.Run(app, "select count(*) from platform.append_only_tables where relation = 'shop.ledger'::regclass")).Should().Be(1L);
    }

    public sealed class Limits : IAsyncLifetime
    {
        internal Shop Shop { get; private set; } = null!;

        public async Task InitializeAsync() => Shop = await Platform.Tests.Shop.Migrated();

        public async Task DisposeAsync() => await Shop.DisposeAsync();
    }
}
