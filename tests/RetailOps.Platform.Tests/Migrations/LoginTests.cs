using Npgsql;

using RetailOps.Migrator;

namespace RetailOps.Platform.Tests;

public sealed class LoginTests
{
    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;

    [Fact]
    public async Task The_application_works_on_the_rows_of_an_ordinary_table()
    {
        await using var shop = await Shop.Migrated();

        await Shop.Run(shop.App, "insert into shop.orders (note) values ('a'), ('b')");
        await Shop.Run(shop.App, "update shop.orders set note = 'c' where note = 'a'");
        await Shop.Run(shop.App, "delete from shop.orders where note = 'b'");

        (await Shop.Run(shop.App, "select string_agg(note, ',') from shop.orders")).Should().Be("c");
    }

    [Fact]
    public async Task The_owner_may_do_what_the_application_may_not()
    {
        await using var shop = await Shop.Migrated();
        await Shop.Run(shop.App, "insert into shop.ledger values (1, 1)");

        await Shop.Run(shop.Owner, "update shop.ledger set amount = 2; delete from shop.ledger; alter table shop.orders add column more text; create table shop.later (id int)");

        (await Shop.Refusal(shop.App, "insert into shop.later values (1)")).Should().BeNull();
    }

    [Fact]
    public async Task A_function_of_the_owner_is_the_applications_only_when_granted()
    {
        await using var shop = await Shop.Reserve();
        await shop.Migrate(Shop.Scripts.With("shop/0003_purge.sql",
            """
            create function shop.purge(older int) returns void language sql security definer set search_path = pg_catalog
              as $$ delete from shop.ledger where id < older $$;
            create function shop.secret() returns void language sql security definer set search_path = pg_catalog
              as $$ delete from shop.ledger $$;
            select platform.app_may_call('shop.purge(int)');
            """));
        await Shop.Run(shop.App, "insert into shop.ledger values (1, 1), (2, 2)");

        var secret = await Shop.Refusal(shop.App, "select shop.secret()");
        var purge = await Shop.Refusal(shop.App, "select shop.purge(2)");

        secret.Should().Be(Denied);
        purge.Should().BeNull();
        (await Shop.Run(shop.App, "select count(*) from shop.ledger")).Should().Be(1L);
    }

    [Fact]
    public async Task A_function_with_the_owners_rights_needs_a_fixed_search_path()
    {
        await using var shop = await Shop.Reserve();
        var scripts = Shop.Rights.With("shop/0001_open.sql",
            "create function shop.open() returns int language sql security definer as $$ select 1 $$; select platform.app_may_call('shop.open()');");

        var run = () => shop.Migrate(scripts);

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage("*shop.open() is security definer: declare it with*");
    }

    [Fact]
    public async Task The_owner_alone_makes_the_database_and_the_applications_login()
    {
        await using var shop = await Shop.Reserve();
        await shop.MakeOwner("createdb createrole");

        var reports = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Shop.Migrate(MigratorOptions.ForOwner(shop.Owner) with { Scripts = Shop.Scripts })));

        reports.Select(r => r.AppConnectionString).Distinct().Should().ContainSingle("hosts that start at once agree on the password without a place to keep it");
        (await Shop.Run(reports[0].AppConnectionString, "select current_user::text")).Should().Be(shop.AppName);
        (await Shop.Refusal(reports[0].AppConnectionString, "create temporary table mine (id int)")).Should().Be(Denied);
        new NpgsqlConnectionStringBuilder(reports[0].AppConnectionString).Password.Should().NotBe(Shop.Password);
    }

    [Fact]
    public async Task An_administrator_needs_not_be_a_superuser()
    {
        string name;
        await using (var shop = await Shop.Reserve())
        {
            name = $"{shop.Name}_admin";
            await shop.OnServer($"create role {name} login password '{Shop.Password}' createdb createrole");
            var admin = new NpgsqlConnectionStringBuilder(await Testing.TestServer.AdminConnectionString) { Username = name, Password = Shop.Password }.ConnectionString;

            var report = await Shop.Migrate(MigratorOptions.ForAdmin(admin, shop.Name) with { Scripts = Shop.Scripts });

            (await Shop.Run(report.AppConnectionString, "select current_user::text")).Should().Be(shop.AppName);
            (await Shop.Refusal(report.AppConnectionString, "create temporary table mine (id int)")).Should().Be(Denied);
        }

        await Shop.Run(await Testing.TestServer.AdminConnectionString, $"drop role {name}");
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_named()
    {
        var nowhere = MigratorOptions.ForOwner("Host=127.0.0.1;Port=1;Database=shop;Username=owner;Password=secret");

        var run = () => Shop.Migrate(nowhere);

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage("No PostgreSQL answers at 127.0.0.1:1*");
    }

    [Fact]
    public async Task An_applications_password_that_was_changed_is_set_again()
    {
        await using var shop = await Shop.Migrated();
        await shop.OnServer($"alter role {shop.AppName} password 'other'");

        var report = await shop.Migrate(Shop.Scripts);

        (await Shop.Run(report.AppConnectionString, "select current_user::text")).Should().Be(shop.AppName);
    }

    [Fact]
    public async Task A_password_that_works_is_left_alone()
    {
        await using var shop = await Shop.Migrated();
        var before = await Shop.Run(shop.Admin, $"select rolpassword from pg_authid where rolname = '{shop.AppName}'");

        await shop.Migrate(Shop.Scripts);

        (await Shop.Run(shop.Admin, $"select rolpassword from pg_authid where rolname = '{shop.AppName}'")).Should().Be(before);
    }

    [Fact]
    public async Task An_owner_who_may_not_make_roles_learns_what_an_administrator_runs()
    {
        await using var shop = await Shop.Reserve();
        await shop.MakeOwner("createdb");

        var run = () => Shop.Migrate(MigratorOptions.ForOwner(shop.Owner) with { Scripts = Shop.Scripts });

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage($"*create role \"{shop.AppName}\" login password*RETAILOPS_DB_OWNER*alter role \"{shop.OwnerName}\" createrole*");
    }

    [Fact]
    public async Task An_owner_who_may_not_make_the_database_learns_what_an_administrator_runs()
    {
        await using var shop = await Shop.Reserve();
        await shop.MakeOwner("createrole");

        var run = () => Shop.Migrate(MigratorOptions.ForOwner(shop.Owner) with { Scripts = Shop.Scripts });

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage($"*create database \"{shop.Name}\" owner \"{shop.OwnerName}\"*");
    }

    [Fact]
    public async Task Both_logins_given_need_no_right_to_make_roles()
    {
        await using var shop = await Shop.Reserve();
        await shop.MakeOwner("createdb");
        await shop.OnServer($"create role {shop.AppName} login password '{Shop.Password}'");

        await Shop.Migrate(MigratorOptions.ForOwnerAndApp(shop.Owner, shop.App) with { Scripts = Shop.Scripts });

        (await Shop.Refusal(shop.App, "insert into shop.ledger values (1, 1)")).Should().BeNull();
        (await Shop.Refusal(shop.App, "delete from shop.ledger")).Should().Be(Denied);
    }

    [Fact]
    public async Task An_administrator_is_no_login_for_the_application()
    {
        await using var shop = await Shop.Migrated();

        var run = () => Shop.Migrate(MigratorOptions.ForOwnerAndApp(shop.Owner, shop.Admin) with { Scripts = Shop.Scripts });

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage("*is an administrator*");
    }

    [Fact]
    public async Task The_owner_is_no_login_for_the_application()
    {
        await using var shop = await Shop.Migrated();

        var run = () => Shop.Migrate(MigratorOptions.ForOwnerAndApp(shop.Owner, shop.Owner) with { Scripts = Shop.Scripts });

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage("*are the same login*");
    }

    [Fact]
    public async Task A_wrong_password_of_the_application_is_told_before_anything_runs()
    {
        await using var shop = await Shop.Migrated();
        var wrong = new NpgsqlConnectionStringBuilder(shop.App) { Password = "wrong" }.ConnectionString;

        var run = () => Shop.Migrate(MigratorOptions.ForOwnerAndApp(shop.Owner, wrong) with { Scripts = Shop.Scripts });

        (await run.Should().ThrowAsync<MigrationException>()).WithMessage("*does not let the application's login*RETAILOPS_DB*");
    }

    [Fact]
    public async Task Another_login_for_the_application_gets_what_the_one_before_had()
    {
        await using var other = await Shop.Reserve();
        await using var shop = await Shop.Reserve();
        var scripts = Shop.Scripts.With("shop/0003_count.sql",
            "create function shop.number() returns int language sql as $$ select 7 $$; select platform.app_may_call('shop.number()');")
            .With("shop/0004_secret.sql", "create function shop.secret() returns int language sql as $$ select 8 $$;");
        await shop.Migrate(scripts);
        await Shop.Run(shop.Owner, "grant execute on function shop.secret() to public");      // what a restore without rights leaves

        var report = await Shop.Migrate(shop.Options(scripts) with { AppName = other.AppName });

        (await Shop.Run(report.AppConnectionString, "select current_user::text")).Should().Be(other.AppName);
        (await Shop.Refusal(report.AppConnectionString, "insert into shop.orders (note) values ('a')")).Should().BeNull();
        (await Shop.Run(report.AppConnectionString, "select shop.number()")).Should().Be(7);
        (await Shop.Refusal(report.AppConnectionString, "select shop.secret()")).Should().Be(Denied);
        (await Shop.Refusal(report.AppConnectionString, "delete from shop.ledger")).Should().Be(Denied);
    }

    [Fact]
    public void Settings_decide_who_makes_whom()
    {
        const string one = "Host=h;Database=d;Username=one;Password=secret";
        const string two = "Host=h;Database=d;Username=two;Password=secret";

        var neither = MigratorOptions.FromSettings(null, " ");
        var alone = MigratorOptions.FromSettings(one, null);
        var both = MigratorOptions.FromSettings(one, two);
        var half = () => MigratorOptions.FromSettings("", two);

        neither.Should().BeNull();
        alone!.ToString().Should().Be("for the owner");
        both!.ToString().Should().Be("for owner and application");
        half.Should().Throw<MigrationException>().WithMessage("RETAILOPS_DB_OWNER is set and RETAILOPS_DB is not*");
    }
}
