using Npgsql;

namespace RetailOps.Testing;

/// <summary>Looks into a database, or meddles with it, past the product.</summary>
public static class Ask
{
    /// <summary>The first column of all rows.</summary>
    public static async Task<List<T>> All<T>(string connectionString, string sql, params object[] values)
    {
        await using var connection = await Open(connectionString);
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetFieldValue<T>(0));
        }

        return rows;
    }

    /// <summary>The first column of the only row.</summary>
    public static async Task<T> One<T>(string connectionString, string sql, params object[] values) => (await All<T>(connectionString, sql, values)).Single();

    /// <summary>Runs statements.</summary>
    /// <returns>How many rows they changed.</returns>
    public static async Task<int> Do(string connectionString, string sql, params object[] values)
    {
        await using var connection = await Open(connectionString);
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    private static async Task<NpgsqlConnection> Open(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
