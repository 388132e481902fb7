using Npgsql;

namespace RetailOps.Platform;

/// <summary>Hangfire's share of the written budget of connections.</summary>
internal static class JobConnections
{
    public static string Limit(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "retailops jobs", MaxPoolSize = 20 }.ConnectionString;
}
