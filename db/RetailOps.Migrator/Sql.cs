using Npgsql;

namespace RetailOps.Migrator;

internal static class Sql
{
    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A session of its own: locks and settings must not outlive the run in a pool.</summary>
    public static async Task<NpgsqlConnection> OpenAsync(NpgsqlConnectionStringBuilder to, string? database, CancellationToken ct)
    {
        var own = new NpgsqlConnectionStringBuilder(to.ConnectionString) { Pooling = false, CommandTimeout = 0, Multiplexing = false };
        own.Database = database ?? own.Database;
        var connection = new NpgsqlConnection(own.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch (Exception failure)
        {
            await connection.DisposeAsync();
            if (failure is NpgsqlException and not PostgresException)
            {
                throw new MigrationException($"No PostgreSQL answers at {to.Host}:{to.Port}: see that it runs and that the connection string names its host and port. {failure.Message}", failure);
            }

            throw;
        }
    }

    public static async Task ExecuteAsync(this NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task<T?> AskAsync<T>(this NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteScalarAsync(ct) is T answer ? answer : default;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
