using Microsoft.Extensions.Logging.Abstractions;

using Npgsql;

using RetailOps.Migrator;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>A database of its own that a test migrates itself, with few files: the platform's rights and two of a shop.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public const string Password = "test";

    private readonly TestDatabase database;
    private readonly string admin;

    private Shop(TestDatabase database, string admin)
    {
        this.database = database;
        this.admin = admin;
    }

    public static MigrationScripts Rights { get; } = MigrationScripts.None.With("platform/0000_logins.sql", MigrationScripts.Embedded.Single(s => s.Name == "platform/0000_logins.sql").Sql);

    public static MigrationScripts Scripts { get; } = Rights
        .With("shop/0001_orders.sql", "create table shop.orders (id int generated always as identity primary key, note text not null);")
        .With("shop/0002_ledger.sql", "create table shop.ledger (id int primary key, amount bigint not null); select platform.append_only('shop.ledger');");

    public string Name => database.Name;

    public string OwnerName => $"{Name}_owner";

    public string AppName => $"{Name}_app";

    public string Owner => database.OwnerConnectionString;

    public string App => database.AppConnectionString;

    public string Admin => database.AdminConnectionString;

    public static async Task<Shop> Reserve() => new(await TestDatabase.ReserveAsync(), await TestServer.AdminConnectionString);

    public static async Task<Shop> Migrated()
    {
        var shop = await Reserve();
        await shop.Migrate(Scripts);
        return shop;
    }

    public MigratorOptions Options(MigrationScripts scripts) =>
        MigratorOptions.ForAdmin(admin, Name) with { OwnerPassword = Password, AppPassword = Password, Scripts = scripts };

    public Task<MigrationReport> Migrate(MigrationScripts scripts) => Migrate(Options(scripts));

    public static Task<MigrationReport> Migrate(MigratorOptions options) => Migrations.MigrateAsync(options, NullLogger.Instance, CancellationToken.None);

    /// <summary>An owner with a password but without the database, as a hosted PostgreSQL hands it out.</summary>
    public Task MakeOwner(string rights) => Run(admin, $"create role {OwnerName} login password '{Password}' {rights}");

    public Task OnServer(string sql) => Run(admin, sql);

    public static async Task<object?> Run(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>The server's code of refusal, or null when it did as told.</summary>
    public static async Task<string?> Refusal(string connectionString, string sql)
    {
        try
        {
            await Run(connectionString, sql);
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
