using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

using Microsoft.Extensions.Logging.Abstractions;

using Npgsql;

using RetailOps.Migrator;

namespace RetailOps.Testing;

/// <summary>One PostgreSQL for all test processes of a run, and on it a migrated template per version of the SQL files.</summary>
public static partial class TestServer
{
    internal const string OwnerName = "test_owner";
    internal const string AppName = "test_app";
    internal const string Password = "test";

    private const string Variable = "RETAILOPS_TEST_DB";
    private const long TemplateKey = 0x7465737474656D70;

    private static readonly Lazy<Task<string>> Started = new(StartAsync);
    private static readonly Lazy<Task<string>> TemplateMade = new(MakeTemplateAsync);

    /// <summary>An administrator's connection string to the server's own database: <c>RETAILOPS_TEST_DB</c>, or of a server this process started.</summary>
    public static Task<string> AdminConnectionString => Started.Value;

    /// <summary>The name of the template database with all migrations of this build.</summary>
    internal static Task<string> Template => TemplateMade.Value;

    /// <summary>
    /// Drops databases and roles of test processes that are gone; done once before the first database is made. Without force: should a process number mean somebody else on a shared server,
    /// an open session still saves the database.
    /// </summary>
    public static async Task RemoveLeftoversAsync()
    {
        await using var connection = new NpgsqlConnection(await AdminConnectionString);
        await connection.OpenAsync();
        var drops = new List<string>();
        await using (var command = new NpgsqlCommand(
            "select 'database', datname from pg_database where datname like 'test\\_%' union all select 'role', rolname from pg_roles where rolname like 'test\\_%' order by 1", connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var (kind, name) = (reader.GetString(0), reader.GetString(1));
                if (OfRun().Match(name) is { Success: true } run && !IsAlive(int.Parse(run.Groups["pid"].Value, CultureInfo.InvariantCulture)))
                {
                    drops.Add($"drop {kind} if exists {name}");
                }
            }
        }

        foreach (var drop in drops)
        {
            try
            {
                await using var command = new NpgsqlCommand(drop, connection);
                await command.ExecuteNonQueryAsync();
            }
            catch (PostgresException)
            {
                // In use, or another process is sweeping too: the next run tries again.
            }
        }
    }

    /// <summary>Runs statements on the server's own database, each by itself: databases are made and dropped outside transactions.</summary>
    internal static async Task ExecuteAsync(params string[] statements)
    {
        await using var connection = new NpgsqlConnection(await AdminConnectionString);
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 120 };
            await command.ExecuteNonQueryAsync();
        }
    }



    private static async Task<string> StartAsync()
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        var admin = new NpgsqlConnectionStringBuilder(string.IsNullOrWhiteSpace(given) ? await StartEmbedded() : given)
        {
            // All test processes share the server's hundred connections.
            MaxPoolSize = 4,
            ConnectionIdleLifetime = 5,
            ConnectionPruningInterval = 1,
        };
        admin.Database = string.IsNullOrEmpty(admin.Database) ? "postgres" : admin.Database;
        return admin.ConnectionString;
    }

    /// <summary>
    /// The first process makes it, the others wait. Named after the files and the migrator's own build: whatever would make another
    /// database makes another template. Half-made ones, of a process that died, are no templates yet and are made again.
    /// </summary>
    private static async Task<string> MakeTemplateAsync()
    {
        var build = typeof(Migrations).Assembly.ManifestModule.ModuleVersionId;
        var name = $"tmpl_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{build} {MigrationScripts.Embedded.Hash}")))[..16]}";
        var admin = await AdminConnectionString;
        await RemoveLeftoversAsync();

        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(admin) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"select pg_advisory_lock({TemplateKey})", connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();

        command.CommandText = $"select exists (select from pg_database where datname = '{name}' and datistemplate)";
        if (await command.ExecuteScalarAsync() is true)
        {
            return name;
        }

        await ExecuteAsync($"drop database if exists {name} with (force)");
        var options = MigratorOptions.ForAdmin(admin, name) with { OwnerName = OwnerName, OwnerPassword = Password, AppName = AppName, AppPassword = Password };
        await Migrations.MigrateAsync(options, NullLogger.Instance, CancellationToken.None);

        // A session on a template makes every clone wait and then fail. The migrator leaves none; this keeps the curious out.
        await ExecuteAsync($"alter database {name} with allow_connections false is_template true");
        return name;
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex("^test_(?<pid>[0-9]{1,9})_[0-9a-z_]+$", RegexOptions.ExplicitCapture)]
    private static partial Regex OfRun();
}
