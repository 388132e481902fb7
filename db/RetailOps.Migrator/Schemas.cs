using Npgsql;

namespace RetailOps.Migrator;

/// <summary>What must stand before the first script: the schemas, the journal, and rights that tables made later are born with.</summary>
internal static class Schemas
{
    public static async Task PrepareAsync(NpgsqlConnection owner, string appName, MigrationScripts scripts, CancellationToken ct)
    {
        var app = Sql.Quote(appName);
        await using var transaction = await owner.BeginTransactionAsync(ct);
        await EnsureSchemaAsync(owner, "platform", ct);
        await owner.ExecuteAsync(
            """
            create table if not exists platform.schema_versions (
              script   text primary key,
              checksum text not null,
              applied  timestamptz not null default now()
            );
            create table if not exists platform.app_login (
              only_one boolean primary key default true check (only_one),
              name     text not null
            );
            """, ct);
        await owner.ExecuteAsync(
            "insert into platform.app_login (name) values ($1) on conflict (only_one) do update set name = excluded.name where app_login.name <> excluded.name", ct, appName);

        // Functions are everybody's unless this is said before they are made; it holds for the owner's functions in every schema.
        await owner.ExecuteAsync("alter default privileges revoke execute on functions from public", ct);
        foreach (var schema in scripts.Select(s => s.Schema).Distinct())
        {
            await EnsureSchemaAsync(owner, schema, ct);
            await owner.ExecuteAsync(
                $"""
                grant usage on schema {schema} to {app};
                alter default privileges in schema {schema} grant select, insert, update, delete on tables to {app};
                alter default privileges in schema {schema} grant usage, select on sequences to {app};
                """, ct);
        }

        var isNewHere = await owner.AskAsync<bool>(
            """
            select to_regprocedure('platform.regrant()') is not null
               and not (has_table_privilege($1, 'platform.schema_versions', 'select') and has_table_privilege($1, to_regclass('platform.table_limits'), 'select'))
            """, ct, appName);
        if (isNewHere)
        {
            await owner.ExecuteAsync("select platform.regrant()", ct);
        }

        await transaction.CommitAsync(ct);
    }

    // "create schema if not exists" asks for the right to create even when there is nothing to create.
    private static async Task EnsureSchemaAsync(NpgsqlConnection owner, string schema, CancellationToken ct)
    {
        if (!await owner.AskAsync<bool>("select exists (select from pg_catalog.pg_namespace where nspname = $1)", ct, schema))
        {
            await owner.ExecuteAsync($"create schema {schema}", ct);
        }
    }
}
