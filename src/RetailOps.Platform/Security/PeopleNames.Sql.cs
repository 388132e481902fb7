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
}
