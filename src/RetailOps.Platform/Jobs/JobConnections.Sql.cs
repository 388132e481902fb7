using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>Hangfire's storage, within its share of the written budget of connections.</summary>
internal static class JobConnections
{
    public static JobStorage Storage(string connectionString)
    {
        var options = new PostgreSqlStorageOptions
        {
            SchemaName = JobTables.Schema,
            PrepareSchemaIfNecessary = false,
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = TimeSpan.FromMinutes(5),
            QueuePollInterval = TimeSpan.FromSeconds(1),

            // A killed host leaves its locks behind; the schedule must not stand still for the usual ten minutes.
            DistributedLockTimeout = TimeSpan.FromMinutes(1),
        };
        var limited = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "retailops jobs", MaxPoolSize = 20 }.ConnectionString;
        return new PostgreSqlStorage(new NpgsqlConnectionFactory(limited, options), options);
    }
}
