using Npgsql;

namespace RetailOps.Migrator;

/// <summary>One run at a time per database: hosts that start at once migrate once. Given back with the session, so a killed host blocks nobody.</summary>
internal static class Turn
{
    // "RetailOp" in ASCII: a key nobody else is likely to use.
    private const long Key = 0x52657461696C4F70;

    public static async Task TakeAsync(NpgsqlConnection connection, TimeSpan patience, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"select pg_catalog.pg_advisory_lock({Key})", connection)
        {
            CommandTimeout = Math.Max(1, (int)patience.TotalSeconds),
        };
        try
        {
            await command.ExecuteNonQueryAsync(ct);
        }
        catch (NpgsqlException late) when (late.InnerException is TimeoutException)
        {
            throw new MigrationException(
                $"Another host has been migrating for {patience.TotalMinutes:0} minutes. Look at pg_stat_activity for what it waits for; start this one again when it is done.", late);
        }
    }
}
