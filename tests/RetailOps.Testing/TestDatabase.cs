using Npgsql;

namespace RetailOps.Testing;

/// <summary>A database of one test class or collection, gone when it is disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static int count;

    private readonly string admin;
    private readonly string ownerName;
    private readonly string appName;

    private TestDatabase(string admin, string? ownerName = null, string? appName = null)
    {
        Name = $"test_{Environment.ProcessId}_{Interlocked.Increment(ref count)}";
        this.admin = admin;
        this.ownerName = ownerName ?? $"{Name}_owner";
        this.appName = appName ?? $"{Name}_app";
    }

    /// <summary><c>test_(process)_(number)</c>.</summary>
    public string Name { get; }

    /// <summary>Owns everything in it; at most eight connections.</summary>
    public string OwnerConnectionString => For(ownerName, TestServer.Password);

    /// <summary>What the application may; at most eight connections.</summary>
    public string AppConnectionString => For(appName, TestServer.Password);

    /// <summary>The server's administrator, in this database.</summary>
    public string AdminConnectionString => For(null, null);

    /// <summary>A clone of the migrated template: all schemas, no rows but those of the migrations.</summary>
    public static async Task<TestDatabase> CreateAsync()
    {
        var database = new TestDatabase(await TestServer.AdminConnectionString, TestServer.OwnerName, TestServer.AppName);
        await TestServer.ExecuteAsync(
            $"create database {database.Name} owner {TestServer.OwnerName} template {await TestServer.Template} strategy file_copy",
            // Rights on the database itself are not cloned.
            $"revoke temporary on database {database.Name} from public");
        return database;
    }

    /// <summary>Only a name: the test makes the database, and its logins <c>(name)_owner</c> and <c>(name)_app</c>; what it made is dropped in the end.</summary>
    public static async Task<TestDatabase> ReserveAsync() => new(await TestServer.AdminConnectionString);

    /// <summary>Drops the database, whoever is still connected.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var connectionString in new[] { OwnerConnectionString, AppConnectionString, AdminConnectionString })
        {
            await using var connection = new NpgsqlConnection(connectionString);
            NpgsqlConnection.ClearPool(connection);
        }

        await TestServer.ExecuteAsync($"drop database if exists {Name} with (force)");
        foreach (var role in new[] { ownerName, appName }.Where(r => r.StartsWith(Name, StringComparison.Ordinal)))
        {
            await TestServer.ExecuteAsync($"drop role if exists {role}");
        }
    }

    private string For(string? user, string? password)
    {
        var builder = new NpgsqlConnectionStringBuilder(admin) { Database = Name, MaxPoolSize = 8 };
        builder.Username = user ?? builder.Username;
        builder.Password = password ?? builder.Password;
        return builder.ConnectionString;
    }
}
