using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace RetailOps.Platform;

/// <summary>A client as its tokens meet it.</summary>
internal sealed record ClientAccount(
    Guid Id, string Name, string Kind, IReadOnlySet<string> Permissions, IReadOnlySet<string>? Channels, IReadOnlySet<string>? Nodes, int Generation, bool IsLive);

/// <summary>A person as the tokens of applications meet it.</summary>
internal sealed record PersonAccount(Guid Id, string Name, IReadOnlySet<string> Roles, IReadOnlySet<string>? Channels, IReadOnlySet<string>? Nodes, string Stamp, DateTimeOffset? LockedUntil);

/// <summary>
/// Who stands behind a token now. Asked with every call and remembered for <see cref="Age"/>: so long at most goes on what was taken away on another
/// host; on the host that took it away it ends at once.
/// </summary>
internal sealed class Accounts(Database database, TimeProvider clock)
{
    /// <summary>How old an answer may be.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (ClientAccount? Account, long At)> clients = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, (PersonAccount? Account, long At)> people = new();

    /// <summary>A client by its name; null when there is none.</summary>
    public async ValueTask<ClientAccount?> Client(string name, CancellationToken ct)
    {
        if (clients.TryGetValue(name, out var known) && IsFresh(known.At))
        {
            return known.Account;
        }

        var at = clock.GetTimestamp();
        var account = await ReadClient(name, ct);
        clients[name] = (account, at);
        return account;
    }

    /// <summary>A person by the id; null when there is none.</summary>
    public async ValueTask<PersonAccount?> Person(Guid id, CancellationToken ct)
    {
        if (people.TryGetValue(id, out var known) && IsFresh(known.At))
        {
            return known.Account;
        }

        var at = clock.GetTimestamp();
        var account = await ReadPerson(id, ct);
        people[id] = (account, at);
        return account;
    }

    public void Forget(string client) => clients.TryRemove(client, out _);

    public void Forget(Guid person) => people.TryRemove(person, out _);

    /// <summary>What a token keeps of a security stamp: enough to see that it has changed, nothing that opens anything.</summary>
    public static string Print(string stamp) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("token " + stamp)).AsSpan(0, 8));

    private bool IsFresh(long at) => clock.GetElapsedTime(at) < Age;

    private async Task<ClientAccount?> ReadClient(string name, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(
            "select c.id, c.kind, c.may_ask, c.channels, c.nodes, c.generation, c.disabled is null and c.deleted is null from platform.clients c where c.name = $1");
        command.Parameters.Add(new() { Value = name });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new(reader.GetGuid(0), name, reader.GetString(1), Set(reader.GetFieldValue<string[]>(2)), SetOrNull(reader, 3), SetOrNull(reader, 4), reader.GetInt32(5), reader.GetBoolean(6))
            : null;
    }

    private async Task<PersonAccount?> ReadPerson(Guid id, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(
            "select p.name, p.roles, p.channels, p.nodes, p.security_stamp, p.lockout_end from platform.people p where p.id = $1");
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new(
                id, reader.GetString(0), Set(reader.GetFieldValue<string[]>(1)), SetOrNull(reader, 2), SetOrNull(reader, 3), Print(reader.GetString(4)),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5))
            : null;
    }

    private static HashSet<string> Set(string[] values) => values.ToHashSet(StringComparer.Ordinal);

    private static HashSet<string>? SetOrNull(System.Data.Common.DbDataReader reader, int column) => reader.IsDBNull(column) ? null : Set(reader.GetFieldValue<string[]>(column));
}
