using Hangfire.PostgreSql;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>Hangfire's own schema. Its installer is the only DDL that is not in <c>db/</c>, and runs as the owner like the rest.</summary>
public static class JobTables
{
    internal const string Schema = "hangfire";

    /// <summary>Makes or updates the tables and lets the app's login use them. A second call changes nothing.</summary>
    /// <param name="ownerConnection">The owner login's connection string.</param>
    /// <param name="appConnection">The app login's; only its user name is read.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task Prepare(string ownerConnection, string appConnection, CancellationToken ct)
    {
        var app = new NpgsqlCommandBuilder().QuoteIdentifier(
            new NpgsqlConnectionStringBuilder(appConnection).Username ?? throw new SetupException("The app's connection string names no user."));
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ownerConnection) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);

        // Hosts that start together would install together; the lock ends with the connection, which is not pooled.
        await Execute("select pg_advisory_lock(hashtext('retailops hangfire schema'))");
        PostgreSqlObjectsInstaller.Install(connection, Schema);
        await Execute(
            $"""
            grant usage on schema {Schema} to {app};
            grant select, insert, update, delete on all tables in schema {Schema} to {app};
            grant usage, select on all sequences in schema {Schema} to {app};
            """);

        async Task Execute(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(ct);
        }
    }
}
