using Npgsql;

using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>The product with the requests of these tests.</summary>
public sealed class RequestFixture : IAsyncLifetime
{
    private TestDatabase database = null!;

    public TestHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        Host = await TestHost.StartAsync(database.AppConnectionString, new() { Assemblies = [typeof(RequestFixture).Assembly] });
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await database.DisposeAsync();
    }

    /// <summary>A subject that no other test has.</summary>
    public static string NewSubject() => $"subject/{Guid.CreateVersion7()}";

    /// <summary>How often something happened to a subject.</summary>
    public Task<long> Happened(string subject) => Ask<long>("select count(*) from platform.events where aggregate = $1", subject)!;

    /// <summary>One value of the database.</summary>
    public async Task<T?> Ask<T>(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync() is T answer ? answer : default;
    }
}
