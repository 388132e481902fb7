using Npgsql;

namespace RetailOps.Platform;

/// <summary>The client of the Demo's command line. It may more than a system that an administrator makes, and is made nowhere else.</summary>
internal static class DemoClient
{
    /// <summary>Makes it where it is missing, and gives it what this version's command line may.</summary>
    /// <param name="database">Where.</param>
    /// <param name="known">The secret that the data folder knows; null for none.</param>
    /// <returns>A secret that opens it: the known one when it does.</returns>
    public static async Task<string> Ensure(Database database, string? known)
    {
        await using var connection = await database.Requests.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var client = new NpgsqlCommand(
            """
            insert into platform.clients as c (id, name, title, kind, is_public, may_ask, return_to, after_sign_out, generation, revision, created, created_by)
            values ($1, $2, 'The Demo''s command line', 'system', false, $3, '{}', '{}', 1, 0, clock_timestamp(), 'system:demo')
            on conflict (name) do update set may_ask = excluded.may_ask
            returning id
            """, connection, transaction)
        {
            Parameters = { new() { Value = Guid.CreateVersion7() }, new() { Value = Callers.CommandLine }, new() { Value = Permissions.Operational.Order(StringComparer.Ordinal).ToArray() } },
        };
        var id = (Guid)(await client.ExecuteScalarAsync())!;
        await using var hash = new NpgsqlCommand("select s.hash from platform.client_secrets s where s.client_id = $1 order by s.created desc limit 1", connection, transaction)
        {
            Parameters = { new() { Value = id } },
        };
        if (known is not null && await hash.ExecuteScalarAsync() is string kept && ClientSecrets.Fits(kept, known))
        {
            await transaction.CommitAsync();
            return known;
        }

        var secret = ClientSecrets.Make();
        await using var exchange = new NpgsqlCommand(
            """
            with gone as (delete from platform.client_secrets s where s.client_id = $1)
            insert into platform.client_secrets (id, client_id, hash, created) values ($2, $1, $3, clock_timestamp())
            """, connection, transaction)
        {
            Parameters = { new() { Value = id }, new() { Value = Guid.CreateVersion7() }, new() { Value = ClientSecrets.Hash(secret) } },
        };
        await exchange.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return secret;
    }
}
