using Microsoft.Extensions.Logging.Abstractions;

using Npgsql;

using RetailOps.Migrator;
using RetailOps.Platform;

namespace RetailOps.Bench;

/// <summary>A durable PostgreSQL server that lives as long as the measurement, with what it tells about itself.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private readonly EmbeddedServer server;
    private readonly NpgsqlDataSource watching;

    private BenchServer(string folder, EmbeddedServer server, NpgsqlDataSource watching, int postmaster) =>
        (Folder, this.server, this.watching, Postmaster) = (folder, server, watching, postmaster);

    /// <summary>For all files of the measurement; gone at the end.</summary>
    public string Folder { get; }

    /// <summary>The server's first process.</summary>
    public int Postmaster { get; }

    /// <summary>The superuser, in the database <c>postgres</c>.</summary>
    public string OwnerConnectionString => server.OwnerConnectionString;

    public static async Task<BenchServer> Start(BenchOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("retailops-bench").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        }

        var server = await EmbeddedServer.JoinAsync(
            new EmbeddedServerOptions { DataFolder = DataFolders.Prepare(Path.Combine(folder, "data")), Settings = Statements.Settings(options) }, NullLogger.Instance, CancellationToken.None);
        var watching = NpgsqlDataSource.Create(server.OwnerConnectionString);
        await using var ask = watching.CreateCommand("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int");
        return new(folder, server, watching, (int)(await ask.ExecuteScalarAsync())!);
    }

    /// <summary>A migrated database of this name.</summary>
    public async Task<MigrationReport> Migrate(string database) => await Migrations.MigrateAsync(
        MigratorOptions.ForAdmin(server.OwnerConnectionString, database) with { OwnerPassword = "of a server that lives for a minute" }, NullLogger.Instance, CancellationToken.None);

    /// <summary>The superuser, in a database.</summary>
    public string Superuser(string database) => new NpgsqlConnectionStringBuilder(server.OwnerConnectionString) { Database = database }.ConnectionString;

    /// <summary>Transactions of databases that ended well so far. What a session did in its last second is added when it does something again.</summary>
    public async Task<long> Commits(params string[] databases)
    {
        await using var ask = watching.CreateCommand("select coalesce(sum(xact_commit), 0)::bigint from pg_stat_database where datname = any($1)");
        ask.Parameters.Add(new() { Value = databases });
        return (long)(await ask.ExecuteScalarAsync())!;
    }

    /// <summary>Processor time of all its processes so far, in seconds.</summary>
    public double Seconds() => Machine.ServerSeconds(Postmaster);

    public static async Task Analyse(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var analyse = source.CreateCommand("analyze");
        await analyse.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await watching.DisposeAsync();
        await server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
