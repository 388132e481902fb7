using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>The database that a seed fills: whether it is empty, how large it is, and its statistics.</summary>
internal sealed class SeedTables(string appConnection, string ownerConnection)
{
    // "seed" in ASCII.
    private const long Turn = 0x73_65_65_64;

    private readonly string connection = new NpgsqlConnectionStringBuilder(appConnection) { ApplicationName = "retailops seed", Pooling = false, CommandTimeout = 0, KeepAlive = 10 }.ConnectionString;

    /// <summary>A connection that copies; nobody else seeds as long as it lives.</summary>
    /// <exception cref="SetupException">The database holds a business already, or somebody seeds it.</exception>
    public async Task<NpgsqlConnection> Take(CancellationToken ct)
    {
        var taken = new NpgsqlConnection(connection);
        await taken.OpenAsync(ct);
        try
        {
            await using var question = new NpgsqlCommand(
                """
                select pg_try_advisory_lock($1),
                       exists (select from orders.orders) or exists (select from inventory.items) or exists (select from sandbox_erp.documents) or exists (select from workflows.instances)
                """, taken)
            {
                Parameters = { new() { Value = Turn } },
            };
            await using var reader = await question.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
            return !reader.GetBoolean(0) ? throw new SetupException($"Another process seeds {taken.Database} already.")
                : reader.GetBoolean(1) ? throw new SetupException($"{taken.Database} holds orders, items or flows already, and a history cannot be put before them: seed an empty database.")
                : taken;
        }
        catch
        {
            await taken.DisposeAsync();
            throw;
        }
    }

    /// <summary>Bytes of the whole database: tables, indexes, what is too long for a row, and the catalogue.</summary>
    public async Task<long> Size(CancellationToken ct)
    {
        await using var asking = new NpgsqlConnection(connection);
        await asking.OpenAsync(ct);
        await using var command = new NpgsqlCommand("select pg_database_size(current_database())", asking);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Tells the planner what is there now; only the owner may.</summary>
    public async Task Analyze(CancellationToken ct)
    {
        await using var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ownerConnection) { ApplicationName = "retailops seed", Pooling = false, CommandTimeout = 0 }.ConnectionString);
        await owner.OpenAsync(ct);
        await using var schemas = new NpgsqlCommand(
            """
            select format('analyze %s', string_agg(format('%I.%I', schemaname, tablename), ', ' order by schemaname, tablename))
            from pg_tables where tableowner = current_user and schemaname !~ '^(pg_|information_schema)'
            """, owner);
        await using var analyze = new NpgsqlCommand((string)(await schemas.ExecuteScalarAsync(ct))!, owner);
        await analyze.ExecuteNonQueryAsync(ct);
    }
}
