using System.Security.Cryptography;
using System.Text;

using Npgsql;

using RetailOps.Migrator;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>
/// The database of this host, brought to this version. Three ways: the embedded server, a database whose owner we are given (the
/// migrator makes the app's login), or one with both logins.
/// </summary>
internal sealed class DatabaseSetup : IAsyncDisposable
{
    private const string EmbeddedDatabase = "retailops";

    private readonly EmbeddedServer? server;

    private DatabaseSetup(EmbeddedServer? server, MigrationReport report)
    {
        this.server = server;
        Report = report;
    }

    /// <summary>What the migration did, and the connection strings of both logins.</summary>
    public MigrationReport Report { get; }

    /// <summary>Ends when the embedded server is lost for good and the host must be started again; never for a server of somebody else.</summary>
    public Task Lost => server?.Lost ?? new TaskCompletionSource().Task;

    /// <exception cref="EmbeddedServerException">The embedded server cannot be had.</exception>
    /// <exception cref="MigrationException">The database cannot be brought to this version.</exception>
    /// <param name="settings">Say which server.</param>
    /// <param name="log">Where the migration logs.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="database">Another database of that server than the usual one; made when it is missing. Null for the usual one.</param>
    public static async Task<DatabaseSetup> Open(HostSettings settings, ILogger log, CancellationToken ct, string? database = null)
    {
        if (MigratorOptions.FromSettings(In(settings.Database, database), In(settings.DatabaseOwner, database)) is { } given)
        {
            return new(null, await Migrate(given, log, ct));
        }

        var server = await EmbeddedServer.JoinAsync(new EmbeddedServerOptions { DataFolder = settings.DataFolder }, log, ct);
        try
        {
            var options = MigratorOptions.ForAdmin(server.OwnerConnectionString, database ?? EmbeddedDatabase) with { OwnerPassword = OwnersPassword(server.OwnerConnectionString) };
            return new(server, await Migrate(options, log, ct));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string? In(string? connectionString, string? database)
    {
        if (string.IsNullOrWhiteSpace(connectionString) || database is null)
        {
            return connectionString;
        }

        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString) { Database = database }.ConnectionString;
        }
        catch (ArgumentException)
        {
            // What is wrong with it the migrator says.
            return connectionString;
        }
    }

    private static async Task<MigrationReport> Migrate(MigratorOptions options, ILogger log, CancellationToken ct)
    {
        var report = await Migrations.MigrateAsync(options, log, ct);
        await JobTables.Prepare(report.OwnerConnectionString, report.AppConnectionString, ct);
        return report;
    }

    /// <summary>Hosts on one data folder must agree on it without a place to keep it: derived from the cluster's own password.</summary>
    private static string OwnersPassword(string adminConnection) => Convert.ToHexStringLower(HMACSHA256.HashData(
        Encoding.UTF8.GetBytes(new NpgsqlConnectionStringBuilder(adminConnection).Password!), "retailops owner"u8));
}
