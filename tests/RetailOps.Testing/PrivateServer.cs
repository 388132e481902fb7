using System.Diagnostics;
using System.Globalization;

using Microsoft.Extensions.Logging.Abstractions;

using Npgsql;

using RetailOps.Migrator;
using RetailOps.Platform;

namespace RetailOps.Testing;

/// <summary>
/// A PostgreSQL server of a test's own, which it may kill: its supervisor starts it again. With one migrated database. What it acknowledges
/// survives its death, though not the machine's.
/// </summary>
public sealed class PrivateServer : IAsyncDisposable
{
    private readonly EmbeddedServer server;
    private readonly string folder;

    private PrivateServer(EmbeddedServer server, string folder) => (this.server, this.folder) = (server, folder);

    /// <summary>What the application may do in the database; through TCP, so that a proxy can stand between.</summary>
    public string AppConnectionString => For("shop", "shop_app", "test");

    /// <summary>The superuser, in the database.</summary>
    public string AdminConnectionString => For("shop", EmbeddedServer.Owner, new NpgsqlConnectionStringBuilder(server.OwnerConnectionString).Password!);

    /// <summary>The server's first process.</summary>
    public int Pid => int.Parse(File.ReadLines(Path.Combine(folder, "postgres", "cluster", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <param name="program">The assembly whose <c>Main</c> knows the supervisor's verb.</param>
    /// <param name="settings">As in <c>postgresql.conf</c>.</param>
    public static async Task<PrivateServer> StartAsync(string program, params (string Name, string Value)[] settings)
    {
        var all = settings.Append(("synchronous_commit", "on")).ToDictionary(s => s.Item1, s => s.Item2);
        var folder = DataFolders.Prepare(Path.Combine(Path.GetTempPath(), "retailops-pg-" + Guid.NewGuid().ToString("N")[..12]));
        var server = await EmbeddedServer.JoinAsync(
            new() { DataFolder = folder, Durable = false, SupervisorCommand = SupervisorVerb.CommandOf(program), Settings = all },
            NullLogger.Instance,
            CancellationToken.None);
        var own = new PrivateServer(server, folder);
        var options = MigratorOptions.ForAdmin(server.OwnerConnectionString, "shop") with { OwnerName = "shop_owner", OwnerPassword = "test", AppName = "shop_app", AppPassword = "test" };
        await Migrations.MigrateAsync(options, NullLogger.Instance, CancellationToken.None);
        return own;
    }

    /// <summary>Kills the server without a word.</summary>
    public void Kill()
    {
        using var process = Process.GetProcessById(Pid);
        process.Kill();
    }

    /// <summary>Waits until the server takes connections, again.</summary>
    public Task Back() => Eventually.Holds(IsThere, TimeSpan.FromSeconds(60), "the server is back");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> IsThere()
    {
        try
        {
            return await Ask.One<int>(AdminConnectionString, "select 1") == 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private string For(string database, string user, string password) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString(database, user, password)) { Host = "127.0.0.1", Port = server.Port }.ConnectionString;
}
