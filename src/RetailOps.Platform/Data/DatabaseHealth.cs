using Microsoft.Extensions.Diagnostics.HealthChecks;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>Whether the database answers the app's login, and whether it has been migrated at all.</summary>
public sealed class DatabaseHealth(Database database) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var ask = database.Requests.CreateCommand("select to_regclass('platform.watch') is not null and to_regclass('platform.people') is not null");
            return await ask.ExecuteScalarAsync(cancellationToken) is true
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("The database is not migrated: run the verb migrate.");
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.");
        }
    }
}
