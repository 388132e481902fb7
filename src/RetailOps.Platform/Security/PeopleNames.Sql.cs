using Npgsql;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>What people are called by their accounts, for pages that show who did something.</summary>
public sealed class PeopleNames
{
    private const string Prefix = "person:";

    private readonly Database database;

    internal PeopleNames(Database database) => this.database = database;

    /// <summary>The names of actors.</summary>
    /// <param name="actors">As facts and proposals have them; who is no person, or has no account any more, keeps the words that were given.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>A name for each of them.</returns>
    public async Task<IReadOnlyDictionary<string, string>> Of(IEnumerable<string> actors, CancellationToken ct)
    {
        var names = actors.Distinct(StringComparer.Ordinal).ToDictionary(a => a, a => a, StringComparer.Ordinal);
        var ids = names.Keys.Where(a => a.StartsWith(Prefix, StringComparison.Ordinal)).Select(a => Guid.TryParse(a[Prefix.Length..], out var id) ? id : default).ToArray();
        await using var command = database.Requests.CreateCommand("select p.id, p.name from platform.people p where p.id = any ($1)");
        command.Parameters.Add(new() { Value = ids });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            names[Prefix + reader.GetGuid(0)] = reader.GetString(1);
        }

        return names;
    }

    /// <summary>The accounts that hold a permission, by name.</summary>
    /// <param name="permission">Which.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<(string Actor, string Name)>> Holders(string permission, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("select p.id, p.name from platform.people p where p.roles && $1 order by p.name");
        command.Parameters.Add(new() { Value = Roles.All.Where(r => Permissions.Holds(r, permission)).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<(string, string)>();
        while (await reader.ReadAsync(ct))
        {
            found.Add((Prefix + reader.GetGuid(0), reader.GetString(1)));
        }

        return found;
    }

    /// <summary>Somebody by the name of the account, however it is written; without a sign-in. Null when there is no such account.</summary>
    /// <param name="work">The unit of work of who asks.</param>
    /// <param name="name">The account's name.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Caller.Person?> Find(UnitOfWork work, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select p.id, p.roles from platform.people p where p.normalized_name = upper($1)", await work.Connection(ct))
        {
            Parameters = { new() { Value = name } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) && reader.GetFieldValue<string[]>(1) is var roles ? new(reader.GetGuid(0), Permissions.Of(roles)) { Roles = roles.ToHashSet(StringComparer.Ordinal) } : null;
    }
}
