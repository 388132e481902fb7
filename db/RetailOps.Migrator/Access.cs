using Microsoft.Extensions.Logging;

using Npgsql;

namespace RetailOps.Migrator;

/// <summary>Finds or makes the database and both logins, and holds the application's login down to what it may.</summary>
internal sealed partial class Access(MigratorOptions options, ILogger log)
{
    public required NpgsqlConnectionStringBuilder Owner { get; init; }

    public required NpgsqlConnectionStringBuilder App { get; init; }

    /// <summary>Both connection strings, complete; nothing is asked of a server yet.</summary>
    public static Access Of(MigratorOptions options, ILogger log)
    {
        var owner = options.AdminConnectionString is { } admin
            ? LoginOf(MigratorOptions.Parse(admin, "administrator's"), options.AdminsDatabase!, options.OwnerName ?? $"{options.AdminsDatabase}_owner", options.OwnerPassword ?? Logins.NewPassword())
            : MigratorOptions.Parse(options.OwnerConnectionString!, "owner's");
        if (string.IsNullOrEmpty(owner.Database))
        {
            throw new MigrationException("The owner's connection string names no database: add Database=….");
        }

        var app = options.AppConnectionString is { } given
            ? MigratorOptions.Parse(given, "application's")
            : LoginOf(owner, owner.Database, options.AppName ?? $"{owner.Database}_app", options.AppPassword ?? Derived(owner, options));
        if (app.Username == owner.Username)
        {
            throw new MigrationException($"Owner and application are the same login, {app.Username}: the application must not own what it works on. Give it a login of its own.");
        }

        return new Access(options, log) { Owner = owner, App = app };
    }

    /// <summary>The database exists and the owner can reach it. An administrator makes the logins on the way.</summary>
    public async Task PrepareAsync(CancellationToken ct)
    {
        if (options.AdminConnectionString is null)
        {
            await CreateDatabaseByOwnerAsync(ct);
            return;
        }

        var admin = MigratorOptions.Parse(options.AdminConnectionString, "administrator's");
        await using var server = await Sql.OpenAsync(admin, string.IsNullOrEmpty(admin.Database) ? "postgres" : null, ct);
        await Turn.TakeAsync(server, options.Patience, ct);
        await Logins.EnsureAsync(server, Owner, ct);
        await Logins.EnsureAsync(server, App, ct);
        if (!await ExistsAsync(server, ct))
        {
            // An administrator that is no superuser may give a database only to a role it can act as.
            if (!await server.AskAsync<bool>("select rolsuper from pg_catalog.pg_roles where rolname = current_user", ct))
            {
                await server.ExecuteAsync($"grant {Sql.Quote(Owner.Username!)} to current_user", ct);
            }

            await CreateAsync(server, ct);
        }

        await using var database = await Sql.OpenAsync(admin, Owner.Database, ct);
        await HoldDownAsync(database, ct);
    }

    /// <summary>The application's login exists and is no more than a login. Called inside the turn, on the owner's connection.</summary>
    public async Task SecureAsync(NpgsqlConnection owner, CancellationToken ct)
    {
        if (options.AdminConnectionString is null && options.AppConnectionString is null)
        {
            await MakeAppLoginAsync(owner, ct);
        }

        if (!await Logins.OpensAsync(App, ct))
        {
            throw new MigrationException($"The server does not let the application's login {App.Username} in: correct its name or password in RETAILOPS_DB.");
        }

        var tooMuch = await owner.AskAsync<bool>(
            """
            select r.rolsuper or r.rolcreaterole or r.rolcreatedb or pg_has_role(r.oid, current_user, 'member') or pg_has_role(r.oid, 'pg_write_all_data', 'member')
            from pg_catalog.pg_roles r where r.rolname = $1
            """, ct, App.Username!);
        if (tooMuch)
        {
            throw new MigrationException(
                $"The application's login {App.Username} is an administrator, or belongs to the owner {Owner.Username}: nothing would be append-only for it. " +
                "Give the application a login without such rights.");
        }

        if (options.AdminConnectionString is null)
        {
            await HoldDownAsync(owner, ct);
        }
    }

    private static string Derived(NpgsqlConnectionStringBuilder owner, MigratorOptions options) =>
        string.IsNullOrEmpty(owner.Password)
            ? throw new MigrationException(
                "RETAILOPS_DB holds no password, so the application's cannot be derived from it: set RETAILOPS_DB_OWNER to the owner's connection string and RETAILOPS_DB to the application's.")
            : Logins.Derive(owner.Password, owner.Database!, options.AppName ?? $"{owner.Database}_app");

    private static NpgsqlConnectionStringBuilder LoginOf(NpgsqlConnectionStringBuilder like, string database, string name, string password) =>
        new(like.ConnectionString) { Database = database, Username = name, Password = password };

    private async Task<bool> ExistsAsync(NpgsqlConnection server, CancellationToken ct) =>
        await server.AskAsync<bool>("select exists (select from pg_catalog.pg_database where datname = $1)", ct, Owner.Database!);

    private async Task CreateDatabaseByOwnerAsync(CancellationToken ct)
    {
        try
        {
            await using var there = await Sql.OpenAsync(Owner, null, ct);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await using var server = await Sql.OpenAsync(Owner, "postgres", ct);
            await CreateAsync(server, ct);
        }
    }

    private async Task CreateAsync(NpgsqlConnection server, CancellationToken ct)
    {
        try
        {
            // template0: nobody is ever connected to it, and it takes any encoding.
            await server.ExecuteAsync($"create database {Sql.Quote(Owner.Database!)} owner {Sql.Quote(Owner.Username!)} template template0 encoding 'UTF8'", ct);
            LogDatabaseMade(log, Owner.Database!);
        }
        catch (PostgresException raced) when (raced.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another host made it a moment ago: that is what was wanted.
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new MigrationException(
                $"There is no database {Owner.Database}, and {Owner.Username} may not make it. An administrator runs: " +
                $"create database {Sql.Quote(Owner.Database!)} owner {Sql.Quote(Owner.Username!)} template template0 encoding 'UTF8';", refused);
        }
    }

    private async Task MakeAppLoginAsync(NpgsqlConnection owner, CancellationToken ct)
    {
        try
        {
            await Logins.EnsureAsync(owner, App, ct);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new MigrationException(
                $"{Owner.Username} may not make or change the application's login {App.Username}. An administrator runs: " +
                $"create role {Sql.Quote(App.Username!)} login password '…'; (alter role, if it exists) " +
                "and you set RETAILOPS_DB_OWNER to the connection string that is now in RETAILOPS_DB, and RETAILOPS_DB to the one of that login. " +
                $"Or, to let the migrator do it: alter role {Sql.Quote(Owner.Username!)} createrole;", refused);
        }
    }

    /// <summary>Every database lets everybody make temporary tables, and old ones tables in public. Only its owner can change that.</summary>
    private async Task HoldDownAsync(NpgsqlConnection by, CancellationToken ct)
    {
        var (database, app) = (Sql.Quote(Owner.Database!), Sql.Quote(App.Username!));
        (string Holds, string Cure)[] checks =
        [
            ("select not has_database_privilege($1, current_database(), 'connect')", $"grant connect on database {database} to {app}"),
            ("select has_database_privilege($1, current_database(), 'temporary')", $"revoke temporary on database {database} from public, {app}"),
            ("select has_database_privilege($1, current_database(), 'create')", $"revoke create on database {database} from public, {app}"),
            ("select exists (select from pg_catalog.pg_namespace n where n.nspname = 'public' and has_schema_privilege($1, n.oid, 'create'))", $"revoke create on schema public from public, {app}"),
        ];
        foreach (var (holds, cure) in checks)
        {
            if (!await by.AskAsync<bool>(holds, ct, App.Username!))
            {
                continue;
            }

            try
            {
                await by.ExecuteAsync(cure, ct);
            }
            catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                // The answer is read below: without any right the server refuses, with some it only warns.
            }

            if (await by.AskAsync<bool>(holds, ct, App.Username!))
            {
                LogTooMuch(log, App.Username!, cure);
            }
        }

        // Two hosts or databases side by side: only the database's own row is ever touched, and only once.
        if (options.AdminConnectionString is not null && !await by.AskAsync<bool>("select has_database_privilege($1, current_database(), 'create')", ct, Owner.Username!))
        {
            await by.ExecuteAsync($"grant create, connect on database {database} to {Sql.Quote(Owner.Username!)}", ct);
        }
    }

    [LoggerMessage(6901, LogLevel.Information, "Made the database {Database}")]
    private static partial void LogDatabaseMade(ILogger log, string database);

    [LoggerMessage(6902, LogLevel.Warning, "The login {App} may more than it should and this login cannot change it; an administrator runs: {Statement}")]
    private static partial void LogTooMuch(ILogger log, string app, string statement);
}
