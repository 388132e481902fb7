using System.Text.Json;

using Npgsql;

using RetailOps.Testing;

namespace RetailOps.Faults;

/// <summary>Where a replay is played: a server of its own, the database that the replay wants, and a folder for keys and logs.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private readonly string template = "scene_" + Guid.NewGuid().ToString("N")[..12];

    private Scene(PrivateServer server, string folder) => (Server, Folder) = (server, folder);

    /// <summary>May be killed: it comes back.</summary>
    public PrivateServer Server { get; }

    /// <summary>Gone at the end.</summary>
    public string Folder { get; }

    /// <summary>The superuser, in the server's own database.</summary>
    public string Admin => Server.AdminConnectionString;

    public static async Task<Scene> Open()
    {
        var server = await PrivateServer.StartAsync(Path.Combine(AppContext.BaseDirectory, "RetailOps.Host.dll"), ("max_connections", "200"));
        return new(server, Directory.CreateTempSubdirectory("retailops-faults-").FullName);
    }

    /// <summary>The same way to another database.</summary>
    public static string In(string connection, string database) => new NpgsqlConnectionStringBuilder(connection) { Database = database }.ConnectionString;

    /// <summary>An empty database of this version under a name, whatever stood there before.</summary>
    public async Task Fresh(string database, CancellationToken ct)
    {
        await Ask.Do(Admin, $"drop database if exists {database} with (force)");
        if (await Ask.One<long>(Admin, "select count(*) from pg_database where datname = $1", template) == 0)
        {
            await Ask.Do(Admin, $"create database {database}");
            await Must(In(Admin, database), "migrate", ct);
            await Ask.Do(Admin, $"alter database {database} rename to {template}");
        }

        await Ask.Do(Admin, $"create database {database} template {template}");
    }

    /// <summary>Drops what a replay has left here.</summary>
    public async Task Clear()
    {
        if (await Replay() is { } left)
        {
            await Ask.Do(Admin, $"drop database {left} with (force)");
        }
    }

    /// <summary>The database that a replay has made here; null when there is none.</summary>
    public async Task<string?> Replay() => (await Ask.All<string>(Admin, "select datname from pg_database where datname like 'replay\\_%'")).SingleOrDefault();

    /// <summary>Which invariants do not hold there.</summary>
    public async Task<IReadOnlyList<string>> Broken(string database, CancellationToken ct) =>
    [
        .. (await Must(In(Admin, database), "verify", ct)).GetProperty("invariants").EnumerateArray()
            .Where(i => i.GetProperty("broken").GetInt64() > 0)
            .Select(i => $"{i.GetProperty("id")} is broken: {i.GetProperty("examples")}"),
    ];

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<JsonElement> Must(string connection, string verb, CancellationToken ct)
    {
        await using var process = ProductProcess.Start(connection, Folder, verb);
        await process.Ends(ct);
        return process.Figures ?? throw new InvalidOperationException($"'{verb}' ended with {process.ExitCode} and said nothing: {process.Complaints}");
    }
}
